"""Importing a file into a draft: all of it or nothing, judged by the rules of an observation typed by hand."""

from typing import Any

import grpc
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.file_parser import FILE_BYTES_MAX
from main_api.requests.models import Observation, Request
from main_api.requests.services.transitions import form_request
from tests.main_api.conftest import Clients
from tests.main_api.fake_calc import FakeCalc, parse_problem, parsed, parsed_row
from tests.main_api.import_calls import post, reasons, rows
from tests.main_api.sample_requests import make_draft, observation_body
from tests.main_api.test_problems import is_problem

FULL = {
    "sigma_ra_arcsec": 0.3,
    "sigma_dec_arcsec": 0.2,
    "correlation": -0.1,
    "magnitude": 17.5,
    "band": "V",
    "mode": "CCD",
    "catalogue": "Gaia2",
    "program": "1",
    "observer_position_km": [1000.5, -2000.0, 6500.25],
}


# --- what is taken ---


def test_a_file_s_observations_are_appended_with_every_value(
    as_observer: APIClient, calc: FakeCalc, observer: User
) -> None:
    draft = make_draft(observer, observation_count=1)
    body = observation_body(1, station="C51", **FULL)
    calc.read = parsed(parsed_row(body, line=7))
    answer = post(as_observer, draft, b"\xff any bytes \x00")
    assert answer.status_code == 200
    (row,) = answer.json()["observations"]
    assert {name: row[name] for name in body} == body
    assert (row["designation"], row["line"]) == ("Ceres", 7)
    assert (answer.json()["observation_count"], answer.json()["problems"], answer.json()["problem_count"]) == (1, [], 0)
    assert calc.read_contents == [b"\xff any bytes \x00"]

    detail = as_observer.get(f"/api/requests/{draft.pk}").json()
    assert detail["observation_count"] == 2
    assert detail["updated_at"] > detail["created_at"]
    (kept,) = [kept for kept in detail["observations"] if kept["id"] == row["id"]]
    assert {name: kept[name] for name in body} == body


def test_the_designation_of_the_request_is_not_changed_but_those_found_are_told(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = parsed(*rows(0, 1), problems=[parse_problem("BELOW_HORIZON", severity="WARNING", hint="Look.")])
    answer = post(as_observer, draft)
    assert answer.json()["designations"] == [{"designation": "Ceres", "observation_count": 2}]
    draft.refresh_from_db()
    assert (draft.designation, draft.observation_count) == ("Ceres", 2)
    assert reasons(answer) == [(1, "BELOW_HORIZON", "warning")]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; charset=latin-1",
        "application/octet-stream",
        "application/xml",
        "application/json",
        "application/x-www-form-urlencoded",
        "x/y",
        "",
    ],
)
def test_the_body_is_taken_as_it_is_whatever_its_type(
    as_observer: APIClient, calc: FakeCalc, draft: Request, content_type: str
) -> None:
    calc.read = parsed(*rows(0))
    answer = post(as_observer, draft, b"a=b&c\r\n", content_type=content_type)
    assert (answer.status_code, calc.read_contents) == (200, [b"a=b&c\r\n"])


def test_an_etag_of_the_request_changes_with_an_import(as_observer: APIClient, calc: FakeCalc, draft: Request) -> None:
    urls = (f"/api/requests/{draft.pk}", "/api/requests")
    tags = [as_observer.get(url)["ETag"] for url in urls]
    calc.read = parsed(*rows(0))
    post(as_observer, draft)
    assert all(
        as_observer.get(url, HTTP_IF_NONE_MATCH=tag).status_code == 200 for url, tag in zip(urls, tags, strict=True)
    )


# --- what is refused, and that it stores nothing ---


def test_one_error_refuses_the_whole_file_and_the_problem_tells_all_of_it(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    bad = parse_problem("BAD_RA", line=3, column_start=33, column_end=44, text="25 00 00", hint="Give 0 to 24 h.")
    calc.read = parsed(*rows(0, 1), problems=[parse_problem("REPAIRED", severity="WARNING"), bad])
    answer = post(as_observer, draft)
    assert is_problem(answer, 400, "INVALID_INPUT")
    body = answer.json()
    assert body["detail"] == "Nothing was imported: line 3: BAD_RA: Give 0 to 24 h."
    assert (body["title"], body["problem_count"], body["error_count"]) == ("Bad Request", 2, 1)
    assert body["problems"][1] == {
        "line": 3,
        "column_start": 33,
        "column_end": 44,
        "text": "25 00 00",
        "reason": "BAD_RA",
        "severity": "error",
        "hint": "Give 0 to 24 h.",
    }
    assert [row["id"] for row in body["observations"]] == [None, None]
    assert not Observation.objects.exists()


@pytest.mark.parametrize("dry_run", ["true", "1", "TRUE"])
def test_a_dry_run_answers_200_and_stores_nothing(
    as_observer: APIClient, calc: FakeCalc, draft: Request, dry_run: str
) -> None:
    calc.read = parsed(*rows(0, 1))
    good = post(as_observer, draft, query=f"?dry_run={dry_run}")
    calc.read = parsed(*rows(0), problems=[parse_problem("BAD_RA", line=2)])
    bad = post(as_observer, draft, query=f"?dry_run={dry_run}")
    assert (good.status_code, good.json()["observation_count"], good.json()["error_count"]) == (200, 2, 0)
    assert (bad.status_code, bad["Content-Type"], bad.json()["error_count"]) == (200, "application/json", 1)
    assert good.json()["observations"][0]["id"] is None
    updated_at = draft.updated_at
    draft.refresh_from_db()
    assert (draft.observations.count(), draft.updated_at) == (0, updated_at)


@pytest.mark.parametrize(
    ("query", "path", "reason"),
    [
        ("?dry_run=", "dry_run", "INVALID_FORMAT"),
        ("?dry_run=yes", "dry_run", "INVALID_FORMAT"),
        (f"?designation={'x' * 101}", "designation", "TOO_LONG"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_rather_than_guessed(
    as_observer: APIClient, calc: FakeCalc, draft: Request, query: str, path: str, reason: str
) -> None:
    calc.read = parsed(*rows(0))
    answer = post(as_observer, draft, query=query)
    assert is_problem(answer, 400, "INVALID_INPUT")
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [(path, reason)]
    assert calc.read_contents == [] and not Observation.objects.exists()


def test_an_error_beyond_those_that_were_listed_refuses_too(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    calc.read = parsed(*rows(0), problems=[parse_problem("BAD_RA", hint="Why.")] * 2)
    calc.read.problem_count, calc.read.error_count = 70_000, 60_000
    answer = post(as_observer, draft)
    assert (answer.status_code, answer.json()["problem_count"]) == (400, 70_000)
    assert answer.json()["detail"] == "Nothing was imported: line 1: BAD_RA: Why. There are 59999 more errors."
    assert not Observation.objects.exists()


def test_warnings_make_room_for_errors_and_the_order_stays_that_of_the_file(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    """Two warnings of the parser are left out for two errors of the rules; the last line is one of them."""
    warnings = [parse_problem("BELOW_HORIZON", line=line, severity="WARNING") for line in range(1, 1001)]
    wrong = [parsed_row(observation_body(index, ra_deg=360), line=1000 + index) for index in (1, 2)]
    calc.read = parsed(*wrong, problems=warnings)
    answer = post(as_observer, draft)
    assert [len(answer.json()["problems"]), answer.json()["problem_count"]] == [1000, 1002]
    assert reasons(answer)[-3:] == [
        (998, "BELOW_HORIZON", "warning"),
        (1001, "OUT_OF_RANGE", "error"),
        (1002, "OUT_OF_RANGE", "error"),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ra_deg": 360}, "OUT_OF_RANGE"),
        ({"ra_deg": "NaN"}, "OUT_OF_RANGE"),
        ({"dec_deg": -91}, "OUT_OF_RANGE"),
        ({"observed_at": "2999-01-01T00:00:00Z"}, "FUTURE_TIME"),
        ({"observed_at": "1599-12-31T23:59:59Z"}, "OUT_OF_RANGE"),
        ({"station": "ZZZ"}, "UNKNOWN_STATION"),
        ({"station": "53500"}, "UNKNOWN_STATION"),
        ({"station": ""}, "UNKNOWN_STATION"),
        ({"station": "C51"}, "STATION_WITHOUT_POSITION"),
        ({"observer_position_km": [1, 2, 1.001e9]}, "OUT_OF_RANGE"),
        ({"observer_position_km": ["NaN", 2, 3]}, "OUT_OF_RANGE"),
        ({"sigma_ra_arcsec": 0}, "OUT_OF_RANGE"),
        ({"sigma_dec_arcsec": "NaN"}, "OUT_OF_RANGE"),
        ({"sigma_dec_arcsec": "Infinity"}, "OUT_OF_RANGE"),
        ({"correlation": 1}, "OUT_OF_RANGE"),
        ({"magnitude": 41}, "OUT_OF_RANGE"),
        ({"band": "V" * 9}, "TOO_LONG"),
        ({"mode": "C" * 9}, "TOO_LONG"),
        ({"catalogue": "G" * 17}, "TOO_LONG"),
        ({"program": "a\x00"}, "INVALID_FORMAT"),
    ],
)
def test_an_imported_observation_obeys_the_rules_of_one_typed_by_hand(
    as_observer: APIClient, calc: FakeCalc, draft: Request, changes: dict[str, Any], reason: str
) -> None:
    calc.read = parsed(*rows(0), *rows(1, **changes))
    answer = post(as_observer, draft)
    assert answer.status_code == 400
    assert reasons(answer) == [(2, reason, "error")]
    assert answer.json()["problems"][0]["hint"]
    assert not Observation.objects.exists()


def test_a_file_without_observations_is_refused_and_says_so(
    as_observer: APIClient, calc: FakeCalc, draft: Request
) -> None:
    assert reasons(post(as_observer, draft, b"")) == [(0, "NO_OBSERVATIONS", "error")]
    assert calc.read_contents == [b""]
    calc.read = parsed(problems=[parse_problem("BAD_COLUMNS", line=4)])
    assert reasons(post(as_observer, draft)) == [(4, "BAD_COLUMNS", "error")]


# --- around it ---


def test_a_file_beyond_2_mb_is_413_and_is_not_read(as_observer: APIClient, calc: FakeCalc, draft: Request) -> None:
    calc.read = parsed(*rows(0))
    answer = post(as_observer, draft, b"x" * (FILE_BYTES_MAX + 1))
    assert is_problem(answer, 413, "BODY_TOO_LARGE")
    assert calc.read_contents == []
    assert post(as_observer, draft, b"x" * FILE_BYTES_MAX).status_code == 200


def test_a_form_around_the_file_is_refused_with_a_hint(as_observer: APIClient, calc: FakeCalc, draft: Request) -> None:
    answer = as_observer.post(f"/api/requests/{draft.pk}/import", {"file": "x"}, format="multipart")
    assert is_problem(answer, 400, "MALFORMED_BODY")
    assert "--data-binary" in answer.json()["detail"]


def test_without_the_calculation_service_nothing_is_stored(as_observer: APIClient, draft: Request) -> None:
    answer = post(as_observer, draft)
    assert is_problem(answer, 503, "CALC_UNAVAILABLE")
    assert answer["Retry-After"] == "2"
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    "code",
    [grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNIMPLEMENTED],
    ids=lambda code: code.name,
)
def test_a_calculation_service_that_cannot_read_it_now_is_503(
    as_observer: APIClient, calc: FakeCalc, draft: Request, code: grpc.StatusCode
) -> None:
    calc.refuse_with = code
    assert is_problem(post(as_observer, draft), 503, "CALC_UNAVAILABLE")


@pytest.mark.django_db(transaction=True)
def test_a_request_formed_while_its_file_is_read_takes_nothing(
    as_observer: APIClient, calc: FakeCalc, observer: User
) -> None:
    draft = make_draft(observer)
    calc.read = parsed(*rows(5))

    def form() -> None:
        form_request(user=observer, request_id=draft.pk)
        connection.close()

    calc.on_read = form
    assert is_problem(post(as_observer, draft), 409, "NOT_A_DRAFT")
    assert draft.observations.count() == 3


@pytest.mark.parametrize("caller", ["another observer", "moderator", "creator, formed"])
def test_a_file_is_not_even_read_for_those_who_may_not_import(
    calc: FakeCalc,
    observer: User,
    other_observer: User,
    moderator: User,
    signed_in: Clients,
    caller: str,
) -> None:
    draft = make_draft(observer)
    if caller == "creator, formed":
        form_request(user=observer, request_id=draft.pk)
    user = {"another observer": other_observer, "moderator": moderator}.get(caller, observer)
    assert post(signed_in(user), draft).status_code == (409 if user == observer else 404)
    assert calc.read_contents == []


def test_the_number_of_queries_does_not_grow_with_the_file(
    as_observer: APIClient, calc: FakeCalc, observer: User
) -> None:
    counts = []
    for size in (3, 60):
        draft = make_draft(observer)
        calc.read = parsed(*rows(*range(10, 10 + size)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert post(as_observer, draft).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
