"""That the list of the catalogue is found by an index, on SQLite, whose plans these are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.main_api.sample_catalogue import fill, source_row, source_rows

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite"),
]


def plan(query: str) -> str:
    """How SQLite finds the rows of the list."""
    with CaptureQueriesContext(connection) as queries:
        assert APIClient().get(f"/api/asteroids?{query}").json()["results"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
        return " ".join(row[-1] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("search=eros", "asteroid_name"),
        ("search=2010 AB", "asteroid_designation"),
        ("search=43", "asteroid_number"),
        ("neo=true", "asteroid_neo"),
        ("neo=true&ordering=-h_magnitude", "asteroid_neo_h"),
        ("pha=true", "asteroid_pha"),
        ("pha=true&ordering=h_magnitude", "asteroid_pha_h"),
        ("orbit_class=MBA", "asteroid_orbit_class"),
        ("ordering=-h_magnitude", "asteroid_h_magnitude"),
        ("ordering=number", "asteroid_number"),
        ("ordering=name", "asteroid_name"),
    ],
)
def test_an_index_serves_what_people_ask_for(query: str, index: str) -> None:
    new = source_row(1, spkid=54000001, full_name="(2010 AB12)", pdes="2010 AB12")
    fill(source_row(433, pha="Y"), *source_rows(5, 7), new)
    assert f"USING INDEX {index}" in plan(query)
