"""Transactions that write: on SQLite, where one at a time can, they queue, and short ones share one."""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from main_api import deadline

T = TypeVar("T")


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that writes, begun when it is its turn; inside another one, a part of that. Also a decorator."""
    with in_turn(), transaction.atomic():
        yield


@contextmanager
def in_turn() -> Iterator[None]:
    """Has those who are about to write to SQLite, in any thread and process, come one after the other.

    Left to itself, SQLite looks every few milliseconds whether the other writer has gone: of eight at once most sleep
    while nobody writes. Here the kernel wakes the next one. Only a courtesy: the lock that counts is SQLite's own,
    those who do not ask for their turn are as safe, and with a process its place in the queue goes. Belongs around a
    short transaction, never into one. PostgreSQL has no need of it.
    """
    path = _queue_path()
    if path is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        yield
        return
    # A file of its own: closing the database's would take SQLite's locks from the whole process.
    queue = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        os.close(queue)


class _Work:
    """What a thread wants written, and how that ended."""

    def __init__(self, write: Callable[[], Any]) -> None:
        self.write = write
        self.is_over = False
        self.answer: Any = None
        self.error: BaseException | None = None


_waiting: deque[_Work] = deque()
_leading = threading.Lock()


def write_together(write: Callable[[], T]) -> T:
    """Runs this in a transaction; what it returns, or raises, comes back when that is committed or undone.

    On SQLite, threads of this process that come while another one writes share the next transaction, hence one write
    to the disk: whoever is first does the work of all, in its own connection. Where one of them fails, all is undone
    and each does it again in a transaction of its own. So `write` may run twice and in another thread: it only reads
    and writes the database. Whoever has a deadline writes alone, since with it the work of others would end.
    """
    if not _queue_path() or connections[DEFAULT_DB_ALIAS].in_atomic_block or deadline.left_s() is not None:
        with writing():
            return write()
    mine = _Work(write)
    _waiting.append(mine)
    with _leading:
        if not mine.is_over:
            _write_all([_waiting.popleft() for _ in range(len(_waiting))])
    if mine.error is not None:
        raise mine.error
    answer: T = mine.answer
    return answer


def _write_all(works: list[_Work]) -> None:
    try:
        with writing():
            for work in works:
                work.answer = work.write()
    except BaseException as error:
        if len(works) == 1:
            works[0].error = error
        else:
            for work in works:
                _write_all([work])
    for work in works:
        work.is_over = True


def _queue_path() -> str | None:
    """Beside the database; None where it is no file."""
    settings = connections[DEFAULT_DB_ALIAS].settings_dict
    name = str(settings["NAME"])
    return f"{name}-queue" if settings["ENGINE"].endswith("sqlite3") and name.startswith("/") else None
