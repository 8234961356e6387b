"""The journal in a PostgreSQL database that any number of server processes share."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg

from calc_grpc.calculation import Calculation, Clock, ReportState
from calc_grpc.errors import JournalUnavailable
from calc_grpc.journal import census, postgres_reports, postgres_runs
from calc_grpc.journal.catalogue_port import CatalogueStore
from calc_grpc.journal.census import Census
from calc_grpc.journal.digits_port import DigitStore
from calc_grpc.journal.listing import list_query
from calc_grpc.journal.port import DEFAULT_QUEUE_MAX, Claim, DueReport, Filter, Listener, NewCalculation, Outcome
from calc_grpc.journal.postgres_accepting import Accepting
from calc_grpc.journal.postgres_catalogue import PostgresCatalogue
from calc_grpc.journal.postgres_commit import PostgresCommit
from calc_grpc.journal.postgres_digits import PostgresDigits
from calc_grpc.journal.postgres_hints import DatabaseClock, HintReceiver
from calc_grpc.journal.postgres_link import Backoff, Db, Link, connect, refused_start
from calc_grpc.journal.postgres_schema import FILTERED_ORDER, migrate, rewrite_version
from calc_grpc.journal.rows import LIGHT, WHOLE, Listeners, calculation_of

T = TypeVar("T")

READER_COUNT = 3


class PostgresJournal:
    """A Journal (see port.py) on seven connections: one writes, one listens, one writes digits, one pages of the
    catalogue, the others read.

    No pool: the writers and the listener keep theirs, and three readers need no more than a queue.
    """

    def __init__(self, url: str, *, clock: Clock | None, database_clock: DatabaseClock, queue_max: int) -> None:
        self.clock: Clock = clock or database_clock
        self._accepting = Accepting(queue_max)
        self._last_turn: dict[str, int] = {}
        self._listeners = Listeners()
        backoff = Backoff()
        tag = uuid.uuid4().hex[:12]
        self._writer = PostgresCommit(Link(url, backoff), tag=tag, on_commit=self._listeners.tell)
        self._hints = HintReceiver(Link(url, backoff), tag=tag, on_hints=self._listeners.tell, clock=database_clock)
        self._links = [Link(url, backoff) for _ in range(READER_COUNT)]
        self._free_links: asyncio.LifoQueue[Link] = asyncio.LifoQueue()
        for link in self._links:
            self._free_links.put_nowait(link)
        self._digits = PostgresDigits(link=Link(url, backoff), read=self._read, clock=self.clock)
        self.digits: DigitStore = self._digits
        self._catalogue = PostgresCatalogue(link=Link(url, backoff), read=self._read, clock=self.clock)
        self.catalogue: CatalogueStore = self._catalogue

    @classmethod
    async def open(
        cls, url: str, *, clock: Clock | None = None, queue_max: int = DEFAULT_QUEUE_MAX
    ) -> "PostgresJournal":
        """Connect and make the tables where there are none. clock: instead of the database's own.

        Raises StartRefused when the database cannot be used or was written by a newer program.
        """
        database_clock = DatabaseClock()
        try:
            async with await connect(url) as db:
                await migrate(db, url)
                await database_clock.set_by(db)
        except (psycopg.Error, OSError) as error:
            raise refused_start(url, error) from error
        journal = cls(url, clock=clock, database_clock=database_clock, queue_max=queue_max)
        try:
            await journal._hints.wait_until_listening()
        except JournalUnavailable as error:
            await journal.close()
            raise refused_start(url, error) from error
        return journal

    async def accept(self, new: NewCalculation) -> Calculation:
        return await self._writer.write(self._accepting.accept, new, ids=[new.calculation_id], is_new=True)

    async def claim(self, *, owner: str, kinds: Sequence[str], limit: int) -> list[Claim]:
        wanted = postgres_runs.ClaimRuns(owner, kinds, limit, self.clock(), self._last_turn)
        return await self._writer.write(postgres_runs.claim, wanted)

    async def beat(self, *, owner: str, held: Mapping[str, int]) -> set[str]:
        beat = postgres_runs.Beat(owner, held, self.clock())
        return await self._writer.write(postgres_runs.beat, beat, ids=list(held))

    async def progress(
        self, calculation_id: str, fence: int, *, fraction: float, stage: str, detail: bytes | None = None
    ) -> int | None:
        step = postgres_runs.Progress(calculation_id, fence, fraction, stage, detail)
        return await self._writer.write(postgres_runs.progress, step, ids=[calculation_id])

    async def finish(self, calculation_id: str, fence: int, outcome: Outcome) -> bool:
        end = postgres_runs.Finish(calculation_id, fence, outcome, self.clock())
        return await self._writer.write(postgres_runs.finish, end, ids=[calculation_id])

    async def hand_back(self, calculation_id: str, fence: int, *, crashed: bool) -> bool:
        run = postgres_runs.HandBack(calculation_id, fence, crashed)
        return await self._writer.write(postgres_runs.hand_back, run, ids=[calculation_id])

    async def cancel(self, calculation_id: str) -> Calculation | None:
        wanted = postgres_runs.Cancel(calculation_id, self.clock())
        return await self._writer.write(postgres_runs.cancel, wanted, ids=[calculation_id])

    async def get(self, calculation_id: str) -> Calculation | None:
        query = f"SELECT {WHOLE} FROM calculations WHERE calculation_id = %s"
        rows = await self._read_calculations(query, [calculation_id])
        return rows[0] if rows else None

    async def get_many(self, calculation_ids: Sequence[str]) -> list[Calculation]:
        query = f"SELECT {LIGHT} FROM calculations WHERE calculation_id = ANY(%s) ORDER BY sequence"
        return await self._read_calculations(query, [list(calculation_ids)])

    async def list_calculations(self, wanted: Filter, *, before: int | None, limit: int) -> list[Calculation]:
        query, values = list_query(wanted, before=before, limit=limit, filtered_order=FILTERED_ORDER)
        return await self._read_calculations(query.replace("?", "%s"), values)

    async def next_due_us(self, kinds: Sequence[str]) -> int | None:
        return await self._read(lambda db: postgres_runs.next_due_us(db, kinds))

    async def claim_reports(self, *, limit: int, busy: Mapping[str, int], per_origin: int) -> list[DueReport]:
        wanted = postgres_reports.ClaimReports(limit, busy, per_origin, self.clock())
        return await self._writer.write(postgres_reports.claim_reports, wanted)

    async def renew_reports(self, held: Sequence[DueReport]) -> None:
        renewal = postgres_reports.Renewal(held, self.clock())
        ids = sorted({due.calculation_id for due in held})
        await self._writer.write(postgres_reports.renew_reports, renewal, ids=ids)

    async def record_report(
        self, due: DueReport, *, state: ReportState, last_error: str, next_time_us: int | None
    ) -> bool:
        attempt = postgres_reports.Recorded(due, state, last_error, next_time_us)
        return await self._writer.write(postgres_reports.record_report, attempt, ids=[due.calculation_id])

    async def resend_report(self, calculation_id: str) -> Calculation | None:
        resend = postgres_reports.Resend(calculation_id, self.clock())
        return await self._writer.write(postgres_reports.resend_report, resend, ids=[calculation_id])

    async def next_report_us(self) -> int | None:
        return await self._read(postgres_reports.next_report_us)

    async def prune(self, *, before_us: int, limit: int) -> int:
        return await self._writer.write(postgres_runs.prune, postgres_runs.Prune(before_us, limit))

    async def census(self) -> Census:
        return await self._read(census.read_postgres)

    async def write_nothing(self) -> None:
        await self._writer.write(rewrite_version, None)

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def close(self) -> None:
        await self._writer.close()
        await self._hints.close()
        await self._digits.close()
        await self._catalogue.close()
        for link in self._links:
            await link.close()

    async def _read_calculations(self, query: str, values: Sequence[Any]) -> list[Calculation]:
        async def read(db: Db) -> list[Calculation]:
            cursor = await db.execute(query, values, binary=True)
            return [calculation_of(row) for row in await cursor.fetchall()]

        return await self._read(read)

    async def _read(self, operation: Callable[[Db], Awaitable[T]]) -> T:
        link = await self._free_links.get()
        try:
            return await link.run(operation, is_read=True)
        finally:
            self._free_links.put_nowait(link)
