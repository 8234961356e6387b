"""The asteroid catalogue in the PostgreSQL journal's database (see catalogue_port.py)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import psycopg

from calc_grpc.calculation import Clock
from calc_grpc.errors import JournalUnavailable
from calc_grpc.journal.catalogue_port import ElementsGone, KeptPage, NewPage, SyncRun
from calc_grpc.journal.postgres_digits import Read
from calc_grpc.journal.postgres_link import Db, Link

T = TypeVar("T")

# Three tables for what has three lives: counts are changed, elements stay, rows go when they are sent. Packed elements
# hardly compress, and rows are gone before compressing them would have paid.
TABLES = """
CREATE TABLE catalogue_runs (
    calculation_id TEXT COLLATE "C" PRIMARY KEY,
    source TEXT NOT NULL,
    pass_number INTEGER NOT NULL DEFAULT 1,
    object_count INTEGER,
    started_us BIGINT NOT NULL,
    carried_added_count INTEGER NOT NULL DEFAULT 0,
    carried_updated_count INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE catalogue_pages (
    calculation_id TEXT COLLATE "C" NOT NULL,
    pass_number INTEGER NOT NULL,
    page_number INTEGER NOT NULL,
    object_count INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    is_sent BOOLEAN NOT NULL DEFAULT FALSE,
    added_count INTEGER NOT NULL DEFAULT 0,
    updated_count INTEGER NOT NULL DEFAULT 0,
    unchanged_count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (calculation_id, pass_number, page_number)
);
CREATE TABLE catalogue_elements (
    calculation_id TEXT COLLATE "C" NOT NULL,
    pass_number INTEGER NOT NULL,
    page_number INTEGER NOT NULL,
    spkids BYTEA NOT NULL,
    packed BYTEA NOT NULL,
    PRIMARY KEY (calculation_id, pass_number, page_number),
    FOREIGN KEY (calculation_id, pass_number, page_number) REFERENCES catalogue_pages ON DELETE CASCADE
);
CREATE TABLE catalogue_rows (
    calculation_id TEXT COLLATE "C" NOT NULL,
    pass_number INTEGER NOT NULL,
    page_number INTEGER NOT NULL,
    rows BYTEA NOT NULL,
    PRIMARY KEY (calculation_id, pass_number, page_number),
    FOREIGN KEY (calculation_id, pass_number, page_number) REFERENCES catalogue_pages ON DELETE CASCADE
);
CREATE TABLE catalogue_version (
    is_only INTEGER PRIMARY KEY CHECK (is_only = 1),
    version BIGINT NOT NULL,
    calculation_id TEXT COLLATE "C" NOT NULL,
    pass_number INTEGER NOT NULL
);
ALTER TABLE catalogue_elements ALTER COLUMN spkids SET STORAGE EXTERNAL, ALTER COLUMN packed SET STORAGE EXTERNAL;
ALTER TABLE catalogue_rows ALTER COLUMN rows SET STORAGE EXTERNAL;
"""
_RUN = """SELECT calculation_id, source, pass_number, object_count, started_us, carried_added_count,
    carried_updated_count FROM catalogue_runs WHERE calculation_id = %s"""
_PASS = "calculation_id = %s AND pass_number = %s"
_PAGE = f"{_PASS} AND page_number = %s"
_BEGIN_PASS = """
UPDATE catalogue_runs AS run SET pass_number = %(next)s, source = %(source)s, object_count = NULL,
    carried_added_count = carried_added_count + done.added,
    carried_updated_count = carried_updated_count + done.updated
FROM (SELECT coalesce(sum(added_count), 0) AS added, coalesce(sum(updated_count), 0) AS updated FROM catalogue_pages
    WHERE calculation_id = %(id)s AND pass_number = %(next)s - 1) AS done
WHERE run.calculation_id = %(id)s AND run.pass_number = %(next)s - 1
"""
_IS_UNDER_WAY = """SELECT 1 FROM catalogue_runs JOIN calculations USING (calculation_id)
    WHERE calculation_id = %s AND pass_number = %s AND state = 'RUNNING'"""
_PUBLISH = """
INSERT INTO catalogue_version AS present (is_only, version, calculation_id, pass_number) VALUES (1, %s, %s, %s)
ON CONFLICT (is_only) DO UPDATE SET version = greatest(excluded.version, present.version + 1),
    calculation_id = excluded.calculation_id, pass_number = excluded.pass_number
    WHERE (present.calculation_id, present.pass_number) <> (excluded.calculation_id, excluded.pass_number)
"""
_PRUNE = """
DELETE FROM catalogue_pages WHERE ctid = ANY(ARRAY(SELECT ctid FROM catalogue_pages AS page
    WHERE NOT EXISTS (SELECT 1 FROM catalogue_version AS version
        WHERE version.calculation_id = page.calculation_id AND version.pass_number = page.pass_number)
    AND NOT EXISTS (SELECT 1 FROM catalogue_runs AS run JOIN calculations USING (calculation_id)
        WHERE run.calculation_id = page.calculation_id AND run.pass_number = page.pass_number
        AND state IN ('SCHEDULED', 'RUNNING'))
    LIMIT %s))
"""
_ENDED = """DELETE FROM catalogue_runs WHERE NOT EXISTS (SELECT 1 FROM calculations
    WHERE calculations.calculation_id = catalogue_runs.calculation_id AND state IN ('SCHEDULED', 'RUNNING'))"""
_VERSION_PAGES = """SELECT calculation_id, pass_number, page_number FROM catalogue_version
    JOIN catalogue_pages USING (calculation_id, pass_number) WHERE version = %s ORDER BY page_number"""


class PostgresCatalogue:
    """A CatalogueStore that writes on a connection of its own, so that no other write waits behind a page."""

    def __init__(self, *, link: Link, read: Read, clock: Clock) -> None:
        self._link = link
        self._turn = asyncio.Lock()
        self._read = read
        self.clock = clock

    async def begin(self, calculation_id: str, *, source: str) -> SyncRun:
        async def run(db: Db) -> SyncRun:
            await db.execute(
                """INSERT INTO catalogue_runs (calculation_id, source, started_us) VALUES (%s, %s, %s)
                ON CONFLICT DO NOTHING""",
                [calculation_id, source, self.clock()],
            )
            return await _run(db, calculation_id)

        return await self._write(run)

    async def begin_pass(self, calculation_id: str, *, pass_number: int, source: str) -> SyncRun:
        async def run(db: Db) -> SyncRun:
            await db.execute(_BEGIN_PASS, {"id": calculation_id, "next": pass_number, "source": source})
            return await _run(db, calculation_id)

        return await self._write(run)

    async def keep_page(self, calculation_id: str, pass_number: int, page: NewPage) -> bool:
        key = (calculation_id, pass_number, page.page_number)

        async def run(db: Db) -> bool:
            if await _one(db, _IS_UNDER_WAY, key[:2]) is None:
                return False
            cursor = await db.execute(
                """INSERT INTO catalogue_pages (calculation_id, pass_number, page_number, object_count, row_count)
                VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
                [*key, page.object_count, page.row_count],
            )
            if cursor.rowcount:
                query = "INSERT INTO catalogue_elements VALUES (%s, %s, %s, %b, %b)"
                await db.execute(query, [*key, page.spkids, page.elements])
                await db.execute("INSERT INTO catalogue_rows VALUES (%s, %s, %s, %b)", [*key, page.rows])
            if cursor.rowcount and page.page_number == 1:
                query = f"UPDATE catalogue_runs SET object_count = %s WHERE {_PASS}"
                await db.execute(query, [page.object_count, *key[:2]])
            return True

        return await self._write(run)

    async def pages(self, calculation_id: str, pass_number: int) -> list[KeptPage]:
        query = f"""SELECT page_number, object_count, row_count, is_sent, added_count, updated_count, unchanged_count
            FROM catalogue_pages WHERE {_PASS} ORDER BY page_number"""
        return [KeptPage(**row) for row in await self._all(query, [calculation_id, pass_number])]

    async def spkids(self, calculation_id: str, pass_number: int) -> bytes:
        rows = await self._all(f"SELECT spkids FROM catalogue_elements WHERE {_PASS}", [calculation_id, pass_number])
        return b"".join(row["spkids"] for row in rows)

    async def rows(self, calculation_id: str, pass_number: int, page_number: int) -> bytes | None:
        query = f"SELECT rows FROM catalogue_rows WHERE {_PAGE}"
        found = await self._all(query, [calculation_id, pass_number, page_number])
        return bytes(found[0]["rows"]) if found else None

    async def mark_sent(self, calculation_id: str, pass_number: int, page: KeptPage) -> None:
        key = (calculation_id, pass_number, page.page_number)

        async def run(db: Db) -> None:
            await db.execute(
                f"""UPDATE catalogue_pages SET is_sent = TRUE, added_count = %s, updated_count = %s,
                unchanged_count = %s WHERE {_PAGE}""",
                [page.added_count, page.updated_count, page.unchanged_count, *key],
            )
            await db.execute(f"DELETE FROM catalogue_rows WHERE {_PAGE}", key)

        await self._write(run)

    async def publish(self, calculation_id: str, pass_number: int) -> int:
        async def run(db: Db) -> int:
            # A moment, so that a cache of another database's version is never taken for this one's.
            await db.execute(_PUBLISH, [self.clock(), calculation_id, pass_number])
            return await _version(db)

        return await self._write(run)

    async def prune(self, *, limit: int) -> int:
        async def run(db: Db) -> int:
            count = (await db.execute(_PRUNE, [limit])).rowcount
            if not count:
                await db.execute(_ENDED)
            return count

        return await self._write(run)

    async def elements_version(self) -> int:
        return await self._read(_version)

    async def elements_blobs(self, version: int) -> AsyncIterator[bytes]:
        keys = await self._all(_VERSION_PAGES, [version])
        if not keys:
            raise ElementsGone
        for key in keys:
            rows = await self._all(f"SELECT packed FROM catalogue_elements WHERE {_PAGE}", list(key.values()))
            if not rows:
                raise ElementsGone
            yield bytes(rows[0]["packed"])

    async def close(self) -> None:
        """Disconnect."""
        await self._link.close()

    async def _all(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        async def read(db: Db) -> list[dict[str, Any]]:
            return await (await db.execute(query, values, binary=True)).fetchall()

        return await self._read(read)

    async def _write(self, operation: Callable[[Db], Awaitable[T]]) -> T:
        """Run an operation as one transaction, one after another."""

        async def write(db: Db) -> T:
            async with db.transaction():
                return await operation(db)

        async with self._turn:
            try:
                return await self._link.run(write)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
                raise JournalUnavailable from error


async def _one(db: Db, query: str, values: Sequence[Any]) -> dict[str, Any] | None:
    return await (await db.execute(query, values)).fetchone()


async def _run(db: Db, calculation_id: str) -> SyncRun:
    row = await _one(db, _RUN, [calculation_id])
    assert row is not None
    return SyncRun(**row)


async def _version(db: Db) -> int:
    row = await _one(db, "SELECT version FROM catalogue_version", [])
    return int(row["version"]) if row else 0
