"""Two calls at the same moment, in real threads on a real database."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pkgutil import resolve_name
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from main_api.accounts.models import Role, User
from main_api.calc_client import get_calculation
from main_api.requests.models import Observation, Request
from main_api.requests.services import completing, drafts, results, transitions
from main_api.requests.services.repair import repair_calculations
from tests.main_api.conftest import CALLBACK_KEY, DEADLINE_S, Clients
from tests.main_api.fake_calc import FakeCalc, report_id_of
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, observation_values, result_body
from tests.main_api.test_transitions import actions

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timedelta(0)

Both = Callable[[str], None]


@pytest.fixture
def second_moderator(db: None) -> User:
    return User.objects.create_user("mark", password="x", role=Role.MODERATOR)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    """Makes two callers of a function wait for each other before either gets its answer."""

    def hold(name: str) -> None:
        function, met = resolve_name(name), threading.Barrier(2)

        def held(*arguments: Any) -> Any:
            answer = function(*arguments)
            met.wait(DEADLINE_S)
            return answer

        monkeypatch.setattr(name, held)

    return hold


def put(request_id: int, body: dict[str, Any]) -> int:
    """The status that a callback gets."""
    return APIClient().put(f"/api/requests/{request_id}/result", body, headers={"X-Calc-Key": CALLBACK_KEY}).status_code


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


def test_two_repairers_take_a_lost_result_once(
    observer: User, moderator: User, calc: FakeCalc, together: Callable[..., list[Any]], both: Both
) -> None:
    completed = make_completed(observer, moderator)
    completing.create_calculation(completed, completed.calculation_id)
    calc.succeed(completed.calculation_id)
    both("main_api.calc_client.get_calculation")
    outcomes = together(*[lambda: repair_calculations(older_than=NOW)] * 2)
    completed.refresh_from_db()
    assert outcomes == [1, 1] and (completed.calculation_state, completed.result_count) == ("SUCCEEDED", 3)
    assert actions(completed).count("RESULT_RECORDED") == 1 and completed.applied_reports.count() == 1


def test_two_repairers_create_again_one_calculation(
    observer: User, moderator: User, calc: FakeCalc, together: Callable[..., list[Any]], both: Both
) -> None:
    completed = make_completed(observer, moderator)
    both("main_api.calc_client.get_calculation")
    together(*[lambda: repair_calculations(older_than=NOW)] * 2)
    completed.refresh_from_db()
    assert len(calc.create_requests) == 2 and list(calc.calculations) == [str(completed.calculation_id)]
    assert completed.calculation_state == "SCHEDULED" and calc.cancelled_ids == []


def test_a_repair_and_the_report_it_missed_have_one_effect(
    observer: User, moderator: User, calc: FakeCalc, together: Callable[..., list[Any]]
) -> None:
    for _ in range(5):
        completed = make_completed(observer, moderator)
        completing.create_calculation(completed, completed.calculation_id)
        calc.succeed(completed.calculation_id, distance_au=2.25)
        body = result_body(completed, report_id=str(report_id_of(completed.calculation_id)))
        outcomes = together(
            lambda: repair_calculations(older_than=NOW),  # repairs one, or none where the report was there first
            lambda pk=completed.pk, body=body: put(pk, body),
        )
        completed.refresh_from_db()
        assert outcomes in ([0, 204], [1, 204]) and completed.calculation_state == "SUCCEEDED"
        assert actions(completed).count("RESULT_RECORDED") == 1 and actions(completed).count("RESULT_REPLACED") == 0
        assert completed.applied_reports.count() == 1


def test_duplicate_and_late_callbacks_at_once_leave_the_newest_calculation_s_result(
    observer: User, moderator: User, together: Callable[..., list[Any]]
) -> None:
    """In whatever order they come: two copies each of the present, of an older, and of a newer calculation."""
    for _ in range(3):
        completed = make_completed(observer, moderator)
        present, created_at = completed.calculation_id, completed.calculation_created_at
        newer = uuid4()
        bodies = [
            result_body(
                completed,
                calculation_id=str(calculation_id),
                calculation_created_at=(created_at + timedelta(seconds=age)).isoformat(),
                report_id=str(uuid4()),
                distance_au=distance_au,
            )
            for calculation_id, age, distance_au in ((present, 0, 2.5), (uuid4(), -30, 9.5), (newer, 30, 3.5))
        ]
        calls = [lambda pk=completed.pk, body=body: put(pk, body) for body in bodies * 2]
        of_present, of_older, of_newer, *again = together(*calls)
        completed.refresh_from_db()
        assert completed.calculation_id == newer and completed.calculation_state == "SUCCEEDED"
        assert set(completed.observations.values_list("result__distance_au", flat=True)) == {3.5}
        assert (of_older, of_newer, again[1], again[2]) == (410, 204, 410, 204)
        assert {of_present, again[0]} <= {204, 410}
        assert actions(completed).count("RESULT_RECORDED") == 1


def test_results_sent_by_hand_at_once_are_stored_whole_one_after_the_other(
    observer: User, moderator: User, together: Callable[..., list[Any]]
) -> None:
    completed = make_completed(observer, moderator)
    distances = (1.5, 2.5, 3.5, 4.5)
    bodies = [result_body(completed, distance_au=distance_au) for distance_au in distances]
    calls = [lambda body=body: put(completed.pk, body) for body in bodies]
    assert together(*calls) == [204] * 4
    stored = set(completed.observations.values_list("result__distance_au", flat=True))
    earlier = [
        {row["distance_au"] for row in entry.earlier_result["observations"]}
        for entry in completed.history.filter(action="RESULT_REPLACED")
    ]
    assert len(stored) == 1 and [len(values) for values in earlier] == [1, 1, 1]
    assert stored.union(*earlier) == set(distances)


def test_two_moderators_over_http_both_see_it_completed(
    observer: User, moderator: User, second_moderator: User, calc: FakeCalc, together: Callable[..., list[Any]],
    signed_in: Clients,
) -> None:  # fmt: skip
    formed = make_formed(observer)
    clients = [signed_in(user) for user in (moderator, second_moderator)]
    answers = together(*(lambda client=client: client.put(f"/api/requests/{formed.pk}/complete") for client in clients))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({answer.json()["calculation_id"] for answer in answers}) == len(calc.calculations) == 1
    assert len({answer.json()["moderator"] for answer in answers}) == 1


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
