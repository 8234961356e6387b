"""From due to finished, with workers that the test drives."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from calc_grpc.calculation import SECOND_US, wall_clock_us
from calc_grpc.dispatcher import Dispatcher
from calc_grpc.errors import ComputationFailed, JournalUnavailable, OutOfMemory, TimeLimitExceeded, WorkerCrashed
from calc_grpc.journal.port import Claim, Filter, Outcome
from calc_grpc.journal.sqlite import SqliteJournal
from tests.calc_grpc.fakes import START_US, FakeClock, FakePool, new_calculation, soon, until

ID = new_calculation().calculation_id


@pytest.fixture
def pool() -> FakePool:
    return FakePool(count=2)


@pytest.fixture
async def dispatcher(sqlite_journal: SqliteJournal, pool: FakePool, clock: FakeClock) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(journal=sqlite_journal, pool=pool, kinds=["distance"], owner="test", clock=clock)
    running = asyncio.create_task(dispatcher.run())
    yield dispatcher
    dispatcher.stop()
    await soon(running)


async def until_state(journal: SqliteJournal, state: str, calculation_id: str = ID) -> None:
    async def reached() -> bool:
        row = await journal.get(calculation_id)
        return row is not None and row.state == state

    await until(reached, journal)


async def test_what_is_due_runs_and_its_result_is_stored(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool
) -> None:
    await sqlite_journal.accept(new_calculation())
    run = await pool.next_run()
    assert (run.calculation_id, run.kind, run.input) == (ID, "distance", b"input")
    assert run.created_at == datetime.fromtimestamp(START_US / SECOND_US, tz=UTC)
    run.succeed(b"result")
    await until_state(sqlite_journal, "SUCCEEDED")
    row = await sqlite_journal.get(ID)
    assert row and row.result == b"result"


async def test_no_more_runs_than_workers_and_the_next_starts_when_one_is_free(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool
) -> None:
    for n in range(3):
        await sqlite_journal.accept(new_calculation(n))
    first, _ = await pool.next_run(), await pool.next_run()
    assert pool.has_started_nothing and pool.free_count == 0
    first.succeed()
    third = await pool.next_run()
    assert third.calculation_id == new_calculation(2).calculation_id


async def test_what_it_does_not_compute_does_not_make_it_look(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sqlite_journal.accept(new_calculation())
    (await pool.next_run()).succeed()
    await until_state(sqlite_journal, "SUCCEEDED")
    claim, claimed = sqlite_journal.claim, []

    async def noted_claim(**wanted: Any) -> list[Claim]:
        claims = await claim(**wanted)
        claimed.append([one.calculation_id for one in claims])
        return claims

    await sqlite_journal.next_due_us(["distance"])  # by now the dispatcher has looked after the run, and waits
    monkeypatch.setattr(sqlite_journal, "claim", noted_claim)
    for n in range(1, 4):
        await sqlite_journal.accept(new_calculation(n, kind="pi"))
    await sqlite_journal.accept(new_calculation(4))
    await pool.next_run()
    assert [ids for ids in claimed if ids] == [[new_calculation(4).calculation_id]] and len(claimed) <= 2


async def test_a_delay_is_kept_with_a_real_clock(sqlite_journal: SqliteJournal, pool: FakePool) -> None:
    sqlite_journal.clock = wall_clock_us
    dispatcher = Dispatcher(journal=sqlite_journal, pool=pool, kinds=["distance"], owner="test", clock=wall_clock_us)
    running = asyncio.create_task(dispatcher.run())
    due_us = wall_clock_us() + SECOND_US // 5
    await sqlite_journal.accept(new_calculation(1, due_time_us=due_us + 3600 * SECOND_US))
    await sqlite_journal.accept(new_calculation(due_time_us=due_us))
    run = await pool.next_run()
    assert run.calculation_id == ID
    assert wall_clock_us() >= due_us
    run.succeed()
    dispatcher.stop()
    await soon(running)


async def test_progress_is_stored_and_the_latest_wins(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool
) -> None:
    await sqlite_journal.accept(new_calculation())
    run = await pool.next_run()
    for percent in range(100):
        run.tell(percent / 100, "scanning")

    async def is_latest() -> bool:
        row = await sqlite_journal.get(ID)
        return row is not None and row.progress_fraction == 0.99

    await until(is_latest, sqlite_journal)
    row = await sqlite_journal.get(ID)
    assert row and row.revision < 10  # middles were left out


async def test_cancelling_reaches_the_worker(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool
) -> None:
    await sqlite_journal.accept(new_calculation())
    run = await pool.next_run()
    await sqlite_journal.cancel(ID)
    await soon(asyncio.wait([run.end]))
    assert pool.cancelled == [ID]
    await sqlite_journal.accept(new_calculation(1))
    (await pool.next_run()).succeed()
    await until_state(sqlite_journal, "SUCCEEDED", new_calculation(1).calculation_id)
    row = await sqlite_journal.get(ID)
    assert row and row.state == "CANCELLED"


async def test_a_result_that_comes_after_cancelling_is_dropped(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool
) -> None:
    await sqlite_journal.accept(new_calculation())
    run = await pool.next_run()
    run.succeed(b"too late")
    await sqlite_journal.cancel(ID)
    row = await sqlite_journal.get(ID)
    assert row and row.is_final
    assert (row.state, row.result) in {("CANCELLED", None), ("SUCCEEDED", b"too late")}


async def test_a_crash_is_tried_once_more_and_then_fails(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool
) -> None:
    await sqlite_journal.accept(new_calculation())
    for _ in range(2):
        (await pool.next_run()).fail(WorkerCrashed())
    await until_state(sqlite_journal, "FAILED")
    row = await sqlite_journal.get(ID)
    assert row and row.error_reason == "WORKER_CRASHED" and pool.has_started_nothing


@pytest.mark.parametrize(
    ("error", "reason"), [(TimeLimitExceeded(), "TIME_LIMIT_EXCEEDED"), (OutOfMemory(), "OUT_OF_MEMORY")]
)
async def test_a_run_beyond_its_limits_fails_at_once_with_the_reason(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool, error: Exception, reason: str
) -> None:
    await sqlite_journal.accept(new_calculation())
    (await pool.next_run()).fail(error)
    await until_state(sqlite_journal, "FAILED")
    row = await sqlite_journal.get(ID)
    assert row and row.error_reason == reason and "limit" in (row.error_message or "") and pool.has_started_nothing


async def test_a_fault_of_the_core_fails_and_its_trace_is_only_logged(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool, caplog: pytest.LogCaptureFixture
) -> None:
    await sqlite_journal.accept(new_calculation())
    with caplog.at_level(logging.ERROR):
        (await pool.next_run()).fail(ComputationFailed("Traceback: inner text"))
        await until_state(sqlite_journal, "FAILED")
    row = await sqlite_journal.get(ID)
    assert row and row.error_reason == "COMPUTATION_FAILED" and "inner text" not in (row.error_message or "")
    assert "inner text" in vars(caplog.records[-1])["trace"]


async def test_stopping_hands_back_what_runs(sqlite_journal: SqliteJournal, pool: FakePool, clock: FakeClock) -> None:
    dispatcher = Dispatcher(journal=sqlite_journal, pool=pool, kinds=["distance"], owner="test", clock=clock)
    running = asyncio.create_task(dispatcher.run())
    await sqlite_journal.accept(new_calculation())
    await pool.next_run()
    dispatcher.stop()
    await soon(running)
    row = await sqlite_journal.get(ID)
    assert row and row.state == "SCHEDULED"
    (claim,) = await sqlite_journal.claim(owner="next", kinds=["distance"], limit=1)
    assert claim.crash_count == 0


async def test_a_result_is_kept_until_the_journal_takes_it(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, refusals = sqlite_journal.finish, [JournalUnavailable(), JournalUnavailable()]

    async def refuse_twice(calculation_id: str, fence: int, outcome: Outcome) -> object:
        if refusals:
            raise refusals.pop()
        return await finish(calculation_id, fence, outcome)

    monkeypatch.setattr(sqlite_journal, "finish", refuse_twice)
    await sqlite_journal.accept(new_calculation())
    (await pool.next_run()).succeed(b"kept")
    await until_state(sqlite_journal, "SUCCEEDED")
    assert not refusals


async def test_a_run_whose_lease_ended_unnoticed_goes_on_and_its_result_counts(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool, clock: FakeClock
) -> None:
    await sqlite_journal.accept(new_calculation())
    run = await pool.next_run()
    clock.advance(3600)  # as when the wall clock jumps
    await sqlite_journal.accept(new_calculation(1))
    (await pool.next_run()).succeed()
    assert pool.has_started_nothing
    run.tell(0.5, "goes on")
    run.succeed(b"result")
    await until_state(sqlite_journal, "SUCCEEDED")
    row = await sqlite_journal.get(ID)
    assert row and row.result == b"result" and pool.cancelled == []


async def test_a_run_that_was_taken_over_is_stopped(
    dispatcher: Dispatcher, sqlite_journal: SqliteJournal, pool: FakePool, clock: FakeClock
) -> None:
    await sqlite_journal.accept(new_calculation())
    run = await pool.next_run()
    clock.advance(3600)
    (taken,) = await sqlite_journal.claim(owner="another", kinds=["distance"], limit=1)
    run.tell(0.5, "does not know")
    await soon(asyncio.wait([run.end]))
    assert pool.cancelled == [ID]
    assert await sqlite_journal.beat(owner="another", held={ID: taken.fence}) == {ID}
    assert len(await sqlite_journal.list_calculations(Filter(states=("RUNNING",)), before=None, limit=9)) == 1
