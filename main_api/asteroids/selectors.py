"""Reads the catalogue."""

from typing import Any
from uuid import UUID

from main_api.asteroids.models import CatalogueSync


def held_pages(calculation_id: UUID) -> dict[str, Any]:
    """The latest pass of a run and the pages held of it; pass 0 where nothing of the run came."""
    sync = CatalogueSync.objects.filter(pk=calculation_id).first()
    if sync is None:
        return {"pass_number": 0, "pages": []}
    columns = ("page", "row_count", "added_count", "updated_count", "unchanged_count")
    return {"pass_number": sync.pass_number, "pages": list(sync.pages.values(*columns))}
