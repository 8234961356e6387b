"""The pool of the digits: looks into the store before it asks a worker, and does not lose what a worker found."""

import asyncio

import pytest

from calc_grpc.errors import JournalUnavailable, RunCancelled
from calc_grpc.pi_pool import PiPool
from tests.calc_grpc.fakes import FakePool, FakeRun, soon
from tests.calc_grpc.pi_calls import NOW, silent


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
