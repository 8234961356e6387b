"""What every store of digits promises, SQLite's and PostgreSQL's alike, and calculations that are born finished."""

from collections.abc import AsyncIterator

import pytest

from calc_grpc.calculation import SECOND_US
from calc_grpc.errors import QueueFull
from calc_grpc.journal.digits_port import DigitSet, DigitStore
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Change, Filter, Journal
from tests.calc_grpc.fakes import START_US, FakeClock, new_calculation

DAY_US = 86_400 * SECOND_US


@pytest.fixture
async def journal(url: str, clock: FakeClock) -> AsyncIterator[Journal]:
    journal = await open_journal(url, clock=clock, queue_max=2)
    yield journal
    await journal.close()


@pytest.fixture
def store(journal: Journal) -> DigitStore:
    return journal.digits


async def keep(store: DigitStore, name: str, digit_count: int, *chunks: bytes) -> DigitSet:
    digits = DigitSet(set_id=name, calculation_id=f"calculation of {name}", digit_count=digit_count)
    await store.begin(digits)
    for number, packed in enumerate(chunks):
        await store.write(name, number, packed)
    await store.complete(name)
    return digits


async def test_a_complete_set_is_found_and_read_row_by_row(store: DigitStore) -> None:
    digits = await keep(store, "a", 8, b"\x31\x41", b"\x59\x26")
    assert await store.find(8) == digits
    assert [await store.read("a", number) for number in range(3)] == [b"\x31\x41", b"\x59\x26", None]
    assert await store.find(9) is None


async def test_a_set_counts_only_when_it_is_complete(store: DigitStore) -> None:
    await store.begin(DigitSet(set_id="a", calculation_id="x", digit_count=8))
    await store.write("a", 0, b"\x31")
    assert await store.find(1) is None


async def test_every_write_may_be_repeated(store: DigitStore) -> None:
    await store.begin(DigitSet(set_id="a", calculation_id="x", digit_count=4))
    await store.write("a", 0, b"\x31\x41")
    digits = await keep(store, "a", 4, b"\x31\x41")
    await store.complete("a")
    assert await store.find(4) == DigitSet(set_id="a", calculation_id="x", digit_count=digits.digit_count)
    assert await store.read("a", 0) == b"\x31\x41"


async def test_the_longest_set_makes_the_shorter_ones_go(store: DigitStore) -> None:
    await keep(store, "short", 4, b"\x31\x41")
    longest = await keep(store, "long", 8, b"\x31\x41\x59\x26")
    assert await store.find(1) == longest
    assert await store.read("short", 0) is None
    await keep(store, "late", 4, b"\x31\x41")
    assert await store.find(1) == longest


async def test_sets_that_nobody_used_are_dropped_and_so_are_those_begun_by_the_dead(
    store: DigitStore, clock: FakeClock
) -> None:
    await keep(store, "used", 8, b"\x31\x41\x59\x26")
    await store.begin(DigitSet(set_id="abandoned", calculation_id="x", digit_count=99))
    await store.write("abandoned", 0, b"\x31\x41")
    clock.advance(3600.0)
    assert await store.prune(before_us=clock() - 3 * DAY_US, limit=10) == 0
    clock.advance(2 * 86_400.0)
    await store.touch("used")
    assert await store.prune(before_us=clock() - DAY_US, limit=10) == 1
    assert await store.read("abandoned", 0) is None
    assert await store.find(8) is not None
    clock.advance(2 * 86_400.0)
    assert await store.prune(before_us=clock() - DAY_US, limit=10) == 1
    assert await store.find(1) is None
    assert await store.read("used", 0) is None


async def test_a_calculation_whose_result_is_known_is_finished_when_it_is_accepted(journal: Journal) -> None:
    heard: list[Change] = []
    journal.listen(heard.extend)
    accepted = await journal.accept(new_calculation(kind="pi", result=b"known", has_callback=True))
    assert (accepted.state, accepted.result, accepted.revision) == ("SUCCEEDED", b"known", 2)
    assert (accepted.start_time_us, accepted.finish_time_us) == (START_US, START_US)
    assert (accepted.progress_fraction, accepted.progress_stage) == (1.0, "done")
    assert [(change.state, change.report_is_due) for change in heard] == [("SUCCEEDED", True)]
    assert await journal.claim(owner="me", kinds=["pi"], limit=1) == []
    assert [due.calculation_id for due in await journal.claim_reports(limit=9, busy={}, per_origin=9)] == [
        accepted.calculation_id
    ]
    assert await journal.get(accepted.calculation_id) == accepted


async def test_a_known_result_does_not_change_the_calculation_that_is_there(journal: Journal) -> None:
    first = await journal.accept(new_calculation(kind="pi"))
    assert await journal.accept(new_calculation(kind="pi", result=b"known")) == first


async def test_what_is_finished_needs_no_room_among_those_that_wait(journal: Journal) -> None:
    for number in range(2):
        await journal.accept(new_calculation(number, kind="pi"))
    with pytest.raises(QueueFull):
        await journal.accept(new_calculation(2, kind="pi"))
    finished = [await journal.accept(new_calculation(n, kind="pi", result=b"known")) for n in range(3, 6)]
    assert {one.state for one in finished} == {"SUCCEEDED"}


async def test_lists_carry_input_and_result_of_pi_alone(journal: Journal) -> None:
    await journal.accept(new_calculation(0, kind="pi", result=b"known"))
    await journal.accept(new_calculation(1, kind="distance", result=b"large"))
    rows = await journal.list_calculations(Filter(), before=None, limit=9)
    assert [(row.kind, row.input, row.result) for row in rows] == [
        ("distance", None, None),
        ("pi", b"input", b"known"),
    ]
    assert [row.result for row in await journal.get_many([row.calculation_id for row in rows])] == [b"known", None]
