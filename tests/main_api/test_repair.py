"""Lost ends: requests whose result should have come and did not."""

import io
import signal
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from main_api import calc_client
from main_api.accounts.models import User
from main_api.errors import CalcUnavailable
from main_api.requests.models import Request
from main_api.requests.services.completing import create_calculation
from main_api.requests.services.repair import SILENCE_COUNT_MAX, repair_calculations
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.fake_calc import FakeCalc, State, refused_fields, report_id_of
from tests.main_api.sample_requests import make_completed, make_formed, make_request, result_body
from tests.main_api.test_transitions import actions

NOW = timedelta(0)


@pytest.fixture
def waiting(observer: User, moderator: User, calc: FakeCalc) -> Request:
    """A completed request whose calculation calc_grpc has."""
    request = make_completed(observer, moderator)
    create_calculation(request, request.calculation_id)
    return request


def test_a_result_whose_report_got_lost_is_taken_under_its_report_id(waiting: Request, calc: FakeCalc) -> None:
    calc.succeed(waiting.calculation_id)
    assert repair_calculations(older_than=NOW) == 1
    waiting.refresh_from_db()
    assert (waiting.calculation_state, waiting.result_count) == ("SUCCEEDED", 3)
    assert waiting.applied_reports.get().report_id == report_id_of(waiting.calculation_id)
    assert repair_calculations(older_than=NOW) == 0


def test_what_changed_in_the_future_is_asked_about_at_once(waiting: Request, calc: FakeCalc) -> None:
    calc.succeed(waiting.calculation_id)
    an_hour = timedelta(hours=1)
    assert repair_calculations(older_than=an_hour) == 0
    Request.objects.update(updated_at=timezone.now() + an_hour)  # as after the clock was set back
    assert repair_calculations(older_than=an_hour) == 1


def test_a_failure_whose_report_got_lost_is_taken(waiting: Request, calc: FakeCalc) -> None:
    calc.fail(waiting.calculation_id)
    assert repair_calculations(older_than=NOW) == 1
    waiting.refresh_from_db()
    assert (waiting.calculation_state, waiting.error["message"]) == ("FAILED", "The fit failed.")


def test_what_calc_grpc_does_not_know_is_created_again_under_its_old_id(waiting: Request, calc: FakeCalc) -> None:
    calc.calculations.clear()
    Request.objects.update(calculation_created_at=None)
    assert repair_calculations(older_than=NOW) == 1
    waiting.refresh_from_db()
    assert list(calc.calculations) == [str(waiting.calculation_id)]
    assert waiting.calculation_created_at is not None and waiting.calculation_state == "SCHEDULED"


def test_what_cannot_be_created_again_has_failed(waiting: Request, calc: FakeCalc, monkeypatch: Any) -> None:
    calc.calculations.clear()
    monkeypatch.setattr("main_api.calc_client.get_calculation", lambda calculation_id: None)
    calc.refuse_with = refused_fields(("distance.observations", "INVALID_INPUT", "No."))
    assert repair_calculations(older_than=NOW) == 1
    waiting.refresh_from_db()
    assert waiting.calculation_state == "FAILED" and waiting.error["reason"] == "CALCULATION_REFUSED"


def test_a_calculation_on_its_way_is_left_alone_but_its_state_is_noted(waiting: Request, calc: FakeCalc) -> None:
    assert repair_calculations(older_than=NOW) == 0
    calc.calculations[str(waiting.calculation_id)].state = State.RUNNING
    assert repair_calculations(older_than=NOW) == 1
    waiting.refresh_from_db()
    assert waiting.calculation_state == "RUNNING" and waiting.result_count == 0


def test_only_completed_requests_that_wait_for_long_are_asked_about(
    waiting: Request, observer: User, calc: FakeCalc
) -> None:
    make_formed(observer)
    calc.succeed(waiting.calculation_id)
    assert repair_calculations(older_than=timedelta(minutes=1)) == 0
    Request.objects.update(updated_at=timezone.now() - timedelta(minutes=2))
    assert repair_calculations(older_than=timedelta(minutes=1)) == 1


def test_one_lost_end_that_cannot_be_mended_does_not_stop_the_others(
    waiting: Request, observer: User, moderator: User, calc: FakeCalc
) -> None:
    calc.succeed(waiting.calculation_id)
    calc.calculations[str(waiting.calculation_id)].distance_result.observations[0].id = 999_999
    other = make_completed(observer, moderator)
    create_calculation(other, other.calculation_id)
    calc.succeed(other.calculation_id)
    assert repair_calculations(older_than=NOW) == 1
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.result_count, other.result_count) == (0, 3)
    assert actions(waiting)[-1] == "FORMED"


def test_one_question_that_is_not_answered_does_not_keep_the_others_waiting(
    waiting: Request, observer: User, moderator: User, calc: FakeCalc, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_completed(observer, moderator)
    create_calculation(other, other.calculation_id)
    for request in (waiting, other):
        calc.succeed(request.calculation_id)
    ask = calc_client.get_calculation
    asked: list[UUID] = []

    def get_calculation(calculation_id: UUID) -> Any:
        asked.append(calculation_id)
        if calculation_id == waiting.calculation_id:
            raise CalcUnavailable()
        return ask(calculation_id)

    monkeypatch.setattr("main_api.calc_client.get_calculation", get_calculation)
    assert repair_calculations(older_than=NOW) == 1
    assert asked == [waiting.calculation_id, other.calculation_id]


def test_a_service_that_is_away_is_not_asked_about_every_request(
    observer: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(SILENCE_COUNT_MAX + 2):
        make_completed(observer, moderator)
    asked: list[UUID] = []

    def get_calculation(calculation_id: UUID) -> Any:
        asked.append(calculation_id)
        raise CalcUnavailable()

    monkeypatch.setattr("main_api.calc_client.get_calculation", get_calculation)
    assert repair_calculations(older_than=NOW) == 0
    assert len(asked) == SILENCE_COUNT_MAX


@pytest.mark.parametrize("end", ["a report", "a recalculation"])
def test_what_came_while_others_were_asked_about_is_not_touched(
    waiting: Request, observer: User, moderator: User, calc: FakeCalc, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """The list of waiting requests may be minutes old when a row's turn comes."""
    other = make_completed(observer, moderator)
    ask = calc_client.get_calculation

    def get_calculation(calculation_id: UUID) -> Any:
        assert calculation_id == waiting.calculation_id
        changes = {"calculation_state": "SUCCEEDED"} if end == "a report" else {"updated_at": timezone.now()}
        Request.objects.filter(pk=other.pk).update(**changes)
        return ask(calculation_id)

    monkeypatch.setattr("main_api.calc_client.get_calculation", get_calculation)
    older_than = timedelta(minutes=1)
    Request.objects.update(updated_at=timezone.now() - 2 * older_than)
    assert repair_calculations(older_than=older_than) == 0
    assert str(other.calculation_id) not in calc.calculations  # else an old id would be made the newest calculation


@pytest.mark.parametrize("status", ["DRAFT", "FORMED", "REJECTED", "DELETED"])
def test_only_completed_requests_have_lost_ends(observer: User, moderator: User, calc: FakeCalc, status: str) -> None:
    request = make_request(status, observer, moderator)
    Request.objects.update(calculation_id=uuid4(), calculation_state="SCHEDULED")
    assert repair_calculations(older_than=NOW) == 0
    request.refresh_from_db()
    assert (request.status, request.calculation_state) == (status, "SCHEDULED") and calc.calculations == {}


def test_a_report_that_comes_after_its_repair_changes_nothing(waiting: Request, calc: FakeCalc) -> None:
    calc.succeed(waiting.calculation_id)
    repair_calculations(older_than=NOW)
    by_hand = result_body(waiting, distance_au=7.5)
    late = result_body(waiting, report_id=str(report_id_of(waiting.calculation_id)))
    for body in (by_hand, late):
        answer = APIClient().put(f"/api/requests/{waiting.pk}/result", body, headers={"X-Calc-Key": CALLBACK_KEY})
        assert answer.status_code == 204
    assert set(waiting.observations.values_list("result__distance_au", flat=True)) == {7.5}


def test_an_unreachable_service_is_waited_for(observer: User, moderator: User) -> None:
    request = make_completed(observer, moderator)
    assert repair_calculations(older_than=NOW) == 0
    request.refresh_from_db()
    assert request.calculation_state == "SCHEDULED"


def test_the_command_runs_once_and_says_how_many(waiting: Request, calc: FakeCalc) -> None:
    calc.succeed(waiting.calculation_id)
    output = io.StringIO()
    call_command("repair_calculations", "--older-than", "0", stdout=output)
    assert output.getvalue() == "1 repaired.\n"


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "1e9"])
def test_the_command_refuses_what_is_no_time(value: str) -> None:
    with pytest.raises(CommandError, match="expected seconds"):
        call_command("repair_calculations", f"--interval={value}")


def test_with_an_interval_the_command_repeats_until_it_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[timedelta] = []

    def repair(*, older_than: timedelta) -> int:
        rounds.append(older_than)
        if len(rounds) == 3:
            signal.raise_signal(signal.SIGTERM)
        return 0

    command = "main_api.requests.management.commands.repair_calculations"
    monkeypatch.setattr(f"{command}.repair_calculations", repair)
    monkeypatch.setattr(f"{command}.stop_with_parent", lambda: None)
    monkeypatch.setattr(f"{command}.close_old_connections", lambda: None)  # that of the test stays
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        call_command("repair_calculations", "--interval", "0.01", "--older-than", "5")
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    assert rounds == [timedelta(seconds=5)] * 3
