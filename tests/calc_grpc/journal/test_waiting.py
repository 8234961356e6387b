"""What every journal promises about how many may wait."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from calc_grpc.calculation import Calculation
from calc_grpc.errors import CalculationConflict, QueueFull
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Filter, Journal
from tests.calc_grpc.fakes import FakeClock, new_calculation
from tests.calc_grpc.journal.bench import claim_one


@pytest.fixture
async def narrow(url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Journal]:
    """A journal in which two of a kind may wait, and which counts anew whenever it is asked."""
    monkeypatch.setattr("calc_grpc.journal.waiting.RECOUNT_INTERVAL_S", 0.0)
    journal = await open_journal(url, clock=clock, queue_max=2)
    yield journal
    await journal.close()


async def test_no_more_of_a_kind_wait_than_may_and_another_kind_has_its_own_room(narrow: Journal) -> None:
    for n in range(2):
        await narrow.accept(new_calculation(n))
    with pytest.raises(QueueFull) as refusal:
        await narrow.accept(new_calculation(2))
    assert refusal.value.metadata == {"kind": "distance"}
    assert await narrow.get(new_calculation(2).calculation_id) is None
    assert (await narrow.accept(new_calculation(3, kind="pi"))).state == "SCHEDULED"


async def test_what_is_stored_already_is_returned_although_there_is_no_room(narrow: Journal) -> None:
    first = [await narrow.accept(new_calculation(n)) for n in range(2)]
    assert [await narrow.accept(new_calculation(n)) for n in range(2)] == first
    with pytest.raises(CalculationConflict):
        await narrow.accept(new_calculation(0, input_sha256=b"another"))


async def test_what_starts_or_is_cancelled_makes_room(narrow: Journal) -> None:
    for n in range(2):
        await narrow.accept(new_calculation(n))
    claim = await claim_one(narrow)
    await narrow.accept(new_calculation(2))
    with pytest.raises(QueueFull):
        await narrow.accept(new_calculation(3))
    assert await narrow.hand_back(claim.calculation_id, claim.fence, crashed=False)
    await narrow.cancel(new_calculation(2).calculation_id)
    with pytest.raises(QueueFull):
        await narrow.accept(new_calculation(3))
    await narrow.cancel(claim.calculation_id)
    assert (await narrow.accept(new_calculation(3))).state == "SCHEDULED"


async def test_of_many_that_come_at_once_as_many_are_accepted_as_there_is_room_for(narrow: Journal) -> None:
    answers = await asyncio.gather(
        *(narrow.accept(new_calculation(n, kind="pi" if n % 2 else "distance")) for n in range(40)),
        return_exceptions=True,
    )
    accepted = [answer.kind for answer in answers if isinstance(answer, Calculation)]
    assert sorted(accepted) == ["distance", "distance", "pi", "pi"]
    assert sum(isinstance(answer, QueueFull) for answer in answers) == 36
    assert len(await narrow.list_calculations(Filter(), before=None, limit=99)) == 4
