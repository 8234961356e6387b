"""Two calls at the same moment, in real threads on a real database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from main_api.accounts.models import Role, User
from main_api.calc_client import get_calculation
from main_api.errors import ApiError
from main_api.requests.models import Observation, Request
from main_api.requests.services import completing, drafts, results, transitions
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, observation_values
from tests.main_api.test_transitions import actions

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE_S = 20


@pytest.fixture
def second_moderator(db: None) -> User:
    return User.objects.create_user("mark", password="x", role=Role.MODERATOR)


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Runs calls in threads of their own; an ApiError is an outcome."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(calls))

        def attempt(call: Callable[[], Any]) -> Any:
            start.wait(DEADLINE_S)
            try:
                return call()
            except ApiError as error:
                return error.reason
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result(DEADLINE_S) for future in [pool.submit(attempt, call) for call in calls]]

    return run


def test_two_moderators_make_one_calculation(
    observer: User, moderator: User, second_moderator: User, calc: FakeCalc, together: Callable[..., list[Any]]
) -> None:
    formed = make_formed(observer)
    both_created = threading.Barrier(2)
    calc.on_create = lambda _: both_created.wait(DEADLINE_S) and None
    outcomes = together(
        lambda: completing.complete_request(user=moderator, request_id=formed.pk),
        lambda: completing.complete_request(user=second_moderator, request_id=formed.pk),
    )
    formed.refresh_from_db()
    assert outcomes == [None, None] and formed.status == "COMPLETED"
    assert len(calc.create_requests) == 2 and list(calc.calculations) == [str(formed.calculation_id)]
    assert actions(formed).count("COMPLETED") == 1 and calc.cancelled_ids == []


def test_of_completing_and_rejecting_one_wins_and_no_calculation_is_left_over(
    observer: User, moderator: User, second_moderator: User, calc: FakeCalc, together: Callable[..., list[Any]]
) -> None:
    for _ in range(5):
        formed = make_formed(observer)
        outcomes = together(
            lambda pk=formed.pk: completing.complete_request(user=moderator, request_id=pk),
            lambda pk=formed.pk: transitions.reject_request(user=second_moderator, request_id=pk, reason="No."),
        )
        formed.refresh_from_db()
        assert sorted(map(str, outcomes)) == ["ILLEGAL_TRANSITION", "None"]
        created = str(formed.calculation_id) in calc.calculations
        if formed.status == "REJECTED" and created:
            assert str(formed.calculation_id) in calc.cancelled_ids


def test_a_rejection_between_create_and_its_answer_wins(
    observer: User, moderator: User, calc: FakeCalc, together: Callable[..., list[Any]]
) -> None:
    formed = make_formed(observer)
    created, rejected = threading.Event(), threading.Event()
    calc.on_create = lambda _: created.set() or (rejected.wait(DEADLINE_S) and None)

    def reject() -> None:
        assert created.wait(DEADLINE_S)
        transitions.reject_request(user=moderator, request_id=formed.pk, reason="No.")
        rejected.set()

    outcomes = together(lambda: completing.complete_request(user=moderator, request_id=formed.pk), reject)
    formed.refresh_from_db()
    assert outcomes == ["ILLEGAL_TRANSITION", None] and formed.status == "REJECTED"
    assert str(formed.calculation_id) in calc.cancelled_ids


def test_two_recalculations_of_the_same_calculation_make_one(
    observer: User, moderator: User, second_moderator: User, calc: FakeCalc, together: Callable[..., list[Any]]
) -> None:
    completed = make_completed(observer, moderator)
    old = completed.calculation_id
    outcomes = together(
        *(
            lambda user=user: completing.recalculate_request(user=user, request_id=completed.pk, supersedes=old)
            for user in (moderator, second_moderator)
        )
    )
    assert sorted(map(str, outcomes)) == ["None", "SUPERSEDED"]
    assert len(calc.calculations) == 1


def test_a_report_sent_twice_at_once_has_one_effect(
    observer: User, moderator: User, calc: FakeCalc, together: Callable[..., list[Any]]
) -> None:
    completed = make_completed(observer, moderator)
    completing.create_calculation(completed, completed.calculation_id)
    calc.succeed(completed.calculation_id)
    report = get_calculation(completed.calculation_id).report
    outcomes = together(*[lambda: results.apply_report(request_id=completed.pk, report=report)] * 3)
    completed.refresh_from_db()
    assert outcomes == [None] * 3 and completed.result_count == 3
    assert actions(completed).count("RESULT_RECORDED") == 1 and completed.applied_reports.count() == 1


def test_a_draft_formed_while_observations_are_added_counts_all_it_holds(
    observer: User, together: Callable[..., list[Any]]
) -> None:
    draft = make_draft(observer)
    together(
        lambda: transitions.form_request(user=observer, request_id=draft.pk),
        *(
            lambda index=index: drafts.add_observation(
                user=observer, request_id=draft.pk, values=observation_values(index)
            )
            for index in (3, 4, 5)
        ),
    )
    draft = Request.objects.get()
    assert draft.status == "FORMED"
    assert draft.observation_count == Observation.objects.count() >= 3
