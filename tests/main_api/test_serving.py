"""The real server: it starts, refuses a port that is taken, stops with its workers, and logs."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest

from main_api.logs import KeyValueFormatter, request_id_variable
from tests.main_api.fake_calc import unused_address

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120


class Server:
    """`python -m main_api` on a free port; its log is read line by line."""

    def __init__(self, folder: Path) -> None:
        self.port = unused_address().rpartition(":")[2]
        self.environment = {
            **os.environ,
            "MAIN_PORT": self.port,
            "MAIN_DATABASE_URL": f"sqlite:///{folder}/main.sqlite3",
        }
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "main_api"], cwd=ROOT, env=self.environment, stderr=subprocess.PIPE, text=True
        )
        self._changed = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, pattern: str, count: int = 1) -> list[re.Match[str]]:
        """The log lines that match, as soon as there are that many."""

        def matches() -> list[re.Match[str]]:
            return [found for line in self.lines if (found := re.search(pattern, line))]

        with self._changed:
            self._changed.wait_for(lambda: len(matches()) >= count or self._ended, DEADLINE_S)
        assert len(matches()) >= count, self.lines
        return matches()

    def wait_until_it_listens(self) -> None:
        """Granian tells of its workers a moment before they listen."""
        give_up_at = time.monotonic() + DEADLINE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", int(self.port)), DEADLINE_S).close()
            except ConnectionRefusedError:
                assert time.monotonic() < give_up_at, self.lines
                time.sleep(0.02)
            else:
                return

    def wait_for_silence(self) -> None:
        """Until every process that held the log, so every worker, is gone."""
        self._reader.join(DEADLINE_S)
        assert not self._reader.is_alive()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE_S)
        self.wait_for_silence()
        self.process.stderr.close()

    def _read(self) -> None:
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    try:
        server.wait_for("Started worker-", count=2)
        server.wait_until_it_listens()
        yield server
    finally:
        server.close()


def get(server: Server, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=DEADLINE_S) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_a_signal_stops_it_with_its_workers(server: Server, number: signal.Signals) -> None:
    assert get(server, "/api/stations?search=535")["results"][0]["name"] == "Palermo"
    server.wait_for("path=/api/stations status=200 .*request_id=")
    second = subprocess.run(
        [sys.executable, "-m", "main_api"], cwd=ROOT, env=server.environment, capture_output=True, text=True
    )
    assert second.returncode == 1
    assert second.stderr == f"main_api cannot start: MAIN_PORT {server.port} is taken by another process\n"
    server.process.send_signal(number)
    assert server.process.wait(DEADLINE_S) == 0
    server.wait_for_silence()


def test_workers_do_not_outlive_a_server_that_was_killed(server: Server) -> None:
    server.process.kill()
    server.wait_for_silence()


@pytest.fixture
def formatted() -> Callable[..., str]:
    def build(message: str, **extra: Any) -> str:
        record = logging.getLogger("test").makeRecord("test", logging.INFO, "f", 1, message, (), None, extra=extra)
        return KeyValueFormatter().format(record)

    return build


def test_a_log_line_is_key_and_value_with_the_request_id(formatted: Callable[..., str]) -> None:
    call = Context()
    call.run(request_id_variable.set, "r-1")
    line = call.run(formatted, "it happened", action="FORMED", note='say "hi"\nthere', empty="")
    assert re.fullmatch(
        r'time=\S+ level=info logger=test event="it happened" action=FORMED '
        r'note="say \\"hi\\"\\nthere" empty="" request_id=r-1',
        line,
    )
