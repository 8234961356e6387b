"""Log lines of main_api as JSON, and what they say of their cause."""

import json
import logging
import sys
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.logs import JsonFormatter, calculation_id_variable, note_calculation, traceparent_variable
from main_api.requests.models import Request
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_requests import make_formed

pytestmark = pytest.mark.django_db


@pytest.fixture
def formed(observer: User) -> Request:
    return make_formed(observer)


def as_json(record: logging.LogRecord) -> dict[str, object]:
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_line_of_json_begins_with_time_level_logger_and_event_and_a_trace_is_one_field() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        record = logging.makeLogRecord({"name": "x", "levelname": "ERROR", "msg": "no", "exc_info": sys.exc_info()})
    record.__dict__["calculation"] = UUID(int=7)
    values = as_json(record)
    assert list(values)[:4] == ["time", "level", "logger", "event"]
    assert (values["level"], values["event"], values["calculation"]) == ("error", "no", str(UUID(int=7)))
    assert str(values["trace"]).endswith("ValueError: wrong")


def test_a_line_names_the_trace_it_belongs_to() -> None:
    token = traceparent_variable.set("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    assert as_json(logging.makeLogRecord({}))["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    traceparent_variable.reset(token)
    assert "trace_id" not in as_json(logging.makeLogRecord({}))


def test_completing_names_its_calculation_in_the_access_log_and_in_the_answer_and_then_forgets_it(
    as_moderator: APIClient, formed: Request, calc: FakeCalc, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[dict[str, object]] = []

    class Reader(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(as_json(record))

    reader = Reader()
    logging.getLogger("main_api.middleware").addHandler(reader)
    caplog.set_level(logging.INFO)
    answer = as_moderator.put(f"/api/requests/{formed.pk}/complete", headers={"X-Request-Id": "r7"})
    as_moderator.get("/api/auth/me")
    logging.getLogger("main_api.middleware").removeHandler(reader)
    formed.refresh_from_db()
    completed, me = lines
    assert (completed["request_id"], completed["calculation_id"]) == ("r7", str(formed.calculation_id))
    assert answer.headers["X-Calculation-Id"] == str(formed.calculation_id)
    assert "calculation_id" not in me


def test_a_calculation_can_be_noted_outside_of_a_call() -> None:
    token = calculation_id_variable.set("")
    note_calculation(UUID(int=8))
    assert as_json(logging.makeLogRecord({}))["calculation_id"] == str(UUID(int=8))
    calculation_id_variable.reset(token)
