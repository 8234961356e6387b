"""Digits in a real worker: handed over and kept, cancelled in the middle of one large operation, and giving way."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, pi_pb2

from calc_grpc.config import Config
from calc_grpc.server import DIGITS_NICENESS, Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.digits import published
from tests.calc_grpc.fakes import TIMEOUT_S, FakePool, distance_input, soon

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
LONG_ENOUGH = 100_000_000  # an hour of work: it never ends by itself in a test
STAGES = ["summing the series", "dividing", "converting to decimal", "storing", "done"]


@pytest.fixture
async def server(config: Config, pool: FakePool) -> AsyncIterator[Server]:
    """Digits are computed by real processes, distances by fakes."""
    settings = replace(config, digits_largest_position=LONG_ENOUGH)
    server = Server(settings, pool=pool, reading_pool=FakePool(), sky_pool=FakePool())
    await server.start()
    await server.become_ready()
    yield server
    await server.stop()


async def create(stub: Stub, position: int) -> calculation_pb2.Calculation:
    request = pb2.CreateCalculationRequest(pi=pi_pb2.PiInput(digit_position=position))
    created: calculation_pb2.Calculation = await stub.CreateCalculation(request)
    return created


async def snapshots(stub: Stub, calculation_id: str) -> list[calculation_pb2.Calculation]:
    async with asyncio.timeout(6 * TIMEOUT_S):
        watch = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
        return [snapshot async for snapshot in watch]


async def until_running(stub: Stub, calculation_id: str) -> None:
    """Until the worker tells how far it is."""
    watch = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
    while not (await soon(watch.read())).progress.stage:
        pass
    watch.cancel()


async def test_digits_are_computed_watched_kept_and_read(stub: Stub) -> None:
    created = await create(stub, 400_000)
    seen = await snapshots(stub, created.calculation_id)
    fractions = [snapshot.progress.fraction for snapshot in seen]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    stages = list(dict.fromkeys(snapshot.progress.stage for snapshot in seen if snapshot.progress.stage))
    assert stages[-1] == "done" and stages == [stage for stage in STAGES if stage in stages]
    result = seen[-1].pi_result
    assert (result.kept_digit_count, result.source_calculation_id) == (400_001, "")
    chunks = stub.GetPiDigits(pb2.GetPiDigitsRequest(calculation_id=created.calculation_id, offset=249_991, length=10))
    assert b"".join([chunk.digits async for chunk in chunks]) == published.LAST_TEN[250_000]


async def test_a_run_that_is_cancelled_frees_its_worker_even_when_it_does_not_look(server: Server, stub: Stub) -> None:
    created = await create(stub, LONG_ENOUGH)
    await until_running(stub, created.calculation_id)
    freed = asyncio.Event()
    server._digits_workers.on_free = freed.set
    (slot,) = server._digits_workers._busy.values()  # type: ignore[attr-defined]
    os.kill(slot.pid, signal.SIGSTOP)  # deaf, as in the middle of one operation on millions of digits
    request = pb2.CancelCalculationRequest(calculation_id=created.calculation_id)
    assert (await soon(stub.CancelCalculation(request))).state == State.CANCELLED
    await soon(freed.wait())


async def test_a_distance_starts_at_once_while_digits_are_computed(stub: Stub, pool: FakePool) -> None:
    running = await create(stub, LONG_ENOUGH)
    await until_running(stub, running.calculation_id)
    await create(stub, LONG_ENOUGH - 1)
    await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input()))
    assert (await pool.next_run()).kind == "distance"


async def test_the_processes_for_digits_give_way_to_others(server: Server, stub: Stub) -> None:
    running = await create(stub, LONG_ENOUGH)
    await until_running(stub, running.calculation_id)
    (slot,) = server._digits_workers._busy.values()  # type: ignore[attr-defined]
    niceness = os.getpriority(os.PRIO_PROCESS, slot.pid)
    assert niceness == min(19, os.getpriority(os.PRIO_PROCESS, 0) + DIGITS_NICENESS)


@pytest.fixture
async def channel(server: Server) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel
