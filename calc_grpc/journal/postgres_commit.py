"""Writes to PostgreSQL that share their commits: while one is under way, those that arrive gather for the next.

Operations of one sort are handled by one statement, so a batch costs about as much as a single write. When a batch
fails by something in it, it is undone and each of its operations runs alone: one fault does not fail its neighbours.
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg

from calc_grpc.errors import CalcError, JournalUnavailable
from calc_grpc.journal.port import Change
from calc_grpc.journal.postgres_hints import say
from calc_grpc.journal.postgres_link import Db, Link
from calc_grpc.metrics import counts

A = TypeVar("A")
T = TypeVar("T")
# Handles many arguments in one transaction: a value, or the error to raise, for each.
Handler = Callable[[Db, list[Change], list[A]], Awaitable[Sequence[T | CalcError]]]

MAX_BATCH = 512
MAX_WAITING = 20_000

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Entry:
    handler: Handler[Any, Any]
    argument: Any
    ids: tuple[str, ...]
    is_new: bool
    future: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None
    changes: list[Change] = field(default_factory=list)


class PostgresCommit:
    """The writer. on_commit is called with the changes of every batch, after its commit.

    tag: names this process in the hints that the others receive.
    """

    def __init__(self, link: Link, *, tag: str, on_commit: Callable[[Sequence[Change]], None]) -> None:
        self._link = link
        self._tag = tag
        self._on_commit = on_commit
        self._waiting: deque[_Entry] = deque()
        self._arrived = asyncio.Event()
        self._closed = False
        self._may_have_missed = False
        self._task = asyncio.get_running_loop().create_task(self._write_until_closed())

    async def write(self, handler: Handler[A, T], argument: A, *, ids: Sequence[str] = (), is_new: bool = False) -> T:
        """Run an operation and return its value once it is on disk. ids: the rows it changes, or makes (is_new)."""
        if self._closed:
            raise JournalUnavailable("The journal is closed.")
        if len(self._waiting) >= MAX_WAITING:
            raise JournalUnavailable
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Entry(handler, argument, tuple(ids), is_new, future))
        self._arrived.set()
        return await future

    async def close(self) -> None:
        """Write what was handed in, then disconnect."""
        self._closed = True
        self._arrived.set()
        await self._task
        await self._link.close()

    async def _write_until_closed(self) -> None:
        while self._waiting or not self._closed:
            await self._arrived.wait()
            self._arrived.clear()
            while batch := self._next_batch():
                began_at = time.monotonic()
                changes = await self._write(batch)
                has_failed = isinstance(batch[0].error, JournalUnavailable)
                counts.count_commit(len(batch), time.monotonic() - began_at, has_failed=has_failed)
                self._deliver(batch, changes)

    def _next_batch(self) -> list[_Entry]:
        """What waits, but each row once: statements that name a row twice would change it once."""
        batch: list[_Entry] = []
        later: list[_Entry] = []
        taken: set[str] = set()
        while self._waiting and len(batch) < MAX_BATCH:
            entry = self._waiting.popleft()
            if taken.isdisjoint(entry.ids):
                batch.append(entry)
            else:
                later.append(entry)
            taken.update(entry.ids)  # of one that is put off too, so that those of one row keep their order
        self._waiting.extendleft(reversed(later))
        return batch

    async def _write(self, batch: list[_Entry]) -> list[Change]:
        try:
            return await self._link.run(lambda db: self._transaction(db, batch))
        except JournalUnavailable as error:
            if error.__cause__ is not None:  # else it was not even tried, so soon after the last failure
                values = {"operation_count": len(batch), "cause": repr(error.__cause__)}
                logger.error("journal write failed", extra=values)
                self._may_have_missed = True  # a commit whose answer was lost may have happened all the same
            for entry in batch:
                entry.error = JournalUnavailable(error.message)
                entry.error.__cause__ = error.__cause__
            return []
        except Exception as error:
            # The outermost edge of the writer: whatever it is belongs to the caller of one of these operations.
            if len(batch) > 1:
                return [change for entry in batch for change in await self._write([entry])]
            if isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure):
                batch[0].error = JournalUnavailable()
            else:
                logger.exception("journal operation failed")
                batch[0].error = error
            return []

    async def _transaction(self, db: Db, batch: list[_Entry]) -> list[Change]:
        changes: list[Change] = []
        groups: dict[Handler[Any, Any], list[_Entry]] = defaultdict(list)
        for entry in batch:
            groups[entry.handler].append(entry)
        locked = sorted({row_id for entry in batch if not entry.is_new for row_id in entry.ids})
        async with db.pipeline(), db.transaction():
            if locked and len(batch) > 1:
                # First of all and in one order in every process: else two batches could wait for each other.
                await db.execute(_LOCK, [locked])
            for handler, entries in groups.items():
                answers = await handler(db, changes, [entry.argument for entry in entries])
                for entry, answer in zip(entries, answers, strict=True):
                    entry.value, entry.error = (None, answer) if isinstance(answer, CalcError) else (answer, None)
            await say(db, self._tag, changes)
        return changes

    def _deliver(self, batch: list[_Entry], changes: list[Change]) -> None:
        for entry in batch:
            if entry.future.done():  # the caller was cancelled; what it asked for has happened all the same
                continue
            if entry.error is not None:
                entry.future.set_exception(entry.error)
            else:
                entry.future.set_result(entry.value)
        if changes:
            self._on_commit(changes)
        if self._may_have_missed and not all(isinstance(entry.error, JournalUnavailable) for entry in batch):
            self._may_have_missed = False
            self._on_commit(())


_LOCK = "SELECT FROM calculations WHERE calculation_id = ANY(%s) ORDER BY calculation_id FOR UPDATE"
