"""Large JSON of main_api is compressed for those who take it; everything else passes as it is."""

import asyncio
import gzip
import json

import aiohttp
import pytest

from gateway.compression import FROM_BYTES
from tests.gateway.fakes import FakeMain
from tests.gateway.wire import PATIENCE_S

GZIP = {"Accept-Encoding": "gzip, br"}


async def test_large_json_is_compressed_for_those_who_take_gzip(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/large?bytes=500000&h-ETag=%22a%22&h-Vary=Cookie", headers=GZIP) as response:
        packed = await response.read()
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Vary"] == "Cookie, Accept-Encoding"
        assert response.headers["ETag"] == 'W/"a"'
        assert "Content-Length" not in response.headers
        assert "Server-Timing" in response.headers
    assert len(packed) < 10_000
    assert json.loads(gzip.decompress(packed)) == "a" * 499_998


async def test_others_get_it_as_it_is_and_caches_are_told(url: str, http: aiohttp.ClientSession) -> None:
    for accepted in ("identity", "gzip;q=0", "br"):
        async with http.get(f"{url}/api/large", headers={"Accept-Encoding": accepted}) as response:
            assert "Content-Encoding" not in response.headers
            assert (response.headers["Vary"], response.headers["Content-Length"]) == ("Accept-Encoding", "20000")
            assert len(await response.read()) == 20_000


@pytest.mark.parametrize(
    "query",
    [
        f"bytes={FROM_BYTES - 1}",
        "status=404",
        "h-Content-Encoding=br",
        "h-Cache-Control=private,%20no-transform",
        "h-Content-Type=image/png",
        "h-Content-Type=text/event-stream",
    ],
)
async def test_what_does_not_pay_passes_unchanged(url: str, http: aiohttp.ClientSession, query: str) -> None:
    async with http.get(f"{url}/api/large?{query}", headers=GZIP) as response:
        content = await response.read()
        assert response.headers.get("Content-Encoding") != "gzip"
        assert response.headers["Content-Length"] == str(len(content))
        assert "Accept-Encoding" not in response.headers.get("Vary", "")


async def test_head_tells_what_get_would(url: str, http: aiohttp.ClientSession) -> None:
    async with http.head(f"{url}/api/large", headers=GZIP) as response:
        assert (response.status, await response.read()) == (200, b"")
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Vary"] == "Accept-Encoding"


async def test_answers_of_unknown_length_are_not_held_back(
    url: str, http: aiohttp.ClientSession, main: FakeMain
) -> None:
    async with http.get(f"{url}/api/drip", headers=GZIP) as response:
        assert await asyncio.wait_for(response.content.readexactly(5), PATIENCE_S) == b"first"
        main.release.set()
        assert await response.content.read() == b"second"


async def test_events_are_never_compressed(url: str, http: aiohttp.ClientSession, observer: dict[str, str]) -> None:
    async with http.get(f"{url}/v1/calculations/c1:watch", headers={**observer, **GZIP}) as response:
        assert "Content-Encoding" not in response.headers
        assert (await response.read()).startswith(b"id: 1\n")
