"""A synchronisation that crashes, is cancelled, goes on after a restart, or has to wait."""

import asyncio
from typing import Any

import pytest

from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.errors import RunCancelled, WorkerCrashed
from tests.calc_grpc.catalogue.sources import serving, source_at
from tests.calc_grpc.catalogue.sync_bench import Bench, counts_of
from tests.calc_grpc.fakes import soon


async def test_after_a_crash_no_page_is_fetched_or_stored_again(bench: Bench) -> None:
    standin = Standin(400)
    calculation_id = await bench.begin()
    async with serving(standin) as source_url:
        bench.workers.crash_after = 11
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        await bench.reopen()
        kept = {page.page_number for page in await bench.journal.catalogue.pages(calculation_id, 1)}
        assert 1 in kept and len(kept) <= 11
        await bench.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        standin.pages.clear()
        bench.workers.crash_after = None
        result = await bench.run(source_at(source_url), calculation_id=calculation_id)
    assert sorted(standin.pages) == sorted(set(range(1, 21)) - kept) and set(standin.pages.values()) == {1}
    assert counts_of(result) == (400, 0, 0, 0) and len(bench.catalogue.rows) == 400
    assert len(bench.catalogue.pages) == 20 and bench.catalogue.conflict_count == 0


async def test_pages_that_were_kept_and_not_sent_are_sent_after_a_restart(bench: Bench) -> None:
    calculation_id = await bench.begin()
    standin = Standin(60)
    bench.catalogue.answers = [None] * 2
    all_kept = when_kept(bench.journal.catalogue, 3)
    async with serving(standin) as source_url:
        pool = bench.pool(source_at(source_url))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.arrived.wait())
        await soon(all_kept.wait())
        pool.cancel(calculation_id)
        with pytest.raises(RunCancelled):
            await soon(running)
        await bench.reopen()
        await bench.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        standin.pages.clear()
        bench.catalogue.released.set()
        result = await bench.run(source_at(source_url), calculation_id=calculation_id)
    assert not standin.pages and counts_of(result)[0] + counts_of(result)[2] == 60
    assert len(bench.catalogue.rows) == 60 and bench.catalogue.conflict_count == 0


async def test_another_source_in_the_settings_begins_a_new_pass(bench: Bench) -> None:
    calculation_id = await bench.begin()
    async with serving(Standin(100)) as source_url:
        bench.workers.crash_after = 2
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        bench.workers.crash_after = None
        result = await bench.run(source_at(source_url, page_size=50), calculation_id=calculation_id)
    assert result.counts.pass_number == 2 and result.counts.page_count == 2 and len(bench.catalogue.rows) == 100


async def test_a_run_that_is_cancelled_stops_and_closes_the_run_at_the_catalogue(bench: Bench) -> None:
    calculation_id = await bench.begin()
    standin = Standin(100)
    async with serving(standin, "slow@3xever=60") as source_url:
        pool = bench.pool(source_at(source_url, request_timeout_s=60.0))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.arrived.wait())
        await bench.journal.cancel(calculation_id)
        pool.cancel(calculation_id)
        with pytest.raises(RunCancelled):
            await soon(running)
    assert bench.catalogue.ends[-1]["complete"] is False and pool.free_count == 1
    await bench.journal.catalogue.prune(limit=100)
    assert await bench.journal.catalogue.pages(calculation_id, 1) == []


async def test_a_run_cancelled_while_the_catalogue_ends_it_leaves_both_rooms_with_the_same(
    bench: Bench,
) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    calculation_id = await bench.begin()
    bench.catalogue.end_stored.clear()
    bench.catalogue.end_may_answer.clear()
    async with serving(Standin(95)) as source_url:
        pool = bench.pool(source_at(source_url))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.end_stored.wait())
        await bench.journal.cancel(calculation_id)
        pool.cancel(calculation_id)
        await asyncio.sleep(0)
        bench.catalogue.end_may_answer.set()
        await soon(running)
    assert len(bench.catalogue.rows) == 95 == len(await bench.elements()) and len(bench.catalogue.ends) == 2


async def test_a_run_that_is_cancelled_while_it_waits_for_the_catalogue_to_end_it_stops(bench: Bench) -> None:
    calculation_id = await bench.begin()
    bench.catalogue.end_may_answer.clear()
    async with serving(Standin(40)) as source_url:
        pool = bench.pool(source_at(source_url))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.end_stored.wait())
        bench.catalogue.end_status = 503
        await bench.journal.cancel(calculation_id)
        pool.cancel(calculation_id)
        bench.catalogue.end_may_answer.set()
        with pytest.raises(RunCancelled):
            await soon(running)


async def test_after_a_crash_between_the_end_and_its_elements_the_end_is_told_again(bench: Bench) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    calculation_id = await bench.begin()

    async def crash(*arguments: Any) -> int:
        raise WorkerCrashed

    async with serving(Standin(95)) as source_url:
        bench.journal.catalogue.publish = crash  # type: ignore[method-assign]
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        await bench.reopen()
        assert len(await bench.elements()) == 100
        await bench.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        result = await bench.run(source_at(source_url), calculation_id=calculation_id)
    assert counts_of(result) == (0, 0, 95, 5) and len(await bench.elements()) == 95


async def test_a_drift_after_another_source_in_the_settings_has_its_second_pass(bench: Bench) -> None:
    calculation_id = await bench.begin()
    async with serving(Standin(100)) as source_url:
        bench.workers.crash_after = 2
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        bench.workers.crash_after = None
    async with serving(Standin(100), "moving@3") as source_url:
        result = await bench.run(source_at(source_url, concurrency=1), calculation_id=calculation_id)
    assert result.warning == "" and result.counts.pass_number == 3 and len(bench.catalogue.rows) == 100


async def test_no_more_pages_are_at_hand_than_there_is_room_for(bench: Bench) -> None:
    """A catalogue that does not answer stops the fetching, so that memory is bounded."""
    standin = Standin(2000)
    calculation_id = await bench.begin()
    bench.catalogue.answers = [None] * 2
    async with serving(standin) as source_url:
        pool = bench.pool(source_at(source_url, concurrency=4))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.arrived.wait())
        for _ in range(60):
            await asyncio.sleep(0.01)
            if len(standin.pages) >= 13:
                break
        await asyncio.sleep(0.05)
        # 8 kept by the server, 1 on its way, 4 in the worker.
        assert len(standin.pages) <= 14
        bench.catalogue.released.set()
        await soon(running)
    assert len(bench.catalogue.rows) == 2000


def when_kept(store: Any, count: int) -> asyncio.Event:
    """Set when the store has kept so many pages."""
    keep, enough, done = store.keep_page, asyncio.Event(), []

    async def keep_page(*arguments: Any) -> bool:
        is_kept: bool = await keep(*arguments)
        done.append(arguments)
        if len(done) == count:
            enough.set()
        return is_kept

    store.keep_page = keep_page
    return enough
