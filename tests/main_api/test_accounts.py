"""Registering, signing in and out, tokens, and whose cookie may do what."""

import unicodedata

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from main_api.accounts.models import ApiToken, Role, User
from tests.main_api.conftest import PASSWORD

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}


def credentials(username: str = "olga", password: str = PASSWORD) -> dict[str, str]:
    return {"username": username, "password": password}


def test_registering_creates_an_observer_and_signs_in(anonymous: APIClient) -> None:
    answer = anonymous.post("/api/auth/register", credentials("nina"))
    assert answer.status_code == 201
    assert answer.json() == {"id": User.objects.get().pk, "username": "nina", "role": "observer"}
    assert anonymous.get("/api/auth/me").json() == answer.json()


def test_nobody_registers_as_a_moderator(anonymous: APIClient) -> None:
    answer = anonymous.post("/api/auth/register", {**credentials("nina"), "role": "moderator"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"path": "role", "reason": "UNKNOWN_FIELD", "message": "There is no such field."}
    ]
    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["olga", "OLGA"])
def test_a_taken_name_is_refused_in_any_case(observer: User, anonymous: APIClient, username: str) -> None:
    answer = anonymous.post("/api/auth/register", credentials(username))
    assert (answer.status_code, answer.json()["reason"]) == (409, "USERNAME_TAKEN")


def test_a_name_in_letters_beyond_ascii_is_taken_in_any_case(anonymous: APIClient) -> None:
    assert anonymous.post("/api/auth/register", credentials("Анна.О")).status_code == 201
    answer = anonymous.post("/api/auth/register", credentials("АННА.о"))
    assert (answer.status_code, answer.json()["reason"]) == (409, "USERNAME_TAKEN")
    assert anonymous.post("/api/auth/register", credentials("Анна-О")).status_code == 201


def test_a_name_taken_while_the_password_is_hashed_is_refused(
    anonymous: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hash_slowly(user: User, password: str) -> None:
        User.objects.create(username="анна")

    monkeypatch.setattr(User, "set_password", hash_slowly)
    answer = anonymous.post("/api/auth/register", credentials("Анна"))
    assert (answer.status_code, answer.json()["reason"]) == (409, "USERNAME_TAKEN")


@pytest.mark.parametrize("call", ["login", "token"])
def test_a_name_signs_in_in_whatever_form_its_letters_come(anonymous: APIClient, call: str) -> None:
    typed = unicodedata.normalize("NFD", "Андрей")  # as some keyboards write it
    assert anonymous.post("/api/auth/register", credentials(typed)).json()["username"] == "Андрей"
    assert anonymous.post(f"/api/auth/{call}", credentials(typed)).status_code == 200


def test_the_database_holds_names_unique_in_any_case_and_knows_the_roles(observer: User) -> None:
    with pytest.raises(IntegrityError, match="user_name_unique_in_any_case"), transaction.atomic():
        User.objects.create(username="Olga")
    with pytest.raises(IntegrityError, match="user_role_known"), transaction.atomic():
        User.objects.create(username="eve", role="admin")


@pytest.mark.parametrize(
    ("username", "password", "path", "reason"),
    [
        ("nina", "short", "password", "INVALID_FORMAT"),
        ("nina", "password123", "password", "INVALID_FORMAT"),
        ("nina", "83910472", "password", "INVALID_FORMAT"),
        ("ninanina", "ninanina1", "password", "INVALID_FORMAT"),
        ("nina vega", PASSWORD, "username", "INVALID_FORMAT"),
        ("n" * 151, PASSWORD, "username", "TOO_LONG"),
        ("", PASSWORD, "username", "REQUIRED"),
        ("nina\x00", PASSWORD, "username", "INVALID_FORMAT"),
        ("n\u0456na", PASSWORD, "username", "INVALID_FORMAT"),
    ],
)
def test_a_bad_name_or_password_is_refused_by_its_field(
    anonymous: APIClient, username: str, password: str, path: str, reason: str
) -> None:
    answer = anonymous.post("/api/auth/register", credentials(username, password))
    assert answer.status_code == 400
    assert {(error["path"], error["reason"]) for error in answer.json()["errors"]} == {(path, reason)}
    assert not User.objects.exists()


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(observer: User, anonymous: APIClient) -> None:
    answer = anonymous.post("/api/auth/login", credentials())
    assert answer.status_code == 200
    assert answer.json() == {"id": observer.pk, "username": "olga", "role": "observer"}
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


@pytest.mark.parametrize("call", ["login", "token"])
def test_wrong_credentials_are_401_and_do_not_say_which_half_is_wrong(
    observer: User, anonymous: APIClient, call: str
) -> None:
    answers = [
        anonymous.post(f"/api/auth/{call}", credentials(name, "not-the-password")).json() for name in ("olga", "nobody")
    ]
    assert [answer["reason"] for answer in answers] == ["WRONG_CREDENTIALS"] * 2
    assert answers[0]["detail"] == answers[1]["detail"]


def test_an_inactive_user_neither_signs_in_nor_uses_a_token(
    observer: User, as_observer: APIClient, anonymous: APIClient
) -> None:
    User.objects.update(is_active=False)
    assert anonymous.post("/api/auth/login", credentials()).status_code == 401
    assert as_observer.get("/api/auth/me").status_code == 401


def test_signing_out_ends_the_session_and_is_harmless_without_one(observer: User, anonymous: APIClient) -> None:
    anonymous.post("/api/auth/login", credentials())
    assert anonymous.post("/api/auth/logout", **ORIGIN).status_code == 204
    assert anonymous.get("/api/auth/me").status_code == 401
    assert anonymous.post("/api/auth/logout").status_code == 204


def test_a_token_is_a_client_s_way_in_and_only_its_digest_is_stored(observer: User, anonymous: APIClient) -> None:
    token = anonymous.post("/api/auth/token", credentials()).json()["token"]
    anonymous.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert anonymous.get("/api/auth/me").json()["username"] == "olga"
    assert token not in str(list(ApiToken.objects.values()))


def test_the_newest_ten_tokens_of_a_user_are_valid(observer: User, anonymous: APIClient) -> None:
    tokens = [anonymous.post("/api/auth/token", credentials()).json()["token"] for _ in range(11)]
    statuses = [
        anonymous.get("/api/auth/me", headers={"Authorization": f"Token {token}"}).status_code for token in tokens
    ]
    assert statuses == [401] + [200] * 10


@pytest.mark.parametrize("header", ["Token", "Token unknown", "Token a b", "Token \xff"])
def test_a_token_that_is_not_valid_is_401(anonymous: APIClient, header: str) -> None:
    answer = anonymous.get("/api/auth/me", HTTP_AUTHORIZATION=header)
    assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_SIGNED_IN")
    assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "https://testserver"},
        {"HTTP_ORIGIN": "http://testserver:8000"},
        {"HTTP_ORIGIN": "http://evil.example"},
    ],
)
def test_an_unsafe_call_with_a_cookie_needs_our_own_origin(
    observer: User, anonymous: APIClient, headers: dict[str, str]
) -> None:
    anonymous.post("/api/auth/login", credentials())
    answer = anonymous.post("/api/requests", {"designation": "Ceres"}, **headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE")
    assert anonymous.get("/api/requests", **headers).json()["count"] == 0


def test_our_own_origin_is_the_scheme_and_host_of_the_entrance(observer: User, anonymous: APIClient) -> None:
    anonymous.post("/api/auth/login", credentials())
    plain = anonymous.post("/api/requests", {"designation": "Ceres"}, **ORIGIN)
    behind_tls = anonymous.post(
        "/api/requests",
        {"designation": "Ceres"},
        HTTP_HOST="testserver",
        HTTP_ORIGIN="https://testserver",
        HTTP_X_FORWARDED_PROTO="https",
    )
    assert [plain.status_code, behind_tls.status_code] == [201, 201]


def test_a_token_needs_no_origin(as_observer: APIClient) -> None:
    answer = as_observer.post("/api/requests", {"designation": "Ceres"}, HTTP_ORIGIN="http://other.example")
    assert answer.status_code == 201


@pytest.mark.parametrize("call", ["login", "register", "token"])
def test_another_site_cannot_sign_its_visitors_in(observer: User, anonymous: APIClient, call: str) -> None:
    answer = anonymous.post(f"/api/auth/{call}", credentials(), HTTP_ORIGIN="http://evil.example")
    assert (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE")


def test_roles_are_the_words_of_the_contract() -> None:
    assert Role.values == ["observer", "moderator"]
