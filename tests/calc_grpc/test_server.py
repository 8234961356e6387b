"""The server around the rpcs: key, health, reflection, request ids, ports, stopping, starting again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from calc_grpc.config import Config
from calc_grpc.errors import StartRefused
from calc_grpc.server import SERVICE_NAME, Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, Receiver, distance_input, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
Serving = health_pb2.HealthCheckResponse
KEY = "api-key-of-the-tests"
STOP_WITHIN_S = 20.0

Start = Callable[..., Awaitable[Server]]


def channel_to(server: Server) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")


async def health_of(channel: grpc.aio.Channel, service: str = "") -> int:
    answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service))
    return int(answer.status)


async def listed_services(channel: grpc.aio.Channel, **metadata: str) -> set[str]:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    call = stub.ServerReflectionInfo(metadata=tuple(metadata.items()))
    await call.write(reflection_pb2.ServerReflectionRequest(list_services=""))
    answer = await soon(call.read())
    await call.done_writing()
    return {service.name for service in answer.list_services_response.service}


async def test_health_says_serving_overall_and_by_name_once_the_workers_are_warm(
    config: Config, pool: FakePool
) -> None:
    server = Server(config, pool=pool, reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=FakePool())
    await server.start()
    async with channel_to(server) as channel:
        assert [await health_of(channel, name) for name in ("", SERVICE_NAME)] == [Serving.NOT_SERVING] * 2
        await server.become_ready()
        assert [await health_of(channel, name) for name in ("", SERVICE_NAME)] == [Serving.SERVING] * 2
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await health_of(channel, "unknown.Service")
        assert unknown.value.code() == StatusCode.NOT_FOUND
    await server.stop()


async def test_reflection_lists_every_service(channel: grpc.aio.Channel) -> None:
    assert await listed_services(channel) == {
        "astrodist.calc.v1.CalculationService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


@pytest.mark.parametrize(
    ("symbol", "is_known"),
    [
        (SERVICE_NAME, True),
        (f"{SERVICE_NAME}.CreateCalculation", True),
        ("astrodist.calc.v1.Calculation", True),
        (f"{SERVICE_NAME}.Nonsense", False),
        ("nonsense.Service.Method", False),
    ],
)
async def test_reflection_describes_services_their_methods_and_messages(
    channel: grpc.aio.Channel, symbol: str, is_known: bool
) -> None:
    call = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo()
    await call.write(reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol))
    answer = await soon(call.read())
    await call.done_writing()
    assert answer.HasField("file_descriptor_response" if is_known else "error_response")


@pytest.mark.parametrize("given", [{}, {"authorization": KEY}, {"authorization": f"Bearer {KEY}x"}])
async def test_without_the_key_only_health_answers(start_server: Start, given: dict[str, str]) -> None:
    async with channel_to(await start_server(api_key=KEY)) as channel:
        assert await health_of(channel) == Serving.SERVING
        metadata = tuple(given.items())
        with refused(StatusCode.UNAUTHENTICATED, "WRONG_API_KEY"):
            await Stub(channel).ListCalculations(pb2.ListCalculationsRequest(), metadata=metadata)
        with refused(StatusCode.UNAUTHENTICATED, "WRONG_API_KEY"):
            await Stub(channel).WatchCalculations(pb2.WatchCalculationsRequest(), metadata=metadata).read()
        with refused(StatusCode.UNAUTHENTICATED, "WRONG_API_KEY"):
            await listed_services(channel, **given)


async def test_with_the_key_everything_answers(start_server: Start) -> None:
    async with channel_to(await start_server(api_key=KEY)) as channel:
        metadata = (("authorization", f"Bearer {KEY}"),)
        await Stub(channel).ListCalculations(pb2.ListCalculationsRequest(), metadata=metadata)
        assert SERVICE_NAME in await listed_services(channel, authorization=f"Bearer {KEY}")


async def test_a_call_is_logged_with_the_callers_request_id(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        request = pb2.GetCalculationRequest(calculation_id="x")
        with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
            await stub.GetCalculation(request, metadata=(("x-request-id", "from-the-gateway"),))
    (record,) = (record for record in caplog.records if record.message == "call")
    values = vars(record)
    assert (values["action"], values["outcome"]) == ("GetCalculation", "CALCULATION_NOT_FOUND")
    assert values["request_id"] == "from-the-gateway"


async def test_an_unforeseen_fault_shows_no_inner_text_and_is_logged(
    server: Server, stub: Stub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def explode(calculation_id: str) -> None:
        raise ZeroDivisionError("secret inner text")

    monkeypatch.setattr(server._journal, "get", explode)
    request = {"calculation_id": "123e4567-e89b-42d3-a456-426614174000"}
    with refused(StatusCode.INTERNAL, "INTERNAL") as unary:
        await stub.GetCalculation(pb2.GetCalculationRequest(**request))
    with refused(StatusCode.INTERNAL, "INTERNAL") as stream:
        await stub.WatchCalculation(pb2.WatchCalculationRequest(**request)).read()
    assert "secret" not in unary.message + stream.message
    assert "secret inner text" in caplog.text


async def test_a_port_that_is_taken_is_refused_by_name(server: Server, config: Config) -> None:
    taken = replace(config, port=server.port, database_url=f"{config.database_url}.other")
    second = Server(taken, pool=FakePool(), reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=FakePool())
    with pytest.raises(StartRefused, match=f"CALC_PORT: {server.port} "):
        await second.start()


async def test_a_journal_in_use_is_refused_by_name(server: Server, config: Config) -> None:
    with pytest.raises(StartRefused, match="CALC_DATABASE_URL: "):
        await Server(config, pool=FakePool()).start()


async def test_stopping_hands_back_the_run_ends_the_streams_and_is_quick(config: Config) -> None:
    pool = FakePool()
    server = Server(config, pool=pool, reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=FakePool())
    await server.start()
    await server.become_ready()
    async with channel_to(server) as channel:
        created = await Stub(channel).CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input()))
        await pool.next_run()
        stream = Stub(channel).WatchCalculation(pb2.WatchCalculationRequest(calculation_id=created.calculation_id))
        await soon(stream.read())
        health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert (await soon(health.read())).status == Serving.SERVING
        stopping = asyncio.create_task(server.stop())
        assert (await soon(health.read())).status == Serving.NOT_SERVING
        with refused(StatusCode.UNAVAILABLE, "SHUTTING_DOWN"):
            while True:
                assert await soon(stream.read()) is not grpc.aio.EOF
        await soon(stopping, STOP_WITHIN_S)

    again = Server(config, pool=pool, reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=FakePool())
    await again.start()
    await again.become_ready()
    run = await pool.next_run()
    assert run.calculation_id == created.calculation_id
    run.succeed()
    await again.stop()


async def test_a_server_that_stops_takes_no_new_work(server: Server, stub: Stub) -> None:
    server._service.draining = True
    with refused(StatusCode.UNAVAILABLE, "SHUTTING_DOWN"):
        await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input()))


async def test_revisions_grow_across_restarts(config: Config, receiver: Receiver) -> None:
    seen = []
    calculation_id = ""
    for _ in range(3):
        pool = FakePool()
        server = Server(config, pool=pool, reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=FakePool())
        await server.start()
        async with channel_to(server) as channel:
            if not calculation_id:
                request = pb2.CreateCalculationRequest(distance=distance_input())
                calculation_id = (await Stub(channel).CreateCalculation(request)).calculation_id
            run = await pool.next_run()
            run.tell(0.5, "halfway")
            stream = Stub(channel).WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
            snapshot = await soon(stream.read())
            while snapshot.progress.stage != "halfway":
                snapshot = await soon(stream.read())
            seen.append(snapshot.revision)
            stream.cancel()
        await server.stop()
    assert seen == sorted(set(seen))
