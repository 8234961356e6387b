"""What a file holds, told before there is a request for it."""

import pytest
from rest_framework.test import APIClient

from main_api.requests.models import Observation, Request
from tests.main_api.fake_calc import FakeCalc, parse_problem, parsed, parsed_row
from tests.main_api.import_calls import reasons, rows
from tests.main_api.sample_requests import observation_body
from tests.main_api.test_problems import is_problem


def parse(client: APIClient, content: bytes = b"a file", query: str = "") -> object:
    return client.generic("POST", f"/api/observations/parse{query}", content, content_type="text/plain")


def test_nothing_is_stored_and_everything_is_told(as_observer: APIClient, calc: FakeCalc) -> None:
    bad = parse_problem("BAD_RA", line=3, column_start=33, column_end=44, text="25 00 00", hint="Give 0 to 24 h.")
    calc.read = parsed(*rows(0, 1), problems=[bad])
    answer = parse(as_observer, b"\xff any bytes")
    assert answer.status_code == 200
    assert calc.read_contents == [b"\xff any bytes"]
    assert [row["id"] for row in answer.json()["observations"]] == [None, None]
    assert reasons(answer) == [(3, "BAD_RA", "error")]
    assert not Request.objects.exists() and not Observation.objects.exists()


def test_what_it_answers_makes_a_request(as_observer: APIClient, calc: FakeCalc) -> None:
    calc.read = parsed(*rows(0, 1, 2))
    found = parse(as_observer).json()["observations"]
    observations = [
        {name: value for name, value in row.items() if name not in ("id", "designation", "line")} for row in found
    ]
    made = as_observer.post("/api/requests", {"designation": "Ceres", "observations": observations}, format="json")
    assert (made.status_code, made.json()["observation_count"]) == (201, 3)


def test_the_rules_of_an_observation_typed_by_hand_hold(as_observer: APIClient, calc: FakeCalc) -> None:
    calc.read = parsed(*rows(0), *rows(1, station="ZZZ"))
    assert reasons(parse(as_observer)) == [(2, "UNKNOWN_STATION", "error")]


def test_a_row_that_is_there_twice_is_left_out_with_a_warning(as_observer: APIClient, calc: FakeCalc) -> None:
    calc.read = parsed(*rows(0), parsed_row(observation_body(0), line=2))
    answer = parse(as_observer)
    assert (answer.json()["observation_count"], reasons(answer)) == (1, [(2, "DUPLICATE", "warning")])


def test_of_several_objects_one_has_to_be_chosen(as_observer: APIClient, calc: FakeCalc) -> None:
    calc.read = parsed(*rows(0), parsed_row(observation_body(0), designation="Pallas", line=2))
    assert reasons(parse(as_observer)) == [(0, "MIXED_OBJECTS", "error")]
    chosen = parse(as_observer, query="?designation=Pallas")
    assert (chosen.json()["observation_count"], chosen.json()["error_count"]) == (1, 0)


@pytest.mark.parametrize("caller", ["anonymous", "moderator"])
def test_who_makes_no_requests_has_no_files_read(
    calc: FakeCalc, anonymous: APIClient, as_moderator: APIClient, caller: str
) -> None:
    answer = parse(as_moderator if caller == "moderator" else anonymous)
    assert answer.status_code == (403 if caller == "moderator" else 401)
    assert calc.read_contents == []


def test_without_the_calculation_service_it_is_503(as_observer: APIClient) -> None:
    assert is_problem(parse(as_observer), 503, "CALC_UNAVAILABLE")
