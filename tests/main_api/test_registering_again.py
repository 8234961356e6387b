"""Registering repeated under its Idempotency-Key is one account, and what is kept of it opens nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from main_api.accounts import services
from main_api.accounts.models import Attempts, User
from main_api.accounts.services import change_password
from main_api.idempotency.models import KeptAnswer
from tests.main_api.conftest import PASSWORD

URL = "/api/auth/register"
KEY = '"6b1f1f0e-2ad5-4a8e-9e0c-5f5b8a6f3c11"'
OTHER_PASSWORD = "tin-whistle-88"
REPLAYED = "Idempotency-Replayed"

pytestmark = pytest.mark.django_db


def register(username: str = "nina", password: str = PASSWORD, key: str | None = KEY, **extra: str) -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    client = APIClient()
    answer = client.post(URL, {"username": username, "password": password}, **headers, **extra)
    answer.me = client.get("/api/auth/me").json()
    return answer


def test_repeated_with_the_same_password_it_is_the_same_account_and_signs_in() -> None:
    first, again = register(), register()
    assert (first.status_code, first.json()) == (
        201,
        {"id": User.objects.get().pk, "username": "nina", "role": "observer"},
    )
    assert (again.status_code, again.content, again["Content-Type"]) == (201, first.content, first["Content-Type"])
    assert REPLAYED not in first and again[REPLAYED] == "true"
    assert first.me == again.me == first.json()
    assert first.cookies["sessionid"].value != again.cookies["sessionid"].value


def test_the_answer_is_the_same_whether_a_key_was_sent_or_not() -> None:
    keyed, plain = register(), register("nadia", key=None)
    assert plain.json().keys() == keyed.json().keys() and plain["Content-Type"] == keyed["Content-Type"]
    assert not KeptAnswer.objects.exclude(user__username="nina").exists()


def test_with_another_password_it_is_422_and_counts_as_a_failed_sign_in(settings: Any) -> None:
    settings.SIGN_IN_FAILURES_MAX = 2
    register()
    answers = [register(password=OTHER_PASSWORD) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert answers[0].json()["reason"] == "IDEMPOTENCY_KEY_REUSED" and "sessionid" not in answers[0].cookies
    assert register().json()["reason"] == "SIGN_IN_LOCKED", "a key is no way to try passwords"
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("key", [None, "another-key"])
def test_under_another_key_or_none_the_name_is_taken(key: str | None) -> None:
    register()
    answer = register(key=key)
    assert (answer.status_code, answer.json()["reason"]) == (
        409,
        "USERNAME_TAKEN",
    ) and "sessionid" not in answer.cookies


def test_a_key_is_one_name_s() -> None:
    assert [register(name).status_code for name in ("nina", "nadia")] == [201, 201]
    assert User.objects.count() == 2


def test_a_refusal_is_not_kept() -> None:
    assert register(password="short-7").status_code == 400
    assert not KeptAnswer.objects.exists() and register().status_code == 201


def test_a_password_that_was_changed_since_is_another_one() -> None:
    register()
    change_password(
        user=User.objects.get(), current_password=PASSWORD, new_password=OTHER_PASSWORD, address="192.0.2.1"
    )
    assert register().status_code == 422 and register(password=OTHER_PASSWORD)[REPLAYED] == "true"


def test_after_the_time_of_the_setting_the_name_is_taken_again(settings: Any) -> None:
    register()
    KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=settings.IDEMPOTENCY_KEEP_H, seconds=1))
    assert register().json()["reason"] == "USERNAME_TAKEN"


def test_repeating_is_no_second_registration(settings: Any) -> None:
    settings.REGISTRATIONS_MAX = 1
    assert [register().status_code for _ in range(3)] == [201] * 3
    assert Attempts.objects.get(kind="registration").count == 1


def test_what_is_kept_holds_no_secret_and_nothing_from_which_one_could_be_guessed() -> None:
    answer = register()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM idempotency_keptanswer")
        row = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
    secrets = (PASSWORD, User.objects.get().password, answer.cookies["sessionid"].value)
    assert row["fingerprint"] == "" and not any(secret in str(row) for secret in secrets)
    assert set(row) == {
        "id", "user_id", "call", "key", "fingerprint", "claim", "claimed_at", "status", "headers", "body"
    }  # fmt: skip


def test_a_user_whose_answer_could_not_be_kept_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(**_: Any) -> None:
        assert User.objects.exists(), "the user came first"
        raise RuntimeError("the power fails here")

    with monkeypatch.context() as patch:
        patch.setattr("main_api.accounts.registering.keep_first_answer", lose)
        client = APIClient(raise_request_exception=False)
        body = {"username": "nina", "password": PASSWORD}
        assert client.post(URL, body, HTTP_IDEMPOTENCY_KEY=KEY).status_code == 500
    assert not User.objects.exists() and register().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_it_is_one_account(
    together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = together(*[register] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1 and User.objects.count() == 1
    assert sum(REPLAYED not in answer for answer in answers) == 1


def test_names_that_are_taken_count_as_registrations(settings: Any) -> None:
    settings.REGISTRATIONS_MAX = 3
    services.register(username="nina", password=PASSWORD, address="192.0.2.9")
    answers = [register("NINA", key=None) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [409, 409, 409, 429], "nobody tries many"


def test_a_token_is_drawn_anew_whatever_key_was_sent(observer: User) -> None:
    body = {"username": "olga", "password": PASSWORD}
    tokens = [APIClient().post("/api/auth/token", body, HTTP_IDEMPOTENCY_KEY=KEY).json()["token"] for _ in range(2)]
    assert tokens[0] != tokens[1] and not KeptAnswer.objects.exists()
