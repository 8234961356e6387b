"""Log lines: event first, one line each, the request id where there is one."""

import logging
import sys

import pytest

from calc_grpc.logs import KeyValueFormatter, request_id


def rendered(message: str = "calculation ended", **extra: object) -> str:
    record = logging.makeLogRecord(
        {"name": "calc_grpc.x", "levelname": "INFO", "msg": message, "created": 0.25, "msecs": 250.0, **extra}
    )
    return KeyValueFormatter().format(record)


def test_a_line_has_the_event_first_and_then_the_values() -> None:
    line = rendered(calculation_id="abc", duration_s=0.123456789)
    assert line == "1970-01-01T00:00:00.250Z INFO calc_grpc.x calculation ended calculation_id=abc duration_s=0.123457"


@pytest.mark.parametrize("value", ["two words", "a=b", 'quo"ted', "line\nbreak", ""])
def test_awkward_text_is_quoted_and_stays_on_its_line(value: str) -> None:
    line = rendered(error=value)
    assert "\n" not in line and line.partition("error=")[2].startswith('"')


def test_the_request_id_of_the_call_is_added() -> None:
    token = request_id.set("from-the-gateway")
    assert rendered().endswith("request_id=from-the-gateway")
    request_id.reset(token)
    assert "request_id" not in rendered()


def test_traces_follow_on_lines_of_their_own() -> None:
    assert rendered(trace="Traceback:\n  inner").endswith("ended\nTraceback:\n  inner")
    try:
        raise ZeroDivisionError("inner text")
    except ZeroDivisionError:
        assert "ZeroDivisionError: inner text" in rendered(exc_info=sys.exc_info())
