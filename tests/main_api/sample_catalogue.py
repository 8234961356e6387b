"""Pages of the catalogue's source, as calc_grpc sends them."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from rest_framework.test import APIClient

from main_api.asteroids.models import Asteroid
from tests.main_api.conftest import CALLBACK_KEY

FIELDS = (
    *("spkid", "full_name", "pdes", "name", "neo", "pha", "class", "orbit_id", "epoch", "a", "e", "i", "om", "w", "ma"),
    *("q", "tp", "per", "H", "G", "diameter", "albedo", "moid", "condition_code", "data_arc", "first_obs", "last_obs"),
    *("n_obs_used", "rms"),
)
EROS = {
    "spkid": 20000433,
    "full_name": "   433 Eros (A898 PA)",
    "pdes": "433",
    "name": "Eros",
    "neo": "Y",
    "pha": "N",
    "class": "AMO",
    "orbit_id": "JPL 659",
    "epoch": "2461000.5",
    "a": "1.458120998474684",
    "e": ".2228359407071628",
    "i": "10.82846651399785",
    "om": "304.2701025753316",
    "w": "178.9297536744151",
    "ma": "310.5543277370992",
    "q": "1.133199232811",
    "tp": "2461088.831287055192",
    "per": "643.1",
    "H": "10.39",
    "G": ".46",
    "diameter": "16.84",
    "albedo": ".25",
    "moid": ".148",
    "condition_code": "0",
    "data_arc": "47582",
    "first_obs": "1893-10-29",
    "last_obs": "2024-02-06",
    "n_obs_used": 9130,
    "rms": ".30",
}
MAIN_BELT = {"neo": "N", "pha": "N", "class": "MBA", "H": "15.1", "diameter": None, "albedo": None, "G": None}
_counter = itertools.count(1)


def source_row(number: int = 433, **changes: Any) -> dict[str, Any]:
    """A row of the source by its fields: Eros, or a main-belt object of that number without a name."""
    if number == 433:
        return EROS | changes
    own = {"spkid": 20000000 + number, "full_name": f"{number:>6} (2001 AB{number})", "pdes": str(number), "name": None}
    return EROS | MAIN_BELT | own | changes


def source_rows(*numbers: int, **changes: Any) -> list[dict[str, Any]]:
    return [source_row(number, **changes) for number in numbers]


class Run:
    """A synchronisation: sends pages and the end; each run is later than the ones made before it."""

    def __init__(self, *, created_at: datetime | None = None, calculation_id: UUID | None = None) -> None:
        earlier = timezone.now() - timedelta(hours=1)
        self.created_at = created_at or earlier.astimezone(UTC) + timedelta(milliseconds=next(_counter))
        self.calculation_id = calculation_id or uuid4()
        self.path = f"/api/asteroids/sync/{self.calculation_id}"
        self.client = APIClient()

    def body(self, **values: Any) -> dict[str, Any]:
        return {"calculation_created_at": self.created_at.isoformat(), "pass": 1, **values}

    def put(
        self, objects: Sequence[dict[str, Any]], page: int = 1, *, key: str | None = CALLBACK_KEY, **changes: Any
    ) -> Any:
        """Sends a page; by default it is the only one."""
        return self.put_body(self.page_body(objects) | changes, page, key=key)

    def page_body(self, objects: Sequence[dict[str, Any]]) -> dict[str, Any]:
        rows = [[row[field] for field in FIELDS] for row in objects]
        return self.body(object_count=len(objects), page_count=1, fields=FIELDS, rows=rows)

    def put_body(self, body: Any, page: int = 1, *, key: str | None = CALLBACK_KEY) -> Any:
        return self.client.put(f"{self.path}/pages/{page}", body, headers=_headers(key))

    def held(self, *, key: str | None = CALLBACK_KEY) -> Any:
        return self.client.get(f"{self.path}/pages", headers=_headers(key))

    def finish(self, *, key: str | None = CALLBACK_KEY, **changes: Any) -> Any:
        """Ends the run; by default as complete, with one page."""
        body = self.body(object_count=1, page_count=1, complete=True, allow_shrink=False) | changes
        return self.client.post(f"{self.path}/finish", body, headers=_headers(key))


def fill(*rows: dict[str, Any]) -> None:
    """A whole synchronisation with these rows."""
    run = Run()
    assert run.put(rows).status_code == 200
    assert run.finish(object_count=len(rows)).json()["warning"] == ""


def spkids() -> list[int]:
    return list(Asteroid.objects.values_list("spkid", flat=True))


def counts(answer: Any) -> tuple[int, int, int]:
    """Added, updated, unchanged."""
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return body["added_count"], body["updated_count"], body["unchanged_count"]


def _headers(key: str | None) -> dict[str, str]:
    return {} if key is None else {"X-Calc-Key": key}
