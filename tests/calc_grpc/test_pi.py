"""Calculations of pi over a real channel, from Create to the digits; the workers are driven by the test."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, pi_pb2
from grpc import StatusCode

from calc_grpc.kept_digits import KeptDigits
from calc_grpc.server import Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, Receiver, distance_input, soon
from tests.calc_grpc.pi_calls import compute, computed, create, digits, ended, text_of
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State

# --- what comes out ---


@pytest.mark.parametrize(
    ("position", "digit", "context_position", "context"),
    [
        (0, 3, 0, "314159"),
        (1, 1, 0, "3141592"),
        (5, 9, 0, "31415926535"),
        (6, 2, 1, "14159265358"),
        (762, 9, 757, "21134999999"),  # where the six nines begin
    ],
)
async def test_the_result_is_the_digit_and_those_around_it(
    stub: Stub, digits_pool: FakePool, position: int, digit: int, context_position: int, context: str
) -> None:
    calculation = await compute(stub, digits_pool, position)
    assert calculation.kind == "pi" and calculation.state == State.SUCCEEDED
    result = calculation.pi_result
    assert (result.digit, result.context_position, result.context) == (digit, context_position, context)
    assert (result.kept_digit_count, result.source_calculation_id) == (position + 1, "")
    assert int(result.context[position - result.context_position]) == digit


@pytest.mark.parametrize("position", [0, 1, 1000])
async def test_the_checksum_is_that_of_the_text_that_is_streamed(
    stub: Stub, digits_pool: FakePool, position: int
) -> None:
    calculation = await compute(stub, digits_pool, position)
    text = await text_of(stub, calculation.calculation_id)
    assert text == b"3." + digits(position + 1)[1:]
    assert calculation.pi_result.checksum_sha256 == hashlib.sha256(text).hexdigest()


async def test_a_distance_and_digits_go_to_workers_of_their_own(
    stub: Stub, pool: FakePool, digits_pool: FakePool
) -> None:
    await create(stub, 10)
    assert (await digits_pool.next_run()).kind == "pi"
    await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input()))
    assert (await pool.next_run()).kind == "distance"
    await create(stub, 20)
    assert pool.has_started_nothing and digits_pool.has_started_nothing


async def test_lists_and_the_watch_of_all_show_position_and_digit_to_everybody(
    stub: Stub, digits_pool: FakePool
) -> None:
    calculation = await compute(stub, digits_pool, 6)
    listed = await stub.ListCalculations(pb2.ListCalculationsRequest(kind=["pi"], visible_to="somebody"))
    watch = stub.WatchCalculations(pb2.WatchCalculationsRequest(kind=["pi"], visible_to="somebody"))
    watched = await soon(watch.read())
    watch.cancel()
    for shown in (listed.calculations[0], watched.calculation):
        assert (shown.calculation_id, shown.pi.digit_position) == (calculation.calculation_id, 6)
        assert shown.pi_result == calculation.pi_result


# --- what is refused ---


@pytest.mark.parametrize("position", [-1, 1001, 2**31 - 1])
async def test_a_position_out_of_bounds_is_refused_with_the_bound(
    start_server: Callable[..., Awaitable[Server]], position: int
) -> None:
    server = await start_server(digits_largest_position=1000)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
            await create(Stub(channel), position)
        assert refusal.fields == [("pi.digit_position", "OUT_OF_RANGE")]
        assert "1,000" in refusal.message
        assert refusal.metadata == {"largest_digit_position": "1000"}
        assert (await create(Stub(channel), 1000)).state == State.SCHEDULED


async def test_digits_of_what_is_not_finished_cannot_be_read_yet(stub: Stub) -> None:
    created = await create(stub, 10)
    with refused(StatusCode.FAILED_PRECONDITION, "NOT_FINISHED") as refusal:
        await text_of(stub, created.calculation_id)
    assert "digits" in refusal.message
    await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=created.calculation_id))
    with refused(StatusCode.FAILED_PRECONDITION, "NO_DIGITS"):
        await text_of(stub, created.calculation_id)


async def test_a_distance_has_no_digits(stub: Stub) -> None:
    created = await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input()))
    with refused(StatusCode.FAILED_PRECONDITION, "NO_DIGITS") as refusal:
        await text_of(stub, created.calculation_id)
    assert refusal.metadata == {"calculation_id": created.calculation_id}


@pytest.mark.parametrize(
    ("span", "field"),
    [
        ({"offset": -1}, "offset"),
        ({"offset": 12}, "offset"),
        ({"offset": -5, "length": -1}, "offset"),
        ({"length": -1}, "length"),
        ({"length": 12}, "length"),
        ({"offset": 11, "length": 1}, "length"),
        ({"offset": 4, "length": 8}, "length"),
    ],
)
async def test_a_span_beyond_the_digits_is_refused(
    stub: Stub, digits_pool: FakePool, span: dict[str, int], field: str
) -> None:
    calculation = await compute(stub, digits_pool, 10)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await text_of(stub, calculation.calculation_id, **span)
    assert refusal.fields == [(field, "OUT_OF_RANGE")]


async def test_digits_that_were_dropped_say_so_and_are_worked_out_again(
    server: Server, stub: Stub, digits_pool: FakePool
) -> None:
    calculation = await compute(stub, digits_pool, 10)
    assert await server._journal.digits.prune(before_us=2**62, limit=10) == 1
    with refused(StatusCode.FAILED_PRECONDITION, "DIGITS_NOT_KEPT"):
        await text_of(stub, calculation.calculation_id)
    again = await compute(stub, digits_pool, 10)
    assert await text_of(stub, again.calculation_id) == b"3.1415926535"
    assert await text_of(stub, calculation.calculation_id) == b"3.1415926535"


# --- what is kept already ---


async def test_a_position_that_is_kept_is_answered_at_once_whatever_the_delay(
    stub: Stub, digits_pool: FakePool, receiver: Receiver
) -> None:
    longer = await compute(stub, digits_pool, 1000)
    callback = pb2.Callback(url=receiver.url())
    covered = await create(stub, 762, delay={"seconds": 60}, callback=callback, creator="anna")
    assert (covered.state, covered.progress.fraction, covered.progress.stage) == (State.SUCCEEDED, 1.0, "done")
    assert covered.create_time == covered.due_time == covered.start_time == covered.finish_time
    assert covered.pi_result.source_calculation_id == longer.calculation_id
    assert (covered.pi_result.digit, covered.pi_result.context) == (9, "21134999999")
    assert covered.pi_result.kept_digit_count == 1001
    assert digits_pool.has_started_nothing
    text = await text_of(stub, covered.calculation_id)
    assert text == b"3." + digits(763)[1:]
    assert covered.pi_result.checksum_sha256 == hashlib.sha256(text).hexdigest()
    assert (await receiver.next_body())["digit"] == 9


async def test_the_same_position_again_is_covered_and_the_next_one_is_not(stub: Stub, digits_pool: FakePool) -> None:
    first = await compute(stub, digits_pool, 100)
    again = await create(stub, 100)
    assert again.pi_result.source_calculation_id == first.calculation_id
    assert again.pi_result.context == first.pi_result.context
    assert again.pi_result.checksum_sha256 == first.pi_result.checksum_sha256
    assert (await create(stub, 101)).state == State.SCHEDULED


async def test_create_twice_is_one_calculation_also_when_digits_came_in_between(
    stub: Stub, digits_pool: FakePool
) -> None:
    calculation_id = str(uuid.uuid4())
    first = await create(stub, 50, calculation_id=calculation_id, delay={"seconds": 3600})
    await compute(stub, digits_pool, 100)
    assert await create(stub, 50, calculation_id=calculation_id) == first
    with refused(StatusCode.ALREADY_EXISTS, "CALCULATION_CONFLICT"):
        await create(stub, 51, calculation_id=calculation_id)


async def test_those_that_wait_are_answered_from_what_came_meanwhile(stub: Stub, digits_pool: FakePool) -> None:
    first = await create(stub, 100)
    run = await digits_pool.next_run()
    others = [await create(stub, position) for position in (100, 7)]
    run.succeed(computed(run.input))
    for other in others:
        result = (await ended(stub, other.calculation_id)).pi_result
        assert result.source_calculation_id == first.calculation_id
    assert digits_pool.has_started_nothing


async def test_a_shorter_row_that_comes_late_does_not_replace_the_longer_one(server: Server, stub: Stub) -> None:
    kept = KeptDigits(server._journal.digits)
    inputs = {position: pi_pb2.PiInput(digit_position=position).SerializeToString() for position in (50, 100)}
    await kept.keep("long", 100, computed(inputs[100]))
    result = pi_pb2.PiResult.FromString(await kept.keep("short", 50, computed(inputs[50])))
    assert (result.kept_digit_count, result.source_calculation_id) == (101, "")
    found = await server._journal.digits.find(1)
    assert found is not None and found.calculation_id == "long"
