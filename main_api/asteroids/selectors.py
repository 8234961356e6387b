"""Reads the catalogue."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from main_api.asteroids.models import Asteroid, CatalogueSync
from main_api.asteroids.names import AsteroidName, read_asteroid_name
from main_api.errors import NotFound


def get_asteroid(spkid: int) -> Asteroid:
    """An asteroid of the catalogue, or NotFound."""
    asteroid = Asteroid.objects.filter(pk=spkid).first()
    if asteroid is None:
        raise NotFound("The catalogue has no such asteroid.")
    return asteroid


def find_asteroid(designation: str) -> Asteroid | None:
    """The one asteroid that a designation names, however it is written; None where it names none or several."""
    meant = read_asteroid_name(designation)
    found = list(Asteroid.objects.filter(named(meant))[:2]) if meant else []
    return found[0] if len(found) == 1 else None


def named(meant: AsteroidName) -> Q:
    """Those of whom everything is true that a text says."""
    said = {"number": meant.number, "name_key": meant.name, "designation_key": meant.designation}
    return Q(**{column: value for column, value in said.items() if value})


def held_pages(calculation_id: UUID) -> dict[str, Any]:
    """The latest pass of a run and the pages held of it; pass 0 where nothing of the run came."""
    sync = CatalogueSync.objects.filter(pk=calculation_id).first()
    if sync is None:
        return {"pass_number": 0, "pages": []}
    columns = ("page", "row_count", "added_count", "updated_count", "unchanged_count")
    return {"pass_number": sync.pass_number, "pages": list(sync.pages.values(*columns))}
