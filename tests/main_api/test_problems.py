"""Everything that is refused has one form; the tables of refusals are whole."""

import inspect
import io
import json
import logging
from typing import Any

import pytest
from astrodist.errors.v1 import errors_pb2
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework import exceptions
from rest_framework.test import APIClient

from main_api import errors, exception_handler
from main_api.accounts.models import User
from main_api.errors import ApiError, FieldError
from main_api.logs import KeyValueFormatter
from main_api.middleware import UnreadBodyMiddleware
from main_api.requests.models import Request
from tests.main_api.sample_requests import make_completed, make_formed

REASONS = {value.name for value in errors_pb2.Reason.DESCRIPTOR.values}
KINDS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, ApiError) and kind is not ApiError
]


def is_problem(answer: Any, status: int, reason: str) -> bool:
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "reason", "request_id"} <= set(body)
    assert body["request_id"] == answer["X-Request-Id"] and body["detail"] and body["title"]
    return (answer.status_code, body["status"], body["reason"]) == (status, status, reason)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status_a_known_reason_and_words(kind: type[ApiError]) -> None:
    answer = exception_handler.handle(kind(errors=[FieldError(path="a", reason="REQUIRED", message="b")]), {})
    assert answer is not None and answer.status_code == exception_handler.STATUSES[kind]
    body = json.loads(answer.content)
    assert body["reason"] in REASONS
    assert body["detail"] == inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
    assert body["errors"] == [{"path": "a", "reason": "REQUIRED", "message": "b"}]


def test_the_tables_hold_no_reason_that_the_contract_does_not_know() -> None:
    framework = {reason for _, reason, _ in exception_handler.FRAMEWORK.values()}
    assert framework | set(exception_handler.FIELD_REASONS.values()) <= REASONS


@pytest.mark.parametrize(
    ("raised", "status", "reason"),
    [
        (exceptions.NotAuthenticated(), 401, "NOT_SIGNED_IN"),
        (exceptions.AuthenticationFailed(), 401, "NOT_SIGNED_IN"),
        (exceptions.PermissionDenied(), 403, "FORBIDDEN"),
        (exceptions.NotFound(), 404, "NOT_FOUND"),
        (exceptions.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
        (exceptions.NotAcceptable(), 406, "NOT_ACCEPTABLE"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (exceptions.ParseError(), 400, "MALFORMED_BODY"),
        (exceptions.Throttled(wait=1.5), 429, "THROTTLED"),
    ],
)
def test_what_the_framework_raises_is_translated(raised: exceptions.APIException, status: int, reason: str) -> None:
    answer = exception_handler.handle(raised, {})
    assert answer is not None
    assert (answer.status_code, json.loads(answer.content)["reason"]) == (status, reason)


def test_who_has_to_wait_is_told_how_long() -> None:
    throttled = exception_handler.handle(exceptions.Throttled(wait=1.5), {})
    unavailable = exception_handler.handle(errors.CalcUnavailable(), {})
    assert throttled is not None and throttled["Retry-After"] == "3"
    assert unavailable is not None and unavailable["Retry-After"] == "2"


def test_at_most_a_hundred_fields_are_listed() -> None:
    many = [FieldError(path=str(index), reason="REQUIRED", message="") for index in range(101)]
    answer = exception_handler.handle(errors.InvalidInput(errors=many), {})
    assert answer is not None and len(json.loads(answer.content)["errors"]) == 100


@pytest.mark.parametrize("path", ["/", "/api", "/api/nothing", "/api/requests/", "/api/requests/x", "/api/requests/-1"])
def test_an_address_that_is_not_there_is_a_problem(anonymous: APIClient, path: str) -> None:
    assert is_problem(anonymous.get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/stations?page_size=1", "/api/admin/", "/nothing"])
def test_a_host_name_that_is_not_ours_is_a_problem_and_one_line_of_the_log(
    anonymous: APIClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    (handler,) = [handler for handler in logging.root.handlers if isinstance(handler.formatter, KeyValueFormatter)]
    monkeypatch.setattr(handler, "stream", log)
    assert is_problem(anonymous.get(path, HTTP_HOST="evil.example"), 400, "INVALID_INPUT")
    refused, answered = log.getvalue().splitlines()
    assert "level=warning" in refused and 'event="host refused" host=evil.example' in refused
    assert "level=info" in answered and "status=400" in answered


def test_another_request_that_django_refuses_is_a_problem() -> None:
    answer = exception_handler.bad_request(RequestFactory().get("/"), SuspiciousOperation())
    assert (answer.status_code, json.loads(answer.content)["reason"]) == (400, "INVALID_INPUT")


def test_a_fault_of_ours_tells_nothing_but_its_request_id(
    as_observer: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("main_api.requests.selectors.request_rows", lambda user: 1 / 0)
    as_observer.raise_request_exception = False
    answer = as_observer.get("/api/requests")
    assert is_problem(answer, 500, "INTERNAL")
    assert "division" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_403_of_django_itself_is_a_problem() -> None:
    answer = exception_handler.forbidden(RequestFactory().get("/"), PermissionError())
    assert (answer.status_code, json.loads(answer.content)["reason"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b'{"designation": NaN}',
        b'{"designation": "\xff"}',
        b'{"designation": ' + b"1" * 5000 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda body: str(body[:20]),
)
def test_a_body_that_is_no_json_object_is_malformed(as_observer: APIClient, body: bytes) -> None:
    answer = as_observer.generic("POST", "/api/requests", body, content_type="application/json")
    assert is_problem(answer, 400, "MALFORMED_BODY")


def test_half_a_surrogate_pair_is_refused_wherever_it_stands(as_observer: APIClient) -> None:
    body = rb'{"designation": "\ud800", "\udfff": 1}'
    answer = as_observer.generic("POST", "/api/requests", body, content_type="application/json")
    assert is_problem(answer, 400, "INVALID_INPUT")
    assert {error["reason"] for error in answer.json()["errors"]} == {"INVALID_FORMAT", "UNKNOWN_FIELD"}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_not_sent_as_json_is_415(as_observer: APIClient, content_type: str) -> None:
    answer = as_observer.generic("POST", "/api/requests", b'{"designation": "Ceres"}', content_type=content_type)
    assert is_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_client_that_wants_no_json_is_406(as_observer: APIClient) -> None:
    assert is_problem(as_observer.get("/api/requests", HTTP_ACCEPT="text/html"), 406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("path", ["/api/auth/me", "/api/schema"])
def test_a_parameter_named_format_changes_nothing(as_observer: APIClient, path: str) -> None:
    plain, named = as_observer.get(path), as_observer.get(f"{path}?format=xml")
    assert (named.status_code, named["Content-Type"]) == (200, plain["Content-Type"])


def test_a_body_beyond_the_limit_is_413_and_the_limit_of_a_result_is_higher(
    as_observer: APIClient, observer: User, moderator: User
) -> None:
    large = b'{"designation": "' + b"x" * 2_621_440 + b'"}'
    answer = as_observer.generic("POST", "/api/requests", large, content_type="application/json")
    assert is_problem(answer, 413, "BODY_TOO_LARGE")
    completed = make_completed(observer, moderator)
    put = {"content_type": "application/json", "HTTP_X_CALC_KEY": "development-callback-key"}
    url = f"/api/requests/{completed.pk}/result"
    assert is_problem(as_observer.generic("PUT", url, large, **put), 400, "INVALID_INPUT")
    assert is_problem(as_observer.generic("PUT", url, large * 4, **put), 413, "BODY_TOO_LARGE")


def test_a_caller_that_is_refused_finishes_what_it_sends() -> None:
    """Answering in mid-upload resets the connection, and the gateway would tell of a fault instead of the refusal."""
    request = RequestFactory().generic("POST", "/api/requests/1/import", b"x" * 200_000)
    answer = UnreadBodyMiddleware(lambda _: HttpResponse(status=401))(request)
    assert (answer.status_code, request.read()) == (401, b"")


def test_a_caller_that_breaks_off_is_no_fault() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError

    request = RequestFactory().post("/", **{"wsgi.input": Broken(), "CONTENT_LENGTH": "9"})
    assert UnreadBodyMiddleware(lambda _: HttpResponse(status=401))(request).status_code == 401


def test_a_request_id_that_is_usable_is_kept_and_another_is_replaced(anonymous: APIClient) -> None:
    kept = anonymous.get("/api/auth/me", HTTP_X_REQUEST_ID="abc-1.2_3")
    replaced = anonymous.get("/api/auth/me", HTTP_X_REQUEST_ID="a b\n")
    assert kept["X-Request-Id"] == kept.json()["request_id"] == "abc-1.2_3"
    assert len(replaced["X-Request-Id"]) == 36


def test_a_refusal_of_a_transition_is_a_problem(as_observer: APIClient, observer: User) -> None:
    formed = make_formed(observer)
    assert is_problem(as_observer.put(f"/api/requests/{formed.pk}/form"), 409, "ILLEGAL_TRANSITION")
    assert Request.objects.get().status == "FORMED"
