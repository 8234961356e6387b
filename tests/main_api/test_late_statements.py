"""When the caller's time is over, the database works no longer for it, and nothing of the call is stored."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework.test import APIClient

from main_api import deadline
from main_api.accounts.models import User
from main_api.errors import DeadlineExceeded
from main_api.exception_handler import handle
from main_api.idempotency.models import KeptAnswer
from main_api.late_statements import LateStatementMiddleware
from main_api.requests.models import Request
from main_api.requests.services import completing, drafts
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_requests import make_formed

URL = "/api/requests"
# Takes a minute or more if it is left alone.
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n WHERE i < 1e10",
    "postgresql": "SELECT pg_sleep(60)",
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_time() -> Iterator[None]:
    began_at = time.monotonic()
    yield
    assert time.monotonic() - began_at < 15


def within(timeout_s: str, view: Any) -> Any:
    """What the middleware makes of a view that is called with a deadline."""
    token = deadline.begin(timeout_s)
    try:
        return LateStatementMiddleware(view)(RequestFactory().get("/"))
    finally:
        deadline.end(token)


def run(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_statement_that_runs_is_ended(in_time: None) -> None:
    def view(_: HttpRequest) -> HttpResponse:
        try:
            run(ENDLESS[connection.vendor])
        except Exception as error:
            answer = handle(error, {})
            assert answer is not None
            return answer
        raise AssertionError("it went to its end")

    answer = within("0.2", view)
    assert answer.status_code == 504 and b"DEADLINE_EXCEEDED" in answer.content


def test_the_connection_serves_the_next_call_without_that_limit() -> None:
    within("0.1", lambda _: run("SELECT 1"))
    time_limit = "SELECT 0" if connection.vendor == "sqlite" else "SHOW statement_timeout"
    assert str(run(time_limit)[0][0]) == "0"
    slow = "SELECT pg_sleep(0.3)"
    if connection.vendor == "sqlite":
        slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT max(i) FROM n"
    assert run(slow)


def test_no_statement_begins_afterwards_but_what_must_be_stored() -> None:
    def view(_: HttpRequest) -> HttpResponse:
        with pytest.raises(DeadlineExceeded):
            run("SELECT 1")
        with deadline.disregarded():
            assert run("SELECT 1")
        return HttpResponse()

    assert within("0", view).status_code == 200


def test_without_a_deadline_nothing_is_limited() -> None:
    assert within("", lambda _: run("SELECT 1")) and within("soon", lambda _: run("SELECT 1"))


def test_what_a_late_call_had_written_is_undone_and_its_key_can_be_used_again(
    as_observer: APIClient, monkeypatch: pytest.MonkeyPatch, in_time: None
) -> None:
    create = drafts.create_request

    def slow(**values: Any) -> int:
        created = create(**values)
        assert Request.objects.count() == 1
        run(ENDLESS[connection.vendor])
        return created

    headers = {"Idempotency-Key": "a-key", deadline.HEADER: "0.4"}
    with monkeypatch.context() as patch:
        patch.setattr(drafts, "create_request", slow)
        answer = as_observer.post(URL, {"designation": "Ceres"}, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (504, "DEADLINE_EXCEEDED")
    assert not Request.objects.exists() and not KeptAnswer.objects.exists()
    again = as_observer.post(URL, {"designation": "Ceres"}, headers={"Idempotency-Key": "a-key"})
    assert again.status_code == 201 and Request.objects.count() == 1


def test_a_request_whose_calculation_was_created_is_completed_whether_somebody_waits_or_not(
    as_moderator: APIClient, observer: User, calc: FakeCalc, monkeypatch: pytest.MonkeyPatch
) -> None:
    formed = make_formed(observer)
    create = completing.create_calculation

    def late(*arguments: Any) -> Any:
        created = create(*arguments)
        monkeypatch.setattr(deadline, "is_over", lambda: True)
        monkeypatch.setattr(deadline, "left_s", lambda: None if deadline._ends_at.get() is None else -1.0)
        return created

    monkeypatch.setattr(completing, "create_calculation", late)
    as_moderator.put(f"{URL}/{formed.pk}/complete", headers={deadline.HEADER: "9"})
    monkeypatch.undo()
    formed.refresh_from_db()
    assert formed.status == "COMPLETED" and len(calc.calculations) == 1
