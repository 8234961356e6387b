"""Importing a file that holds several objects, or observations that are there already."""

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import Observation, Request
from tests.main_api.fake_calc import FakeCalc, parse_problem, parsed, parsed_row
from tests.main_api.import_calls import post, reasons, rows
from tests.main_api.sample_requests import make_draft, observation_body


def stored(draft: Request) -> list[tuple[datetime, float]]:
    return list(draft.observations.values_list("observed_at", "ra_deg"))


# --- several objects ---


def mixed() -> Any:
    """Ceres twice and Pallas once; the first of each share station and moment."""
    other = parsed_row(observation_body(0, ra_deg=200), designation="Pallas", line=2)
    return parsed(*rows(0, 2), other)


def test_a_file_of_several_objects_is_refused_with_their_names_and_counts(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = mixed()
    answer = post(as_observer, draft)
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert (problem["line"], problem["reason"], problem["text"]) == (0, "MIXED_OBJECTS", "Ceres (2), Pallas (1)")
    assert "?designation=" in problem["hint"]
    assert answer.json()["designations"] == [
        {"designation": "Ceres", "observation_count": 2},
        {"designation": "Pallas", "observation_count": 1},
    ]
    assert [row["designation"] for row in answer.json()["observations"]] == ["Ceres", "Ceres", "Pallas"]
    assert not Observation.objects.exists()


def test_of_many_objects_ten_are_named(as_observer: APIClient, calc: FakeCalc, draft: Request) -> None:
    calc.read = parsed(*(parsed_row(observation_body(n), designation=f"K{n}") for n in range(13)))
    (problem,) = post(as_observer, draft).json()["problems"]
    assert problem["text"].startswith("K0 (1), K1 (1)") and problem["text"].endswith("K9 (1) and 3 more")


def test_one_object_of_several_is_chosen_by_its_designation(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = mixed()
    answer = post(as_observer, draft, query="?designation=Pallas")
    assert (answer.status_code, answer.json()["observation_count"]) == (200, 1)
    assert [item["designation"] for item in answer.json()["designations"]] == ["Ceres", "Pallas"]
    assert [ra for _, ra in stored(draft)] == [200]


def test_an_object_that_the_file_has_not_is_refused(as_observer: APIClient, calc: FakeCalc, draft: Request) -> None:
    calc.read = mixed()
    answer = post(as_observer, draft, query="?designation=Vesta")
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["reason"], problem["text"]) == (400, "UNKNOWN_DESIGNATION", "Vesta")
    assert "Ceres (2), Pallas (1)" in problem["hint"]


def test_the_reader_s_own_word_about_several_objects_is_not_repeated(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = mixed()
    calc.read.problems.append(parse_problem("MIXED_OBJECTS", line=0, severity="WARNING"))
    calc.read.problem_count = 1
    refused = post(as_observer, draft).json()
    assert ([problem["severity"] for problem in refused["problems"]], refused["problem_count"]) == (["error"], 1)
    chosen = post(as_observer, draft, query="?designation=Pallas").json()
    assert (chosen["problems"], chosen["problem_count"]) == ([], 0)


# --- what is there already ---


def test_importing_a_file_twice_adds_nothing_and_says_so(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = parsed(*rows(0, 1, sigma_ra_arcsec=0.1, magnitude=12.3))
    post(as_observer, draft)
    draft.refresh_from_db()
    again = post(as_observer, draft)
    assert (again.status_code, again.json()["observation_count"]) == (200, 0)
    assert reasons(again) == [(1, "DUPLICATE", "warning"), (2, "DUPLICATE", "warning")]
    updated_at = draft.updated_at
    draft.refresh_from_db()
    assert (draft.observation_count, draft.updated_at) == (2, updated_at)


def test_what_is_new_beside_what_is_there_is_appended(as_observer: APIClient, calc: FakeCalc, observer: User) -> None:
    draft = make_draft(observer, observation_count=2)
    calc.read = parsed(*rows(1, 2))
    answer = post(as_observer, draft)
    assert (answer.status_code, reasons(answer)) == (200, [(2, "DUPLICATE", "warning")])
    assert [row["line"] for row in answer.json()["observations"]] == [3]
    assert draft.observations.count() == 3


@pytest.mark.parametrize("changes", [{"ra_deg": 54.61}, {"magnitude": 12.5}, {"band": "R"}])
def test_other_values_at_the_same_station_and_moment_are_an_error(
    as_observer: APIClient, calc: FakeCalc, observer: User, changes: dict[str, Any]
) -> None:
    draft = make_draft(observer, observation_count=2)
    calc.read = parsed(*rows(1, **changes), *rows(2))
    answer = post(as_observer, draft)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["reason"], problem["severity"]) == (400, "CONFLICT", "error")
    assert f"{next(iter(changes))} differ" in problem["hint"]
    assert problem["text"] == "535 2020-03-02T22:00:00+00:00"
    assert draft.observations.count() == 2


def test_repeated_lines_of_one_file_are_judged_like_those_that_are_there(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = parsed(*rows(0), *rows(0), *rows(1))
    answer = post(as_observer, draft)
    assert (answer.status_code, answer.json()["observation_count"]) == (200, 2)
    assert reasons(answer) == [(1, "DUPLICATE", "warning")]
    calc.read = parsed(*rows(2), *rows(2, dec_deg=1))
    assert reasons(post(as_observer, draft)) == [(3, "CONFLICT", "error")]
    assert draft.observations.count() == 2


def test_a_request_holds_no_more_than_its_limit(
    as_observer: APIClient, calc: FakeCalc, observer: User, settings: Any
) -> None:
    settings.OBSERVATION_COUNT_MAX = 4
    draft = make_draft(observer, observation_count=2)
    calc.read = parsed(*rows(1, 2, 3, 4))
    answer = post(as_observer, draft)
    assert (answer.status_code, draft.observations.count()) == (400, 2)
    assert reasons(answer) == [(0, "TOO_MANY_OBSERVATIONS", "error"), (2, "DUPLICATE", "warning")]
    assert answer.json()["problems"][0]["text"] == "5 observations"
    calc.read = parsed(*rows(1, 2, 3))
    assert post(as_observer, draft).status_code == 200
    assert draft.observations.count() == 4
