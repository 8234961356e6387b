"""Sessions: how they begin, end by themselves, and end with a password; tokens: how they end."""

import getpass
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from main_api.accounts import sessions
from main_api.accounts.models import ApiToken, User
from tests.main_api.conftest import PASSWORD, Clients

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}
NEW = "tin-whistle-88"
HOUR_S = 3600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of sessions and of the database's rows on."""
    real, moved = sessions.time.time, [0.0]
    now = timezone.now
    monkeypatch.setattr(sessions.time, "time", lambda: real() + moved[0])
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=moved[0]))

    def move(seconds: float) -> None:
        moved[0] += seconds

    return move


@pytest.fixture(autouse=True)
def hours(settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 2 * HOUR_S
    settings.SESSION_LONGEST_S = 5 * HOUR_S


def browser(password: str = PASSWORD) -> APIClient:
    client = APIClient()
    answer = client.post("/api/auth/login", {"username": "olga", "password": password})
    assert answer.status_code == 200, answer.content
    return client


def status_of(client: APIClient) -> int:
    return client.get("/api/auth/me").status_code


def test_a_session_ends_without_use(observer: User, clock: Callable[[float], None]) -> None:
    client = browser()
    clock(2 * HOUR_S - 10)
    assert status_of(client) == 200
    clock(2 * HOUR_S + 10)
    answer = client.get("/api/auth/me")
    assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_SIGNED_IN")


def test_use_keeps_a_session_but_not_beyond_its_longest_time(observer: User, clock: Callable[[float], None]) -> None:
    client = browser()
    statuses = []
    for _ in range(6):
        clock(HOUR_S - 5)
        statuses.append(status_of(client))
    assert statuses == [200] * 5 + [401]


def test_the_cookie_lives_no_longer_than_the_session(observer: User, clock: Callable[[float], None]) -> None:
    client = browser()
    for _ in range(4):
        clock(HOUR_S)
        answer = client.get("/api/auth/me")
    assert HOUR_S - 10 <= answer.cookies["sessionid"]["max-age"] <= HOUR_S


def test_a_longest_time_that_was_shortened_ends_older_sessions(
    observer: User, clock: Callable[[float], None], settings: Any
) -> None:
    client = browser()
    clock(HOUR_S)
    settings.SESSION_LONGEST_S = HOUR_S // 2
    assert status_of(client) == 401


def test_a_session_in_use_is_not_written_at_every_call(
    observer: User, clock: Callable[[float], None], django_assert_num_queries: Any
) -> None:
    client = browser()
    with django_assert_num_queries(2):  # the session and the user
        assert status_of(client) == 200
    clock(0.2 * HOUR_S + 1)
    assert "sessionid" in client.get("/api/auth/me").cookies
    with django_assert_num_queries(2):
        assert status_of(client) == 200


def test_signing_in_gives_a_new_key_so_that_none_can_be_foisted_on_a_victim(observer: User) -> None:
    client = browser()
    first = client.cookies["sessionid"].value
    assert client.post("/api/auth/login", {"username": "olga", "password": PASSWORD}).status_code == 200
    second = client.cookies["sessionid"].value
    assert first != second
    stolen = APIClient()
    stolen.cookies["sessionid"] = first
    assert status_of(stolen) == 401
    assert client.get("/api/auth/me").json()["username"] == "olga"
    foisted = APIClient()
    foisted.cookies["sessionid"] = "a" * 32
    foisted.post("/api/auth/login", {"username": "olga", "password": PASSWORD})
    assert foisted.cookies["sessionid"].value != "a" * 32


def test_rows_of_ended_sessions_go_when_somebody_signs_in(observer: User, clock: Callable[[float], None]) -> None:
    browser()
    clock(3 * HOUR_S)
    browser()
    assert Session.objects.count() == 1


def test_a_session_that_is_signed_out_while_it_is_written_is_401(
    observer: User, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    clock(HOUR_S)
    load = sessions.SessionStore.load

    def load_and_lose(self: sessions.SessionStore) -> dict[str, Any]:
        values = load(self)
        Session.objects.all().delete()
        return values

    monkeypatch.setattr(sessions.SessionStore, "load", load_and_lose)
    answer = client.get("/api/auth/me")
    assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_SIGNED_IN")


def test_a_new_password_ends_the_other_sessions_and_all_tokens(observer: User, as_observer: APIClient) -> None:
    mine, other = browser(), browser()
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert mine.post("/api/auth/password", body, **ORIGIN).status_code == 204
    assert [status_of(client) for client in (mine, other, as_observer)] == [200, 401, 401]
    assert status_of(browser(NEW)) == 200
    old = {"username": "olga", "password": PASSWORD}
    assert APIClient().post("/api/auth/login", old).status_code == 401


def test_a_client_changes_the_password_by_its_token_and_needs_another_one(
    observer: User, as_observer: APIClient
) -> None:
    page = browser()
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert as_observer.post("/api/auth/password", body).status_code == 204
    assert [status_of(page), status_of(as_observer)] == [401, 401]


@pytest.mark.parametrize(
    ("current", "new", "path", "reason"),
    [
        ("wrong", NEW, "current_password", "WRONG_CREDENTIALS"),
        (PASSWORD, "short", "new_password", "INVALID_FORMAT"),
        (PASSWORD, "password123", "new_password", "INVALID_FORMAT"),
        (PASSWORD, "x" * 129, "new_password", "TOO_LONG"),
        (PASSWORD, "", "new_password", "REQUIRED"),
    ],
)
def test_a_password_that_is_wrong_or_weak_changes_nothing(
    observer: User, as_observer: APIClient, current: str, new: str, path: str, reason: str
) -> None:
    answer = as_observer.post("/api/auth/password", {"current_password": current, "new_password": new})
    assert answer.status_code == 400
    assert {(error["path"], error["reason"]) for error in answer.json()["errors"]} == {(path, reason)}
    assert status_of(as_observer) == 200
    observer.refresh_from_db()
    assert observer.check_password(PASSWORD)


def test_changing_the_password_with_a_cookie_needs_our_own_origin(observer: User) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    for headers in ({}, {"HTTP_ORIGIN": "http://evil.example"}):
        answer = browser().post("/api/auth/password", body, **headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE")


def test_a_forgotten_password_is_replaced_by_a_command_that_ends_sessions_and_tokens(
    observer: User, as_observer: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser()
    monkeypatch.setattr(getpass, "getpass", lambda prompt: NEW)
    call_command("changepassword", "olga", stdout=io.StringIO())
    assert [status_of(page), status_of(as_observer)] == [401, 401]
    assert status_of(browser(NEW)) == 200


def test_a_password_set_in_the_admin_ends_sessions_and_tokens(observer: User, as_observer: APIClient) -> None:
    page, admin = browser(), Client()
    admin.force_login(User.objects.create_superuser("root", password="x"))
    answer = admin.post(
        f"/api/admin/accounts/user/{observer.pk}/password/",
        {"password1": NEW, "password2": NEW, "usable_password": "true"},
    )
    assert answer.status_code == 302
    assert [status_of(page), status_of(as_observer)] == [401, 401]


def test_a_token_revokes_itself_and_no_other(observer: User, signed_in: Clients) -> None:
    one, other = signed_in(observer), signed_in(observer)
    assert one.delete("/api/auth/token").status_code == 204
    assert [status_of(one), status_of(other)] == [401, 200]
    assert one.delete("/api/auth/token").status_code == 401


def test_a_session_revokes_all_tokens_of_its_user(observer: User, other_observer: User, signed_in: Clients) -> None:
    one, two, stranger = signed_in(observer), signed_in(observer), signed_in(other_observer)
    page = browser()
    assert page.delete("/api/auth/token").status_code == 403
    assert page.delete("/api/auth/token", **ORIGIN).status_code == 204
    assert [status_of(client) for client in (one, two, page, stranger)] == [401, 401, 200, 200]


def test_a_user_sees_the_tokens_that_open_something_and_revokes_one(
    observer: User, other_observer: User, signed_in: Clients
) -> None:
    one, other, stranger = signed_in(observer), signed_in(observer), signed_in(other_observer)
    listed = one.get("/api/auth/tokens").json()
    assert (listed["count"], listed["next"], listed["previous"]) == (2, None, None)
    assert [set(row) for row in listed["results"]] == [{"id", "created_at", "last_used_at", "expires_at"}] * 2
    newest, oldest = (row["id"] for row in listed["results"])
    assert newest > oldest
    assert stranger.delete(f"/api/auth/tokens/{newest}").status_code == 404
    assert one.delete(f"/api/auth/tokens/{newest}").status_code == 204
    assert one.delete(f"/api/auth/tokens/{newest}").status_code == 404
    assert [status_of(one), status_of(other)] == [200, 401]
    assert one.get("/api/auth/tokens").json()["count"] == 1


def test_a_token_that_nobody_uses_ends_and_one_in_use_does_not(
    observer: User, as_observer: APIClient, clock: Callable[[float], None], settings: Any
) -> None:
    settings.TOKEN_UNUSED_DAYS = 3
    for _ in range(3):
        clock(2 * 24 * HOUR_S)
        assert status_of(as_observer) == 200
    clock(3 * 24 * HOUR_S + 1)
    assert status_of(as_observer) == 401
    assert APIClient().post("/api/auth/token", {"username": "olga", "password": PASSWORD}).status_code == 200
    assert ApiToken.objects.count() == 1


def test_the_use_of_a_token_is_noted_once_an_hour(
    observer: User, as_observer: APIClient, clock: Callable[[float], None], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        status_of(as_observer)
    clock(HOUR_S + 1)
    with django_assert_num_queries(2):
        status_of(as_observer)
    with django_assert_num_queries(1):
        status_of(as_observer)
