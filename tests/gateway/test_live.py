"""Server-sent events and WebSockets over the server streams."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import grpc
import pytest
from astrodist.calc.v1 import calculation_service_pb2

from tests.gateway.conftest import Answered, Start
from tests.gateway.fakes import STATE, FakeCalc, FakeMain, abort, calculation, refusing_stream
from tests.gateway.wire import PATIENCE_S

WATCH = "/v1/calculations/c1:watch"


async def _events(response: aiohttp.ClientResponse) -> list[str]:
    return [event for event in (await response.text()).split("\n\n") if event]


async def _first_event(response: aiohttp.ClientResponse) -> bytes:
    return await asyncio.wait_for(response.content.readuntil(b"\n\n"), PATIENCE_S)


def _endless(calc: FakeCalc) -> Any:
    async def stream(_request: Any, _context: Any) -> AsyncIterator[Any]:
        yield calculation(1, STATE.RUNNING)
        await calc.wait_forever()

    return stream


async def test_events_are_unnamed_snapshots_with_their_revision(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(url + WATCH, headers=observer) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert (response.headers["Cache-Control"], response.headers["X-Accel-Buffering"]) == ("no-cache", "no")
        assert "Content-Encoding" not in response.headers
        events = await _events(response)
    lines = [event.split("\n") for event in events]
    assert [line[0] for line in lines] == ["id: 1", "id: 2", "id: 5"]
    snapshots = [json.loads(line[1].removeprefix("data: ")) for line in lines]
    assert [snapshot["state"] for snapshot in snapshots] == ["SCHEDULED", "RUNNING", "SUCCEEDED"]
    assert (calc.last.request.calculation_id, calc.last.request.visible_to) == ("c1", "observer")


async def test_an_event_carries_the_same_json_as_get(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def same(_request: Any, _context: Any) -> Any:
        return calculation(5, STATE.SUCCEEDED)

    calc.answers["GetCalculation"] = same
    async with http.get(url + WATCH, headers=observer) as response:
        last = (await _events(response))[-1].partition("data: ")[2]
    async with http.get(f"{url}/v1/calculations/c1", headers=observer) as response:
        assert last == await response.text()


async def test_the_list_stream_marks_the_end_of_its_initial_set(
    url: str, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    async with http.get(f"{url}/v1/calculations:watch?kind=pi", headers=observer) as response:
        first, second = await _events(response)
    assert first.startswith("id: 7\ndata: ")
    assert json.loads(second.removeprefix("data: ")) == {"initial_set_complete": True}


async def test_snapshots_arrive_while_the_stream_is_open_and_leaving_cancels_it(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with http.get(url + WATCH, headers=observer) as response:
        assert (await _first_event(response)).startswith(b"id: 1\n")
        assert not calc.caller_left.is_set()
        response.close()
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_silence_is_bridged_by_comments(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with start(heartbeat_s=0.05) as url, http.get(url + WATCH, headers=observer) as response:
        await _first_event(response)
        assert await _first_event(response) == b": still here\n\n"
        response.close()


async def test_a_stream_that_is_silent_from_the_start_still_opens(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def silent(_request: Any, _context: Any) -> AsyncIterator[Any]:
        await calc.wait_forever()
        yield

    calc.answers["WatchCalculation"] = silent
    async with start(heartbeat_s=0.05) as url, http.get(url + WATCH, headers=observer) as response:
        assert response.status == 200
        response.close()


async def test_an_error_before_the_first_event_is_a_plain_problem(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = refusing_stream(grpc.StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND")
    async with http.get(url + WATCH, headers=observer) as response:
        problem = json.loads(await response.read())
        assert (response.status, response.content_type) == (404, "application/problem+json")
    assert problem["reason"] == "CALCULATION_NOT_FOUND"


def _failing_later(code: grpc.StatusCode, reason: str) -> Any:
    async def stream(_request: Any, context: Any) -> AsyncIterator[Any]:
        yield calculation(1)
        await abort(context, code, reason, "It ends here.")

    return stream


async def test_an_error_in_mid_stream_is_an_event_named_problem(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _failing_later(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    async with http.get(url + WATCH, headers=observer) as response:
        event = (await _events(response))[-1]
    name, data = event.split("\n")
    assert name == "event: problem"
    assert json.loads(data.removeprefix("data: "))["reason"] == "SHUTTING_DOWN"


async def test_a_signed_out_reader_is_sent_away(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, main: FakeMain, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with start(recheck_s=0.1) as url, http.get(url + WATCH, headers=observer) as response:
        await _first_event(response)
        main.users.clear()
        assert b"NOT_SIGNED_IN" in await asyncio.wait_for(response.content.read(), PATIENCE_S)
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_a_reader_whose_role_changed_has_to_open_the_stream_again(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, main: FakeMain, moderator: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with start(recheck_s=0.1) as url, http.get(url + WATCH, headers=moderator) as response:
        await _first_event(response)
        main.users["moderator"] = "observer"
        assert b"NOT_SIGNED_IN" in await asyncio.wait_for(response.content.read(), PATIENCE_S)


async def test_open_streams_outlive_a_restart_of_main_api(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, main: FakeMain, observer: dict[str, str]
) -> None:
    asked_again = asyncio.Event()

    async def until_asked(_request: Any, _context: Any) -> AsyncIterator[Any]:
        yield calculation(1)
        await asked_again.wait()
        yield calculation(2, STATE.SUCCEEDED)

    calc.answers["WatchCalculation"] = until_asked
    async with start(recheck_s=0.05, heartbeat_s=0.05) as url, http.get(url + WATCH, headers=observer) as response:
        await _first_event(response)
        main.me_status, already = 500, len(main.me_calls)
        async with asyncio.timeout(PATIENCE_S):
            while len(main.me_calls) < already + 2:
                await _first_event(response)
        asked_again.set()
        assert b"SUCCEEDED" in await asyncio.wait_for(response.content.read(), PATIENCE_S)


async def test_stopping_the_server_ends_open_streams(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with start() as url:
        response = await http.get(url + WATCH, headers=observer)
        await _first_event(response)
    assert await asyncio.wait_for(response.content.read(), PATIENCE_S) == b""
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_stopping_the_server_asks_websockets_to_come_back(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with start() as url:
        socket = await http.ws_connect(url + WATCH, headers=observer)
        await socket.receive(timeout=PATIENCE_S)
        ending = asyncio.create_task(socket.receive(timeout=PATIENCE_S))
    await ending
    assert socket.close_code == 1012
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_a_user_may_open_only_so_many_streams(
    start: Start,
    http: aiohttp.ClientSession,
    calc: FakeCalc,
    answered: Answered,
    observer: dict[str, str],
    moderator: dict[str, str],
) -> None:
    calc.answers["WatchCalculation"] = _endless(calc)
    async with start(stream_limit=1) as url:
        async with http.get(url + WATCH, headers=observer) as first:
            await _first_event(first)
            async with http.get(url + WATCH, headers=observer) as second:
                assert (second.status, json.loads(await second.read())["reason"]) == (429, "THROTTLED")
                assert second.headers["Retry-After"] == "5"
            others = answered()
            async with http.get(url + WATCH, headers=moderator) as other:
                assert other.status == 200
                other.close()
            await asyncio.wait_for(others, PATIENCE_S)
            given_back = answered()
            first.close()
        await asyncio.wait_for(given_back, PATIENCE_S)
        calc.answers.clear()
        async with http.get(url + WATCH, headers=observer) as third:
            assert third.status == 200


async def test_a_websocket_carries_snapshots_and_ends_normally(
    url: str, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    async with http.ws_connect(url + WATCH, headers=observer) as socket:
        messages = [await socket.receive(timeout=PATIENCE_S) for _ in range(4)]
    assert [json.loads(message.data)["revision"] for message in messages[:3]] == [1, 2, 5]
    assert (messages[3].type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 1000)


@pytest.mark.parametrize(
    ("code", "reason", "close_code"),
    [
        (grpc.StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND", 1008),
        (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN", 1013),
        (grpc.StatusCode.UNIMPLEMENTED, "NOT_IMPLEMENTED", 1011),
    ],
)
async def test_a_websocket_tells_its_problem_before_it_closes(
    url: str,
    http: aiohttp.ClientSession,
    calc: FakeCalc,
    observer: dict[str, str],
    code: grpc.StatusCode,
    reason: str,
    close_code: int,
) -> None:
    calc.answers["WatchCalculation"] = _failing_later(code, reason)
    async with http.ws_connect(url + WATCH, headers=observer) as socket:
        assert json.loads((await socket.receive(timeout=PATIENCE_S)).data)["revision"] == 1
        assert json.loads((await socket.receive(timeout=PATIENCE_S)).data)["reason"] == reason
        await socket.receive(timeout=PATIENCE_S)
        assert socket.close_code == close_code


async def test_closing_a_websocket_cancels_its_call(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    calc.answers["WatchCalculations"] = _endless_list(calc)
    async with http.ws_connect(f"{url}/v1/calculations:watch", headers=observer) as socket:
        await socket.receive(timeout=PATIENCE_S)
        await socket.send_str("what a client says is not read")
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


def _endless_list(calc: FakeCalc) -> Any:
    async def stream(_request: Any, _context: Any) -> AsyncIterator[Any]:
        yield calculation_service_pb2.WatchCalculationsResponse(initial_set_complete=True)
        await calc.wait_forever()

    return stream


@pytest.mark.parametrize(
    ("path", "headers", "status", "reason"),
    [
        (WATCH, {}, 401, "NOT_SIGNED_IN"),
        (WATCH, {"Cookie": "sessionid=observer", "Origin": "http://evil.example"}, 403, "CROSS_SITE"),
        (WATCH, {"Cookie": "sessionid=observer"}, 403, "CROSS_SITE"),
        (WATCH + "?nope=1", {"Authorization": "Token observer"}, 400, "INVALID_INPUT"),
        ("/v1/nothing", {"Authorization": "Token observer"}, 404, "NOT_FOUND"),
        ("/v1/calculations", {"Authorization": "Token observer"}, 405, "METHOD_NOT_ALLOWED"),
        ("/v1/calculations/c1/digits", {"Authorization": "Token observer"}, 405, "METHOD_NOT_ALLOWED"),
        ("/api/echo", {"Authorization": "Token observer"}, 404, "NOT_FOUND"),
        ("/", {}, 404, "NOT_FOUND"),
    ],
)
async def test_a_websocket_that_may_not_open_is_denied_by_status(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, path: str, headers: dict[str, str], status: int, reason: str
) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with http.get(url + path, headers={**handshake, **headers}) as response:
        problem = json.loads(await response.read())
    assert (response.status, problem["reason"]) == (status, reason)
    assert not calc.received


async def test_a_websocket_from_our_own_pages_needs_only_the_cookie(url: str, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(url + WATCH, headers={"Cookie": "sessionid=observer"}, origin=url) as socket:
        assert json.loads((await socket.receive(timeout=PATIENCE_S)).data)["revision"] == 1
