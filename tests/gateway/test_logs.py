"""Log lines of the gateway as JSON, and what they say of their cause."""

import asyncio
import json
import logging
import subprocess
import sys

import aiohttp
import pytest

from gateway import logs
from gateway.logs import JsonFormatter
from tests.gateway.conftest import Answered
from tests.gateway.fakes import FakeMain
from tests.gateway.wire import PATIENCE_S


def as_json(**extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "gateway.x", "levelname": "WARNING", "msg": "two words", **extra})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_line_of_json_begins_with_time_level_logger_and_event_and_holds_the_values() -> None:
    values = as_json(duration_s=0.5, client="a\nb", folder=logging)
    assert list(values)[:4] == ["time", "level", "logger", "event"]
    assert (values["level"], values["event"], values["duration_s"]) == ("warning", "two words", 0.5)
    assert (values["client"], values["folder"]) == ("a\nb", str(logging))


def test_a_trace_is_one_field() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        assert str(as_json(exc_info=sys.exc_info())["trace"]).endswith("ValueError: wrong")


def test_what_caused_a_line_is_added_and_never_replaces_what_it_says_itself() -> None:
    request = logs.request_id.set("r9")
    trace = logs.traceparent.set("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    values = as_json()
    assert (values["request_id"], values["trace_id"]) == ("r9", "0af7651916cd43dd8448eb211c80319c")
    assert as_json(request_id="own")["request_id"] == "own"
    logs.request_id.reset(request)
    logs.traceparent.reset(trace)
    assert as_json().keys() == {"time", "level", "logger", "event"}


async def test_the_access_log_names_the_calculation_that_main_api_tells_of(
    url: str, main: FakeMain, http: aiohttp.ClientSession, answered: Answered, caplog: pytest.LogCaptureFixture
) -> None:
    main.answer_headers = {"X-Calculation-Id": "7d9c"}
    done = answered()
    async with http.put(f"{url}/api/echo") as response:
        await response.read()
    await asyncio.wait_for(done, PATIENCE_S)
    # Streams of earlier tests may end meanwhile, each with its line.
    (line,) = [record for record in caplog.records if record.__dict__.get("path") == "/api/echo"]
    assert line.__dict__["calculation_id"] == "7d9c"


def test_warnings_and_the_last_words_of_the_process_are_lines_of_json() -> None:
    program = (
        "import warnings\nfrom gateway import logs\nlogs.set_up('json')\n"
        "warnings.warn('old')\nraise RuntimeError('broken')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    warned, ended = map(json.loads, done.stderr.splitlines())
    assert "old" in warned["event"] and ended["level"] == "critical" and "broken" in ended["trace"]
