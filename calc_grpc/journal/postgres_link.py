"""One connection to PostgreSQL that is made anew after it broke, and says so as JournalUnavailable meanwhile."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from calc_grpc.errors import JournalUnavailable, StartRefused

T = TypeVar("T")
Db = psycopg.AsyncConnection[dict[str, Any]]

CONNECT_TIMEOUT_S = 3
OPERATION_TIMEOUT_S = 15.0
LONGEST_WAIT_S = 2.0

# A peer that vanished without a word is noticed within some ten seconds, by either side; a process that was frozen
# in a transaction does not keep its locks for longer than a lease.
_CLIENT = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}
_SESSION = """
SET application_name = 'calc_grpc'; SET statement_timeout = '10s'; SET lock_timeout = '5s';
SET idle_in_transaction_session_timeout = '5s'; SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2;
SET tcp_keepalives_count = 3; SET default_transaction_isolation = 'read committed';
SET synchronous_commit = 'on'
"""
# Internal errors are what a server says that has become a read-only standby.
_BROKEN = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, TimeoutError, OSError)
_COLLISION = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)

logger = logging.getLogger(__name__)


class Backoff:
    """When to try to connect again; shared by the links to one server, so that all come back with the first."""

    def __init__(self) -> None:
        self._failure_count = 0
        self._connect_at_s = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it is time to try."""
        return time.monotonic() >= self._connect_at_s

    def note_failure(self) -> None:
        """Wait, and longer each time."""
        self._failure_count += 1
        wait_s = min(0.1 * 2.0 ** min(self._failure_count, 10), LONGEST_WAIT_S)
        self._connect_at_s = time.monotonic() + wait_s

    def note_success(self) -> None:
        """The server is there."""
        if self._failure_count:
            logger.info("journal connected again", extra={"failure_count": self._failure_count})
        self._failure_count = 0
        self._connect_at_s = 0.0


class Link:
    """For one user at a time. `run` connects where there is no connection."""

    def __init__(self, url: str, backoff: Backoff) -> None:
        self._url = url
        self._backoff = backoff
        self._connection: Db | None = None
        self._closed = False

    async def run(
        self,
        operation: Callable[[Db], Awaitable[T]],
        *,
        is_read: bool = False,
        is_endless: bool = False,
    ) -> T:
        """Run an operation; a read that finds the connection dead is repeated once on a new one.

        Raises JournalUnavailable. Collisions with other transactions and faults of the operation come through.
        """
        timeout_s = None if is_endless else OPERATION_TIMEOUT_S
        was_connected = self._connection is not None
        try:
            return await self._run_once(operation, timeout_s)
        except JournalUnavailable:
            if not (is_read and was_connected and self._connection is None):
                raise
        return await self._run_once(operation, timeout_s)

    async def close(self) -> None:
        """Disconnect for good; what is under way fails."""
        self._closed = True
        await self._disconnect()

    async def _run_once(self, operation: Callable[[Db], Awaitable[T]], timeout_s: float | None) -> T:
        connection = await self._connected()
        try:
            async with asyncio.timeout(timeout_s):
                return await operation(connection)
        except _COLLISION:
            raise
        except _BROKEN as error:
            if connection.closed or isinstance(error, TimeoutError):
                await self._disconnect()
            raise JournalUnavailable from error

    async def _connected(self) -> Db:
        if self._closed:
            raise JournalUnavailable("The journal is closed.")
        if self._connection is not None:
            return self._connection
        if not self._backoff.is_over:
            raise JournalUnavailable
        try:
            self._connection = await connect(self._url)
        except _BROKEN as error:
            self._backoff.note_failure()
            raise JournalUnavailable from error
        self._backoff.note_success()
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def connect(url: str) -> Db:
    """A connection with our time limits; those of the URL win. Raises psycopg.Error."""
    conninfo = make_conninfo("", **_CLIENT | conninfo_to_dict(url))
    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, row_factory=dict_row)
    try:
        await connection.execute(_SESSION)
    except BaseException:
        await connection.close()
        raise
    return connection


def shown(url: str) -> str:
    """The place a URL names, without the password, for messages."""
    return re.sub(r"(?<=://)[^@/]*@|\?.*", "", url)


def refused_start(url: str, error: Exception) -> StartRefused:
    """What to say when the database cannot be used at the start."""
    reason = " ".join(str(error).split()).replace(url, shown(url))
    return StartRefused(f"CALC_DATABASE_URL: {shown(url)} cannot be used as a journal: {reason}")
