"""OPTIONS, which is no call of its own: an empty answer, whose header `Allow` names the methods."""

from typing import Any

from rest_framework.metadata import BaseMetadata


class NoMetadata(BaseMetadata):
    """Tells nothing of a view: what calls take is in the OpenAPI document."""

    def determine_metadata(self, request: Any, view: Any) -> None:
        """No body."""
