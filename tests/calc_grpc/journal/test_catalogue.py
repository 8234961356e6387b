"""What every store of the catalogue promises, SQLite's and PostgreSQL's alike, and that one sync runs at a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from calc_grpc.errors import SyncRunning
from calc_grpc.journal.catalogue_port import CatalogueStore, ElementsGone, KeptPage, NewPage
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Claim, Journal, Outcome
from tests.calc_grpc.fakes import START_US, FakeClock, new_calculation

ID = new_calculation().calculation_id
SOURCE = "http://source, pages of 20"
DONE = Outcome(state="SUCCEEDED", result=b"")


@pytest.fixture
async def journal(url: str, clock: FakeClock) -> AsyncIterator[Journal]:
    journal = await open_journal(url, clock=clock)
    yield journal
    await journal.close()


@pytest.fixture
def store(journal: Journal) -> CatalogueStore:
    return journal.catalogue


async def start(journal: Journal, number: int = 0) -> Claim:
    await journal.accept(new_calculation(number, kind="catalogue_sync"))
    (claim,) = await journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
    await journal.catalogue.begin(claim.calculation_id, source=SOURCE)
    return claim


def page(number: int, **values: object) -> NewPage:
    blobs = {"spkids": b"id%d" % number, "elements": b"el%d" % number, "rows": b"[%d]" % number}
    return NewPage(page_number=number, **{"object_count": 3, "row_count": 1} | blobs | values)  # type: ignore[arg-type]


async def blobs(store: CatalogueStore, version: int) -> list[bytes]:
    return [blob async for blob in store.elements_blobs(version)]


async def test_a_run_begins_with_its_first_pass_and_is_the_same_when_begun_again(
    journal: Journal, store: CatalogueStore, clock: FakeClock
) -> None:
    await start(journal)
    clock.advance(60.0)
    run = await store.begin(ID, source="another")
    assert (run.pass_number, run.source, run.started_us, run.object_count) == (1, SOURCE, START_US, None)


async def test_a_page_is_kept_once_with_its_rows_until_it_is_sent(journal: Journal, store: CatalogueStore) -> None:
    await start(journal)
    assert await store.keep_page(ID, 1, page(2)) and await store.keep_page(ID, 1, page(1))
    assert await store.keep_page(ID, 1, page(1, row_count=99, rows=b"other"))
    assert await store.rows(ID, 1, 1) == b"[1]"
    sent = KeptPage(
        page_number=1, object_count=3, row_count=1, is_sent=True, added_count=5, updated_count=6, unchanged_count=7
    )
    for _ in range(2):
        await store.mark_sent(ID, 1, sent)
    assert await store.rows(ID, 1, 1) is None
    waiting = KeptPage(page_number=2, object_count=3, row_count=1, is_sent=False)
    assert await store.pages(ID, 1) == [sent, waiting]
    assert await store.spkids(ID, 1) in (b"id1id2", b"id2id1")
    assert (await store.begin(ID, source=SOURCE)).object_count == 3


async def test_what_is_kept_is_still_there_after_a_restart(url: str, clock: FakeClock) -> None:
    journal = await open_journal(url, clock=clock)
    await start(journal)
    await journal.catalogue.keep_page(ID, 1, page(1))
    await journal.close()
    journal = await open_journal(url, clock=clock)
    assert len(await journal.catalogue.pages(ID, 1)) == 1 and await journal.catalogue.rows(ID, 1, 1) == b"[1]"
    await journal.close()


async def test_no_page_is_kept_for_a_run_that_is_over(journal: Journal, store: CatalogueStore) -> None:
    await start(journal)
    await journal.cancel(ID)
    assert not await store.keep_page(ID, 1, page(1))
    assert await store.pages(ID, 1) == []


async def test_a_second_pass_voids_the_first_and_carries_what_it_changed(
    journal: Journal, store: CatalogueStore
) -> None:
    await start(journal)
    await store.keep_page(ID, 1, page(1))
    counted = KeptPage(
        page_number=1, object_count=3, row_count=1, is_sent=True, added_count=2, updated_count=1, unchanged_count=9
    )
    await store.mark_sent(ID, 1, counted)
    for _ in range(2):  # repeating changes nothing
        run = await store.begin_pass(ID, pass_number=2, source="new")
        assert (run.pass_number, run.object_count, run.source) == (2, None, "new")
        assert (run.carried_added_count, run.carried_updated_count) == (2, 1)
    assert not await store.keep_page(ID, 1, page(2))
    assert await store.keep_page(ID, 2, page(1)) and await store.prune(limit=10) == 1
    assert await store.pages(ID, 1) == [] and len(await store.pages(ID, 2)) == 1


async def test_elements_are_current_when_they_are_published(
    journal: Journal, store: CatalogueStore, clock: FakeClock
) -> None:
    assert await store.elements_version() == 0
    with pytest.raises(ElementsGone):
        await blobs(store, 0)
    claim = await start(journal)
    for number in (2, 1):
        await store.keep_page(ID, 1, page(number))
    version = await store.publish(ID, 1)
    clock.advance(1.0)
    assert await store.publish(ID, 1) == version == await store.elements_version() > 0
    await journal.finish(ID, claim.fence, DONE)
    assert await store.prune(limit=10) == 0
    assert await blobs(store, version) == [b"el1", b"el2"]


async def test_a_later_version_makes_the_earlier_one_go_also_under_a_reader(
    journal: Journal, store: CatalogueStore
) -> None:
    claim = await start(journal)
    for number in (1, 2):
        await store.keep_page(ID, 1, page(number))
    first = await store.publish(ID, 1)
    await journal.finish(ID, claim.fence, DONE)
    reader = store.elements_blobs(first)
    assert await anext(reader) == b"el1"
    second_claim = await start(journal, 1)
    await store.keep_page(second_claim.calculation_id, 1, page(1, elements=b"new"))
    second = await store.publish(second_claim.calculation_id, 1)
    assert second > first  # though no time has passed
    assert await store.prune(limit=1) == 1 == await store.prune(limit=5) and await store.prune(limit=5) == 0
    with pytest.raises(ElementsGone):
        await anext(reader)
    with pytest.raises(ElementsGone):
        await blobs(store, first)
    assert await blobs(store, second) == [b"new"]


async def test_pages_of_a_run_that_failed_are_deleted(journal: Journal, store: CatalogueStore) -> None:
    claim = await start(journal)
    await store.keep_page(ID, 1, page(1))
    assert await store.prune(limit=10) == 0
    await journal.finish(ID, claim.fence, Outcome(state="FAILED", error_reason="X", error_message="x"))
    assert await store.prune(limit=10) == 1 and await store.pages(ID, 1) == []


async def test_a_second_sync_is_refused_and_told_which_one_runs(journal: Journal) -> None:
    await journal.accept(new_calculation(0, kind="catalogue_sync"))
    for _ in range(2):
        with pytest.raises(SyncRunning) as refused:
            await journal.accept(new_calculation(1, kind="catalogue_sync"))
        assert refused.value.metadata == {"calculation_id": ID}
        await journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
    assert (await journal.accept(new_calculation(0, kind="catalogue_sync"))).calculation_id == ID
    await journal.accept(new_calculation(2))
    await journal.cancel(ID)
    assert (await journal.accept(new_calculation(1, kind="catalogue_sync"))).state == "SCHEDULED"


async def test_of_many_who_start_a_sync_at_once_one_does(journal: Journal) -> None:
    news = [new_calculation(number, kind="catalogue_sync") for number in range(20)]
    answers = await asyncio.gather(*(journal.accept(new) for new in news), return_exceptions=True)
    started = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, SyncRunning)]
    assert len(started) == 1 and len(refused) == 19
    assert {one.metadata["calculation_id"] for one in refused} == {started[0].calculation_id}


async def test_of_many_processes_that_start_a_sync_at_once_one_does(postgres_url: str, clock: FakeClock) -> None:
    journals = [await open_journal(postgres_url, clock=clock) for _ in range(3)]
    calls = [
        journal.accept(new_calculation(10 * place + number, kind="catalogue_sync"))
        for number in range(5)
        for place, journal in enumerate(journals)
    ]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    started = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(started) == 1 and sum(isinstance(answer, SyncRunning) for answer in answers) == len(calls) - 1
    for journal in journals:
        await journal.close()


async def test_the_figures_of_a_run_are_stored_and_outlive_progress_without_any(journal: Journal) -> None:
    claim = await start(journal)
    await journal.progress(ID, claim.fence, fraction=0.5, stage="half", detail=b"figures")
    await journal.progress(ID, claim.fence, fraction=0.6, stage="more")
    whole = await journal.get(ID)
    (listed,) = await journal.get_many([ID])
    assert whole is not None and whole.progress_detail == listed.progress_detail == b"figures"
