"""What one client may do, and what it is answered beyond."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import grpc
import pytest
from astrodist.calc.v1 import calculation_service_pb2
from grpc import StatusCode

from calc_grpc import listening
from calc_grpc.config_trust import Door
from calc_grpc.server import Server
from tests.calc_grpc import http2
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import TIMEOUT_S, distance_input, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
Start = Callable[..., Awaitable[Server]]
PREDICTIONS_MAX = 1_000


async def watch(stack: AsyncExitStack, stub: Stub, **filters: str) -> object:
    """Open a stream, and see that it has begun."""
    call = stub.WatchCalculations(pb2.WatchCalculationsRequest(**filters))
    stack.callback(call.cancel)
    return await soon(call.read())


async def until_open(server: Server, count: int) -> None:
    """Wait until so many streams are left; nobody is told when the server has seen one closed."""
    async with asyncio.timeout(TIMEOUT_S):
        while server._service._streams._open_count > count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_streams_are_bounded_of_all_and_of_each_user_and_closing_one_makes_room(start_server: Start) -> None:
    server = await start_server(door=Door(stream_limit=3, user_stream_limit=2))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel, AsyncExitStack() as stack:
        stub = Stub(channel)
        async with AsyncExitStack() as annas:
            await watch(annas, stub, visible_to="anna")
            await watch(annas, stub, creator="anna")
            with refused(StatusCode.RESOURCE_EXHAUSTED, "THROTTLED") as refusal:
                await watch(annas, stub, visible_to="anna")
            assert refusal.metadata == {"user_stream_limit": "2"} and refusal.retry_after_s == 5
            await watch(stack, stub)
            with refused(StatusCode.RESOURCE_EXHAUSTED, "THROTTLED") as refusal:
                await watch(stack, stub, visible_to="boris")
            assert refusal.metadata == {"stream_limit": "3"}
        await until_open(server, 1)
        await watch(stack, stub, visible_to="anna")
    await until_open(server, 0)
    assert not server._service._streams._of_users


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"kind": ["pi"] * 101}, [("kind", "TOO_LONG")]),
        ({"state": [1] * 500_000}, [("state", "TOO_LONG")]),
        ({"creator": "x" * 151}, [("creator", "TOO_LONG")]),
        ({"visible_to": "x" * 151}, [("visible_to", "TOO_LONG")]),
    ],
)
async def test_filters_are_bounded(stub: Stub, values: dict[str, object], fields: list[tuple[str, str]]) -> None:
    for call in (
        lambda: stub.ListCalculations(pb2.ListCalculationsRequest(**values)),
        lambda: stub.WatchCalculations(pb2.WatchCalculationsRequest(**values)).read(),
    ):
        with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
            await call()
        assert refusal.fields == fields


async def test_a_filter_may_say_a_word_twice(stub: Stub) -> None:
    page = await stub.ListCalculations(pb2.ListCalculationsRequest(kind=["pi"] * 100, state=[1] * 100))
    assert not page.calculations


@pytest.mark.parametrize("size", [-1, 1001, 2**31 - 1])
async def test_a_page_is_bounded(stub: Stub, size: int) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.ListCalculations(pb2.ListCalculationsRequest(page_size=size))
    assert refusal.fields == [("page_size", "OUT_OF_RANGE")]


async def test_observations_and_moments_are_bounded(stub: Stub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input(20_000)))
    assert ("distance.observations", "TOO_MANY_OBSERVATIONS") in refusal.fields
    request = pb2.PredictPositionsRequest(station="500")
    for _ in range(PREDICTIONS_MAX + 1):
        request.times.add(seconds=1_600_000_000)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.PredictPositions(request)
    assert "times" in {path for path, _ in refusal.fields}


async def test_a_message_is_bounded_by_grpc_itself_and_the_connection_lives(stub: Stub) -> None:
    huge = pb2.ParseAstrometryRequest(content=bytes(listening.MESSAGE_BYTES_MAX))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.ParseAstrometry(huge)
    assert refusal.value.code() == StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in str(refusal.value.details())
    await stub.ListCalculations(pb2.ListCalculationsRequest())


async def test_metadata_is_bounded_and_the_connection_lives(stub: Stub) -> None:
    large = (("x-anything", "x" * (listening.METADATA_BYTES_MAX + 1)),)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.ListCalculations(pb2.ListCalculationsRequest(), metadata=large)
    assert refusal.value.code() == StatusCode.RESOURCE_EXHAUSTED
    await stub.ListCalculations(pb2.ListCalculationsRequest())


async def test_a_deadline_ends_what_waits_for_a_worker(stub: Stub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stub.ParseAstrometry(pb2.ParseAstrometryRequest(content=b"x"), timeout=0.2)
    assert refusal.value.code() == StatusCode.DEADLINE_EXCEEDED


async def test_who_says_nothing_or_pings_without_end_is_cut_off(
    start_server: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = dict(listening.OPTIONS) | {"grpc.server_handshake_timeout_ms": 300}
    monkeypatch.setattr("calc_grpc.server.OPTIONS", tuple(quick.items()))
    server = await start_server()

    def talk() -> tuple[float, bytes]:
        began_s = time.monotonic()
        with http2.connect(server.port) as silent:
            http2.read_to_end(silent)
        silent_s = time.monotonic() - began_s
        with http2.connect(server.port) as pinging:
            http2.send(pinging, http2.PREFACE, http2.settings(), http2.frame(http2.PING, payload=bytes(8)) * 50)
            return silent_s, http2.read_to_end(pinging)

    silent_s, told = await asyncio.to_thread(talk)
    assert silent_s < http2.TIMEOUT_S
    assert b"too_many_pings" in told


async def test_more_streams_than_a_connection_may_have_wait_for_their_turn(
    start_server: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = dict(listening.OPTIONS) | {"grpc.max_concurrent_streams": 2}
    monkeypatch.setattr("calc_grpc.server.OPTIONS", tuple(narrow.items()))
    server = await start_server()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel, AsyncExitStack() as stack:
        for _ in range(2):
            await watch(stack, Stub(channel))
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await Stub(channel).ListCalculations(pb2.ListCalculationsRequest(), timeout=0.3)
        assert late.value.code() == StatusCode.DEADLINE_EXCEEDED
