"""Health, request ids, the access log, unexpected errors, and starting by command."""

import contextlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection

import aiohttp
import pytest

from gateway.__main__ import main as run_command
from gateway.logs import KeyValueFormatter
from gateway.transcode import Transcoder
from tests.gateway.conftest import Answered, Start
from tests.gateway.fakes import FakeMain


async def test_alive_without_the_rooms_behind(start: Start, http: aiohttp.ClientSession, unused_port: int) -> None:
    async with start(
        main_urls=(f"http://127.0.0.1:{unused_port}",), calc_addresses=(f"127.0.0.1:{unused_port}",)
    ) as url:
        async with http.get(f"{url}/healthz") as response:
            assert (response.status, json.loads(await response.read())) == (200, {"status": "ok"})
        async with http.get(f"{url}/readyz") as response:
            problem = json.loads(await response.read())
            assert (response.status, response.content_type) == (503, "application/problem+json")
        assert (problem["main_api"], problem["calc_grpc"]) == ("down", "down")


async def test_ready_when_both_rooms_answer(url: str, http: aiohttp.ClientSession, main: FakeMain) -> None:
    async with http.get(f"{url}/readyz") as response:
        assert json.loads(await response.read()) == {"status": "ok", "main_api": "ok", "calc_grpc": "ok"}
    main.ready_status = 503
    async with http.get(f"{url}/readyz") as response:
        problem = json.loads(await response.read())
        assert (response.status, problem["main_api"], problem["calc_grpc"]) == (503, "down", "ok")


@pytest.mark.parametrize("path", ["/healthz", "/api/echo", "/v1/calculations", "/missing.js", "/"])
async def test_every_answer_carries_its_id(url: str, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(url + path, headers={"X-Request-Id": "abc-1._Z"}) as response:
        assert response.headers.getall("X-Request-Id") == ["abc-1._Z"]
    for offered in ("", "a" * 65, "a b", "a\u00e9"):
        async with http.get(url + path, headers={"X-Request-Id": offered}) as response:
            assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])


async def test_the_access_log_tells_who_what_and_how(
    url: str,
    http: aiohttp.ClientSession,
    answered: Answered,
    caplog: pytest.LogCaptureFixture,
    observer: dict[str, str],
) -> None:
    written = answered()
    headers = {**observer, "X-Request-Id": "r7"}
    async with http.get(f"{url}/v1/calculations?page_token=secret", headers=headers) as response:
        size = len(await response.read())
    await written
    record = next(record for record in caplog.records if record.name == "gateway.access")
    line = KeyValueFormatter().format(record)
    assert "secret" not in line
    for part in ("method=GET", "path=/v1/calculations", "status=200", f"byte_count={size}", "user=observer"):
        assert f" {part} " in line
    assert line.endswith("request_id=r7")


async def test_an_unexpected_error_is_logged_and_tells_nothing(
    url: str,
    http: aiohttp.ClientSession,
    observer: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("inner text")

    monkeypatch.setattr(Transcoder, "_find", broken)
    async with http.get(f"{url}/v1/calculations", headers={**observer, "X-Request-Id": "r8"}) as response:
        body = await response.text()
    assert (response.status, json.loads(body)["reason"]) == (500, "INTERNAL")
    assert "inner text" not in body
    record = next(record for record in caplog.records if record.exc_info)
    assert record.levelno == logging.ERROR
    assert "request_id=r8" in KeyValueFormatter().format(record)
    assert "RuntimeError: inner text" in KeyValueFormatter().format(record)


def test_log_values_are_quoted_when_they_need_it() -> None:
    record = logging.makeLogRecord({"msg": "two words", "levelname": "INFO", "name": "x", "a": 'b "c"\n', "d": ""})
    assert KeyValueFormatter().format(record).endswith(r'level=info logger=x event="two words" a="b \"c\"\n" d=""')


def test_help_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_command(["--help"])
    assert ended.value.code == 0
    assert "python -m gateway" in capsys.readouterr().out


def test_a_taken_port_stops_the_start_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("GATEWAY_PORT", str(taken.getsockname()[1]))
        assert run_command([]) == 2
    assert "GATEWAY_PORT" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_in_good_order(number: signal.Signals, unused_port: int) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "GATEWAY_PORT": str(unused_port)}
    with subprocess.Popen(
        [sys.executable, "-m", "gateway"], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            assert "event=listening" in process.stderr.readline()
            with contextlib.closing(HTTPConnection("127.0.0.1", unused_port, timeout=60)) as connection:
                connection.request("GET", "/healthz")
                assert connection.getresponse().status == 200
            process.send_signal(number)
            log = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert process.returncode == 0
    assert "event=stopped" in log
    assert "Traceback" not in log


def test_a_wrong_setting_stops_the_process_without_a_trace() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "GATEWAY_PORT": "eighty"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "gateway: GATEWAY_PORT is 'eighty': expected a port number, 1 to 65535\n",
    )
