"""Two servers on one PostgreSQL database: whichever is asked, and whichever computes, callers see the same."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2
from grpc.aio import EOF

from calc_grpc.config import Config
from calc_grpc.errors import RunCancelled
from calc_grpc.server import Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, Receiver, distance_input, soon

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State


@dataclass
class Front:
    """A server that has no worker, so that what it accepts runs elsewhere."""

    stub: Stub


@dataclass
class Engine:
    """A server with one worker, which the test drives."""

    stub: Stub
    pool: FakePool


@pytest.fixture
async def servers(config: Config, postgres_url: str) -> AsyncIterator[tuple[Front, Engine]]:
    pools = FakePool(count=0), FakePool(count=1)
    shared = replace(config, database_url=postgres_url)
    running = [
        Server(shared, pool=pool, reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=FakePool())
        for pool in pools
    ]
    for server in running:
        await server.start()
        await server.become_ready()
    first, second = (grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") for server in running)
    async with first, second:
        yield Front(Stub(first)), Engine(Stub(second), pools[1])
    for server in running:
        await server.stop()


async def create(stub: Stub, **values: object) -> calculation_pb2.Calculation:
    return await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input(), **values))


async def test_a_stream_at_one_server_follows_a_run_at_another(servers: tuple[Front, Engine]) -> None:
    front, engine = servers
    created = await create(front.stub)
    run = await engine.pool.next_run()
    stream = front.stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=created.calculation_id))
    snapshot = await soon(stream.read())
    run.tell(0.5, "halfway")
    while snapshot.progress.stage != "halfway":
        snapshot = await soon(stream.read())
    run.succeed()
    last = snapshot
    while (snapshot := await soon(stream.read())) is not EOF:
        last = snapshot
    assert last.state == State.SUCCEEDED and last.revision > 1


async def test_the_stream_of_all_at_one_server_shows_what_happens_at_another(servers: tuple[Front, Engine]) -> None:
    front, engine = servers
    stream = front.stub.WatchCalculations(pb2.WatchCalculationsRequest())
    assert (await soon(stream.read())).initial_set_complete
    created = await create(engine.stub)
    (await engine.pool.next_run()).succeed()
    states = []
    while State.SUCCEEDED not in states:
        event = await soon(stream.read())
        assert event.calculation.calculation_id == created.calculation_id
        states.append(event.calculation.state)
    stream.cancel()


async def test_cancelling_at_one_server_stops_the_run_at_another(servers: tuple[Front, Engine]) -> None:
    front, engine = servers
    created = await create(front.stub)
    run = await engine.pool.next_run()
    answer = await front.stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=created.calculation_id))
    assert answer.state == State.CANCELLED
    with pytest.raises(RunCancelled):
        await soon(run.end)


async def test_two_servers_deliver_one_report(servers: tuple[Front, Engine], receiver: Receiver) -> None:
    front, engine = servers
    callback = pb2.Callback(url=receiver.url())
    ids = [(await create(front.stub, callback=callback)).calculation_id for _ in range(5)]
    for _ in ids:
        (await engine.pool.next_run()).succeed()
    bodies = [await receiver.next_body() for _ in ids]
    assert {body["calculation_id"] for body in bodies} == set(ids)
    stream = front.stub.WatchCalculations(pb2.WatchCalculationsRequest())
    delivered: set[str] = set()
    while delivered != set(ids):
        calculation = (await soon(stream.read())).calculation
        if calculation.report.state == calculation_pb2.Report.State.DELIVERED:
            assert calculation.report.attempt_count == 1
            delivered.add(calculation.calculation_id)
    stream.cancel()
    assert receiver.bodies.empty()
