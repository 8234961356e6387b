"""One thread that writes to SQLite, many callers that share its commits.

A commit costs a wait for the disk; while one is under way, the operations that arrive gather and make up the next
one. Each runs in a savepoint of its own, so that one that fails does not undo its neighbours.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from calc_grpc.errors import CalcError, JournalUnavailable
from calc_grpc.journal.port import Change

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection, list[Change]], T]

MAX_BATCH = 512
MAX_WAITING = 20_000

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry:
    operation: Operation[Any]
    future: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None
    changes: list[Change] = field(default_factory=list)


class GroupCommit:
    """The writer. on_commit is called in the event loop with the changes of every batch, after its commit."""

    def __init__(self, connection: sqlite3.Connection, on_commit: Callable[[Sequence[Change]], None]) -> None:
        self._connection = connection
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._entries: queue.Queue[_Entry | None] = queue.Queue(MAX_WAITING)
        self._closed = False
        self._thread = threading.Thread(target=self._write_until_closed, name="journal-writer", daemon=True)
        self._thread.start()

    async def write(self, operation: Operation[T]) -> T:
        """Run an operation and return its value once it is on disk."""
        if self._closed:
            raise JournalUnavailable("The journal is closed.")
        future: asyncio.Future[T] = self._loop.create_future()
        try:
            self._entries.put_nowait(_Entry(operation, future))
        except queue.Full:
            raise JournalUnavailable from None
        return await future

    async def close(self) -> None:
        """Write what was handed in, then close the connection."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._entries.put, None)
            await asyncio.to_thread(self._thread.join)

    def _write_until_closed(self) -> None:
        closing = False
        while not closing:
            batch = [self._entries.get()]
            while len(batch) < MAX_BATCH:
                try:
                    batch.append(self._entries.get_nowait())
                except queue.Empty:
                    break
            closing = None in batch
            entries = [entry for entry in batch if entry is not None]
            if entries:
                self._write(entries)
                self._loop.call_soon_threadsafe(self._deliver, entries)
        self._connection.close()

    def _write(self, entries: list[_Entry]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for entry in entries:
                self._run(entry)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            logger.exception("journal write failed", extra={"operation_count": len(entries)})
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for entry in entries:
                entry.error = JournalUnavailable()
                entry.error.__cause__ = error

    def _run(self, entry: _Entry) -> None:
        """Run one operation; a fault that ended the whole transaction (a full disk) is raised again."""
        self._connection.execute("SAVEPOINT operation")
        try:
            entry.value = entry.operation(self._connection, entry.changes)
        except Exception as error:
            # The outermost edge of the writer thread: whatever it is belongs to the caller that waits for it.
            if not self._connection.in_transaction:
                raise
            entry.error = JournalUnavailable() if isinstance(error, sqlite3.OperationalError) else error
            if not isinstance(error, CalcError):
                logger.exception("journal operation failed")
            self._connection.execute("ROLLBACK TO operation")
        self._connection.execute("RELEASE operation")

    def _deliver(self, entries: list[_Entry]) -> None:
        changes: list[Change] = []
        for entry in entries:
            if entry.error is None:
                changes += entry.changes
            if entry.future.done():  # the caller was cancelled; what it asked for has happened all the same
                continue
            if entry.error is not None:
                entry.future.set_exception(entry.error)
            else:
                entry.future.set_result(entry.value)
        if changes:
            self._on_commit(changes)
