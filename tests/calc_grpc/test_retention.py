"""Old calculations are forgotten; the young ones stay."""

import asyncio

from calc_grpc.journal.port import Filter
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.retention import BATCH_SIZE, Retention
from tests.calc_grpc.fakes import TIMEOUT_S, FakeClock, new_calculation, soon

DAY_S = 86_400.0


async def test_all_that_finished_before_the_time_kept_is_forgotten(
    sqlite_journal: SqliteJournal, clock: FakeClock
) -> None:
    old = [new_calculation(n) for n in range(BATCH_SIZE + 3)]
    await asyncio.gather(*(sqlite_journal.accept(new) for new in old))
    await asyncio.gather(*(sqlite_journal.cancel(new.calculation_id) for new in old))
    clock.advance(2 * DAY_S)
    young = new_calculation(10_000)
    await sqlite_journal.accept(young)
    await sqlite_journal.cancel(young.calculation_id)
    retention = Retention(journal=sqlite_journal, keep_s=DAY_S)
    running = asyncio.create_task(retention.run())
    async with asyncio.timeout(TIMEOUT_S):
        while len(rows := await sqlite_journal.list_calculations(Filter(), before=None, limit=9)) > 1:
            pass
    retention.stop()
    await soon(running)
    assert [row.calculation_id for row in rows] == [young.calculation_id]
