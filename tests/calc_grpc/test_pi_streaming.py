"""Digits over a real channel: spans of them, with a point or bare, read no faster than the reader takes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_service_pb2

from calc_grpc import kept_digits
from calc_grpc.journal.digits_port import DIGITS_PER_CHUNK, DigitSet
from calc_grpc.kept_digits import KeptDigits
from calc_grpc.server import Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, soon
from tests.calc_grpc.pi_calls import compute, create, digits, text_of

pb2 = calculation_service_pb2
LONG = 2 * DIGITS_PER_CHUNK + 100  # three rows of the store


@pytest.fixture(scope="module")
def pi() -> bytes:
    return digits(LONG + 50)


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


async def test_rows_that_were_read_lately_are_at_hand_and_only_so_many() -> None:
    store = SlowStore()
    kept = KeptDigits(store)  # type: ignore[arg-type]
    all_at_hand = kept_digits.ROWS_AT_HAND * DIGITS_PER_CHUNK

    async def stream(offset: int, length: int) -> int:
        before = store.read_count
        assert sum([len(piece) async for piece in kept.pieces(offset, length)]) == length
        return store.read_count - before

    assert await stream(0, all_at_hand) == kept_digits.ROWS_AT_HAND
    assert await stream(5, all_at_hand - 5) == 0
    assert await stream(all_at_hand, 1) == 1  # in the place of the first row
    assert await stream(DIGITS_PER_CHUNK, 1) == 0
    assert await stream(0, 1) == 1


async def test_digits_at_hand_are_not_given_out_when_the_store_has_dropped_them() -> None:
    store = SlowStore()
    kept = KeptDigits(store)  # type: ignore[arg-type]
    assert len(await anext(kept.pieces(0, 5))) == 5
    store.sets = []
    with pytest.raises(kept_digits.DigitsNotKept):
        await anext(kept.pieces(0, 5))


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
