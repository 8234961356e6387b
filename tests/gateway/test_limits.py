"""Limits of connections, addresses, headers and time: each with its answer, and slow clients are cut."""

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from astrodist.calc.v1 import calculation_service_pb2

from gateway.connections import client_of
from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeCalc, FakeMain, calculation
from tests.gateway.wire import HANDSHAKE, PATIENCE_S, Wire, close_code, frame, request

SOON_S = 0.5
WATCH = "/v1/calculations:watch"
TOKEN = "Authorization: Token observer"
TIMING = re.compile(r"gateway;dur=(\d+\.\d\d), upstream;dur=0\.00")


@contextlib.asynccontextmanager
async def connected(url: str, **options: Any) -> AsyncIterator[Wire]:
    wire = await Wire.open(url, **options)
    try:
        yield wire
    finally:
        wire.close()


async def _upgraded(wire: Wire) -> None:
    wire.send(request(WATCH, TOKEN, *HANDSHAKE))
    assert (await wire.answer()).status == 101


async def test_an_address_that_is_too_long(start: Start) -> None:
    async with start(address_limit_bytes=300) as url, connected(url) as wire:
        wire.send(request("/healthz?" + "x" * 291))
        assert (await wire.answer()).status == 200
        wire.send(request("/healthz?" + "x" * 292))
        answer = await wire.answer()
        assert (answer.status, answer.reason) == (414, "ADDRESS_TOO_LONG")
        assert TIMING.fullmatch(answer.headers["server-timing"])
        assert answer.headers["content-type"] == "application/problem+json"
        assert await wire.ended() == b""


@pytest.mark.parametrize(
    "headers", [["X-A: " + "x" * 2000], [f"X-{i}: " + "x" * 200 for i in range(11)], [f"X-{i}: y" for i in range(30)]]
)
async def test_headers_that_are_too_large_or_too_many(start: Start, headers: list[str]) -> None:
    async with start(header_limit_bytes=2000, header_limit_count=20) as url, connected(url) as wire:
        wire.send(request("/healthz", *headers))
        answer = await wire.answer()
        assert (answer.status, answer.reason) == (431, "HEADERS_TOO_LARGE")
        assert TIMING.fullmatch(answer.headers["server-timing"])
        assert answer.headers["connection"] == "close"


async def test_a_header_without_an_end_fills_no_memory(start: Start) -> None:
    async with start(header_limit_bytes=2000, address_limit_bytes=1000) as url, connected(url) as wire:
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ")
        for _ in range(4):
            wire.send(b"x" * 1000)
            await wire.writer.drain()
        assert (await wire.answer()).reason == "HEADERS_TOO_LARGE"


async def test_trailers_are_bounded_and_never_become_headers(start: Start, main: FakeMain) -> None:
    chunked = b"1\r\nx\r\n0\r\nAuthorization: Token observer\r\n\r\n"
    async with start(header_limit_bytes=2000) as url, connected(url) as wire:
        wire.send(request("/api/echo", "Transfer-Encoding: chunked", method="POST", body=chunked))
        head = await wire.reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head
        body = await wire.reader.readuntil(b"}")
        assert b"authorization" not in body.lower()


async def test_headers_that_come_too_slowly(start: Start) -> None:
    async with start(header_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        answer = await wire.answer()
        assert (answer.status, answer.reason) == (408, "REQUEST_TIMEOUT")
        timing = TIMING.fullmatch(answer.headers["server-timing"])
        assert timing and 0.8 * SOON_S * 1000 < float(timing[1]) < 10_000, "since the request began"
        assert await wire.ended() == b""


async def test_headers_that_drip_are_not_given_more_time_by_each_drop(start: Start) -> None:
    async with start(header_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        dripping = asyncio.create_task(_drip(wire))
        assert (await wire.answer()).status == 408
        await wire.ended()
        dripping.cancel()


async def _drip(wire: Wire) -> None:
    while True:
        wire.send(b"X: y\r\n")
        await asyncio.sleep(0.01)


async def test_the_second_request_of_a_connection_is_as_short_of_time(start: Start) -> None:
    async with start(header_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(request() + b"GET /hea")
        assert (await wire.answer()).status == 200
        assert (await wire.answer()).status == 408


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
async def test_a_connection_that_asks_nothing_is_closed_without_a_word(start: Start, sent: bytes) -> None:
    async with start(header_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(sent)
        assert await wire.ended() == b""


async def test_an_idle_connection_is_closed(start: Start) -> None:
    async with start(keep_alive_s=SOON_S) as url, connected(url) as wire:
        wire.send(request())
        assert (await wire.answer()).status == 200
        assert await wire.ended() == b""


async def test_empty_lines_do_not_keep_an_idle_connection(start: Start) -> None:
    async with start(header_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(request())
        assert (await wire.answer()).status == 200
        wire.send(b"\r\n")
        assert await wire.ended() == b""


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/echo", ["Content-Length: 10"]),
        ("/api/echo", ["Transfer-Encoding: chunked"]),
        ("/v1/calculations", ["Content-Length: 10", TOKEN]),
    ],
)
async def test_a_body_that_comes_too_slowly(start: Start, path: str, headers: list[str]) -> None:
    async with start(body_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(request(path, *headers, method="POST", body=b"1\r\nx"))
        answer = await wire.answer()
        assert (answer.status, answer.reason) == (408, "REQUEST_TIMEOUT")
        assert await wire.ended() == b""


async def test_the_rest_of_a_body_that_nobody_wants_is_not_awaited_for_ever(start: Start) -> None:
    async with start(header_timeout_s=SOON_S) as url, connected(url) as wire:
        wire.send(request("/v1/calculations", "Content-Length: 100", method="POST", body=b"x"))
        assert (await wire.answer()).status == 401
        dripping = asyncio.create_task(_drip(wire))
        await wire.ended()
        dripping.cancel()


@pytest.mark.parametrize("headers", [(), HANDSHAKE], ids=["stream of events", "WebSocket"])
async def test_a_client_that_never_reads_is_cut(start: Start, calc: FakeCalc, headers: tuple[str, ...]) -> None:
    cut = asyncio.Event()

    async def flood(_request: Any, _context: Any) -> AsyncIterator[Any]:
        try:
            while True:
                yield calculation_service_pb2.WatchCalculationsResponse(calculation=calculation(creator="x" * 50_000))
        finally:
            cut.set()

    calc.answers["WatchCalculations"] = flood
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        # An event of its own: the stream of a test before this one may end late, and would set calc's.
        async with start(send_timeout_s=0.3) as url, asyncio.timeout(PATIENCE_S):
            host, port = url.removeprefix("http://").split(":")
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, (host, int(port)))
            await loop.sock_sendall(deaf, request(WATCH, TOKEN, *headers))
            await cut.wait()


async def test_a_websocket_that_answers_no_ping_is_closed(start: Start, calc: FakeCalc) -> None:
    async def silent(_request: Any, _context: Any) -> AsyncIterator[Any]:
        await calc.wait_forever()
        yield

    calc.answers["WatchCalculations"] = silent
    async with start(ping_interval_s=SOON_S, ping_timeout_s=SOON_S) as url, connected(url) as wire:
        await _upgraded(wire)
        assert close_code(await wire.ended()) == 1011
        async with asyncio.timeout(PATIENCE_S):
            await calc.caller_left.wait()


async def test_more_connections_of_one_address_than_allowed(start: Start) -> None:
    async with start(client_connection_limit=2) as url, connected(url) as first, connected(url) as second:
        for wire in (first, second):
            wire.send(request())
            assert (await wire.answer()).status == 200
        async with connected(url) as third:
            third.send(request())
            answer = await third.answer()
            assert (answer.status, answer.reason) == (429, "TOO_MANY_CONNECTIONS")
            assert answer.headers["retry-after"] == "5"
            assert await third.ended() == b""
        first.close()
        second.send(request())
        assert (await second.answer()).status == 200
        async with connected(url) as fourth:
            fourth.send(request())
            assert (await fourth.answer()).status == 200


async def test_a_websocket_counts_as_the_connection_it_was(start: Start, calc: FakeCalc) -> None:
    async def silent(_request: Any, _context: Any) -> AsyncIterator[Any]:
        await calc.wait_forever()
        yield

    calc.answers["WatchCalculations"] = silent
    async with start(client_connection_limit=1) as url:
        async with connected(url) as first:
            await _upgraded(first)
            async with connected(url) as second:
                second.send(request())
                assert (await second.answer()).status == 429
            first.send(frame(8, b"\x03\xe8"))
            await first.ended()
        async with connected(url) as third:
            third.send(request())
            assert (await third.answer()).status == 200


async def test_more_connections_of_all_than_allowed(start: Start) -> None:
    async with start(connection_limit=1) as url, connected(url) as first:
        first.send(request())
        assert (await first.answer()).status == 200
        async with connected(url) as second:
            second.send(request())
            answer = await second.answer()
            assert (answer.status, answer.reason) == (503, "TOO_MANY_CONNECTIONS")


async def test_behind_a_trusted_proxy_calls_are_counted_by_the_client_it_names(
    start: Start, http: aiohttp.ClientSession, main: FakeMain
) -> None:
    changes = {"client_connection_limit": 1, "trusted_proxies": ("127.0.0.1",)}
    async with start(**changes) as url:
        first = asyncio.create_task(_status(http, f"{url}/api/slow", "192.0.2.1"))
        await main.arrived.wait()
        assert await _status(http, f"{url}/healthz", "192.0.2.1") == 429
        assert await _status(http, f"{url}/healthz", "192.0.2.2") == 200
        main.release.set()
        assert await first == 200
        assert await _status(http, f"{url}/healthz", "192.0.2.1") == 200


async def _status(http: aiohttp.ClientSession, url: str, client: str) -> int:
    async with http.get(url, headers={"X-Forwarded-For": client}) as response:
        await response.read()
        return response.status


async def test_more_streams_of_one_address_than_allowed(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def one_then_silence(_request: Any, _context: Any) -> AsyncIterator[Any]:
        yield calculation_service_pb2.WatchCalculationsResponse(calculation=calculation())
        await calc.wait_forever()

    calc.answers["WatchCalculations"] = one_then_silence
    async with start(client_stream_limit=1) as url:
        async with http.get(url + WATCH, headers=observer) as first:
            await first.content.readline()
            async with http.get(url + WATCH, headers={"Authorization": "Token second"}) as second:
                problem = json.loads(await second.read())
            assert (second.status, problem["reason"]) == (429, "THROTTLED")
            assert "address" in problem["detail"]
            first.close()
        async with asyncio.timeout(PATIENCE_S):
            await calc.caller_left.wait()


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_network_counts_as_one_client(address: str, client: str) -> None:
    assert client_of(address) == client
