"""The lock of sign-ins at the real server, whose processes share nothing but the database."""

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.main_api.test_serving import DEADLINE_S, ROOT, Server

FAILURES_MAX = 12


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("MAIN_SIGN_IN_FAILURES_MAX", str(FAILURES_MAX))
    monkeypatch.setenv("MAIN_DATABASE_URL", f"sqlite:///{tmp_path}/main.sqlite3")
    for command in (["migrate", "--verbosity", "0"], ["load_demo"]):
        subprocess.run(
            [sys.executable, "main_api/manage.py", *command], cwd=ROOT, check=True, capture_output=True, timeout=60
        )
    server = Server(tmp_path)
    try:
        server.wait_for("Started worker-", count=2)
        server.wait_until_it_listens()
        yield server
    finally:
        server.close()


def sign_in(server: Server, password: str, **headers: str) -> tuple[int, dict[str, object]]:
    """Over a connection of its own, which either process may take."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.port), timeout=DEADLINE_S)
    try:
        body = json.dumps({"username": "observer", "password": password})
        connection.request("POST", "/api/auth/login", body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_all_processes_count_together_and_by_the_address_that_the_gateway_tells(server: Server) -> None:
    stranger = {"X-Forwarded-For": "192.0.2.7"}
    statuses = Counter(sign_in(server, "wrong", **stranger)[0] for _ in range(FAILURES_MAX + 4))
    assert statuses == {401: FAILURES_MAX, 429: 4}
    status, body = sign_in(server, "observer", **stranger)
    assert (status, body["reason"]) == (429, "SIGN_IN_LOCKED")
    assert sign_in(server, "observer", **{"X-Forwarded-For": "192.0.2.8"})[0] == 200
    assert sign_in(server, "observer")[0] == 200
    server.wait_for("sign-in failed.*address=192.0.2.7", count=FAILURES_MAX)
