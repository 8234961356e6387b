"""Every call of the URL configuration for every kind of caller, in a state where one of them succeeds; and that no
call with a session cookie is made for another site. Other states of a request are in test_roles.py."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from main_api.accounts.models import ApiToken, User
from main_api.accounts.permissions import CALLS, Who, asked
from main_api.accounts.services import create_token
from main_api.requests.models import Request
from tests.main_api.conftest import CALLBACK_KEY, PASSWORD, Clients
from tests.main_api.fake_calc import FakeCalc, parsed, parsed_row
from tests.main_api.sample_catalogue import Run, fill, source_row
from tests.main_api.sample_requests import make_request, observation_body, observation_ids, result_body
from tests.main_api.test_openapi import routes
from tests.main_api.test_prediction import answering

CALLERS = ("anonymous", "creator", "another observer", "moderator", "wrong key", "right key")
METHODS = ("get", "post", "put", "patch", "delete")
# Pages of Django's, with rules of their own, and what the gateway does not hand on.
NOT_OURS = re.compile(r"/api/admin(/.*)?|/healthz|/readyz|/metrics")
FILE = "433 observations"
REFUSED = {401: {"NOT_SIGNED_IN", "NO_KEY"}, 403: {"FORBIDDEN", "WRONG_KEY"}, 404: {"NOT_FOUND"}}


@dataclass(frozen=True)
class Row:
    """What each of CALLERS is answered. status: the request's; body: `{...}` in it is filled in."""

    answers: tuple[int, int, int, int, int, int]
    status: str = "DRAFT"
    body: Any = None


OPEN = (200,) * 6
OWN = (401, 200, 404, 404, 401, 401)
SEEN = (401, 200, 404, 200, 401, 401)
DECIDED = (401, 403, 403, 200, 401, 401)
KEY = (401, 401, 401, 401, 403)
ANY_SIGNED_IN = (401, 200, 200, 200, 401, 401)
CREDENTIALS = {"username": "olga", "password": PASSWORD}

TABLE: dict[tuple[str, str], Row] = {
    ("POST", "/api/auth/register"): Row((201,) * 6, body={"username": "nina", "password": PASSWORD}),
    ("POST", "/api/auth/login"): Row(OPEN, body=CREDENTIALS),
    ("POST", "/api/auth/logout"): Row((204,) * 6),
    ("GET", "/api/auth/me"): Row(ANY_SIGNED_IN),
    ("POST", "/api/auth/password"): Row(
        (401, 204, 204, 204, 401, 401), body={"current_password": PASSWORD, "new_password": "tin-whistle-88"}
    ),
    ("POST", "/api/auth/token"): Row(OPEN, body=CREDENTIALS),
    ("DELETE", "/api/auth/token"): Row((401, 204, 204, 204, 401, 401)),
    ("GET", "/api/auth/tokens"): Row(ANY_SIGNED_IN),
    ("DELETE", "/api/auth/tokens/{token_id}"): Row((401, 204, 404, 404, 401, 401)),
    ("GET", "/api/stations"): Row(OPEN),
    ("GET", "/api/schema"): Row(OPEN),
    ("GET", "/api/docs"): Row(OPEN),
    ("GET", "/api/asteroids"): Row(OPEN),
    ("GET", "/api/asteroids/{spkid}"): Row(OPEN),
    ("POST", "/api/asteroids/sync"): Row((401, 403, 403, 202, 401, 401), body={}),
    ("GET", "/api/asteroids/sync/{calculation_id}/pages"): Row((*KEY, 200)),
    ("PUT", "/api/asteroids/sync/{calculation_id}/pages/{page_number}"): Row((*KEY, 200), body="{page}"),
    ("POST", "/api/asteroids/sync/{calculation_id}/finish"): Row((*KEY, 200), body="{end}"),
    ("POST", "/api/observations/parse"): Row((401, 200, 200, 403, 401, 401), body=FILE),
    ("GET", "/api/requests"): Row(ANY_SIGNED_IN),
    ("POST", "/api/requests"): Row((401, 201, 201, 403, 401, 401), body={"designation": "Ceres"}),
    ("GET", "/api/requests/{request_id}"): Row(SEEN, "FORMED"),
    ("PATCH", "/api/requests/{request_id}"): Row(OWN, body={"comment": "x"}),
    ("DELETE", "/api/requests/{request_id}"): Row(OWN),
    ("POST", "/api/requests/{request_id}/observations"): Row((401, 201, 404, 404, 401, 401), body=observation_body(9)),
    ("PATCH", "/api/requests/{request_id}/observations/{observation_id}"): Row(OWN, body={"ra_deg": 1}),
    ("DELETE", "/api/requests/{request_id}/observations/{observation_id}"): Row((401, 204, 404, 404, 401, 401)),
    ("POST", "/api/requests/{request_id}/import"): Row(OWN, body=FILE),
    ("GET", "/api/requests/{request_id}/export/csv"): Row(SEEN, "FORMED"),
    ("GET", "/api/requests/{request_id}/export/json"): Row(SEEN, "FORMED"),
    ("GET", "/api/requests/{request_id}/export/psv"): Row(SEEN, "FORMED"),
    ("GET", "/api/requests/{request_id}/prediction"): Row(SEEN, "FORMED"),
    ("PUT", "/api/requests/{request_id}/form"): Row(OWN),
    ("PUT", "/api/requests/{request_id}/complete"): Row(DECIDED, "FORMED"),
    ("PUT", "/api/requests/{request_id}/reject"): Row(DECIDED, "FORMED", {"reason": "x"}),
    ("POST", "/api/requests/{request_id}/recalculate"): Row(DECIDED, "COMPLETED", {"supersedes": "{supersedes}"}),
    ("PUT", "/api/requests/{request_id}/result"): Row((*KEY, 204), "COMPLETED", "{result}"),
}
COOKIE_CALLS = [
    call for call in TABLE if call[0] != "GET" and TABLE[call].answers[0] == 401 and TABLE[call].answers[4] == 401
]


def served() -> Iterator[tuple[str, str]]:
    """Each method of each route of the URL configuration, but for Django's own pages."""
    for path, callback in routes(get_resolver()):
        if NOT_OURS.fullmatch(path):
            continue
        view = callback.cls  # all of them are views of the REST framework
        yield from ((method.upper(), path) for method in METHODS if hasattr(view, method))


def test_every_method_of_every_route_has_its_row_here_and_in_the_table_of_permissions() -> None:
    calls = set(served())
    assert set(TABLE) == calls
    ruled = {(method, "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)) for route in CALLS for method in CALLS[route]}
    assert ruled == calls - {("GET", "/api/schema"), ("GET", "/api/docs")}


def test_each_row_shows_both_outcomes_unless_the_call_is_for_all() -> None:
    for call, row in TABLE.items():
        succeeding = [status for status in row.answers if status < 300]
        assert succeeding, call
        if len(succeeding) == len(CALLERS):
            route = next((rules for route, rules in CALLS.items() if as_path(route) == call[1]), {"GET": Who.ANYBODY})
            assert route[call[0]] is Who.ANYBODY, call


def as_path(route: str) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)


@pytest.fixture
def callers(
    observer: User, other_observer: User, moderator: User, signed_in: Clients, anonymous: APIClient
) -> dict[str, APIClient]:
    wrong, right = APIClient(headers={"X-Calc-Key": "x" * 24}), APIClient(headers={"X-Calc-Key": CALLBACK_KEY})
    clients = (anonymous, signed_in(observer), signed_in(other_observer), signed_in(moderator), wrong, right)
    return dict(zip(CALLERS, clients, strict=True))


@dataclass(frozen=True)
class Call:
    method: str
    url: str
    content: bytes
    content_type: str

    def by(self, client: Client, **headers: str) -> Any:
        return client.generic(self.method, self.url, self.content, content_type=self.content_type, **headers)


def prepared(call: tuple[str, str], observer: User, moderator: User, calc: FakeCalc) -> Call:
    """The call in a world where it can succeed."""
    row, method, path = TABLE[call], *call
    fill(source_row(433))
    run = Run()
    if path.endswith("/finish"):
        assert run.put([source_row(433)]).status_code == 200
    request = make_request(row.status, observer, moderator)
    Request.objects.filter(pk=request.pk).update(designation="433 Eros")
    calc.read, calc.predict = parsed(parsed_row(observation_body(9))), answering(0, 0, 0)
    values = {
        "token_id": ApiToken.objects.filter(user=observer).values_list("pk", flat=True).first()
        or spare_token(observer),
        "spkid": 20000433,
        "calculation_id": run.calculation_id,
        "page_number": 1,
        "request_id": request.pk,
        "observation_id": observation_ids(request)[0],
    }
    bodies = {
        "{page}": lambda: run.page_body([source_row(433)]),
        "{end}": lambda: run.body(object_count=1, page_count=1, complete=True, allow_shrink=False),
        "{result}": lambda: result_body(request),
    }
    body = bodies[row.body]() if row.body in list(bodies) else row.body
    if body == {"supersedes": "{supersedes}"}:
        body = {"supersedes": str(request.calculation_id or uuid4())}
    content = b"" if body is None else body.encode() if body == FILE else json.dumps(body).encode()
    return Call(method, path.format(**values), content, "text/plain" if body == FILE else "application/json")


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("call", TABLE, ids=" ".join)
def test_each_call_answers_each_caller_as_the_table_says_and_a_refusal_changes_nothing(
    callers: dict[str, APIClient],
    calc: FakeCalc,
    observer: User,
    moderator: User,
    call: tuple[str, str],
    caller: str,
) -> None:
    ready = prepared(call, observer, moderator, calc)
    before = everything()
    answer = ready.by(callers[caller])
    wanted = TABLE[call].answers[CALLERS.index(caller)]
    assert answer.status_code == wanted, getattr(answer, "content", b"")
    if wanted >= 400:
        assert answer.json()["reason"] in REFUSED[wanted]
        assert everything() == before and calc.create_requests == []


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
@pytest.mark.parametrize("call", COOKIE_CALLS, ids=" ".join)
def test_no_unsafe_call_is_made_with_a_cookie_for_another_site(
    calc: FakeCalc, observer: User, moderator: User, call: tuple[str, str], origin: str | None
) -> None:
    client = APIClient()
    client.force_login(moderator if TABLE[call].answers[1] == 403 else observer)
    ready = prepared(call, observer, moderator, calc)
    headers = {} if origin is None else {"HTTP_ORIGIN": origin}
    before = everything()
    answer = ready.by(client, **headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE")
    assert everything() == before
    if origin is None:
        assert ready.by(client, HTTP_ORIGIN="http://testserver").status_code < 300


def test_nobody_is_signed_in_or_out_for_another_site(observer: User) -> None:
    evil = {"HTTP_ORIGIN": "http://evil.example"}
    for call in ("login", "token", "register"):
        assert APIClient().post(f"/api/auth/{call}", CREDENTIALS, **evil).json()["reason"] == "CROSS_SITE"
    client = APIClient()
    client.force_login(observer)
    assert client.post("/api/auth/logout", **evil).json()["reason"] == "CROSS_SITE"
    assert client.get("/api/auth/me").status_code == 200


def test_the_admin_takes_no_form_without_its_csrf_token(observer: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    assert client.post("/api/admin/login/", CREDENTIALS).status_code == 403
    client.force_login(observer)
    for path in ("logout/", f"accounts/user/{observer.pk}/password/", "accounts/user/add/"):
        assert client.post(f"/api/admin/{path}", {}).status_code == 403, path


def test_what_the_table_does_not_know_nobody_may() -> None:
    assert asked("api/new", "GET", has_handler=True) is None
    assert asked("api/requests", "PATCH", has_handler=True) is None
    assert asked("api/requests", "HEAD", has_handler=True) is Who.SIGNED_IN
    assert asked("api/requests", "PATCH", has_handler=False) is Who.SIGNED_IN
    assert asked("api/stations", "PATCH", has_handler=False) is Who.ANYBODY


def spare_token(user: User) -> int:
    create_token(user=user)
    return ApiToken.objects.get(user=user).pk


def everything() -> dict[str, Any]:
    """The rows of all tables but those that count attempts and use."""
    tables = [name for name in connection.introspection.table_names() if name.startswith(("requests_", "asteroids_"))]
    with connection.cursor() as cursor:
        rows = {}
        for table in sorted(tables):
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            rows[table] = cursor.fetchall()
    users = list(User.objects.order_by("pk").values("pk", "password", "role", "is_active"))
    return {**rows, "users": users, "tokens": set(ApiToken.objects.values_list("pk", flat=True))}
