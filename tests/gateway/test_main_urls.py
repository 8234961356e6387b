"""Several main_api behind the gateway: who is asked, who is skipped, and what is asked twice."""

import asyncio
import json
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeMain


class Other:
    """A second main_api, which says that it is the second; `breaks` cuts connections instead of answering."""

    def __init__(self) -> None:
        self.breaks = False
        self.ready_status = 200
        self.calls: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls[request.method] += 1
        if self.breaks:
            assert request.transport is not None
            abort(request.transport)
        body = await request.text()
        status = self.ready_status if request.path == "/readyz" else 200
        return web.json_response({"who": "other", "body": body}, status=status)


def abort(transport: asyncio.Transport) -> None:
    """Reset the connection, as the death of a process does."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@asynccontextmanager
async def serving(fake: Other, port: int = 0) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", fake.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def other() -> AsyncIterator[tuple[Other, str]]:
    fake = Other()
    async with serving(fake) as url:
        yield fake, url


@pytest.fixture
def first(settings: dict[str, Any]) -> str:
    """The address of the main_api that all tests share."""
    return str(settings["main_urls"][0])


async def ask(http: aiohttp.ClientSession, url: str, method: str = "GET", body: bytes | None = None) -> Any:
    async with http.request(method, f"{url}/api/echo", data=body) as response:
        return {"status": response.status, **json.loads(await response.read())}


async def test_calls_go_to_them_in_turn(
    start: Start, http: aiohttp.ClientSession, first: str, other: tuple[Other, str]
) -> None:
    async with start(main_urls=(first, other[1])) as url:
        answers = [await ask(http, url) for _ in range(6)]
    assert ["who" in answer for answer in answers] == [False, True] * 3


@pytest.mark.parametrize("chunked", [False, True])
async def test_where_none_listens_the_next_one_gets_the_whole_call(
    start: Start, http: aiohttp.ClientSession, other: tuple[Other, str], unused_port: int, chunked: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a body" * 1000

    async with start(main_urls=(f"http://127.0.0.1:{unused_port}", other[1])) as url:
        for _ in range(4):
            data: Any = pieces() if chunked else b"a body" * 1000
            async with http.post(f"{url}/api/echo", data=data) as response:
                assert json.loads(await response.read()) == {"who": "other", "body": "a body" * 1000}
    assert other[0].calls["POST"] == 4


async def test_a_read_whose_connection_breaks_is_asked_of_the_next_one(
    start: Start, http: aiohttp.ClientSession, first: str, other: tuple[Other, str]
) -> None:
    other[0].breaks = True
    async with start(main_urls=(other[1], first)) as url:
        answer = await ask(http, url)
        assert (answer["status"], answer["method"]) == (200, "GET")
        tried_count = other[0].calls["GET"]  # aiohttp itself tries a broken connection's call once more
        assert 1 <= tried_count <= 2
        for _ in range(3):  # it is skipped for a moment
            assert (await ask(http, url))["status"] == 200
    assert other[0].calls["GET"] == tried_count


async def test_a_change_whose_connection_breaks_is_not_sent_twice(
    start: Start, http: aiohttp.ClientSession, first: str, main: FakeMain, other: tuple[Other, str]
) -> None:
    other[0].breaks = True
    async with start(main_urls=(other[1], first)) as url:
        answer = await ask(http, url, "POST", b"{}")
    assert (answer["status"], answer["reason"], other[0].calls["POST"]) == (503, "UNAVAILABLE", 1)


async def test_all_that_refuse_are_asked_all_the_same(
    start: Start, http: aiohttp.ClientSession, unused_port: int
) -> None:
    """They may be back: none is given up because it refused a moment ago."""
    dead = f"http://127.0.0.1:{unused_port}"
    async with start(main_urls=(dead, dead.replace("127.0.0.1", "127.0.0.2"))) as url:
        assert (await ask(http, url))["status"] == 503
        async with serving(Other(), unused_port):
            assert (await ask(http, url))["status"] == 200


@pytest.mark.parametrize(("ready_status", "expected"), [(200, 200), (503, 503)])
async def test_ready_is_when_any_of_them_is(
    start: Start,
    http: aiohttp.ClientSession,
    other: tuple[Other, str],
    unused_port: int,
    ready_status: int,
    expected: int,
) -> None:
    other[0].ready_status = ready_status
    urls = (f"http://127.0.0.1:{unused_port}", other[1])
    async with start(main_urls=urls) as url, http.get(f"{url}/readyz") as response:
        assert response.status == expected


async def test_who_calls_is_asked_of_one_that_answers(
    start: Start, http: aiohttp.ClientSession, first: str, unused_port: int, observer: dict[str, str]
) -> None:
    async with start(main_urls=(f"http://127.0.0.1:{unused_port}", first)) as url:
        for _ in range(3):
            async with http.get(f"{url}/v1/calculations", headers=observer) as response:
                assert response.status == 200
