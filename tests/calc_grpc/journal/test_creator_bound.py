"""What every journal promises about how many calculations of one creator may wait or run."""

import asyncio

import pytest

from calc_grpc.calculation import Calculation
from calc_grpc.errors import CalculationConflict, TooManyWaiting
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Filter, Journal, NewCalculation
from tests.calc_grpc.fakes import FakeClock, new_calculation
from tests.calc_grpc.journal.bench import DONE, claim_one


def bounded(number: int, **values: object) -> NewCalculation:
    """One of at most two of anna's."""
    return new_calculation(number, **{"creator": "anna", "creator_waiting_max": 2, **values})


async def test_no_more_of_a_creator_wait_or_run_than_may_whatever_their_kinds(journal: Journal) -> None:
    await journal.accept(bounded(0))
    await claim_one(journal)
    await journal.accept(bounded(1, kind="pi"))
    with pytest.raises(TooManyWaiting) as refusal:
        await journal.accept(bounded(2))
    assert refusal.value.metadata == {"waiting_max": "2", "waiting_count": "2"}
    assert await journal.get(bounded(2).calculation_id) is None
    assert (await journal.accept(bounded(3, creator="boris"))).state == "SCHEDULED"


async def test_those_that_were_created_without_a_bound_count_and_are_not_bound_themselves(journal: Journal) -> None:
    for n in range(3):
        await journal.accept(bounded(n, creator_waiting_max=None))
    with pytest.raises(TooManyWaiting) as refusal:
        await journal.accept(bounded(3))
    assert refusal.value.metadata["waiting_count"] == "3"


async def test_whatever_ends_makes_room_at_once(journal: Journal) -> None:
    for n in range(2):
        await journal.accept(bounded(n))
    await journal.cancel(bounded(1).calculation_id)
    assert (await journal.accept(bounded(2))).state == "SCHEDULED"
    claim = await claim_one(journal)
    await journal.finish(claim.calculation_id, claim.fence, DONE)
    assert (await journal.accept(bounded(3))).state == "SCHEDULED"
    with pytest.raises(TooManyWaiting):
        await journal.accept(bounded(4))


async def test_an_id_that_is_there_is_answered_and_a_result_that_is_known_is_taken(journal: Journal) -> None:
    first = [await journal.accept(bounded(n)) for n in range(2)]
    assert [await journal.accept(bounded(n)) for n in range(2)] == first
    with pytest.raises(CalculationConflict):
        await journal.accept(bounded(0, input_sha256=b"another"))
    assert (await journal.accept(bounded(2, kind="pi", result=b"known"))).state == "SUCCEEDED"


@pytest.mark.parametrize("repeated", [False, True])
async def test_the_bound_is_exact_among_those_that_ask_together(journal: Journal, repeated: bool) -> None:
    await journal.accept(bounded(0))
    news = [bounded(n, creator_waiting_max=20, creator=f"{n % 2}") for n in range(1, 100)]
    asking = [*news, *([bounded(0)] if repeated else [])]
    answers = await asyncio.gather(*(journal.accept(new) for new in asking), return_exceptions=True)
    assert sum(isinstance(answer, TooManyWaiting) for answer in answers) == 99 - 2 * 20
    assert sum(isinstance(answer, Calculation) for answer in answers) == 40 + repeated
    for creator in ("0", "1"):
        assert len(await journal.list_calculations(Filter(creator=creator), before=None, limit=99)) == 20


async def test_the_bound_is_exact_whichever_processes_accept_whichever_kinds(
    postgres_url: str, clock: FakeClock
) -> None:
    journals = [await open_journal(postgres_url, clock=clock) for _ in range(3)]
    kinds = ("distance", "pi", "identification")
    answers = await asyncio.gather(
        *(journals[n % 3].accept(bounded(n, creator_waiting_max=30, kind=kinds[n % 3])) for n in range(90)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, TooManyWaiting) for answer in answers) == 60
    assert len(await journals[0].list_calculations(Filter(creator="anna"), before=None, limit=99)) == 30
    for journal in journals:
        await journal.close()
