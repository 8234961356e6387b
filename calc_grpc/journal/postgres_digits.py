"""Digits of pi in the PostgreSQL journal's database (see digits_port.py)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import psycopg

from calc_grpc.calculation import Clock
from calc_grpc.errors import JournalUnavailable
from calc_grpc.journal.digits_port import ABANDONED_AFTER_US, DigitSet
from calc_grpc.journal.postgres_link import Db, Link

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]

# Digits hardly compress, and trying takes longer than writing them.
TABLES = """
CREATE TABLE digit_sets (
    set_id TEXT COLLATE "C" PRIMARY KEY,
    calculation_id TEXT COLLATE "C" NOT NULL,
    digit_count BIGINT NOT NULL,
    is_complete BOOLEAN NOT NULL DEFAULT FALSE,
    used_time_us BIGINT NOT NULL
);
CREATE TABLE digit_chunks (
    set_id TEXT COLLATE "C" NOT NULL REFERENCES digit_sets ON DELETE CASCADE,
    chunk_number INTEGER NOT NULL,
    packed BYTEA NOT NULL,
    PRIMARY KEY (set_id, chunk_number)
);
ALTER TABLE digit_chunks ALTER COLUMN packed SET STORAGE EXTERNAL;
"""


class Read(Protocol):
    """Runs an operation on one of the reading connections."""

    def __call__(self, operation: Callable[[Db], Awaitable[T]]) -> Awaitable[T]: ...


class PostgresDigits:
    """A DigitStore that writes on a connection of its own, so that no other write waits behind a row of digits."""

    def __init__(self, *, link: Link, read: Read, clock: Clock) -> None:
        self._link = link
        self._turn = asyncio.Lock()
        self._read = read
        self.clock = clock

    async def find(self, digit_count: int) -> DigitSet | None:
        row = await self._one(
            """SELECT set_id, calculation_id, digit_count FROM digit_sets WHERE is_complete AND digit_count >= %s
            ORDER BY digit_count DESC LIMIT 1""",
            [digit_count],
        )
        return DigitSet(**row) if row else None

    async def read(self, set_id: str, chunk_number: int) -> bytes | None:
        query = "SELECT packed FROM digit_chunks WHERE set_id = %s AND chunk_number = %s"
        row = await self._one(query, [set_id, chunk_number])
        return bytes(row["packed"]) if row else None

    async def begin(self, digits: DigitSet) -> None:
        await self._write(
            """INSERT INTO digit_sets (set_id, calculation_id, digit_count, used_time_us) VALUES (%s, %s, %s, %s)
            ON CONFLICT DO NOTHING""",
            [digits.set_id, digits.calculation_id, digits.digit_count, self.clock()],
        )

    async def write(self, set_id: str, chunk_number: int, packed: bytes) -> None:
        await self._write(
            """INSERT INTO digit_chunks (set_id, chunk_number, packed) VALUES (%s, %s, %b)
            ON CONFLICT (set_id, chunk_number) DO UPDATE SET packed = excluded.packed""",
            [set_id, chunk_number, packed],
        )

    async def complete(self, set_id: str) -> None:
        # One statement: another process that looks in between finds the old set or the new one.
        await self._write(
            """WITH this AS (UPDATE digit_sets SET is_complete = TRUE WHERE set_id = %(id)s RETURNING digit_count)
            DELETE FROM digit_sets AS other USING this
            WHERE other.is_complete AND other.set_id <> %(id)s AND other.digit_count <= this.digit_count""",
            {"id": set_id},
        )

    async def touch(self, set_id: str) -> None:
        await self._write("UPDATE digit_sets SET used_time_us = %s WHERE set_id = %s", [self.clock(), set_id])

    async def prune(self, *, before_us: int, limit: int) -> int:
        return await self._write(
            """DELETE FROM digit_sets WHERE set_id IN (SELECT set_id FROM digit_sets
                WHERE used_time_us < CASE WHEN is_complete THEN %(before)s ELSE %(abandoned)s END
                ORDER BY used_time_us LIMIT %(limit)s)""",
            {"before": before_us, "abandoned": self.clock() - ABANDONED_AFTER_US, "limit": limit},
        )

    async def close(self) -> None:
        """Disconnect."""
        await self._link.close()

    async def _one(self, query: str, values: Sequence[Any]) -> dict[str, Any] | None:
        async def read(db: Db) -> dict[str, Any] | None:
            return await (await db.execute(query, values, binary=True)).fetchone()

        return await self._read(read)

    async def _write(self, statement: str, values: Values) -> int:
        """Run one statement, which is a transaction by itself; returns how many rows it changed."""

        async def write(db: Db) -> int:
            return (await db.execute(statement, values)).rowcount

        async with self._turn:
            try:
                return await self._link.run(write)
            except psycopg.errors.DeadlockDetected as error:
                raise JournalUnavailable from error
