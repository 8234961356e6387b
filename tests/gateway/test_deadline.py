"""X-Request-Timeout-S: a caller's deadline in every room, and never longer than our own."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from gateway.deadline import HEADER
from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeCalc, FakeMain
from tests.gateway.wire import PATIENCE_S

WATCH = "/v1/calculations/c1:watch"


async def test_the_callers_deadline_becomes_that_of_the_rpc(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(f"{url}/v1/calculations/c1", headers={**observer, HEADER: "2.5"}) as response:
        assert response.status == 200
    assert calc.last.time_remaining_s is not None
    assert 0.5 < calc.last.time_remaining_s < 3.5  # gRPC rounds up


async def test_a_caller_cannot_wait_longer_than_the_setting(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(f"{url}/v1/calculations/c1", headers={**observer, HEADER: "3000"}) as response:
        assert response.status == 200
    assert calc.last.time_remaining_s is not None
    assert calc.last.time_remaining_s < 16


async def test_a_deadline_that_passes_is_a_timeout_that_calc_hears_of(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def hang(_request: Any, _context: Any) -> None:
        await calc.wait_forever()

    calc.answers["GetCalculation"] = hang
    async with http.get(f"{url}/v1/calculations/c1", headers={**observer, HEADER: "1"}) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (504, "DEADLINE_EXCEEDED")
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_main_api_hears_how_long_it_is_waited_for(
    url: str, http: aiohttp.ClientSession, main: FakeMain, observer: dict[str, str]
) -> None:
    async def told(**headers: str) -> float:
        async with http.get(f"{url}/api/echo", headers=headers) as response:
            seen = dict(json.loads(await response.read())["headers"])
        return float(seen[HEADER])

    assert 29 < await told() <= 30
    assert 1 < await told(**{HEADER: "2.5"}) <= 2.5
    assert 29 < await told(**{HEADER: "100"}) <= 30
    async with http.get(f"{url}/v1/calculations/c1", headers={**observer, HEADER: "2.5"}):
        pass
    assert 1 < float(main.me_calls[-1][HEADER]) <= 2.5


async def test_main_api_too_slow_for_the_caller_is_a_timeout(
    url: str, http: aiohttp.ClientSession, main: FakeMain
) -> None:
    async with http.get(f"{url}/api/slow", headers={HEADER: "1"}) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (504, "DEADLINE_EXCEEDED")
    await asyncio.wait_for(main.caller_left.wait(), PATIENCE_S)


async def test_no_time_left_to_ask_who_calls_is_a_timeout(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(f"{url}/v1/calculations", headers={**observer, HEADER: "0.0001"}) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (504, "DEADLINE_EXCEEDED")
    assert not calc.received


async def test_a_stream_lasts_as_long_as_its_caller_wants(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def silent(_request: Any, _context: Any) -> Any:
        await calc.wait_forever()
        yield

    calc.answers["WatchCalculation"] = silent
    headers = {**observer, HEADER: "1"}
    async with start(heartbeat_s=0.05) as url, http.get(url + WATCH, headers=headers) as response:
        assert response.status == 200
        text = await asyncio.wait_for(response.content.read(), PATIENCE_S)
    assert b"event: problem\ndata: " in text and b"DEADLINE_EXCEEDED" in text
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


@pytest.mark.parametrize("path", ["/api/echo", "/v1/calculations/c1", WATCH])
@pytest.mark.parametrize("text", ["", "0", "0.0", "-1", "soon", "nan", "inf", "1e3", "5s", "1234567"])
async def test_a_deadline_that_cannot_be_read_is_named(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], path: str, text: str
) -> None:
    async with http.get(url + path, headers={**observer, HEADER: text}) as response:
        problem = json.loads(await response.read())
    assert (response.status, problem["reason"]) == (400, "INVALID_INPUT")
    assert [(error["path"], error["reason"]) for error in problem["errors"]] == [(HEADER, "INVALID_FORMAT")]
    assert not calc.received
