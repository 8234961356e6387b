"""The asteroid catalogue in the SQLite journal's file (see catalogue_port.py)."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from calc_grpc.calculation import Clock
from calc_grpc.journal.catalogue_port import ElementsGone, KeptPage, NewPage, SyncRun
from calc_grpc.journal.group_commit import GroupCommit
from calc_grpc.journal.sqlite_digits import Read

T = TypeVar("T")

# Three tables for what has three lives: counts are changed, elements stay, rows go when they are sent.
TABLES = """
CREATE TABLE catalogue_runs (
    calculation_id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    pass_number INTEGER NOT NULL DEFAULT 1,
    object_count INTEGER,
    started_us INTEGER NOT NULL,
    carried_added_count INTEGER NOT NULL DEFAULT 0,
    carried_updated_count INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE catalogue_pages (
    calculation_id TEXT NOT NULL,
    pass_number INTEGER NOT NULL,
    page_number INTEGER NOT NULL,
    object_count INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    is_sent INTEGER NOT NULL DEFAULT 0,
    added_count INTEGER NOT NULL DEFAULT 0,
    updated_count INTEGER NOT NULL DEFAULT 0,
    unchanged_count INTEGER NOT NULL DEFAULT 0,
    UNIQUE (calculation_id, pass_number, page_number)
);
CREATE TABLE catalogue_elements (
    calculation_id TEXT NOT NULL,
    pass_number INTEGER NOT NULL,
    page_number INTEGER NOT NULL,
    spkids BLOB NOT NULL,
    packed BLOB NOT NULL,
    UNIQUE (calculation_id, pass_number, page_number)
);
CREATE TABLE catalogue_rows (
    calculation_id TEXT NOT NULL,
    pass_number INTEGER NOT NULL,
    page_number INTEGER NOT NULL,
    rows BLOB NOT NULL,
    UNIQUE (calculation_id, pass_number, page_number)
);
CREATE TABLE catalogue_version (
    is_only INTEGER PRIMARY KEY CHECK (is_only = 1),
    version INTEGER NOT NULL,
    calculation_id TEXT NOT NULL,
    pass_number INTEGER NOT NULL
);
"""
_RUN = """SELECT calculation_id, source, pass_number, object_count, started_us, carried_added_count,
    carried_updated_count FROM catalogue_runs WHERE calculation_id = ?"""
_PASS = "calculation_id = ? AND pass_number = ?"
_PAGE = f"{_PASS} AND page_number = ?"
_IS_UNDER_WAY = """SELECT 1 FROM catalogue_runs JOIN calculations USING (calculation_id)
    WHERE calculation_id = ? AND pass_number = ? AND state = 'RUNNING'"""
_IDLE = """SELECT calculation_id, pass_number, page_number FROM catalogue_pages AS page
    WHERE NOT EXISTS (SELECT 1 FROM catalogue_version AS version
        WHERE version.calculation_id = page.calculation_id AND version.pass_number = page.pass_number)
    AND NOT EXISTS (SELECT 1 FROM catalogue_runs AS run JOIN calculations USING (calculation_id)
        WHERE run.calculation_id = page.calculation_id AND run.pass_number = page.pass_number
        AND state IN ('SCHEDULED', 'RUNNING'))
    LIMIT ?"""
_ENDED = """DELETE FROM catalogue_runs WHERE NOT EXISTS (SELECT 1 FROM calculations
    WHERE calculations.calculation_id = catalogue_runs.calculation_id AND state IN ('SCHEDULED', 'RUNNING'))"""


class SqliteCatalogue:
    """A CatalogueStore; pages share the commits of the journal's writer."""

    def __init__(self, *, writer: GroupCommit, read: Read, clock: Clock) -> None:
        self._writer = writer
        self._read = read
        self.clock = clock

    async def begin(self, calculation_id: str, *, source: str) -> SyncRun:
        def run(db: sqlite3.Connection) -> SyncRun:
            db.execute(
                """INSERT INTO catalogue_runs (calculation_id, source, started_us) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING""",
                (calculation_id, source, self.clock()),
            )
            return _run(db, calculation_id)

        return await self._write(run)

    async def begin_pass(self, calculation_id: str, *, pass_number: int, source: str) -> SyncRun:
        def run(db: sqlite3.Connection) -> SyncRun:
            query = f"""SELECT coalesce(sum(added_count), 0) AS added, coalesce(sum(updated_count), 0) AS updated
                FROM catalogue_pages WHERE {_PASS}"""
            sums = db.execute(query, (calculation_id, pass_number - 1)).fetchone()
            db.execute(
                f"""UPDATE catalogue_runs SET pass_number = ?, source = ?, object_count = NULL,
                carried_added_count = carried_added_count + ?, carried_updated_count = carried_updated_count + ?
                WHERE {_PASS}""",
                (pass_number, source, sums["added"], sums["updated"], calculation_id, pass_number - 1),
            )
            return _run(db, calculation_id)

        return await self._write(run)

    async def keep_page(self, calculation_id: str, pass_number: int, page: NewPage) -> bool:
        key = (calculation_id, pass_number, page.page_number)

        def run(db: sqlite3.Connection) -> bool:
            if db.execute(_IS_UNDER_WAY, key[:2]).fetchone() is None:
                return False
            is_new = db.execute(
                """INSERT INTO catalogue_pages (calculation_id, pass_number, page_number, object_count, row_count)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                (*key, page.object_count, page.row_count),
            ).rowcount
            if is_new:
                db.execute("INSERT INTO catalogue_elements VALUES (?, ?, ?, ?, ?)", (*key, page.spkids, page.elements))
                db.execute("INSERT INTO catalogue_rows VALUES (?, ?, ?, ?)", (*key, page.rows))
            if is_new and page.page_number == 1:
                query = f"UPDATE catalogue_runs SET object_count = ? WHERE {_PASS}"
                db.execute(query, (page.object_count, *key[:2]))
            return True

        return await self._write(run)

    async def pages(self, calculation_id: str, pass_number: int) -> list[KeptPage]:
        query = f"""SELECT page_number, object_count, row_count, is_sent, added_count, updated_count, unchanged_count
            FROM catalogue_pages WHERE {_PASS} ORDER BY page_number"""
        rows = await self._read(lambda db: db.execute(query, (calculation_id, pass_number)).fetchall())
        return [KeptPage(**dict(row) | {"is_sent": bool(row["is_sent"])}) for row in rows]

    async def spkids(self, calculation_id: str, pass_number: int) -> bytes:
        query = f"SELECT spkids FROM catalogue_elements WHERE {_PASS}"

        def read(db: sqlite3.Connection) -> bytes:
            return b"".join(row["spkids"] for row in db.execute(query, (calculation_id, pass_number)))

        return await self._read(read)

    async def rows(self, calculation_id: str, pass_number: int, page_number: int) -> bytes | None:
        query = f"SELECT rows FROM catalogue_rows WHERE {_PAGE}"
        row = await self._read(lambda db: db.execute(query, (calculation_id, pass_number, page_number)).fetchone())
        return bytes(row["rows"]) if row else None

    async def mark_sent(self, calculation_id: str, pass_number: int, page: KeptPage) -> None:
        key = (calculation_id, pass_number, page.page_number)

        def run(db: sqlite3.Connection) -> None:
            db.execute(
                f"""UPDATE catalogue_pages SET is_sent = 1, added_count = ?, updated_count = ?, unchanged_count = ?
                WHERE {_PAGE}""",
                (page.added_count, page.updated_count, page.unchanged_count, *key),
            )
            db.execute(f"DELETE FROM catalogue_rows WHERE {_PAGE}", key)

        await self._write(run)

    async def publish(self, calculation_id: str, pass_number: int) -> int:
        def run(db: sqlite3.Connection) -> int:
            present = db.execute("SELECT version, calculation_id, pass_number FROM catalogue_version").fetchone()
            if present and (present["calculation_id"], present["pass_number"]) == (calculation_id, pass_number):
                return int(present["version"])
            # A moment, so that a cache of another database's version is never taken for this one's.
            version = max(self.clock(), present["version"] + 1 if present else 1)
            db.execute(
                "INSERT OR REPLACE INTO catalogue_version VALUES (1, ?, ?, ?)", (version, calculation_id, pass_number)
            )
            return version

        return await self._write(run)

    async def prune(self, *, limit: int) -> int:
        def run(db: sqlite3.Connection) -> int:
            idle = [tuple(row) for row in db.execute(_IDLE, (limit,)).fetchall()]
            for table in ("catalogue_rows", "catalogue_elements", "catalogue_pages"):
                db.executemany(f"DELETE FROM {table} WHERE {_PAGE}", idle)
            if not idle:
                db.execute(_ENDED)
            return len(idle)

        return await self._write(run)

    async def elements_version(self) -> int:
        row = await self._read(lambda db: db.execute("SELECT version FROM catalogue_version").fetchone())
        return int(row["version"]) if row else 0

    async def elements_blobs(self, version: int) -> AsyncIterator[bytes]:
        def source(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
            query = """SELECT calculation_id, pass_number, page_number FROM catalogue_version
                JOIN catalogue_pages USING (calculation_id, pass_number) WHERE version = ? ORDER BY page_number"""
            return [tuple(row) for row in db.execute(query, (version,))]

        query = f"SELECT packed FROM catalogue_elements WHERE {_PAGE}"
        keys = await self._read(source)
        if not keys:
            raise ElementsGone
        for key in keys:
            row = await self._read(lambda db, key=key: db.execute(query, key).fetchone())  # type: ignore[misc]
            if row is None:
                raise ElementsGone
            yield bytes(row["packed"])

    async def _write(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        return await self._writer.write(lambda db, _: operation(db))


def _run(db: sqlite3.Connection, calculation_id: str) -> SyncRun:
    return SyncRun(**dict(db.execute(_RUN, (calculation_id,)).fetchone()))
