"""Digits of pi in the SQLite journal's file (see digits_port.py)."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from calc_grpc.calculation import Clock
from calc_grpc.journal.digits_port import ABANDONED_AFTER_US, DigitSet
from calc_grpc.journal.group_commit import GroupCommit

T = TypeVar("T")

TABLES = """
CREATE TABLE digit_sets (
    set_id TEXT PRIMARY KEY,
    calculation_id TEXT NOT NULL,
    digit_count INTEGER NOT NULL,
    is_complete INTEGER NOT NULL DEFAULT 0,
    used_time_us INTEGER NOT NULL
);
CREATE TABLE digit_chunks (
    set_id TEXT NOT NULL,
    chunk_number INTEGER NOT NULL,
    packed BLOB NOT NULL,
    UNIQUE (set_id, chunk_number)
);
"""


class Read(Protocol):
    """Runs an operation in a reader's thread."""

    def __call__(self, operation: Callable[[sqlite3.Connection], T]) -> Awaitable[T]: ...


class SqliteDigits:
    """A DigitStore: rows are small enough that what others write in between hardly waits."""

    def __init__(self, *, writer: GroupCommit, read: Read, clock: Clock) -> None:
        self._writer = writer
        self._read = read
        self.clock = clock

    async def find(self, digit_count: int) -> DigitSet | None:
        query = """SELECT set_id, calculation_id, digit_count FROM digit_sets WHERE is_complete AND digit_count >= ?
            ORDER BY digit_count DESC LIMIT 1"""
        row = await self._read(lambda db: db.execute(query, (digit_count,)).fetchone())
        return DigitSet(**row) if row else None

    async def read(self, set_id: str, chunk_number: int) -> bytes | None:
        query = "SELECT packed FROM digit_chunks WHERE set_id = ? AND chunk_number = ?"
        row = await self._read(lambda db: db.execute(query, (set_id, chunk_number)).fetchone())
        return bytes(row["packed"]) if row else None

    async def begin(self, digits: DigitSet) -> None:
        await self._execute(
            """INSERT INTO digit_sets (set_id, calculation_id, digit_count, used_time_us) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING""",
            *(digits.set_id, digits.calculation_id, digits.digit_count, self.clock()),
        )

    async def write(self, set_id: str, chunk_number: int, packed: bytes) -> None:
        await self._execute(
            "INSERT OR REPLACE INTO digit_chunks (set_id, chunk_number, packed) VALUES (?, ?, ?)",
            *(set_id, chunk_number, packed),
        )

    async def complete(self, set_id: str) -> None:
        def run(db: sqlite3.Connection, _: object) -> None:
            db.execute("UPDATE digit_sets SET is_complete = 1 WHERE set_id = ?", (set_id,))
            _drop(
                db,
                """SELECT other.set_id FROM digit_sets AS other JOIN digit_sets AS this ON this.set_id = :set_id
                WHERE other.is_complete AND other.set_id <> :set_id AND other.digit_count <= this.digit_count""",
                {"set_id": set_id},
            )

        await self._writer.write(run)

    async def touch(self, set_id: str) -> None:
        await self._execute("UPDATE digit_sets SET used_time_us = ? WHERE set_id = ?", self.clock(), set_id)

    async def prune(self, *, before_us: int, limit: int) -> int:
        query = """SELECT set_id FROM digit_sets
            WHERE used_time_us < CASE WHEN is_complete THEN :before ELSE :abandoned END
            ORDER BY used_time_us LIMIT :limit"""
        values = {"before": before_us, "abandoned": self.clock() - ABANDONED_AFTER_US, "limit": limit}
        return await self._writer.write(lambda db, _: _drop(db, query, values))

    async def _execute(self, statement: str, *values: object) -> None:
        def run(db: sqlite3.Connection, _: object) -> None:
            db.execute(statement, values)

        await self._writer.write(run)


def _drop(db: sqlite3.Connection, query: str, values: dict[str, Any]) -> int:
    """Delete the sets that a query names; returns how many."""
    set_ids = [row["set_id"] for row in db.execute(query, values).fetchall()]
    for set_id in set_ids:
        db.execute("DELETE FROM digit_chunks WHERE set_id = ?", (set_id,))
        db.execute("DELETE FROM digit_sets WHERE set_id = ?", (set_id,))
    return len(set_ids)
