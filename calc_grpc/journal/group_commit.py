"""One thread that writes to SQLite, many callers that share its commits.

A commit costs a wait for the disk; while one is under way, the operations that arrive gather and make up the next
one. Where one of several fails, each is run again in a savepoint of its own, so that it does not undo the others.
Those that come in hundreds share their statements, too: with each, the thread lets go of the interpreter and has to
win it back, which is also why the event loop gathers and wakes the thread once for all, and why a batch waits a
moment for those whom the last one has answered, who mostly ask again (benchmarks/engine_create.py).
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from calc_grpc.errors import CalcError, JournalUnavailable
from calc_grpc.journal.port import Change
from calc_grpc.metrics import counts

A = TypeVar("A")
T = TypeVar("T")
Operation = Callable[[sqlite3.Connection, list[Change]], T]

MAX_BATCH = 512
GATHERING_S = 0.005  # the longest wait for as many as shared the last batch; who asks alone never waits
MAX_WAITING = 20_000
BEGIN = "BEGIN IMMEDIATE"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class JointOperation(Generic[A, T]):
    """What those who ask for it at the same time have done together.

    run: takes their arguments, and answers in the same order. An answer that is an error is raised; an error that is
    raised undoes and repeats it for each alone.
    at_once: does the same, where it can, in one statement, which is a transaction of its own; it is tried first when
    a batch holds nothing else. Where it answers None or raises, it has changed nothing. What has it comes in numbers,
    and waits a moment for more of its kind; nothing else waits.
    """

    run: Callable[[sqlite3.Connection, list[Change], Sequence[A]], Sequence[T | CalcError]]
    at_once: Callable[[sqlite3.Connection, list[Change], Sequence[A]], Sequence[T] | None] | None = None


@dataclass(slots=True, eq=False)
class _Entry:
    """What one caller waits for."""

    operation: JointOperation[Any, Any]
    argument: Any
    future: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


class GroupCommit:
    """The writer. on_commit is called in the event loop with the changes of every batch, after its commit."""

    def __init__(self, connection: sqlite3.Connection, on_commit: Callable[[Sequence[Change]], None]) -> None:
        self._connection = connection
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._gathering: list[_Entry] = []
        self._gathering_ends: asyncio.Handle | None = None
        self._expected_count = 0  # how many shared the last batch
        self._delivered_at = 0.0
        self._is_writing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._batches: queue.SimpleQueue[list[_Entry]] = queue.SimpleQueue()  # an empty one: close
        self._closed = False
        self._thread = threading.Thread(target=self._write_until_closed, name="journal-writer", daemon=True)
        self._thread.start()

    async def write(self, operation: Operation[T]) -> T:
        """Run an operation and return its value once it is on disk."""
        return await self.write_jointly(JointOperation(lambda db, changes, _: [operation(db, changes)]), None)

    async def write_jointly(self, operation: JointOperation[A, T], argument: A) -> T:
        """Run an operation together with all who ask for the same one, and return this caller's value."""
        if self._closed:
            raise JournalUnavailable("The journal is closed.")
        if len(self._gathering) >= MAX_WAITING:
            raise JournalUnavailable
        future: asyncio.Future[T] = self._loop.create_future()
        self._gathering.append(_Entry(operation, argument, future))
        if self._idle.is_set():
            self._idle.clear()
            self._gather()
        elif not self._is_writing and (operation.at_once is None or len(self._gathering) == self._expected_count):
            self._gather()
        return await future

    async def close(self) -> None:
        """Write what was handed in, then close the connection."""
        if not self._closed:
            self._closed = True
            await self._idle.wait()
            self._batches.put([])
            await asyncio.to_thread(self._thread.join)

    def _gather(self) -> None:
        """Hand over after whoever else is about to ask: those of this turn of the loop, or as many as last time.

        What does not come in numbers is not kept waiting: for a run that has ended, a worker and a report wait.
        """
        if self._gathering_ends is not None:
            self._gathering_ends.cancel()
        is_complete = len(self._gathering) >= self._expected_count or any(
            entry.operation.at_once is None for entry in self._gathering
        )
        left_s = 0.0 if is_complete else self._delivered_at + GATHERING_S - self._loop.time()
        self._gathering_ends = self._loop.call_later(max(0.0, left_s), self._hand_over)

    def _hand_over(self) -> None:
        self._is_writing = True
        batch, self._gathering = self._gathering[:MAX_BATCH], self._gathering[MAX_BATCH:]
        self._batches.put(batch)

    def _write_until_closed(self) -> None:
        while entries := self._batches.get():
            began_at = time.monotonic()
            changes = self._write(entries)
            self._loop.call_soon_threadsafe(self._deliver, entries, changes, time.monotonic() - began_at)
        self._connection.close()

    def _write(self, entries: list[_Entry]) -> list[Change]:
        changes: list[Change] = []
        groups = _groups(entries)
        try:
            if len(groups) == 1 and self._is_written_at_once(groups[0], changes):
                return changes
            self._connection.execute(BEGIN)
            if len(groups) == 1 or not self._is_run_faultless(groups, changes):
                for group in groups:
                    self._run(group, changes, has_neighbours=len(groups) > 1)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            logger.exception("journal write failed", extra={"operation_count": len(entries)})
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for entry in entries:
                entry.error = JournalUnavailable()
                entry.error.__cause__ = error
            return []
        return changes

    def _is_written_at_once(self, group: list[_Entry], changes: list[Change]) -> bool:
        at_once, told = group[0].operation.at_once, list[Change]()
        try:
            answers = at_once and at_once(self._connection, told, [entry.argument for entry in group])
        except sqlite3.OperationalError:  # a full disk, a locked file: no other way would do
            raise
        except Exception:
            # Whose fault it is will be found by running the operation itself.
            return False
        if not answers:
            return False
        changes += told
        for entry, answer in zip(group, answers, strict=True):
            entry.value = answer
        return True

    def _is_run_faultless(self, groups: list[list[_Entry]], changes: list[Change]) -> bool:
        """Run them without savepoints, which are two statements for each; False: there was a fault, all is undone."""
        told: list[Change] = []
        try:
            answers = [
                group[0].operation.run(self._connection, told, [entry.argument for entry in group]) for group in groups
            ]
        except Exception:
            # Whose fault it is will be found in savepoints.
            if not self._connection.in_transaction:
                raise
            for undo in ("ROLLBACK", BEGIN):
                self._connection.execute(undo)
            return False
        changes += told
        for group, of_group in zip(groups, answers, strict=True):
            _answer(group, of_group)
        return True

    def _run(self, group: list[_Entry], changes: list[Change], *, has_neighbours: bool = True) -> None:
        """Run an operation for its callers; a fault that ended the whole transaction (a full disk) is raised again."""
        told: list[Change] = []
        if has_neighbours:
            self._connection.execute("SAVEPOINT operation")
        try:
            answers = group[0].operation.run(self._connection, told, [entry.argument for entry in group])
        except Exception as error:
            # The outermost edge of the writer thread: whatever it is belongs to the caller that waits for it.
            if not self._connection.in_transaction:
                raise
            for undo in ("ROLLBACK TO operation", "RELEASE operation") if has_neighbours else ("ROLLBACK", BEGIN):
                self._connection.execute(undo)
            self._blame(group, error, changes)
            return
        if has_neighbours:
            self._connection.execute("RELEASE operation")
        changes += told
        _answer(group, answers)

    def _blame(self, group: list[_Entry], error: Exception, changes: list[Change]) -> None:
        if len(group) > 1:
            for entry in group:
                self._run([entry], changes)
            return
        group[0].error = JournalUnavailable() if isinstance(error, sqlite3.OperationalError) else error
        if not isinstance(error, CalcError):
            logger.error("journal operation failed", exc_info=error)

    def _deliver(self, entries: list[_Entry], changes: list[Change], duration_s: float) -> None:
        has_failed = isinstance(entries[0].error, JournalUnavailable)
        counts.count_commit(len(entries), duration_s, has_failed=has_failed)
        self._is_writing = False
        self._delivered_at, self._expected_count = self._loop.time(), len(entries)
        if self._gathering:
            self._gather()
        else:
            self._idle.set()
        for entry in entries:
            if entry.future.done():  # the caller was cancelled; what it asked for has happened all the same
                continue
            if entry.error is not None:
                entry.future.set_exception(entry.error)
            else:
                entry.future.set_result(entry.value)
        if changes:
            self._on_commit(changes)


def _answer(group: list[_Entry], answers: Sequence[Any]) -> None:
    for entry, answer in zip(group, answers, strict=True):
        if isinstance(answer, CalcError):
            entry.error = answer
        else:
            entry.value = answer


def _groups(entries: list[_Entry]) -> list[list[_Entry]]:
    """The entries of one operation together; their order is free, as nobody was answered yet."""
    groups: dict[JointOperation[Any, Any], list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.operation, []).append(entry)
    return list(groups.values())
