"""What a caller keeps secret, and our own keys, are in no log line of the gateway and in no refusal or fault."""

import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

import aiohttp
import grpc
import pytest

from gateway.live import OpenStreams
from gateway.logs import JsonFormatter, KeyValueFormatter
from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeCalc, FakeMain, abort

TOKEN, SESSION, QUERY, PASSWORD, CALC_KEY, METRICS_KEY, API_KEY = (
    f"secret-{name}-of-the-test"
    for name in ("token", "session", "query", "password", "calc-key", "metrics-key", "api-key")
)
SECRETS = (TOKEN, SESSION, QUERY, PASSWORD, CALC_KEY, METRICS_KEY, API_KEY)
HEADERS = {
    "Authorization": f"Token {TOKEN}",
    "Cookie": f"sessionid={SESSION}",
    "X-Calc-Key": CALC_KEY,
    "Idempotency-Key": f'"{QUERY}"',
    "Referer": f"http://127.0.0.1/?token={QUERY}",
    "Content-Type": "application/json",
}
ASKED = f"?token={QUERY}"
# Method, path, query and status; rpcs refuse a query that they do not know before anything else.
CALLS = (
    ("POST", "/api/echo", ASKED, 200),
    ("POST", "/api/broken", ASKED, 405),
    ("GET", "/api/broken", ASKED, 200),
    ("GET", "/api/slow", ASKED, 504),
    ("POST", "/v1/calculations", "", 400),
    ("POST", "/v1/positions:predict", ASKED, 400),
    ("GET", "/v1/calculations", ASKED, 400),
    ("GET", "/v1/calculations/c1", "", 500),
    ("GET", "/v1/calculations/c1:watch", "", 500),
    ("GET", "/v1/calculations/c1:cancel", ASKED, 405),
    ("GET", "/metrics", ASKED, 401),
    ("GET", "/docs/files/none", ASKED, 404),
    ("DELETE", "/index.html", ASKED, 405),
    ("GET", "/", ASKED, 200),
)
WATCH = "/v1/calculations:watch"


@pytest.fixture(params=[KeyValueFormatter, JsonFormatter])
def logged(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """The lines of the log, as they are written."""
    lines: list[str] = []
    formatter = request.param()
    monkeypatch.setattr(caplog.handler, "emit", lambda record: lines.append(formatter.format(record)))
    caplog.set_level(logging.INFO)
    return lambda: "\n".join(lines)


@pytest.fixture
def failing(calc: FakeCalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """One rpc fails in calc_grpc, and streams fail here."""

    async def fail(_request: Any, context: Any) -> None:
        await abort(context, grpc.StatusCode.INTERNAL, "INTERNAL", "A fault of the test.")

    def slot(_self: OpenStreams, _username: str, _address: str) -> None:
        raise RuntimeError("a fault of the test")

    calc.answers["GetCalculation"] = fail
    monkeypatch.setattr(OpenStreams, "slot", slot)


@pytest.mark.usefixtures("failing")
async def test_no_line_and_no_refusal_tells_a_secret(
    start: Start, http: aiohttp.ClientSession, main: FakeMain, logged: Callable[[], str]
) -> None:
    main.users = {TOKEN: "moderator", SESSION: "moderator"}
    main.names = {TOKEN: "olga", SESSION: "olga"}
    refusals: list[str] = []
    async with start(metrics_key=METRICS_KEY, calc_api_key=API_KEY, main_timeout_s=1.5) as url:
        for method, path, query, status in CALLS:
            body = json.dumps({"pi": {"digit_position": PASSWORD}}) if method == "POST" else None
            with contextlib.suppress(aiohttp.ClientPayloadError):  # one answer is broken off
                async with http.request(method, f"{url}{path}{query}", data=body, headers=HEADERS) as response:
                    assert response.status == status, (path, response.status)
                    refusals += [await response.text()] * (status >= 400)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(f"{url}{WATCH}", headers=HEADERS)
    lines = logged()
    assert all(path in lines for _, path, _, _ in CALLS) and WATCH in lines and "olga" in lines
    assert "RuntimeError: a fault of the test" in lines and "main_api broke off its answer" in lines
    assert len(refusals) == sum(status >= 400 for *_, status in CALLS)
    for text in (lines, *refusals):
        assert [secret for secret in SECRETS if secret in text] == []
