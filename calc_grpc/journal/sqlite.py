"""The journal in one SQLite file, owned by one server process."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from calc_grpc.calculation import Calculation, Clock, ReportState, wall_clock_us
from calc_grpc.errors import JournalUnavailable, StartRefused
from calc_grpc.journal import census, sqlite_reports, sqlite_runs
from calc_grpc.journal.catalogue_port import CatalogueStore
from calc_grpc.journal.census import Census
from calc_grpc.journal.digits_port import DigitStore
from calc_grpc.journal.file_lock import FileLock
from calc_grpc.journal.group_commit import GroupCommit, JointOperation
from calc_grpc.journal.listing import list_query
from calc_grpc.journal.port import DEFAULT_QUEUE_MAX, Claim, DueReport, Filter, Listener, NewCalculation, Outcome
from calc_grpc.journal.rows import LIGHT, WHOLE, Listeners, calculation_of
from calc_grpc.journal.sqlite_accepting import Accepting
from calc_grpc.journal.sqlite_catalogue import SqliteCatalogue
from calc_grpc.journal.sqlite_digits import SqliteDigits
from calc_grpc.journal.sqlite_schema import connect, migrate, rewrite_version

T = TypeVar("T")

READER_COUNT = 2
MAX_IDS_PER_QUERY = 500


class SqliteJournal:
    """A Journal (see port.py). Writes share commits in one thread; reads have threads and connections of their own."""

    def __init__(self, path: Path, *, lock: FileLock, writer: sqlite3.Connection, clock: Clock, queue_max: int) -> None:
        self._path = path
        self._lock = lock
        self.clock: Clock = clock
        self._listeners = Listeners()
        accepting = Accepting(queue_max)
        self._accepting = JointOperation(accepting, at_once=accepting.at_once)
        self._last_turn: dict[str, int] = {}
        self._writer = GroupCommit(writer, self._listeners.tell)
        self._readers = ThreadPoolExecutor(READER_COUNT, thread_name_prefix="journal-reader")
        self._reader_local = threading.local()
        self._reader_connections: list[sqlite3.Connection] = []
        self.digits: DigitStore = SqliteDigits(writer=self._writer, read=self._read, clock=clock)
        self.catalogue: CatalogueStore = SqliteCatalogue(writer=self._writer, read=self._read, clock=clock)

    @classmethod
    async def open(
        cls, path: Path, *, clock: Clock = wall_clock_us, queue_max: int = DEFAULT_QUEUE_MAX
    ) -> "SqliteJournal":
        """Open or create the file; what ran when the last owner died is claimable again at once.

        Raises StartRefused when the file is in use, unusable or written by a newer program.
        """
        lock, connection = await asyncio.to_thread(_prepare, path, clock)
        return cls(path, lock=lock, writer=connection, clock=clock, queue_max=queue_max)

    async def accept(self, new: NewCalculation) -> Calculation:
        return await self._writer.write_jointly(self._accepting, new)

    async def claim(self, *, owner: str, kinds: Sequence[str], limit: int) -> list[Claim]:
        return await self._writer.write(
            lambda db, changes: sqlite_runs.claim(
                db, changes, owner=owner, kinds=kinds, limit=limit, now_us=self.clock(), last_turn=self._last_turn
            )
        )

    async def beat(self, *, owner: str, held: Mapping[str, int]) -> set[str]:
        return await self._writer.write(lambda db, _: sqlite_runs.beat(db, owner=owner, held=held, now_us=self.clock()))

    async def progress(
        self, calculation_id: str, fence: int, *, fraction: float, stage: str, detail: bytes | None = None
    ) -> int | None:
        return await self._writer.write(
            lambda db, changes: sqlite_runs.progress(
                db, changes, calculation_id, fence, fraction=fraction, stage=stage, detail=detail
            )
        )

    async def finish(self, calculation_id: str, fence: int, outcome: Outcome) -> bool:
        return await self._writer.write(
            lambda db, changes: sqlite_runs.finish(db, changes, calculation_id, fence, outcome, now_us=self.clock())
        )

    async def hand_back(self, calculation_id: str, fence: int, *, crashed: bool) -> bool:
        return await self._writer.write(
            lambda db, changes: sqlite_runs.hand_back(db, changes, calculation_id, fence, crashed=crashed)
        )

    async def cancel(self, calculation_id: str) -> Calculation | None:
        return await self._writer.write(
            lambda db, changes: sqlite_runs.cancel(db, changes, calculation_id, now_us=self.clock())
        )

    async def get(self, calculation_id: str) -> Calculation | None:
        query = f"SELECT {WHOLE} FROM calculations WHERE calculation_id = ?"
        rows = await self._read(lambda db: db.execute(query, (calculation_id,)).fetchall())
        return calculation_of(rows[0]) if rows else None

    async def get_many(self, calculation_ids: Sequence[str]) -> list[Calculation]:
        rows: list[Calculation] = []
        for start in range(0, len(calculation_ids), MAX_IDS_PER_QUERY):
            some = calculation_ids[start : start + MAX_IDS_PER_QUERY]
            query = f"SELECT {LIGHT} FROM calculations WHERE calculation_id IN ({','.join('?' * len(some))})"
            rows += await self._read_calculations(query, some)
        return sorted(rows, key=lambda row: row.sequence)

    async def list_calculations(self, wanted: Filter, *, before: int | None, limit: int) -> list[Calculation]:
        return await self._read_calculations(*list_query(wanted, before=before, limit=limit))

    async def next_due_us(self, kinds: Sequence[str]) -> int | None:
        return await self._read(lambda db: sqlite_runs.next_due_us(db, kinds))

    async def claim_reports(self, *, limit: int, busy: Mapping[str, int], per_origin: int) -> list[DueReport]:
        return await self._writer.write(
            lambda db, _: sqlite_reports.claim_reports(
                db, limit=limit, busy=busy, per_origin=per_origin, now_us=self.clock()
            )
        )

    async def renew_reports(self, held: Sequence[DueReport]) -> None:
        await self._writer.write(lambda db, _: sqlite_reports.renew_reports(db, held, now_us=self.clock()))

    async def record_report(
        self, due: DueReport, *, state: ReportState, last_error: str, next_time_us: int | None
    ) -> bool:
        return await self._writer.write(
            lambda db, changes: sqlite_reports.record_report(
                db, changes, due, state=state, last_error=last_error, next_time_us=next_time_us
            )
        )

    async def resend_report(self, calculation_id: str) -> Calculation | None:
        return await self._writer.write(
            lambda db, changes: sqlite_reports.resend_report(db, changes, calculation_id, now_us=self.clock())
        )

    async def next_report_us(self) -> int | None:
        return await self._read(sqlite_reports.next_report_us)

    async def prune(self, *, before_us: int, limit: int) -> int:
        return await self._writer.write(lambda db, _: sqlite_runs.prune(db, before_us=before_us, limit=limit))

    async def census(self) -> Census:
        return await self._read(census.read_sqlite)

    async def write_nothing(self) -> None:
        await self._writer.write(lambda db, _: rewrite_version(db))

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def close(self) -> None:
        await self._writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._reader_connections:
            connection.close()
        self._reader_connections.clear()
        self._lock.release()

    async def _read_calculations(self, query: str, values: Sequence[object]) -> list[Calculation]:
        return await self._read(lambda db: [calculation_of(row) for row in db.execute(query, tuple(values))])

    async def _read(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._with_reader, operation)
        except (sqlite3.Error, RuntimeError) as error:  # RuntimeError: closed while a reader was on its way
            raise JournalUnavailable from error

    def _with_reader(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        connection = getattr(self._reader_local, "connection", None)
        if connection is None:
            connection = self._reader_local.connection = connect(self._path, read_only=True)
            self._reader_connections.append(connection)
        return operation(connection)


def _prepare(path: Path, clock: Clock) -> tuple[FileLock, sqlite3.Connection]:
    lock = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        connection = connect(path)
        migrate(connection, path)
        connection.execute("BEGIN IMMEDIATE")
        now_us = clock()
        sqlite_runs.reclaim_all(connection)
        sqlite_reports.release_all(connection, now_us=now_us)
        sqlite_runs.forget_the_future(connection, now_us=now_us)
        sqlite_reports.forget_the_future(connection, now_us=now_us)
        connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        if lock is not None:
            lock.release()
        raise StartRefused(f"CALC_DATABASE_URL: {path} cannot be used as a journal: {error}") from error
    return lock, connection
