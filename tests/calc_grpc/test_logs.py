"""Log lines: event first, one line each, the request id where there is one."""

import asyncio
import io
import json
import logging
import subprocess
import sys

import pytest

from calc_grpc import logs
from calc_grpc.logs import GatheringHandler, JsonFormatter, KeyValueFormatter, request_id


def rendered(message: str = "calculation ended", **extra: object) -> str:
    record = logging.makeLogRecord(
        {"name": "calc_grpc.x", "levelname": "INFO", "msg": message, "created": 0.25, "msecs": 250.0, **extra}
    )
    return KeyValueFormatter().format(record)


class Stream(io.StringIO):
    """Remembers its writes."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


def logger_to(stream: Stream) -> logging.Logger:
    handler = GatheringHandler(stream)
    handler.setFormatter(KeyValueFormatter())
    log = logging.Logger("calc_grpc.x", logging.INFO)
    log.addHandler(handler)
    return log


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


async def test_lines_of_one_turn_of_the_loop_are_written_together_and_warnings_at_once() -> None:
    stream = Stream()
    log = logger_to(stream)
    log.info("one")
    log.info("two")
    assert stream.writes == []
    await asyncio.sleep(0)
    assert [text.count("\n") for text in stream.writes] == [2]
    log.info("three")
    log.warning("four")
    assert [text.count("\n") for text in stream.writes] == [2, 2]
    log.info("five")
    await asyncio.to_thread(log.info, "six")
    assert [text.split()[3] for text in "".join(stream.writes).splitlines()] == [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
    ]


def test_without_a_loop_a_line_is_written_at_once_and_a_broken_one_harms_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = Stream()
    log = logger_to(stream)
    log.info("one")
    log.info("%d", "no number")
    log.info("two")
    assert [text.split()[3] for text in stream.writes] == ["one", "two"]
    assert "Logging error" in capsys.readouterr().err


def test_traces_follow_on_lines_of_their_own() -> None:
    assert rendered(trace="Traceback:\n  inner").endswith("ended\nTraceback:\n  inner")
    try:
        raise ZeroDivisionError("inner text")
    except ZeroDivisionError:
        assert "ZeroDivisionError: inner text" in rendered(exc_info=sys.exc_info())


TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def as_json(message: str = "calculation ended", **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord(
        {"name": "calc_grpc.x", "levelname": "INFO", "msg": message, "created": 0.25, "msecs": 250.0, **extra}
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_line_of_json_begins_with_time_level_logger_and_event() -> None:
    values = as_json(duration_s=0.5, error="two\nlines", path=io)
    assert list(values.items())[:4] == [
        ("time", "1970-01-01T00:00:00.250Z"),
        ("level", "info"),
        ("logger", "calc_grpc.x"),
        ("event", "calculation ended"),
    ]
    assert (values["duration_s"], values["error"], values["path"]) == (0.5, "two\nlines", str(io))


def test_a_trace_is_one_field_of_its_line() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        values = as_json(exc_info=sys.exc_info())
    assert str(values["trace"]).endswith("ValueError: wrong")


async def test_a_task_says_for_which_request_calculation_and_trace_it_works() -> None:
    logs.set_present(request="from-the-gateway", calculation="abc", trace=TRACEPARENT)
    values = as_json()
    assert (values["request_id"], values["calculation_id"]) == ("from-the-gateway", "abc")
    assert values["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert as_json(calculation_id="another")["calculation_id"] == "another"
    logs.set_present(request=None, calculation="", trace=None)
    assert as_json().keys() == {"time", "level", "logger", "event"}


def test_warnings_and_the_last_words_of_a_process_are_lines_of_json() -> None:
    program = (
        "import warnings\nfrom calc_grpc import logs\nlogs.set_up('INFO', 'json')\n"
        "warnings.warn('old')\nraise RuntimeError('broken')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    warned, ended = map(json.loads, done.stderr.splitlines())
    assert "old" in warned["event"] and ended["level"] == "critical" and "broken" in ended["trace"]
