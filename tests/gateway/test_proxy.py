"""/api handed to main_api: what is passed on, what is not, and what happens when it fails."""

import asyncio
import gzip
import io
import json
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from gateway.logs import is_news
from tests.gateway.conftest import Answered, Start
from tests.gateway.fakes import FakeMain
from tests.gateway.wire import PATIENCE_S


async def _echo(response: aiohttp.ClientResponse) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(await response.read())
    values["headers"] = {name.lower(): value for name, value in values["headers"]}
    return values


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_method_body_and_status_pass(url: str, http: aiohttp.ClientSession, method: str) -> None:
    async with http.request(method, f"{url}/api/echo?status=409", data=b"hello") as response:
        values = await _echo(response)
    assert (response.status, values["method"], values["text"]) == (409, method, "hello")


async def test_the_path_and_query_pass_as_they_are(url: str, http: aiohttp.ClientSession) -> None:
    path = "/api/echo/a%2Fb%20c/..%2f;x=1?q=%D0%B9+z&q=2&empty="
    async with http.get(URL(url + path, encoded=True)) as response:
        assert (await _echo(response))["raw_path"] == path


async def test_main_api_is_told_about_the_call(url: str, http: aiohttp.ClientSession) -> None:
    headers = {
        "Host": "astrodist.example:8443",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=6.6.6.6",
        "X-User": "moderator",
        "X-Real-IP": "6.6.6.6",
        "X_Forwarded_For": "6.6.6.6",
        "Remote-User": "moderator",
        "X-Calc-Key": "key",
        "Cookie": "sessionid=a",
        "X-Request-Id": "not valid!",
        "User-Agent": "curl/8",
    }
    async with http.get(f"{url}/api/echo", headers=headers) as response:
        seen = (await _echo(response))["headers"]
    assert (seen["host"], seen["x-forwarded-host"]) == ("astrodist.example:8443", "astrodist.example:8443")
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert (seen["x-calc-key"], seen["cookie"], seen["user-agent"]) == ("key", "sessionid=a", "curl/8")
    assert seen["x-request-id"] == response.headers["X-Request-Id"] != "not valid!"
    assert not {"forwarded", "x-user", "x-real-ip", "x_forwarded_for", "remote-user"} & set(seen)


async def test_only_a_trusted_proxy_may_tell_where_a_call_came_from(start: Start, http: aiohttp.ClientSession) -> None:
    headers = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "Host": "astrodist.example"}
    async with start(trusted_proxies=("127.0.0.1",)) as url:
        async with http.get(f"{url}/api/echo", headers=headers) as response:
            seen = (await _echo(response))["headers"]
        cookie = {"Cookie": "sessionid=observer", "Origin": "https://astrodist.example"}
        async with http.post(f"{url}/v1/calculations", json={"pi": {}}, headers={**headers, **cookie}) as response:
            assert response.status == 200
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("6.6.6.6", "https")


async def test_nothing_is_added_that_the_client_did_not_send(url: str) -> None:
    host = URL(url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    writer.write(b"GET /api/echo HTTP/1.1\r\nHost: h\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n\r\n")
    body = (await asyncio.wait_for(reader.read(), PATIENCE_S)).partition(b"\r\n\r\n")[2]
    writer.close()
    await writer.wait_closed()
    names = {name.lower() for name, _ in json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["headers"]}
    assert names == {
        "host",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-for",
        "x-request-id",
        "x-request-timeout-s",
    }


async def test_answers_keep_their_headers_but_not_those_of_one_hop(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/cookies") as response:
        assert response.headers.getall("Set-Cookie") == ["sessionid=a; Path=/; HttpOnly", "other=b; Path=/"]
        assert response.headers["X-Kept"] == "2"
        assert "X-Hop" not in response.headers
        assert len(response.headers.getall("Date")) == 1
        assert "Server" not in response.headers


async def test_redirects_are_left_to_the_client(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/redirect", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "/api/echo")


async def test_compressed_answers_stay_compressed(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/gzipped", headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(await response.read()) == b"x" * 5000


async def test_head_has_headers_and_no_body(url: str, http: aiohttp.ClientSession) -> None:
    async with http.head(f"{url}/api/echo") as response:
        assert (response.status, await response.read()) == (200, b"")
        assert int(response.headers["Content-Length"]) > 0


async def test_refusals_of_main_api_pass_unchanged(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/refused") as response:
        assert (response.status, response.content_type) == (429, "application/problem+json")
        assert json.loads(await response.read()) == {"reason": "THROTTLED"}


async def test_pages_of_main_api_get_the_same_policy_as_ours(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/api/docs") as page, http.get(url) as ours:
        for name in ("Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy"):
            assert page.headers.getall(name) == ours.headers.getall(name) != []
        assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_answer_streams_through(url: str, http: aiohttp.ClientSession, main: FakeMain) -> None:
    async with http.get(f"{url}/api/drip") as response:
        assert await asyncio.wait_for(response.content.readexactly(5), PATIENCE_S) == b"first"
        main.release.set()
        assert await response.content.read() == b"second"


@pytest.mark.parametrize("headers", [{"Content-Length": "2000"}, {}], ids=["known length", "chunked"])
async def test_main_api_hears_of_a_call_when_its_body_is_whole(
    url: str, http: aiohttp.ClientSession, main: FakeMain, headers: dict[str, str]
) -> None:
    """It has eight threads: that many slow clients would have all of them."""
    heard = []

    async def halves() -> AsyncIterator[bytes]:
        yield b"a" * 1000
        async with http.get(f"{url}/api/echo"):  # by now the gateway has the first half
            heard.append(main.first_chunk.is_set())
        yield b"b" * 1000

    async with http.put(f"{url}/api/upload", data=halves(), headers=headers) as response:
        assert json.loads(await response.read()) == {"byte_count": 2000}
    assert heard == [False]


async def test_all_bodies_together_are_bounded_and_small_ones_always_pass(
    start: Start, http: aiohttp.ClientSession
) -> None:
    mebibyte = 1024 * 1024
    room_taken = asyncio.Event()
    done = asyncio.Event()

    async def unfinished() -> AsyncIterator[bytes]:
        yield b"x" * mebibyte
        room_taken.set()
        await done.wait()
        yield b"x"

    async with start(held_bodies_limit_bytes=mebibyte) as url:
        first = asyncio.create_task(_put(http, url, unfinished()))
        await asyncio.wait_for(room_taken.wait(), PATIENCE_S)
        assert await _put(http, url, b"x" * mebibyte) == (503, "UNAVAILABLE")
        assert await _put(http, url, b"x" * 1000) == (200, None)
        done.set()
        assert await first == (200, None)
        assert await _put(http, url, b"x" * mebibyte) == (200, None)


async def _put(http: aiohttp.ClientSession, url: str, body: Any) -> tuple[int, str | None]:
    async with http.put(f"{url}/api/upload", data=io.BytesIO(body) if isinstance(body, bytes) else body) as response:
        return response.status, json.loads(await response.read()).get("reason")


async def test_a_chunked_body_gets_a_length(url: str, http: aiohttp.ClientSession) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"cd"

    async with http.post(f"{url}/api/echo", data=pieces()) as response:
        values = await _echo(response)
    assert (values["text"], values["headers"]["content-length"]) == ("abcd", "4")
    assert "transfer-encoding" not in values["headers"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_refused(start: Start, http: aiohttp.ClientSession, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    async with start(body_limit_bytes=1000) as url:
        async with http.put(f"{url}/api/upload", data=pieces() if chunked else b"x" * 1001) as response:
            assert (response.status, json.loads(await response.read())["reason"]) == (413, "BODY_TOO_LARGE")
        async with http.put(f"{url}/api/upload", data=b"x" * 1000) as response:
            assert response.status == 200


async def test_a_file_of_2_mb_passes_to_the_import_and_the_default_limit_is_4_mb(
    url: str, http: aiohttp.ClientSession
) -> None:
    """Beyond 2 MB main_api itself refuses, beyond 4 MB the gateway."""
    address = f"{url}/api/requests/7/import?dry_run=true"
    for size in (2 * 1024 * 1024, 4 * 1024 * 1024):
        async with http.post(address, data=io.BytesIO(b"x" * size)) as response:
            assert (response.status, json.loads(await response.read())) == (200, {"byte_count": size})
    async with http.post(address, data=io.BytesIO(b"x" * (4 * 1024 * 1024 + 1))) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("header", ["Content-Length: 20000000", "Transfer-Encoding: chunked"])
async def test_a_client_that_sends_all_before_it_reads_sees_the_refusal(url: str, header: str) -> None:
    """It closes after one call, so nothing but reading its body keeps the connection whole until then."""
    host = URL(url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    writer.write(f"POST /api/upload HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{header}\r\n\r\n".encode())
    for _ in range(20):
        writer.write((b"f4240\r\n%b\r\n" if "chunked" in header else b"%b") % (b"x" * 1_000_000))
        await asyncio.wait_for(writer.drain(), PATIENCE_S)
    writer.write(b"0\r\n\r\n" if "chunked" in header else b"")
    answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 413") and b"BODY_TOO_LARGE" in answer


async def test_a_client_that_asks_first_is_refused_before_it_sends(url: str) -> None:
    host = URL(url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    head = b"POST /api/upload HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 20000000\r\n\r\n"
    writer.write(head)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), PATIENCE_S)
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 413")


async def test_main_api_down_is_unavailable(start: Start, http: aiohttp.ClientSession, unused_port: int) -> None:
    async with start(main_urls=(f"http://127.0.0.1:{unused_port}",)) as url, http.get(f"{url}/api/echo") as response:
        problem = json.loads(await response.read())
        assert (response.status, response.headers["Retry-After"]) == (503, "2")
        assert (problem["reason"], response.content_type) == ("UNAVAILABLE", "application/problem+json")


async def test_main_api_too_slow_is_a_timeout(start: Start, http: aiohttp.ClientSession) -> None:
    async with start(main_timeout_s=0.2) as url, http.get(f"{url}/api/slow") as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (504, "DEADLINE_EXCEEDED")


async def test_an_answer_that_breaks_off_does_not_look_complete_and_is_one_line_of_the_log(
    url: str, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    server_log = logging.getLogger("uvicorn.error")
    server_log.addFilter(is_news)  # as `logs.set_up` does
    try:
        with pytest.raises(aiohttp.ClientPayloadError):
            async with http.get(f"{url}/api/broken") as response:
                await response.read()
    finally:
        server_log.removeFilter(is_news)
    said = [(record.levelname, record.message) for record in caplog.records if record.levelno >= logging.WARNING]
    assert said == [("WARNING", "main_api broke off its answer")]


async def test_a_client_that_leaves_cancels_the_call_behind(
    url: str, http: aiohttp.ClientSession, main: FakeMain
) -> None:
    call = asyncio.create_task(http.get(f"{url}/api/slow").__aenter__())
    await asyncio.wait_for(main.arrived.wait(), PATIENCE_S)
    call.cancel()
    await asyncio.wait_for(main.caller_left.wait(), PATIENCE_S)


async def test_a_client_that_leaves_in_mid_upload_is_no_fault(
    url: str, answered: Answered, caplog: pytest.LogCaptureFixture
) -> None:
    host = URL(url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    head = b"PUT /api/upload HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n"
    writer.write(head)
    assert b" 100 " in await asyncio.wait_for(reader.readuntil(b"\r\n"), PATIENCE_S)  # it reads the body
    writer.write(b"x" * 100)
    left = answered()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.close()
    await asyncio.wait_for(left, PATIENCE_S)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")]
