"""Claiming ahead: only where runs are short, in turn, and never for long behind one that is not."""

import asyncio
from unittest.mock import Mock

import pytest

from calc_grpc import short_runs
from calc_grpc.errors import RunCancelled
from calc_grpc.short_runs import AHEAD_MAX, ShortRuns
from tests.calc_grpc.fakes import TIMEOUT_S, FakePool, soon
from tests.calc_grpc.pi_calls import NOW, silent


@pytest.fixture(autouse=True)
def all_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is."""
    monkeypatch.setattr(short_runs, "AHEAD_S", 3600.0)
    monkeypatch.setattr(short_runs, "PATIENCE_S", TIMEOUT_S)


def begin(pool: ShortRuns, name: str) -> asyncio.Task[bytes]:
    return asyncio.create_task(pool.run(name, "distance", b"", silent, created_at=NOW))


async def run_short_ones(pool: ShortRuns, workers: FakePool) -> None:
    for number in range(3):
        run = begin(pool, f"short {number}")
        (await workers.next_run()).succeed()
        await soon(run)


async def test_nothing_is_claimed_ahead_before_runs_are_known_to_be_short() -> None:
    assert ShortRuns(FakePool(2)).free_count == 2


async def test_short_runs_are_claimed_ahead_and_computed_in_turn() -> None:
    workers = FakePool()
    pool = ShortRuns(workers)
    await run_short_ones(pool, workers)
    assert pool.free_count == 1 + AHEAD_MAX
    runs = [begin(pool, name) for name in ("first", "second", "third")]
    for run, name in zip(runs, ("first", "second", "third"), strict=True):
        present = await workers.next_run()
        assert present.calculation_id == name and workers.has_started_nothing
        present.succeed(name.encode())
        assert await soon(run) == name.encode()


async def test_runs_that_take_no_time_by_the_clock_are_the_shortest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_runs, "time", Mock(monotonic=Mock(return_value=7.0)))
    workers = FakePool()
    pool = ShortRuns(workers)
    await run_short_ones(pool, workers)
    assert pool.free_count == 1 + AHEAD_MAX


async def test_what_waits_behind_a_long_run_is_handed_back_and_nothing_more_is_claimed_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(short_runs, "PATIENCE_S", 0.01)
    workers = FakePool()
    pool = ShortRuns(workers)
    await run_short_ones(pool, workers)
    monkeypatch.setattr(short_runs, "AHEAD_S", 0.009)
    long, waiting = begin(pool, "long"), begin(pool, "waiting")
    present = await workers.next_run()
    with pytest.raises(RunCancelled):
        await soon(waiting)
    assert pool.free_count == 0
    present.succeed()
    await soon(long)


async def test_cancelled_run_that_waits_never_starts_and_holds_up_nobody() -> None:
    workers = FakePool()
    pool = ShortRuns(workers)
    await run_short_ones(pool, workers)
    runs = [begin(pool, name) for name in ("present", "cancelled", "next")]
    present = await workers.next_run()
    pool.cancel("cancelled")
    with pytest.raises(RunCancelled):
        await soon(runs[1])
    present.succeed()
    await soon(runs[0])
    last = await workers.next_run()
    assert last.calculation_id == "next"
    last.succeed()
    await soon(runs[2])
