"""Every rpc and its errors, over a real channel; workers are driven by the test."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, identification_pb2
from grpc import StatusCode

from calc_grpc.server import Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import TIMEOUT_S, FakePool, Receiver, distance_input, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
UNKNOWN = str(uuid.uuid4())


def creation(**values: Any) -> pb2.CreateCalculationRequest:
    request = pb2.CreateCalculationRequest(**{"distance": distance_input(), "creator": "anna"} | values)
    if "delay" not in values:
        request.delay.seconds = 3600
    return request


async def create(stub: Stub, **values: Any) -> calculation_pb2.Calculation:
    created: calculation_pb2.Calculation = await stub.CreateCalculation(creation(**values))
    return created


async def final(stub: Stub, calculation_id: str) -> calculation_pb2.Calculation:
    """Watch to the end."""
    async with asyncio.timeout(TIMEOUT_S):
        snapshots = [
            snapshot
            async for snapshot in stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
        ]
    last: calculation_pb2.Calculation = snapshots[-1]
    return last


# --- CreateCalculation ---


async def test_create_answers_with_the_scheduled_calculation(stub: Stub) -> None:
    created = await create(stub)
    assert uuid.UUID(created.calculation_id).version == 4
    assert (created.kind, created.creator, created.state, created.revision) == ("distance", "anna", State.SCHEDULED, 1)
    assert created.distance == distance_input()
    assert created.due_time.seconds - created.create_time.seconds == 3600
    assert created.report.state == calculation_pb2.Report.State.NOT_REQUESTED
    got = await stub.GetCalculation(pb2.GetCalculationRequest(calculation_id=created.calculation_id))
    assert got == created


async def test_create_twice_is_one_calculation_whatever_else_differs(stub: Stub, receiver: Receiver) -> None:
    calculation_id = str(uuid.uuid4())
    first = await create(stub, calculation_id=calculation_id.upper())
    assert first.calculation_id == calculation_id
    request = creation(calculation_id=calculation_id, creator="boris", callback=pb2.Callback(url=receiver.url()))
    request.delay.seconds = 1
    assert await stub.CreateCalculation(request) == first


async def test_create_with_a_used_id_and_another_input_is_refused(stub: Stub) -> None:
    created = await create(stub)
    with refused(StatusCode.ALREADY_EXISTS, "CALCULATION_CONFLICT") as refusal:
        await create(stub, calculation_id=created.calculation_id, distance=distance_input(4))
    assert refusal.metadata == {"calculation_id": created.calculation_id}


async def test_create_without_delay_draws_it_from_the_setting(
    start_server: Callable[..., Awaitable[Server]],
) -> None:
    server = await start_server(delay_s=(5.0, 10.0))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        request = pb2.CreateCalculationRequest(distance=distance_input())
        delays = set()
        for _ in range(5):
            created = await Stub(channel).CreateCalculation(request)
            delays.add((created.due_time.ToMicroseconds() - created.create_time.ToMicroseconds()) / 1e6)
    assert len(delays) == 5 and all(5.0 <= delay <= 10.0 for delay in delays)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"calculation_id": "7"}, [("calculation_id", "INVALID_FORMAT")]),
        ({"calculation_id": "{123e4567-e89b-42d3-a456-426614174000}"}, [("calculation_id", "INVALID_FORMAT")]),
        ({"distance": None}, [("input", "REQUIRED")]),
        ({"delay": {"seconds": -1}}, [("delay", "OUT_OF_RANGE")]),
        ({"delay": {"seconds": 86400, "nanos": 1}}, [("delay", "OUT_OF_RANGE")]),
        ({"creator": "x" * 151}, [("creator", "TOO_LONG")]),
        ({"callback": {"url": ""}}, [("callback.url", "REQUIRED")]),
        ({"distance": distance_input(2)}, [("distance.observations", "TOO_FEW_OBSERVATIONS")]),
        ({"distance": distance_input(2), "creator": "x" * 151},
         [("creator", "TOO_LONG"), ("distance.observations", "TOO_FEW_OBSERVATIONS")]),
    ],
)  # fmt: skip
async def test_create_refuses_bad_input_field_by_field_and_stores_nothing(
    stub: Stub, values: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await create(stub, **values)
    assert refusal.fields == fields
    assert not (await stub.ListCalculations(pb2.ListCalculationsRequest())).calculations


async def test_a_refusal_of_thousands_of_fields_fits_into_the_trailers(stub: Stub) -> None:
    wrong = distance_input()
    for _ in range(1_000):
        wrong.observations.add().CopyFrom(wrong.observations[0])
        wrong.observations[-1].ra_deg = 400
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await create(stub, distance=wrong)
    assert len(refusal.fields) > 10
    assert "more)" in refusal.message


async def test_create_checks_large_inputs_too(stub: Stub) -> None:
    large = distance_input(1000)
    large.observations[999].ra_deg = 360.0
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await create(stub, distance=large)
    assert refusal.fields == [("distance.observations[999].ra_deg", "OUT_OF_RANGE")]


@pytest.mark.parametrize("url", ["http://evil.example/x", "http://127.0.0.1:1/x", "file:///etc/passwd", "nonsense"])
async def test_create_refuses_a_callback_to_an_origin_that_is_not_allowed(stub: Stub, url: str) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "CALLBACK_NOT_ALLOWED") as refusal:
        await create(stub, callback=pb2.Callback(url=url))
    assert refusal.fields == [("callback.url", "CALLBACK_NOT_ALLOWED")]


async def test_create_says_when_to_try_again_while_too_many_wait(
    start_server: Callable[..., Awaitable[Server]],
) -> None:
    server = await start_server(queue_max=1)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = Stub(channel)
        first = await create(stub)
        with refused(StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL") as refusal:
            await create(stub)
        assert refusal.metadata == {"kind": "distance"} and refusal.retry_after_s == 5
        assert (await create(stub, calculation_id=first.calculation_id)) == first


async def test_create_bounds_what_waits_of_a_creator_and_says_how_many_do(stub: Stub) -> None:
    first = await create(stub, creator_waiting_max=1)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_WAITING") as refusal:
        await create(stub, creator_waiting_max=1)
    assert refusal.metadata == {"waiting_max": "1", "waiting_count": "1"} and refusal.retry_after_s == 5
    assert (await create(stub, creator_waiting_max=1, calculation_id=first.calculation_id)) == first
    await create(stub, creator_waiting_max=1, creator="boris")


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"creator_waiting_max": 0}, [("creator_waiting_max", "OUT_OF_RANGE")]),
        ({"creator_waiting_max": 10_001}, [("creator_waiting_max", "OUT_OF_RANGE")]),
        (
            {"creator_waiting_max": -1, "creator": ""},
            [("creator_waiting_max", "OUT_OF_RANGE"), ("creator", "REQUIRED")],
        ),
    ],
)
async def test_create_refuses_a_bound_that_bounds_nothing(
    stub: Stub, values: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await create(stub, **values)
    assert refusal.fields == fields


async def test_names_with_control_characters_are_refused(stub: Stub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await create(stub, creator="anna\0")
    assert refusal.fields == [("creator", "INVALID_FORMAT")]
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.ListCalculations(pb2.ListCalculationsRequest(creator="\0", visible_to="\n"))
    assert refusal.fields == [("creator", "INVALID_FORMAT"), ("visible_to", "INVALID_FORMAT")]


async def test_create_refuses_a_kind_that_is_not_computed_here(server: Server, stub: Stub) -> None:
    del server._service._kinds["identification"]
    with refused(StatusCode.UNIMPLEMENTED, "NOT_IMPLEMENTED") as refusal:
        await create(stub, distance=None, identification=identification_pb2.IdentificationInput())
    assert "distance, pi" in refusal.message and refusal.metadata == {"kind": "identification"}


# --- GetCalculation, ListCalculations ---


@pytest.mark.parametrize("calculation_id", [UNKNOWN, "", "nonsense"])
async def test_what_does_not_exist_is_not_found(stub: Stub, calculation_id: str) -> None:
    for call, request in (
        (stub.GetCalculation, pb2.GetCalculationRequest),
        (stub.CancelCalculation, pb2.CancelCalculationRequest),
        (stub.ResendReport, pb2.ResendReportRequest),
    ):
        with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
            await call(request(calculation_id=calculation_id))
    for stream in (
        stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id)),
        stub.GetPiDigits(pb2.GetPiDigitsRequest(calculation_id=calculation_id)),
    ):
        with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
            await stream.read()


async def test_what_belongs_to_others_is_not_found(stub: Stub) -> None:
    created = await create(stub)
    named = {"calculation_id": created.calculation_id, "visible_to": "boris"}
    with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
        await stub.GetCalculation(pb2.GetCalculationRequest(**named))
    with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
        await stub.CancelCalculation(pb2.CancelCalculationRequest(**named))
    with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
        await stub.WatchCalculation(pb2.WatchCalculationRequest(**named)).read()
    mine = await stub.GetCalculation(
        pb2.GetCalculationRequest(calculation_id=created.calculation_id, visible_to="anna")
    )
    assert mine == created


async def test_a_list_is_light_newest_first_and_paged(stub: Stub) -> None:
    ids = [(await create(stub)).calculation_id for _ in range(5)]
    seen, token, pages = [], "", 0
    while pages == 0 or token:
        page = await stub.ListCalculations(pb2.ListCalculationsRequest(page_size=2, page_token=token))
        seen += [row.calculation_id for row in page.calculations]
        assert all(row.WhichOneof("input") is None for row in page.calculations)
        token, pages = page.next_page_token, pages + 1
    assert (seen, pages) == (ids[::-1], 3)


async def test_a_list_is_filtered(stub: Stub) -> None:
    await create(stub)
    his = await create(stub, creator="boris")
    await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=his.calculation_id))
    for wanted in ({"creator": "boris"}, {"state": [State.CANCELLED]}, {"visible_to": "boris"}):
        page = await stub.ListCalculations(pb2.ListCalculationsRequest(**wanted))
        assert [row.calculation_id for row in page.calculations] == [his.calculation_id]
    assert not (await stub.ListCalculations(pb2.ListCalculationsRequest(kind=["pi"]))).calculations


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"page_size": 1001}, ("page_size", "OUT_OF_RANGE")),
        ({"page_size": -1}, ("page_size", "OUT_OF_RANGE")),
        ({"page_token": "nonsense"}, ("page_token", "INVALID_FORMAT")),
        ({"page_token": "é"}, ("page_token", "INVALID_FORMAT")),
        ({"kind": ["distance", "horoscope"]}, ("kind[1]", "UNKNOWN_VALUE")),
        ({"state": [0]}, ("state[0]", "UNKNOWN_VALUE")),
        ({"state": [99]}, ("state[0]", "UNKNOWN_VALUE")),
    ],
)
async def test_a_list_refuses_bad_filters_and_pages(stub: Stub, values: dict[str, Any], field: Any) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.ListCalculations(pb2.ListCalculationsRequest(**values))
    assert refusal.fields == [field]


async def test_a_page_token_holds_for_its_filters_only(stub: Stub) -> None:
    for _ in range(2):
        await create(stub)
    token = (await stub.ListCalculations(pb2.ListCalculationsRequest(page_size=1))).next_page_token
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"):
        await stub.ListCalculations(pb2.ListCalculationsRequest(page_token=token, creator="anna"))


# --- CancelCalculation, ResendReport ---


async def test_cancelling_is_final_at_once_and_harmless_twice(stub: Stub) -> None:
    named = pb2.CancelCalculationRequest(calculation_id=(await create(stub)).calculation_id)
    cancelled = await stub.CancelCalculation(named)
    assert cancelled.state == State.CANCELLED and cancelled.HasField("finish_time")
    assert await stub.CancelCalculation(named) == cancelled


async def test_cancelling_honours_the_creator(stub: Stub) -> None:
    calculation_id = (await create(stub)).calculation_id
    with refused(StatusCode.NOT_FOUND, "CALCULATION_NOT_FOUND"):
        await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=calculation_id, creator="boris"))
    mine = pb2.CancelCalculationRequest(calculation_id=calculation_id, creator="anna")
    assert (await stub.CancelCalculation(mine)).state == State.CANCELLED


async def test_a_running_calculation_is_cancelled_in_its_worker(stub: Stub, pool: FakePool) -> None:
    created = await create(stub, delay={"seconds": 0})
    run = await pool.next_run()
    await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=created.calculation_id))
    await soon(asyncio.wait([run.end]))
    assert pool.cancelled == [created.calculation_id]


async def test_a_cancelled_calculation_is_reported(stub: Stub, receiver: Receiver) -> None:
    created = await create(stub, callback=pb2.Callback(url=receiver.url("/api/requests/1/result")))
    assert created.report.report_id and created.report.state == calculation_pb2.Report.State.PENDING
    await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=created.calculation_id))
    body = await receiver.next_body()
    assert (body["state"], body["report_id"]) == ("CANCELLED", created.report.report_id)
    assert receiver.paths == ["/api/requests/1/result"]


async def test_a_report_is_sent_again_under_its_old_id(stub: Stub, receiver: Receiver) -> None:
    receiver.answers.append((422, {}))
    created = await create(stub, callback=pb2.Callback(url=receiver.url()))
    named = {"calculation_id": created.calculation_id}
    with refused(StatusCode.FAILED_PRECONDITION, "NOT_FINISHED"):
        await stub.ResendReport(pb2.ResendReportRequest(**named))
    await stub.CancelCalculation(pb2.CancelCalculationRequest(**named))
    first = await receiver.next_body()
    assert (await stub.ResendReport(pb2.ResendReportRequest(**named))).report.attempt_count == 0
    assert await receiver.next_body() == first


async def test_without_callback_there_is_no_report_to_send(stub: Stub) -> None:
    named = {"calculation_id": (await create(stub)).calculation_id}
    with refused(StatusCode.FAILED_PRECONDITION, "REPORT_NOT_REQUESTED"):
        await stub.ResendReport(pb2.ResendReportRequest(**named))


# --- what is not offered yet ---


async def test_the_whole_life_of_one_calculation(stub: Stub, pool: FakePool, receiver: Receiver) -> None:
    created = await create(stub, delay={"seconds": 0}, callback=pb2.Callback(url=receiver.url()))
    run = await pool.next_run()
    assert run.input == distance_input().SerializeToString(deterministic=True)
    run.succeed(b"")
    ended = await final(stub, created.calculation_id)
    assert ended.state == State.SUCCEEDED and ended.WhichOneof("result") == "distance_result"
    assert ended.progress.fraction == 1.0
    body = await receiver.next_body()
    assert (body["state"], body["observations"]) == ("SUCCEEDED", [])
