"""A reader that lost its stream opens it again, and gets the present snapshot first, whatever it has seen before."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from astrodist.calc.v1 import calculation_service_pb2

from tests.gateway.fakes import STATE, FakeCalc, calculation
from tests.gateway.wire import PATIENCE_S

PATHS = {"WatchCalculation": "/v1/calculations/c1:watch", "WatchCalculations": "/v1/calculations:watch?kind=pi"}
RPCS = pytest.mark.parametrize("rpc", PATHS)


class Moving:
    """A calculation that goes on while nobody looks: every stream begins with its present revision."""

    def __init__(self, calc: FakeCalc, rpc: str) -> None:
        self.revision = 3
        self._calc = calc
        self._as_event = rpc == "WatchCalculations"
        calc.answers[rpc] = self._stream

    async def _stream(self, _request: Any, _context: Any) -> AsyncIterator[Any]:
        snapshot = calculation(self.revision, STATE.RUNNING)
        yield calculation_service_pb2.WatchCalculationsResponse(calculation=snapshot) if self._as_event else snapshot
        await self._calc.wait_forever()


def _revision(text: str) -> int:
    values = json.loads(text)
    return int(values.get("calculation", values)["revision"])


async def _first_event(http: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> tuple[str, int]:
    """Id and revision of the first event; then the reader leaves."""
    async with http.get(address, headers=headers) as response:
        assert response.status == 200
        event = (await asyncio.wait_for(response.content.readuntil(b"\n\n"), PATIENCE_S)).decode()
        response.close()
    identity, data = event.strip().split("\n")
    return identity.removeprefix("id: "), _revision(data.removeprefix("data: "))


@RPCS
async def test_events_begin_with_the_present_snapshot_whatever_was_seen(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], rpc: str
) -> None:
    moving = Moving(calc, rpc)
    seen = await _first_event(http, url + PATHS[rpc], observer)
    assert seen == ("3", 3)
    moving.revision = 8
    # What a browser's EventSource sends, an id that is ahead of us, and one that is none.
    for last_id in (seen[0], "8", "9999", "not a revision"):
        again = await _first_event(http, url + PATHS[rpc], {**observer, "Last-Event-ID": last_id})
        assert again == ("8", 8)


@RPCS
async def test_an_unchanged_calculation_is_sent_again_all_the_same(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], rpc: str
) -> None:
    """Nothing to show until the next change would leave a page empty that was opened anew."""
    Moving(calc, rpc)
    for _ in range(2):
        assert await _first_event(http, url + PATHS[rpc], {**observer, "Last-Event-ID": "3"}) == ("3", 3)


@RPCS
async def test_a_websocket_begins_with_the_present_snapshot(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], rpc: str
) -> None:
    moving = Moving(calc, rpc)
    for revision in (3, 8):
        moving.revision = revision
        async with http.ws_connect(url + PATHS[rpc], headers=observer) as socket:
            assert _revision((await socket.receive(timeout=PATIENCE_S)).data) == revision


async def test_an_event_stream_tells_its_reader_when_to_come_back(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    """A refused reader gets a status, at which an EventSource stops for good; a cut one comes back by itself."""
    async with http.get(f"{url}/v1/calculations/c1:watch", headers={"Last-Event-ID": "5"}) as response:
        assert response.status == 401
    async with http.get(f"{url}/v1/calculations/c1:watch", headers={**observer, "Last-Event-ID": "5"}) as response:
        events = (await response.text()).split("\n\n")
    assert [event.split("\n")[0] for event in events if event] == ["id: 1", "id: 2", "id: 5"]
