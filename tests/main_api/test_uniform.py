"""Whatever is asked in a wrong way, at whatever address: the refusal is a problem, never a page and never a fault."""

import re
from typing import Any

import pytest
from astrodist.errors.v1 import errors_pb2
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from main_api.accounts.models import User
from tests.main_api.conftest import CALLBACK_KEY, Clients
from tests.main_api.test_openapi import OPERATIONS, routes

WORDS = set(errors_pb2.Reason.keys())
VALUES = {"calculation_id": "00000000-0000-4000-8000-000000000001"}
ADDRESSES = sorted(
    {
        re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "1"), path)
        for path, _ in routes(get_resolver())
        if "admin" not in path
    }
)
BODIES = [
    (b"{", "application/json"),
    (b"[]", "application/json"),
    (b"\xff", "application/json"),
    (b'{"no_such_field": 1}', "application/json"),
    (b"a=b", "application/x-www-form-urlencoded"),
    (b"--x--", "multipart/form-data; boundary=x"),
    (b"<a/>", "application/xml"),
    (b"{}", "no content type at all"),
]


def is_problem(answer: Any) -> bool:
    assert answer["Content-Type"] == "application/problem+json", (answer.status_code, answer.content[:200])
    body = answer.json()
    return body["status"] == answer.status_code < 500 and body["reason"] in WORDS and bool(body["request_id"])


@pytest.fixture(params=["anonymous", "observer", "moderator", "key"])
def caller(request: pytest.FixtureRequest, observer: User, moderator: User, signed_in: Clients) -> APIClient:
    clients = {"anonymous": APIClient(), "key": APIClient(headers={"X-Calc-Key": CALLBACK_KEY})}
    if request.param in clients:
        return clients[request.param]
    return signed_in(observer if request.param == "observer" else moderator)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_method_that_is_not_taken_is_a_problem(caller: APIClient, address: str) -> None:
    known = {
        method for path, method, _ in OPERATIONS.values() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address)
    }
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
        if method.lower() in known or (method == "GET" and not known):
            continue
        answer = caller.generic(method, address)
        assert is_problem(answer), (method, address)
        assert answer.status_code in (401, 403, 405)
        assert answer.status_code != 405 or answer["Allow"]


@pytest.mark.parametrize(("content", "content_type"), BODIES, ids=[f"{kind} {body!r}" for body, kind in BODIES])
@pytest.mark.parametrize("operation_id", [name for name, (_, _, it) in OPERATIONS.items() if "requestBody" in it])
def test_a_body_that_is_not_what_a_call_takes_is_a_problem(
    caller: APIClient, operation_id: str, content: bytes, content_type: str
) -> None:
    path, method, operation = OPERATIONS[operation_id]
    if "text/plain" in operation["requestBody"]["content"]:
        return  # takes any file, and says what is wrong with it
    address = re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "1"), path)
    answer = caller.generic(method.upper(), address, content, content_type=content_type)
    if operation_id == "startCatalogueSync" and answer.status_code == 503:
        return  # without a body that counts, everything is as by default
    assert is_problem(answer)
    assert str(answer.status_code) in operation["responses"]


@pytest.mark.parametrize("path", ["/api/auth/tokens", "/api/requests", "/api/stations", "/api/asteroids"])
@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=1&page=1", "page"),
        ("page_size=0", "page_size"),
        ("page_size=1001", "page_size"),
        ("page_size=1e2", "page_size"),
        ("page_size=5&page_size=6", "page_size"),
        ("pagesize=5", "pagesize"),
        ("offset=5", "offset"),
    ],
)
def test_every_list_refuses_a_wrong_parameter_by_its_name(
    as_observer: APIClient, path: str, query: str, refused: str
) -> None:
    answer = as_observer.get(f"{path}?{query}")
    assert is_problem(answer) and answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == [refused]


@pytest.mark.parametrize("path", ["/api/auth/tokens", "/api/requests", "/api/stations", "/api/asteroids"])
def test_every_list_is_a_page(as_observer: APIClient, path: str) -> None:
    assert set(as_observer.get(path).json()) == {"count", "next", "previous", "results"}
    beyond = as_observer.get(f"{path}?page=999")
    assert is_problem(beyond) and beyond.status_code == 404


def test_a_form_of_the_admin_without_its_token_is_a_problem(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/admin/login/", {"username": "a", "password": "b"})
    assert is_problem(answer) and (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE")


def test_a_form_that_is_too_large_is_a_problem(db: None) -> None:
    answer = Client().post("/api/admin/login/", "x" * 2_700_000, content_type="application/x-www-form-urlencoded")
    assert is_problem(answer) and (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")


def test_the_redirect_to_the_admin_takes_no_strange_methods(db: None) -> None:
    answer = Client().generic("TRACE", "/api/admin")
    assert is_problem(answer) and answer.status_code == 405 and answer["Allow"]
