"""ParseAstrometry over a real channel: turns, limits, callers that leave, faults; and once with the real process."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_service_pb2
from grpc import StatusCode

from calc_grpc.config import Config
from calc_grpc.errors import ComputationFailed, WorkerCrashed
from calc_grpc.reading import CONTENT_BYTES_MAX, WAITING_MAX
from calc_grpc.server import Server
from calc_grpc.workers import WorkerPool
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, FakeRun, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
ANSWER = pb2.ParseAstrometryResponse(problem_count=7, error_count=3)
CERES = "00001         C2024 01 05.12345 03 15 02.34 +21 10 45.6          12.3 V      535"


def parse(stub: Stub, content: bytes = b"a file", **options: Any) -> Any:
    return stub.ParseAstrometry(pb2.ParseAstrometryRequest(content=content), **options)


async def answered(run: FakeRun, call: Any) -> pb2.ParseAstrometryResponse:
    run.succeed(ANSWER.SerializeToString())
    return await soon(call)


async def cancelled(pool: FakePool, run: FakeRun) -> None:
    """Wait until a run was told to stop."""
    await soon(asyncio.wait([run.end]))
    assert pool.cancelled == [run.calculation_id]


async def test_a_file_is_read_as_it_is_and_what_was_read_is_answered(stub: Stub, reading_pool: FakePool) -> None:
    content = bytes(range(256))
    call = parse(stub, content)
    run = await reading_pool.next_run()
    assert (run.kind, run.input) == ("astrometry", content)
    assert await answered(run, call) == ANSWER


async def test_calculations_and_files_do_not_wait_for_each_other(
    stub: Stub, pool: FakePool, reading_pool: FakePool
) -> None:
    call = parse(stub)
    run = await reading_pool.next_run()
    assert pool.free_count == 1 and pool.has_started_nothing
    await answered(run, call)


async def test_two_megabytes_are_taken_and_one_byte_more_is_refused(stub: Stub, reading_pool: FakePool) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "BODY_TOO_LARGE") as refusal:
        await parse(stub, b"x" * (CONTENT_BYTES_MAX + 1))
    assert "2 MB" in refusal.message and reading_pool.has_started_nothing
    call = parse(stub, b"x" * CONTENT_BYTES_MAX)
    assert await answered(await reading_pool.next_run(), call) == ANSWER


async def test_files_are_read_one_after_another_in_the_order_they_came(server: Server, reading_pool: FakePool) -> None:
    calls = [asyncio.ensure_future(server._service._files.read(bytes([number]))) for number in range(3)]
    for number, call in enumerate(calls):
        run = await reading_pool.next_run()
        assert run.input == bytes([number]) and reading_pool.has_started_nothing
        run.succeed(b"read")
        assert await soon(call) == b"read"


async def test_when_too_many_wait_the_next_is_told_to_try_again(
    server: Server, stub: Stub, reading_pool: FakePool
) -> None:
    first = parse(stub)
    run = await reading_pool.next_run()
    waiting = [asyncio.ensure_future(server._service._files.read(b"")) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "THROTTLED") as refusal:
        await parse(stub)
    assert refusal.retry_after_s == 2
    await answered(run, first)
    for call in waiting:
        run = await reading_pool.next_run()
        run.succeed(b"")
        assert await soon(call) == b""
    again = parse(stub)
    assert await answered(await reading_pool.next_run(), again) == ANSWER


async def test_a_caller_that_leaves_ends_the_reading_and_the_next_file_is_read(
    stub: Stub, reading_pool: FakePool
) -> None:
    call = parse(stub)
    run = await reading_pool.next_run()
    call.cancel()
    await cancelled(reading_pool, run)
    again = parse(stub, b"next")
    assert (await answered(await reading_pool.next_run(), again)) == ANSWER


async def test_a_deadline_that_passes_ends_the_reading(stub: Stub, reading_pool: FakePool) -> None:
    call = parse(stub, timeout=2)  # long enough to begin
    run = await reading_pool.next_run()
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await soon(call)
    assert late.value.code() == StatusCode.DEADLINE_EXCEEDED
    await cancelled(reading_pool, run)


async def test_who_leaves_while_waiting_gives_up_the_turn(server: Server, stub: Stub, reading_pool: FakePool) -> None:
    first = parse(stub)
    run = await reading_pool.next_run()
    leaving = [asyncio.ensure_future(server._service._files.read(b"left")) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    for call in leaving:
        call.cancel()
    await asyncio.wait(leaving)
    last = parse(stub, b"last")
    await answered(run, first)
    run = await reading_pool.next_run()
    assert run.input == b"last"
    await answered(run, last)
    assert reading_pool.cancelled == []


async def test_a_process_that_dies_is_a_fault_and_the_next_file_is_read(stub: Stub, reading_pool: FakePool) -> None:
    call = parse(stub)
    (await reading_pool.next_run()).fail(WorkerCrashed())
    with refused(StatusCode.INTERNAL, "INTERNAL"):
        await soon(call)
    again = parse(stub)
    assert await answered(await reading_pool.next_run(), again) == ANSWER


async def test_a_fault_of_the_reader_is_logged_and_shows_no_inner_text(
    stub: Stub, reading_pool: FakePool, caplog: pytest.LogCaptureFixture
) -> None:
    call = parse(stub)
    (await reading_pool.next_run()).fail(ComputationFailed("ZeroDivisionError: secret inner text"))
    with refused(StatusCode.INTERNAL, "INTERNAL") as refusal:
        await soon(call)
    assert "secret" not in refusal.message
    (record,) = [record for record in caplog.records if record.message == "computation failed"]
    assert "secret inner text" in vars(record)["trace"]


async def test_a_server_that_stops_reads_nothing_more(server: Server, stub: Stub, reading_pool: FakePool) -> None:
    server._service.draining = True
    with refused(StatusCode.UNAVAILABLE, "SHUTTING_DOWN"):
        await parse(stub)
    assert reading_pool.has_started_nothing


async def test_stopping_while_a_file_is_read_is_quick(config: Config) -> None:
    reading_pool = FakePool()
    server = Server(config, pool=FakePool(), reading_pool=reading_pool, digits_pool=FakePool(), sky_pool=FakePool())
    await server.start()
    await server.become_ready()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call = parse(Stub(channel))
        run = await reading_pool.next_run()
        await soon(server.stop())
        await cancelled(reading_pool, run)
        with pytest.raises(grpc.aio.AioRpcError):
            await soon(call)


@pytest.fixture
async def real_stub(config: Config) -> AsyncIterator[Stub]:
    """A server that reads in a real process."""
    reading = WorkerPool(worker_count=1, numba_cache_path=config.numba_cache_path, table="calc_grpc.convert_astrometry")
    server = Server(config, pool=FakePool(), reading_pool=reading, digits_pool=FakePool(), sky_pool=FakePool())
    await server.start()
    await server.become_ready()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Stub(channel)
    await server.stop()


async def test_the_real_process_reads_lines_and_names_what_it_cannot_use(real_stub: Stub) -> None:
    bad = CERES.replace("03 15", "25 15")
    read = await soon(parse(real_stub, f"{CERES}\n{bad}\n".encode()), 120)
    (row,) = read.observations
    assert (row.designation, row.line, row.observation.station) == ("1", 1, "535")
    assert row.observation.ra_deg == pytest.approx(15 * (3 + 15 / 60 + 2.34 / 3600), abs=1e-9)
    assert not row.observation.HasField("id")
    observed_at = row.observation.observed_at.ToDatetime(tzinfo=UTC)
    assert abs((observed_at - datetime(2024, 1, 5, 2, 57, 46, 80_000, tzinfo=UTC)).total_seconds()) < 1e-5
    (error,) = [problem for problem in read.problems if problem.severity == pb2.ParseProblem.Severity.ERROR]
    assert (error.line, error.reason, read.error_count) == (2, "BAD_RA", 1)
    assert error.hint and bad[error.column_start - 1 : error.column_end] == error.text

    garbage = await soon(parse(real_stub, bytes(range(256)) * 40), 120)
    assert not garbage.observations and garbage.error_count >= 1


async def test_the_real_process_serves_the_next_file_after_a_caller_left(real_stub: Stub) -> None:
    """Two megabytes take the reader more than a second, the patience of the pool with a run that was cancelled."""
    large = b"\n".join(CERES.replace("12345", f"{n:05}").encode() for n in range(25_000))
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await parse(real_stub, large, timeout=0.3)
    assert late.value.code() == StatusCode.DEADLINE_EXCEEDED
    read = await soon(parse(real_stub, CERES.encode()), 120)
    assert len(read.observations) == 1
