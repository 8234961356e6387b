"""The catalogue as people read it: the list with its search, filters and orders, and the row of one asteroid."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.main_api.sample_catalogue import fill, source_row, source_rows

pytestmark = pytest.mark.django_db

IDA = source_row(243, full_name="   243 Ida (A884 SB)", name="Ida", H="9.9", diameter="32")
APOPHIS = source_row(
    99942,
    full_name=" 99942 Apophis (2004 MN4)",
    name="Apophis",
    **{"neo": "Y", "pha": "Y", "class": "ATE", "H": "19.1", "diameter": ".34"},
)
NEW = source_row(1, spkid=54000001, full_name="       (2010 AB12)", pdes="2010 AB12", H=None, neo=None, pha=None)
UNNAMED = source_row(4330, full_name="  4330 (1988 RG)", H="12.5", **{"class": "OMB"})


@pytest.fixture
def client() -> APIClient:
    fill(source_row(433), IDA, APOPHIS, NEW, UNNAMED)
    return APIClient()


def listed(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(f"/api/asteroids?{query}")
    assert answer.status_code == 200, answer.content
    return [row["designation"] for row in answer.json()["results"]]


def test_everybody_may_read_the_list_a_page_at_a_time(client: APIClient) -> None:
    page = client.get("/api/asteroids?page_size=2").json()
    assert page["count"] == 5 and page["previous"] is None
    assert [row["designation"] for row in page["results"]] == ["243", "433"]
    assert [row["designation"] for row in client.get(page["next"]).json()["results"]] == ["4330", "99942"]


def test_a_row_tells_all_that_is_known(client: APIClient) -> None:
    row = client.get("/api/asteroids/20000433").json()
    assert row.pop("updated_at")
    assert row.pop("period_years") == pytest.approx(1.7607, abs=1e-4)
    assert row.pop("tp_mjd_tdb") == pytest.approx(61088.331287)
    assert row == {
        "spkid": 20000433,
        "full_name": "433 Eros (A898 PA)",
        "designation": "433",
        "name": "Eros",
        "number": 433,
        "orbit_class": "AMO",
        "neo": True,
        "pha": False,
        "h_magnitude": 10.39,
        "epoch_mjd_tdb": 61000.0,
        "a_au": 1.458120998474684,
        "e": 0.2228359407071628,
        "i_deg": 10.82846651399785,
        "node_deg": 304.2701025753316,
        "peri_deg": 178.9297536744151,
        "mean_anomaly_deg": 310.5543277370992,
        "q_au": 1.133199232811,
        "g_slope": 0.46,
        "diameter_km": 16.84,
        "albedo": 0.25,
        "moid_au": 0.148,
        "condition_code": "0",
        "data_arc_days": 47582,
        "first_obs": "1893-10-29",
        "last_obs": "2024-02-06",
        "observation_count": 9130,
        "rms_arcsec": 0.3,
        "orbit_id": "JPL 659",
    }
    unnumbered = client.get("/api/asteroids/54000001").json()
    assert (unnumbered["number"], unnumbered["name"], unnumbered["neo"]) == (None, None, None)


@pytest.mark.parametrize("spkid", ["1", "99999999999999999999"])
def test_an_asteroid_that_is_not_there_is_404(client: APIClient, spkid: str) -> None:
    assert client.get(f"/api/asteroids/{spkid}").json()["reason"] == "NOT_FOUND"


SEARCHES = [
    ("433", ["433", "4330"]),
    ("43", ["433", "4330"]),
    ("0433", ["433", "4330"]),
    ("44", []),
    ("0", []),
    ("00", []),
    ("0000", []),
    ("eros", ["433"]),
    ("ER", ["433"]),
    ("ros", []),
    ("433 Eros", ["433"]),
    ("(433) Eros", ["433"]),
    ("(433)", ["433"]),
    ("433 Ida", []),
    ("2010", ["2010 AB12"]),
    ("2010 ab", ["2010 AB12"]),
    ("2010ab12", ["2010 AB12"]),
    ("2004 MN4", ["99942"]),
    ("A898 PA", ["433"]),
    ("K04M04N", ["99942"]),
    ("9" * 30, []),
    ("1" * 5000, []),
    ("%", []),
    ("é", ["433"]),
    ("ж", []),
]


@pytest.mark.parametrize(("text", "found"), SEARCHES)
def test_search_finds_what_begins_like_this(client: APIClient, text: str, found: list[str]) -> None:
    answer = client.get("/api/asteroids", {"search": text})
    assert [row["designation"] for row in answer.json()["results"]] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("neo=true", ["433", "99942"]),
        ("neo=false", ["243", "4330"]),
        ("pha=true", ["99942"]),
        ("orbit_class=MBA", ["243", "2010 AB12"]),
        ("orbit_class=AMO&orbit_class=ATE", ["433", "99942"]),
        ("orbit_class=XYZ", []),
        ("h_min=10.39&h_max=12.5", ["433", "4330"]),
        ("h_max=9.9", ["243"]),
        ("neo=&search=&h_min=", ["243", "433", "4330", "99942", "2010 AB12"]),
        ("neo=true&h_max=15&search=e", ["433"]),
    ],
)
def test_filters_narrow_the_list(client: APIClient, query: str, found: list[str]) -> None:
    assert listed(client, query) == found


@pytest.mark.parametrize(
    ("ordering", "found"),
    [
        ("number", ["243", "433", "4330", "99942", "2010 AB12"]),
        ("-number", ["99942", "4330", "433", "243", "2010 AB12"]),
        ("name", ["99942", "433", "243", "4330", "2010 AB12"]),
        ("-name", ["243", "433", "99942", "4330", "2010 AB12"]),
        ("h_magnitude", ["243", "433", "4330", "99942", "2010 AB12"]),
        ("-h_magnitude", ["99942", "4330", "433", "243", "2010 AB12"]),
        ("-diameter_km,spkid", ["243", "433", "99942", "4330", "2010 AB12"]),
    ],
)
def test_what_is_not_known_comes_last_in_every_order(client: APIClient, ordering: str, found: list[str]) -> None:
    assert listed(client, f"ordering={ordering}") == found


@pytest.mark.parametrize(
    ("query", "path", "reason"),
    [
        ("neo=maybe", "neo", "UNKNOWN_VALUE"),
        ("h_min=bright", "h_min", "INVALID_FORMAT"),
        ("h_max=NaN", "h_max", "INVALID_FORMAT"),
        ("ordering=colour", "ordering", "UNKNOWN_VALUE"),
        ("page=0", "page", "OUT_OF_RANGE"),
        ("search=%00", "search", "INVALID_FORMAT"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(client: APIClient, query: str, path: str, reason: str) -> None:
    answer = client.get(f"/api/asteroids?{query}")
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [(path, reason)]


def test_a_page_of_the_list_takes_two_queries(client: APIClient) -> None:
    fill(*source_rows(*range(1000, 1100)))
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(client, "page_size=100")) == 100
    assert len(queries) == 2
