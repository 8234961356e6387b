"""Passwords, tokens, session ids and keys are in no log line and no answer, also where a call ends in a fault."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from main_api.accounts import services
from main_api.accounts.models import User
from main_api.logs import JsonFormatter, KeyValueFormatter
from main_api.requests.services import drafts, results
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.sample_requests import make_completed, result_body

PASSWORD = "a-password-of-the-test-41"
NEW_PASSWORD = "a-new-password-of-the-test-42"
COMMENT = "what an observer wrote"
API_KEY = "the-key-of-calc-grpc"
ORIGIN = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture(params=[KeyValueFormatter, JsonFormatter])
def logged(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """The lines of the log, as they are written."""
    lines: list[str] = []
    formatter = request.param()
    # Formatted when it is written: the request id is known only then.
    monkeypatch.setattr(caplog.handler, "emit", lambda record: lines.append(formatter.format(record)))
    caplog.set_level(logging.INFO)
    return lambda: "\n".join(lines)


@pytest.fixture
def user(db: None, settings: Any) -> User:
    settings.CALC_API_KEY = API_KEY
    return User.objects.create_user("olga", password=PASSWORD)


def fault(*_: object, **__: object) -> None:
    raise RuntimeError("a fault of the test")


def test_a_fault_is_logged_with_its_trace_and_tells_no_secret(
    user: User, moderator: User, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = APIClient(raise_request_exception=False)
    assert client.post("/api/auth/login", {"username": "olga", "password": PASSWORD}).status_code == 200
    session = client.cookies["sessionid"].value
    token = services.create_token(user=user)
    completed = make_completed(user, moderator)
    for place in ((services, "authenticate"), (User, "set_password"), (drafts, "record"), (results, "receive_report")):
        monkeypatch.setattr(*place, fault)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    draft = {"designation": "Ceres", "comment": COMMENT}
    faults = [
        client.post("/api/auth/login", {"username": "olga", "password": PASSWORD}),
        client.post("/api/auth/register", {"username": "nina", "password": NEW_PASSWORD}),
        client.post("/api/auth/password", change, **ORIGIN),
        client.post("/api/requests", draft, **ORIGIN),
        client.post("/api/requests", draft, headers={"Authorization": f"Token {token}"}),
        client.put(
            f"/api/requests/{completed.pk}/result",
            result_body(completed, verdict_reason=COMMENT),
            headers={"X-Calc-Key": CALLBACK_KEY, "webhook-signature": "v1,c2lnbmF0dXJl"},
        ),
    ]
    secrets = [PASSWORD, NEW_PASSWORD, session, token, CALLBACK_KEY, API_KEY, "c2lnbmF0dXJl", COMMENT]
    secrets += [django_settings.SECRET_KEY, user.password]
    lines = logged()
    for answer in faults:
        assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
        assert answer.json()["request_id"] in lines
        assert "a fault of the test" not in answer.content.decode() and "Traceback" not in answer.content.decode()
    assert lines.count("RuntimeError: a fault of the test") == len(faults)
    for text in (lines, *(answer.content.decode() for answer in faults)):
        assert [secret for secret in secrets if secret in text] == []


def test_refusals_tell_no_secret_either(user: User, logged: Callable[[], str]) -> None:
    client = APIClient()
    wrong = "not-the-password-of-olga"
    answers = [
        client.post("/api/auth/login", {"username": wrong, "password": wrong}),
        client.post("/api/auth/token", {"username": "olga", "password": wrong}),
        client.post("/api/auth/register", {"username": "nina", "password": "short-7"}),
        client.get("/api/auth/me", headers={"Authorization": f"Token {wrong}"}),
        client.put("/api/requests/1/result", {}, headers={"X-Calc-Key": wrong}),
        client.get("/api/auth/me", HTTP_COOKIE=f"sessionid={wrong}"),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 400, 401, 403, 401]
    text = logged() + "".join(answer.content.decode() for answer in answers)
    assert "sign-in failed" in text and "short-7" not in text and wrong not in text


def test_what_was_done_to_an_account_is_logged_with_the_address(user: User, logged: Callable[[], str]) -> None:
    client = APIClient()
    client.force_login(user)
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert client.post("/api/auth/password", change, HTTP_X_FORWARDED_FOR="192.0.2.1", **ORIGIN).status_code == 204
    line = next(line for line in logged().splitlines() if "password changed" in line)
    assert "192.0.2.1" in line and "olga" in line and NEW_PASSWORD not in line
