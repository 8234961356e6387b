"""Failed sign-ins are counted for all processes together, and after too many of them nobody gets in for a while."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from main_api.accounts import services
from main_api.accounts.attempts import name_digest
from main_api.accounts.models import Attempts, User
from main_api.errors import SignInLocked
from tests.main_api.conftest import PASSWORD

WRONG = "not-the-password"
LOCK_S = 300


@pytest.fixture(autouse=True)
def few_attempts(settings: Any) -> None:
    settings.SIGN_IN_FAILURES_MAX = 3
    settings.SIGN_IN_ADDRESS_FAILURES_MAX = 5
    settings.SIGN_IN_LOCK_S = LOCK_S
    settings.REGISTRATIONS_MAX = 2


def attempt(call: str = "login", username: str = "olga", password: str = WRONG, **extra: str) -> Any:
    return APIClient().post(f"/api/auth/{call}", {"username": username, "password": password}, **extra)


def fail(times: int, username: str = "olga", **extra: str) -> None:
    for _ in range(times):
        assert attempt(username=username, **extra).status_code == 401


def let_time_pass() -> None:
    Attempts.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("call", ["login", "token"])
def test_after_too_many_failures_not_even_the_right_password_gets_in(observer: User, call: str) -> None:
    fail(3)
    answer = attempt(call, password=PASSWORD)
    body = answer.json()
    assert (answer.status_code, body["reason"]) == (429, "SIGN_IN_LOCKED")
    assert answer["Retry-After"] == str(body["retry_after_s"])
    assert LOCK_S - 5 <= body["retry_after_s"] <= LOCK_S and "5 minutes" in body["detail"]
    assert "sessionid" not in answer.cookies


def test_the_admin_s_own_page_is_locked_with_the_others_and_counts_as_they_do(observer: User) -> None:
    User.objects.update(is_staff=True)
    form = {"username": "olga", "password": WRONG}
    for _ in range(3):
        page = Client().post("/api/admin/login/", form)
        assert page.status_code == 200 and "correct username and password" in page.content.decode()
    locked = Client().post("/api/admin/login/", {**form, "password": PASSWORD})
    assert (locked.status_code, locked.json()["reason"]) == (429, "SIGN_IN_LOCKED") and locked["Retry-After"]
    assert attempt(password=PASSWORD).status_code == 429


def test_the_admin_lets_staff_in_and_nobody_else(observer: User) -> None:
    form = {"username": "olga", "password": PASSWORD}
    assert Client().post("/api/admin/login/", form).status_code == 200
    User.objects.update(is_staff=True)
    answer = Client().post("/api/admin/login/?next=/api/admin/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/api/admin/")
    assert Client().post("/api/admin/login/", {"username": "olga"}).status_code == 200


def test_the_admin_s_page_for_a_new_password_is_no_way_to_try_passwords(observer: User) -> None:
    User.objects.update(is_staff=True)
    found = Client()
    found.force_login(observer)
    new = {"new_password1": "tin-whistle-88", "new_password2": "tin-whistle-88"}
    address = "/api/admin/password_change/"
    assert found.post(address, {"old_password": PASSWORD, **new, "new_password2": "another"}).status_code == 200
    for _ in range(3):
        page = found.post(address, {"old_password": WRONG, **new})
        assert page.status_code == 200 and "incorrectly" in page.content.decode()
    assert found.post(address, {"old_password": PASSWORD, **new}).status_code == 429
    let_time_pass()
    assert found.get(address).status_code == 200
    assert found.post(address, {"old_password": PASSWORD, **new}).status_code == 302
    assert Client().post(address, {"old_password": "tin-whistle-88", **new})["Location"].startswith("/api/admin/login/")


def test_the_lock_ends_by_itself_and_refused_attempts_do_not_lengthen_it(observer: User) -> None:
    fail(3)
    ends_at = Attempts.objects.get(kind="name").ends_at
    assert attempt(password=PASSWORD).status_code == 429
    assert Attempts.objects.get(kind="name").ends_at == ends_at
    let_time_pass()
    assert attempt(password=PASSWORD).status_code == 200


def test_a_right_password_begins_the_name_anew_and_takes_nothing_from_the_address_but_itself(observer: User) -> None:
    fail(2)
    assert attempt(password=PASSWORD).status_code == 200
    assert list(Attempts.objects.values_list("kind", "count")) == [("address", 2)]
    fail(2)
    assert attempt(password=PASSWORD).status_code == 200


def test_an_address_is_locked_after_failures_of_many_names(observer: User, moderator: User) -> None:
    for number in range(5):
        fail(1, f"nobody{number}")
    assert attempt(username="maria", password=PASSWORD).status_code == 429
    elsewhere = attempt(username="maria", password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_a_stranger_s_failures_lock_out_nobody_elsewhere(observer: User) -> None:
    fail(3, HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert attempt(password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 429
    assert attempt(password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.2").status_code == 200


def test_a_name_is_counted_in_whatever_case_and_whether_there_is_such_a_user_or_not(observer: User) -> None:
    fail(1, "olga"), fail(1, "OLGA"), fail(1, "Olga")
    assert attempt().status_code == 429
    fail(2, "nobody", HTTP_X_FORWARDED_FOR="192.0.2.1"), fail(1, "NOBODY", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert attempt(username="nobody", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 429


def test_all_of_an_ipv6_network_is_one_address(observer: User) -> None:
    for number in range(3):
        fail(1, HTTP_X_FORWARDED_FOR=f"2001:db8:1:2::{number}")
    assert attempt(HTTP_X_FORWARDED_FOR="2001:db8:1:2:ffff::1").status_code == 429
    assert attempt(HTTP_X_FORWARDED_FOR="2001:db8:1:3::1").status_code == 401
    assert Attempts.objects.filter(address="2001:db8:1:2::/64").exists()


def test_the_word_of_a_stranger_about_its_address_is_not_believed(observer: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ("127.0.0.0/8",)
    for number in range(3):
        fail(1, REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert attempt(REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR="198.51.100.77").status_code == 429
    assert set(Attempts.objects.values_list("address", flat=True)) == {"192.0.2.9"}


def test_of_many_attempts_at_the_same_moment_no_more_are_looked_at_than_in_a_row(
    transactional_db: None, together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_user("olga", password=PASSWORD)
    looked_at: list[str] = []
    all_counted = threading.Barrier(3, timeout=20)

    def look(**credentials: str) -> None:
        looked_at.append(credentials["username"])
        all_counted.wait()  # none has failed before the last of them was let through

    monkeypatch.setattr(services, "authenticate", look)

    def sign_in() -> Any:
        return services.sign_in(username="olga", password=WRONG, address="192.0.2.1")

    outcomes = together(*[sign_in] * 6)
    assert sorted(outcomes) == ["SIGN_IN_LOCKED"] * 3 + ["WRONG_CREDENTIALS"] * 3
    assert len(looked_at) == 3


def test_a_name_that_nobody_has_costs_as_many_hashes_as_one_that_somebody_has(
    observer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    hasher = hashers.MD5PasswordHasher
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda self, *a, **k: hashed.append("x") or encode(self, *a, **k))
    counts = []
    for name in ("olga", "nobody"):
        hashed.clear()
        fail(1, name)
        counts.append(len(hashed))
    User.objects.update(is_active=False)
    hashed.clear()
    fail(1)
    assert [*counts, len(hashed)] == [1, 1, 1]


def test_what_is_kept_of_an_attempt_does_not_tell_what_was_typed(observer: User) -> None:
    fail(1, "my-password-in-the-wrong-field")
    kept = str(list(Attempts.objects.values()))
    assert "my-password" not in kept and name_digest("my-password-in-the-wrong-field") in kept


def test_who_is_locked_out_adds_no_row_however_many_names_are_tried(observer: User) -> None:
    for number in range(5):
        fail(1, f"nobody{number}")
    before = list(Attempts.objects.order_by("pk").values())
    for number in range(5):
        assert attempt(username=f"another{number}").status_code == 429
    assert list(Attempts.objects.order_by("pk").values()) == before


def test_counts_that_have_run_out_are_deleted(observer: User) -> None:
    fail(1, "nobody", HTTP_X_FORWARDED_FOR="192.0.2.1")
    let_time_pass()
    fail(1)
    assert set(Attempts.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_an_address_registers_so_many_accounts_in_an_hour(db: None) -> None:
    answers = [attempt("register", f"nina{number}", PASSWORD) for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["reason"] == "THROTTLED" and 3590 <= int(answers[2]["Retry-After"]) <= 3600
    assert not User.objects.filter(username="nina2").exists()
    assert attempt("register", "nina3", PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 201
    let_time_pass()
    assert attempt("register", "nina2", PASSWORD).status_code == 201


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["--user", "OLGA"], [("address", "192.0.2.1"), ("address", "192.0.2.2")]),
        (["--address", "192.0.2.1"], [("address", "192.0.2.2"), ("name", "192.0.2.2")]),
        (
            ["--user", "olga", "--address", "192.0.2.1"],
            [("address", "192.0.2.1"), ("address", "192.0.2.2"), ("name", "192.0.2.2")],
        ),
        (["--all"], []),
    ],
)
def test_an_operator_ends_a_lock(observer: User, arguments: list[str], left: list[tuple[str, str]]) -> None:
    fail(3, HTTP_X_FORWARDED_FOR="192.0.2.1")
    fail(1, HTTP_X_FORWARDED_FOR="192.0.2.2")
    call_command("unlock", *arguments, verbosity=0)
    assert sorted(Attempts.objects.values_list("kind", "address")) == left


def test_after_unlocking_the_right_password_gets_in(observer: User, capsys: pytest.CaptureFixture[str]) -> None:
    fail(3)
    call_command("unlock", "--user", "olga")
    assert capsys.readouterr().out == "1 count forgotten.\n"
    assert attempt(password=PASSWORD).status_code == 200


@pytest.mark.parametrize("arguments", [[], ["--all", "--user", "olga"]])
def test_unlocking_wants_to_know_whom(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="Name a user"):
        call_command("unlock", *arguments)


def test_the_present_password_of_a_session_cannot_be_tried_at_will(observer: User, as_observer: APIClient) -> None:
    body = {"current_password": WRONG, "new_password": "tin-whistle-88"}
    answers = [as_observer.post("/api/auth/password", body) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert answers[0].json()["errors"][0]["path"] == "current_password"
    with pytest.raises(SignInLocked):
        services.sign_in(username="olga", password=PASSWORD, address="127.0.0.1")
