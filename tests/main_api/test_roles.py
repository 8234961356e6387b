"""Every call, every kind of caller: who may, who may not, and who may not even know."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import HistoryEntry, Request
from tests.main_api.conftest import Clients
from tests.main_api.fake_calc import FakeCalc, parsed, parsed_row
from tests.main_api.sample_requests import make_request, observation_body, observation_ids

CALLERS = ("anonymous", "creator", "another observer", "moderator")

# method, path, body, status of the request -> answer for each of CALLERS, in their order
MATRIX: list[tuple[str, str, Any, str, tuple[int, int, int, int]]] = [
    ("GET", "", None, "DRAFT", (401, 200, 404, 404)),
    ("GET", "", None, "FORMED", (401, 200, 404, 200)),
    ("GET", "", None, "COMPLETED", (401, 200, 404, 200)),
    ("GET", "", None, "REJECTED", (401, 200, 404, 200)),
    ("GET", "", None, "DELETED", (401, 404, 404, 404)),
    ("PATCH", "", {"comment": "x"}, "DRAFT", (401, 200, 404, 404)),
    ("PATCH", "", {"comment": "x"}, "FORMED", (401, 409, 404, 403)),
    ("PATCH", "", {"comment": "x"}, "COMPLETED", (401, 409, 404, 403)),
    ("PATCH", "", {"comment": "x"}, "DELETED", (401, 404, 404, 404)),
    ("DELETE", "", None, "DRAFT", (401, 200, 404, 404)),
    ("DELETE", "", None, "FORMED", (401, 409, 404, 403)),
    ("DELETE", "", None, "COMPLETED", (401, 409, 404, 403)),
    ("DELETE", "", None, "REJECTED", (401, 409, 404, 403)),
    ("DELETE", "", None, "DELETED", (401, 404, 404, 404)),
    ("POST", "/observations", observation_body(9), "DRAFT", (401, 201, 404, 404)),
    ("POST", "/observations", observation_body(9), "FORMED", (401, 409, 404, 403)),
    ("GET", "/export/csv", None, "DRAFT", (401, 200, 404, 404)),
    ("GET", "/export/json", None, "COMPLETED", (401, 200, 404, 200)),
    ("GET", "/export/psv", None, "COMPLETED", (401, 200, 404, 200)),
    ("GET", "/export/psv", None, "DELETED", (401, 404, 404, 404)),
    ("POST", "/import", "a file", "DRAFT", (401, 200, 404, 404)),
    ("POST", "/import", "a file", "FORMED", (401, 409, 404, 403)),
    ("POST", "/import", "a file", "COMPLETED", (401, 409, 404, 403)),
    ("POST", "/import", "a file", "DELETED", (401, 404, 404, 404)),
    ("PATCH", "/observations/{oid}", {"ra_deg": 1}, "DRAFT", (401, 200, 404, 404)),
    ("PATCH", "/observations/{oid}", {"ra_deg": 1}, "COMPLETED", (401, 409, 404, 403)),
    ("DELETE", "/observations/{oid}", None, "DRAFT", (401, 204, 404, 404)),
    ("DELETE", "/observations/{oid}", None, "REJECTED", (401, 409, 404, 403)),
    ("PUT", "/form", None, "DRAFT", (401, 200, 404, 404)),
    ("PUT", "/form", None, "FORMED", (401, 409, 404, 403)),
    ("PUT", "/form", None, "COMPLETED", (401, 409, 404, 403)),
    ("PUT", "/form", None, "REJECTED", (401, 409, 404, 403)),
    ("PUT", "/form", None, "DELETED", (401, 404, 404, 404)),
    ("PUT", "/complete", None, "DRAFT", (401, 403, 403, 404)),
    ("PUT", "/complete", None, "FORMED", (401, 403, 403, 200)),
    ("PUT", "/complete", None, "COMPLETED", (401, 403, 403, 200)),
    ("PUT", "/complete", None, "REJECTED", (401, 403, 403, 409)),
    ("PUT", "/complete", None, "DELETED", (401, 403, 403, 404)),
    ("PUT", "/reject", {"reason": "x"}, "DRAFT", (401, 403, 403, 404)),
    ("PUT", "/reject", {"reason": "x"}, "FORMED", (401, 403, 403, 200)),
    ("PUT", "/reject", {"reason": "x"}, "COMPLETED", (401, 403, 403, 409)),
    ("PUT", "/reject", {"reason": "x"}, "REJECTED", (401, 403, 403, 409)),
    ("POST", "/recalculate", {"supersedes": "{cid}"}, "DRAFT", (401, 403, 403, 404)),
    ("POST", "/recalculate", {"supersedes": "{cid}"}, "FORMED", (401, 403, 403, 409)),
    ("POST", "/recalculate", {"supersedes": "{cid}"}, "COMPLETED", (401, 403, 403, 200)),
    ("POST", "/recalculate", {"supersedes": "{cid}"}, "REJECTED", (401, 403, 403, 409)),
    ("PUT", "/result", {}, "COMPLETED", (401, 401, 401, 401)),
]
REASONS = {401: {"NOT_SIGNED_IN", "NO_KEY"}, 403: {"FORBIDDEN"}, 404: {"NOT_FOUND"}}
CONFLICTS = {"ILLEGAL_TRANSITION", "NOT_A_DRAFT"}


@pytest.fixture
def callers(
    observer: User, other_observer: User, moderator: User, signed_in: Clients, anonymous: APIClient
) -> dict[str, APIClient]:
    clients = (anonymous, signed_in(observer), signed_in(other_observer), signed_in(moderator))
    return dict(zip(CALLERS, clients, strict=True))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "expected"), MATRIX, ids=[f"{row[0]} {row[1]} {row[3]}" for row in MATRIX]
)
def test_each_caller_gets_the_answer_of_the_contract_and_a_refusal_changes_nothing(
    callers: dict[str, APIClient],
    calc: FakeCalc,
    observer: User,
    moderator: User,
    caller: str,
    method: str,
    path: str,
    body: Any,
    status: str,
    expected: tuple[int, ...],
) -> None:
    request = make_request(status, observer, moderator)
    if body == {"supersedes": "{cid}"}:
        body = {"supersedes": str(request.calculation_id or "00000000-0000-0000-0000-000000000009")}
    calc.read = parsed(parsed_row(observation_body(9)))
    before = everything()
    url = f"/api/requests/{request.pk}{path}".format(oid=observation_ids(request)[0])
    answer = callers[caller].generic(
        method, url, b"" if body is None else encode(body), content_type="application/json"
    )
    wanted = expected[CALLERS.index(caller)]
    assert answer.status_code == wanted, answer.content
    if wanted >= 400:
        assert answer.json()["reason"] in REASONS.get(wanted, CONFLICTS)
        assert everything() == before


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/auth/me", (401, 200, 200, 200)),
        ("GET", "/api/requests", (401, 200, 200, 200)),
        ("POST", "/api/requests", (401, 201, 201, 403)),
        ("GET", "/api/stations", (200, 200, 200, 200)),
        ("GET", "/api/schema", (200, 200, 200, 200)),
        ("GET", "/api/docs", (200, 200, 200, 200)),
        ("POST", "/api/auth/logout", (204, 204, 204, 204)),
        ("GET", "/api/requests/2147483648", (401, 404, 404, 404)),
        ("GET", "/api/requests/99999999999999999999", (401, 404, 404, 404)),
        ("GET", "/api/requests/1/", (404, 404, 404, 404)),
        ("GET", "/api/asteroids", (200, 200, 200, 200)),
        ("GET", "/api/asteroids/1", (404, 404, 404, 404)),
        ("PUT", "/api/asteroids/sync", (401, 405, 405, 405)),
        ("GET", "/api/asteroids/sync/00000000-0000-0000-0000-000000000001/pages", (401, 401, 401, 401)),
    ],
)
def test_calls_about_no_request_in_particular_answer_each_caller(
    callers: dict[str, APIClient], method: str, path: str, expected: tuple[int, ...]
) -> None:
    body = encode({"designation": "Ceres"}) if method == "POST" else b""
    for caller, wanted in zip(CALLERS, expected, strict=True):
        answer = callers[caller].generic(method, path, body, content_type="application/json")
        assert answer.status_code == wanted, (caller, answer.content)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/form",
        "/complete",
        "/reject",
        "/recalculate",
        "/observations",
        "/observations/1",
        "/import",
        "/export/psv",
        "/prediction",
        "/result",
    ],
)
def test_a_method_that_a_call_does_not_take_is_405(callers: dict[str, APIClient], path: str) -> None:
    answer = callers["moderator"].generic("TRACE", f"/api/requests/1{path}")
    assert (answer.status_code, answer.json()["reason"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer["Allow"]


def everything() -> tuple[list[Any], list[Any], int]:
    requests = list(Request.objects.order_by("id").values())
    observations = list(Request.objects.order_by("observations").values("observations", "observations__ra_deg"))
    return requests, observations, HistoryEntry.objects.count()


def encode(body: Any) -> bytes:
    return json.dumps(body).encode()
