"""Transactions that write: on SQLite, where one at a time can, they queue."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction


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
    if path is None or connection.in_atomic_block:
        yield
        return
    # A file of its own: closing the database's would take SQLite's locks from the whole process.
    queue = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        os.close(queue)


def _queue_path() -> Path | None:
    """Beside the database; None where it is no file."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not name.startswith("/"):
        return None
    return Path(f"{name}-queue")
