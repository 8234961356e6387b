"""Which journal a URL means."""

from pathlib import Path

from calc_grpc.calculation import Clock
from calc_grpc.clock import SteadyClock
from calc_grpc.journal.port import DEFAULT_QUEUE_MAX, Journal
from calc_grpc.journal.sqlite import SqliteJournal

SQLITE_PREFIX = "sqlite:///"


async def open_journal(url: str, *, clock: Clock | None = None, queue_max: int = DEFAULT_QUEUE_MAX) -> Journal:
    """Open the journal of `sqlite:///PATH` or `postgresql://…`. clock: instead of the journal's own.
    queue_max: how many of one kind may wait.

    Raises StartRefused.
    """
    if url.startswith(SQLITE_PREFIX):
        path = Path(url.removeprefix(SQLITE_PREFIX))
        return await SqliteJournal.open(path, clock=clock or SteadyClock(), queue_max=queue_max)
    # Here and not above: the driver takes memory and a tenth of a second that an SQLite server need not spend.
    from calc_grpc.journal.postgres import PostgresJournal

    return await PostgresJournal.open(url, clock=clock, queue_max=queue_max)
