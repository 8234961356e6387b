"""Calculations of pi over a real channel, from Create to the stream of digits; the workers are driven by the test."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, pi_pb2
from grpc import StatusCode

from calc_grpc import convert_pi, kept_digits
from calc_grpc.digits.pi import CONTEXT_COUNT, find_digits
from calc_grpc.errors import JournalUnavailable, RunCancelled
from calc_grpc.journal.digits_port import DIGITS_PER_CHUNK, DigitSet
from calc_grpc.kept_digits import KeptDigits
from calc_grpc.pi_pool import PiPool
from calc_grpc.server import Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, FakeRun, Receiver, distance_input, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONG = 2 * DIGITS_PER_CHUNK + 100  # three rows of the store


def silent(fraction: float, stage: str) -> None:
    """Nobody listens."""


def digits(count: int) -> bytes:
    return find_digits(count, report=silent, cancelled=lambda: False)


def computed(input_bytes: bytes) -> bytes:
    """What a worker hands over."""
    kind = convert_pi.KINDS["pi"]
    return kind.compute(input_bytes, created_at=NOW, report=silent, cancelled=lambda: False)


@pytest.fixture(scope="module")
def pi() -> bytes:
    return digits(LONG + 50)


async def create(stub: Stub, position: int, **values: Any) -> calculation_pb2.Calculation:
    request = pb2.CreateCalculationRequest(pi=pi_pb2.PiInput(digit_position=position), **values)
    created: calculation_pb2.Calculation = await stub.CreateCalculation(request)
    return created


async def ended(stub: Stub, calculation_id: str) -> calculation_pb2.Calculation:
    """Watch to the end."""
    async with asyncio.timeout(10):
        watch = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
        snapshots = [snapshot async for snapshot in watch]
    last: calculation_pb2.Calculation = snapshots[-1]
    return last


async def compute(stub: Stub, pool: FakePool, position: int) -> calculation_pb2.Calculation:
    created = await create(stub, position)
    run = await pool.next_run()
    run.succeed(computed(run.input))
    return await ended(stub, created.calculation_id)


async def text_of(stub: Stub, calculation_id: str, **span: int) -> bytes:
    request = pb2.GetPiDigitsRequest(calculation_id=calculation_id, **span)
    return b"".join([chunk.digits async for chunk in stub.GetPiDigits(request)])


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


# --- streaming ---


@pytest.mark.parametrize(
    ("span", "begin", "end"),
    [
        ({"offset": 0}, 0, LONG + 1),
        ({"offset": 7, "length": 9}, 7, 16),
        ({"offset": LONG + 1}, LONG + 1, LONG + 1),
        ({"offset": LONG}, LONG, LONG + 1),
        ({"offset": DIGITS_PER_CHUNK - 3, "length": 7}, DIGITS_PER_CHUNK - 3, DIGITS_PER_CHUNK + 4),
        ({"offset": DIGITS_PER_CHUNK, "length": DIGITS_PER_CHUNK}, DIGITS_PER_CHUNK, 2 * DIGITS_PER_CHUNK),
        ({"offset": 0, "length": 0}, 0, 0),
    ],
)
async def test_a_span_with_an_offset_is_bare_digits(
    server: Server, stub: Stub, digits_pool: FakePool, pi: bytes, span: dict[str, int], begin: int, end: int
) -> None:
    calculation = await compute(stub, digits_pool, LONG)
    assert await text_of(stub, calculation.calculation_id, **span) == pi[begin:end]


@pytest.mark.parametrize(("length", "text"), [(0, b""), (1, b"3."), (2, b"3.1"), (6, b"3.14159")])
async def test_a_span_without_an_offset_begins_with_the_point(
    stub: Stub, digits_pool: FakePool, length: int, text: bytes
) -> None:
    calculation = await compute(stub, digits_pool, 10)
    call = stub.GetPiDigits(pb2.GetPiDigitsRequest(calculation_id=calculation.calculation_id, length=length))
    metadata = dict(await call.initial_metadata())
    assert metadata["text-length"] == str(len(text))
    assert metadata["text-name"] == f"pi-{max(0, length - 1)}-decimals.txt"
    assert b"".join([chunk.digits async for chunk in call]) == text


class SlowStore:
    """Counts what is read from a store that has one set of endless length."""

    def __init__(self, gone_at: int | None = None) -> None:
        self.read_count = 0
        self.sets = ["first", "second"]
        self._gone_at = gone_at

    async def find(self, digit_count: int) -> DigitSet | None:
        if not self.sets:
            return None
        return DigitSet(set_id=self.sets[0], calculation_id="x", digit_count=10**9)

    async def read(self, set_id: str, chunk_number: int) -> bytes | None:
        if chunk_number == self._gone_at and set_id == "first":
            self.sets = self.sets[1:]
            return None
        self.read_count += 1
        return bytes(DIGITS_PER_CHUNK // 2)

    async def touch(self, set_id: str) -> None:
        """It is kept anyway."""


async def test_the_store_is_read_one_row_ahead_of_the_reader() -> None:
    store = SlowStore()
    stream: AsyncIterator[bytes] = KeptDigits(store).pieces(0, 10**8)  # type: ignore[arg-type]
    for expected in range(1, 5):
        await anext(stream)
        await asyncio.sleep(0)
        assert store.read_count == expected + 1


async def test_a_slow_reader_of_the_rpc_does_not_make_the_server_read_all(
    start_server: Callable[..., Awaitable[Server]],
) -> None:
    server = await start_server(digits_largest_position=10**8)
    store = server._service._kept_digits._store = SlowStore()  # type: ignore[assignment]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = Stub(channel)
        created = await create(stub, 10**8)
        store.read_count = 0
        call = stub.GetPiDigits(pb2.GetPiDigitsRequest(calculation_id=created.calculation_id))
        length = len((await soon(call.read())).digits)
        for _ in range(50):  # the server has every chance to run ahead: other calls come and go
            await stub.GetCalculation(pb2.GetCalculationRequest(calculation_id=created.calculation_id))
        assert store.read_count < 100  # of 382
        while chunk := await soon(call.read()):
            length += len(chunk.digits)
        assert length == 10**8 + 2


async def test_a_set_that_gives_way_to_a_longer_one_is_followed_there() -> None:
    store = SlowStore(gone_at=2)
    pieces = [piece async for piece in KeptDigits(store).pieces(0, 4 * DIGITS_PER_CHUNK)]  # type: ignore[arg-type]
    assert (sum(map(len, pieces)), store.sets) == (4 * DIGITS_PER_CHUNK, ["second"])


async def test_a_set_that_has_lost_a_row_ends_the_stream_instead_of_asking_for_ever() -> None:
    class Torn(SlowStore):
        async def read(self, set_id: str, chunk_number: int) -> bytes | None:
            return None

    with pytest.raises(kept_digits.DigitsNotKept):
        await soon(anext(KeptDigits(Torn()).pieces(0, 5)))  # type: ignore[arg-type]


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


# --- the pool ---


class FlakyDigits:
    """Cannot be reached the first times."""

    def __init__(self, answer: bytes | None) -> None:
        self.failure_count = 2
        self._answer = answer

    async def answer(self, position: int) -> bytes | None:
        self._fail()
        return self._answer

    async def keep(self, calculation_id: str, position: int, found: bytes) -> bytes:
        self._fail()
        return found

    def _fail(self) -> None:
        if self.failure_count:
            self.failure_count -= 1
            raise JournalUnavailable


async def start_run(pool: PiPool) -> asyncio.Task[bytes]:
    task = asyncio.create_task(pool.run("id", "pi", b"", silent, created_at=NOW))
    await asyncio.sleep(0)
    return task


async def test_a_store_that_comes_back_loses_no_digits() -> None:
    workers = FakePool()
    pool = PiPool(workers, FlakyDigits(None))  # type: ignore[arg-type]
    task = await start_run(pool)
    run: FakeRun = await workers.next_run()
    pool._kept.failure_count = 2  # type: ignore[attr-defined]
    run.succeed(b"found")
    assert await soon(task) == b"found"


async def test_a_run_that_looks_into_the_store_counts_as_busy_and_rings_when_it_needs_no_worker() -> None:
    pool = PiPool(FakePool(), FlakyDigits(b"kept"))  # type: ignore[arg-type]
    rung = asyncio.Event()
    pool.on_free = rung.set
    assert pool.free_count == 1
    task = await start_run(pool)
    assert pool.free_count == 0
    assert await soon(task) == b"kept"
    await soon(rung.wait())
    assert pool.free_count == 1


async def test_what_the_workers_raise_comes_through_and_their_rings_too() -> None:
    workers = FakePool()
    pool = PiPool(workers, FlakyDigits(None))  # type: ignore[arg-type]
    rung = asyncio.Event()
    pool.on_free = rung.set
    task = await start_run(pool)
    await workers.next_run()
    pool.cancel("id")
    with pytest.raises(RunCancelled):
        await soon(task)
    await soon(rung.wait())


async def test_a_run_that_is_cancelled_while_it_looks_into_the_store_takes_no_worker() -> None:
    workers = FakePool()
    pool = PiPool(workers, FlakyDigits(None))  # type: ignore[arg-type]
    task = await start_run(pool)
    pool.cancel("id")
    with pytest.raises(RunCancelled):
        await soon(task)
    assert workers.has_started_nothing and pool.free_count == 1


# --- bytes ---


@pytest.mark.parametrize("text", [b"", b"3", b"31", b"314", b"3141592653589793"])
def test_packed_digits_are_half_as_long_and_the_same_again(text: bytes) -> None:
    packed = convert_pi.pack(text)
    assert len(packed) == (len(text) + 1) // 2
    assert convert_pi.unpack(packed)[: len(text)] == text


def test_the_numbers_of_digits_around_agree_with_the_core() -> None:
    assert convert_pi.CONTEXT_COUNT == CONTEXT_COUNT
