"""Digits over their server stream: one text, its headers, gzip, HEAD, slow readers and readers that leave."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import grpc
import pytest
from astrodist.calc.v1 import calculation_service_pb2

from tests.gateway.fakes import FakeCalc, abort, refusing_stream
from tests.gateway.wire import PATIENCE_S

DIGITS = "/v1/calculations/c1/digits"
PIECE = b"0123456789" * 20_000
PIECE_COUNT = 40


def _announced(*pieces: bytes) -> Any:
    """A stream that says beforehand how long it is and what to call it."""

    async def stream(_request: Any, context: Any) -> AsyncIterator[Any]:
        length = sum(map(len, pieces))
        await context.send_initial_metadata((("text-length", str(length)), ("text-name", "pi-9-decimals.txt")))
        for piece in pieces:
            yield calculation_service_pb2.PiDigitsChunk(digits=piece)

    return stream


async def test_digits_are_one_text(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(f"{url}{DIGITS}?offset=0&length=9", headers=observer) as response:
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert await response.text() == "3.14159265"
    request = calc.last.request
    assert (request.offset, request.length, request.visible_to) == (0, 9, "observer")
    assert request.HasField("offset")


async def test_an_absent_offset_stays_absent(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(url + DIGITS, headers=observer) as response:
        assert response.status == 200
    assert not calc.last.request.HasField("offset")


async def test_digits_that_break_off_do_not_look_complete(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def breaking(_request: Any, context: Any) -> AsyncIterator[Any]:
        yield calculation_service_pb2.PiDigitsChunk(digits=b"3.14")
        await abort(context, grpc.StatusCode.INTERNAL, "INTERNAL", "broken")

    calc.answers["GetPiDigits"] = breaking
    with pytest.raises(aiohttp.ClientPayloadError):
        async with http.get(url + DIGITS, headers=observer) as response:
            await response.read()


async def test_digits_of_an_unfinished_calculation_are_a_problem(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["GetPiDigits"] = refusing_stream(grpc.StatusCode.FAILED_PRECONDITION, "NOT_FINISHED")
    async with http.get(url + DIGITS, headers=observer) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (409, "NOT_FINISHED")


async def test_the_text_tells_its_length_and_a_name_to_save_it_by(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["GetPiDigits"] = _announced(b"3.14", b"159")
    async with http.get(url + DIGITS, headers=observer) as response:
        assert (response.headers["Content-Length"], await response.text()) == ("7", "3.14159")
        assert response.headers["Content-Disposition"] == 'attachment; filename="pi-9-decimals.txt"'
        assert (response.headers["Vary"], response.headers["Cache-Control"]) == ("Accept-Encoding", "no-store")
        assert "Content-Encoding" not in response.headers


async def test_a_span_without_digits_is_an_empty_text(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["GetPiDigits"] = _announced()
    async with http.get(f"{url}{DIGITS}?offset=5&length=0", headers=observer) as response:
        assert (response.status, response.headers["Content-Length"], await response.read()) == (200, "0", b"")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("identity", None), ("gzip;q=0", None), ("br", None)],
)
async def test_a_long_text_is_compressed_for_those_who_accept_it(
    url: str,
    http: aiohttp.ClientSession,
    calc: FakeCalc,
    observer: dict[str, str],
    accepted: str,
    encoding: str | None,
) -> None:
    calc.answers["GetPiDigits"] = _announced(PIECE, PIECE)
    headers = observer | {"Accept-Encoding": accepted}
    async with http.get(url + DIGITS, headers=headers, auto_decompress=False) as response:
        body = await response.read()
        assert response.headers.get("Content-Encoding") == encoding
        assert ("Content-Length" in response.headers) == (encoding is None)
    assert (gzip.decompress(body) if encoding else body) == 2 * PIECE
    assert len(body) < len(PIECE) if encoding else len(body) == 2 * len(PIECE)


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_head_answers_with_the_headers_of_get_and_ends_the_call(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], accepted: str
) -> None:
    async def endless(request: Any, context: Any) -> AsyncIterator[Any]:
        async for message in _announced(PIECE)(request, context):
            yield message
        await calc.wait_forever()

    calc.answers["GetPiDigits"] = endless
    headers = observer | {"Accept-Encoding": accepted}
    async with http.head(url + DIGITS, headers=headers) as response:
        assert (response.status, await response.read()) == (200, b"")
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'attachment; filename="pi-9-decimals.txt"'
        assert response.headers.get("Content-Encoding") == ("gzip" if accepted == "gzip" else None)
        assert response.headers.get("Content-Length") == (None if accepted == "gzip" else str(len(PIECE)))
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_head_of_what_has_no_digits_is_refused_as_get_is(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["GetPiDigits"] = refusing_stream(grpc.StatusCode.FAILED_PRECONDITION, "NO_DIGITS")
    async with http.head(url + DIGITS, headers=observer) as response:
        assert response.status == 409
    async with http.head(f"{url}/v1/calculations/c1:watch", headers=observer) as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET")


async def test_a_reader_that_stops_reading_stops_the_stream_and_one_that_leaves_ends_it(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    sent_count = 0

    async def long(_request: Any, _context: Any) -> AsyncIterator[Any]:
        nonlocal sent_count
        try:
            for _ in range(100 * PIECE_COUNT):
                sent_count += 1
                yield calculation_service_pb2.PiDigitsChunk(digits=PIECE)
        finally:
            calc.caller_left.set()

    calc.answers["GetPiDigits"] = long
    async with http.get(url + DIGITS, headers=observer | {"Accept-Encoding": "identity"}) as response:
        await asyncio.wait_for(response.content.read(1), PATIENCE_S)
        for _ in range(20):  # the gateway has every chance to read ahead: other calls come and go
            async with http.get(f"{url}/v1/calculations/c1", headers=observer) as other:
                assert other.status == 200
        assert sent_count < 10 * PIECE_COUNT
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)
