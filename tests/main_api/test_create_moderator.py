"""manage.py create_moderator: how a deployment gets its moderators."""

import getpass
import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from main_api.accounts.models import User
from tests.main_api.conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())


def create(monkeypatch: pytest.MonkeyPatch, username: str, text: str) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    output = io.StringIO()
    call_command("create_moderator", username, "--password-stdin", stdout=output)
    return output.getvalue()


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line\n"])
def test_a_moderator_with_a_password_from_standard_input_can_sign_in(
    anonymous: APIClient, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    assert create(monkeypatch, "vera", PASSWORD + end) == "Moderator vera created.\n"
    answer = anonymous.post("/api/auth/login", {"username": "vera", "password": PASSWORD})
    assert (answer.status_code, answer.json()["role"]) == (200, "moderator")
    assert not User.objects.get().is_staff and not User.objects.get().is_superuser


def test_the_password_is_asked_for_twice(db: None, at_terminal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt: prompts.append(prompt) or PASSWORD)
    call_command("create_moderator", "vera", stdout=io.StringIO())
    assert prompts == ["Password: ", "Password again: "]
    assert User.objects.get().is_moderator and User.objects.get().check_password(PASSWORD)


def test_two_passwords_that_differ_create_nobody(db: None, at_terminal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PASSWORD, PASSWORD + "x"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    with pytest.raises(CommandError, match="differ"):
        call_command("create_moderator", "vera")
    assert not User.objects.exists()


@pytest.mark.parametrize("interruption", [EOFError, KeyboardInterrupt])
def test_who_leaves_the_prompt_creates_nobody(
    db: None, at_terminal: None, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def leave(prompt: str) -> str:
        raise interruption

    monkeypatch.setattr(getpass, "getpass", leave)
    with pytest.raises(CommandError, match="nothing was created"):
        call_command("create_moderator", "vera")
    assert not User.objects.exists()


def test_where_nobody_can_be_asked_the_option_is_named(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD))
    with pytest.raises(CommandError, match="--password-stdin"):
        call_command("create_moderator", "vera")
    assert not User.objects.exists()


def test_a_password_that_is_not_text_creates_nobody(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8"))
    with pytest.raises(CommandError, match="not text"):
        call_command("create_moderator", "vera", "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("username", "password", "message"),
    [
        ("vera", "", "password: This password is too short"),
        ("vera", "12345678", "password: .*common"),
        ("vera", "wrench-orbit-" * 10, "password: Expected at most 128 characters"),
        ("vera rubin", PASSWORD, "username: "),
        ("OLGA", PASSWORD, "This user name is taken"),
    ],
)
def test_a_refusal_says_what_is_wrong(
    observer: User, monkeypatch: pytest.MonkeyPatch, username: str, password: str, message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        create(monkeypatch, username, password)
    assert User.objects.get() == observer and not observer.is_moderator


def test_the_help_names_the_arguments() -> None:
    done = subprocess.run(
        [sys.executable, "main_api/manage.py", "create_moderator", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0 and "USERNAME" in done.stdout and "--password-stdin" in done.stdout
