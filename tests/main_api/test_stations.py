"""The MPC's observatories."""

from rest_framework.test import APIClient

from main_api.stations.catalogue import search_stations, stations


def test_a_name_is_found_by_any_part_of_it_in_any_case(client: APIClient) -> None:
    found = client.get("/api/stations?search=PALERM").json()
    assert found["results"][0] == {
        "code": "535",
        "name": "Palermo",
        "longitude_deg": 13.3578,
        "has_fixed_place": True,
    }
    assert found["count"] == len(found["results"]) and found["next"] is None


def test_the_station_with_exactly_the_code_comes_first() -> None:
    assert search_stations("g96")[0].code == "G96"


def test_a_spacecraft_has_no_fixed_place_and_the_geocentre_has_one() -> None:
    assert not stations()["C51"].has_fixed_place
    assert stations()["500"].has_fixed_place


def test_all_stations_come_in_pages(client: APIClient) -> None:
    page = client.get("/api/stations?page=2&page_size=1000").json()
    assert page["count"] == len(stations()) > 2000
    assert len(page["results"]) == 1000
    assert page["previous"].endswith("/api/stations?page_size=1000")


def test_nothing_found_is_an_empty_page(client: APIClient) -> None:
    assert client.get("/api/stations?search=no-such-place").json()["results"] == []
