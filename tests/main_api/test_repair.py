"""Lost ends: requests whose result should have come and did not."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from main_api.accounts.models import User
from main_api.requests.models import Request
from main_api.requests.services.completing import create_calculation
from main_api.requests.services.repair import repair_calculations
from tests.main_api.fake_calc import FakeCalc, State, refused_fields, report_id_of
from tests.main_api.sample_requests import make_completed, make_formed
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
