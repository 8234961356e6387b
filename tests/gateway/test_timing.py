"""Server-Timing on every answer: what the gateway took, and what it waited for."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from gateway.timing import ServerTiming, Stopwatch
from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeCalc, calculation

VALUE = re.compile(r"gateway;dur=(\d+\.\d\d), upstream;dur=(\d+\.\d\d)")
DELAY_S = 0.5


def _durations_ms(headers: Any) -> tuple[float, float]:
    found = VALUE.fullmatch(headers["Server-Timing"])
    assert found, headers
    return float(found[1]), float(found[2])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/assets/missing.js", 404),
        ("/api/echo", 200),
        ("/api/refused", 429),
        ("/v1/calculations/c1", 200),
        ("/v1/calculations/c1:watch", 200),
        ("/v1/calculations/c1/digits", 200),
        ("/v1/calculations?page_size=x", 400),
        ("/v1/nothing", 404),
    ],
)
async def test_every_answer_tells_its_timing_once(
    url: str, http: aiohttp.ClientSession, observer: dict[str, str], path: str, status: int
) -> None:
    async with http.get(url + path, headers=observer) as response:
        assert (response.status, len(response.headers.getall("Server-Timing"))) == (status, 1)
        own_ms, upstream_ms = _durations_ms(response.headers)
    assert 0 <= own_ms < 10_000
    goes_on = path.startswith(("/api", "/v1", "/readyz")) and status != 404
    assert (upstream_ms > 0) == goes_on


async def test_a_refused_caller_and_an_unreachable_room_are_timed_too(
    start: Start, url: str, http: aiohttp.ClientSession, unused_port: int
) -> None:
    async with http.get(f"{url}/v1/calculations") as response:
        assert (response.status, _durations_ms(response.headers)[1]) == (401, 0)
    async with (
        start(main_urls=(f"http://127.0.0.1:{unused_port}",)) as alone,
        http.get(f"{alone}/api/echo") as response,
    ):
        assert response.status == 503
        assert _durations_ms(response.headers)[1] > 0


async def test_a_slow_rpc_is_upstream_not_gateway(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def late(_request: Any, _context: Any) -> Any:
        await asyncio.sleep(DELAY_S)
        return calculation()

    calc.answers["GetCalculation"] = late
    async with http.get(f"{url}/v1/calculations/c1", headers=observer) as response:
        own_ms, upstream_ms = _durations_ms(response.headers)
    assert upstream_ms >= DELAY_S * 1000 > own_ms


async def test_a_stream_waits_for_its_first_message_only(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def late(_request: Any, _context: Any) -> AsyncIterator[Any]:
        await asyncio.sleep(DELAY_S)
        yield calculation(1)
        await calc.wait_forever()

    calc.answers["WatchCalculation"] = late
    async with http.get(f"{url}/v1/calculations/c1:watch", headers=observer) as response:
        own_ms, upstream_ms = _durations_ms(response.headers)
        response.close()
    assert upstream_ms >= DELAY_S * 1000 > own_ms


async def test_a_websocket_is_timed_when_it_opens(
    url: str, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    async with http.ws_connect(f"{url}/v1/calculations/c1:watch", headers=observer) as socket:
        _durations_ms(socket._response.headers)


async def test_other_scopes_and_what_an_answer_says_itself_pass_untouched() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"server-timing", b"db;dur=1")]})
        await send({"type": "http.response.body", "body": b"x"})

    async def send(message: Any) -> None:
        seen.append(message)

    async def receive() -> Any:
        raise AssertionError

    await ServerTiming(app)({"type": "lifespan"}, receive, send)
    await ServerTiming(app)({"type": "http"}, receive, send)
    assert seen[0]["headers"] == [(b"server-timing", b"db;dur=1")]
    assert [name for name, _ in seen[2]["headers"]] == [b"server-timing", b"server-timing"]
    assert seen[1] == seen[3]


def test_waits_add_up_and_an_open_one_ends_with_the_headers() -> None:
    stopwatch = Stopwatch()
    stopwatch.end_wait()
    stopwatch.begin_wait()
    first = VALUE.fullmatch(stopwatch.header().decode())
    stopwatch.begin_wait()
    stopwatch.end_wait()
    second = VALUE.fullmatch(stopwatch.header().decode())
    assert first and second
    assert float(second[2]) >= float(first[2])
