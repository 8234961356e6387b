"""What the processes on one database tell each other: hints of changed rows, and what time it is.

A hint is a NOTIFY that PostgreSQL delivers at commit to whoever listens; while nobody listens it is lost. So after
every new connection the listeners are told that they may have missed something.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence

from calc_grpc.calculation import SECOND_US
from calc_grpc.clock import steady_us
from calc_grpc.errors import JournalUnavailable
from calc_grpc.journal.port import Change
from calc_grpc.journal.postgres_link import Db, Link

CHANNEL = "calc_grpc_journal"
CHANGES_PER_MESSAGE = 80  # PostgreSQL takes 8000 bytes
CHECK_INTERVAL_S = 2.0
CHECK_TIMEOUT_S = 5.0
RETRY_WAIT_S = 0.5

logger = logging.getLogger(__name__)


class DatabaseClock:
    """The time of the database's machine once it was set, so that leases mean the same to every process that shares it.

    Between two settings it follows a clock that nobody sets: a jump of this machine's wall clock does not show.
    """

    def __init__(self) -> None:
        self._offset_us = 0

    def __call__(self) -> int:
        """Microseconds since 1970, UTC."""
        return steady_us() + self._offset_us

    async def set_by(self, db: Db) -> None:
        """Ask the database; the answer is taken to be as old as half the time it took."""
        asked_us = steady_us()
        cursor = await db.execute("SELECT extract(epoch FROM clock_timestamp()) AS now_s")
        row = await cursor.fetchone()
        assert row is not None
        self._offset_us = int(row["now_s"] * SECOND_US) - (asked_us + steady_us()) // 2


class HintReceiver:
    """Listens until closed. on_hints is called with changes of other processes; empty: some were missed."""

    def __init__(
        self, link: Link, *, tag: str, on_hints: Callable[[Sequence[Change]], None], clock: DatabaseClock
    ) -> None:
        self._link = link
        self._tag = tag
        self._on_hints = on_hints
        self._clock = clock
        self._listening = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._listen_until_closed())

    async def wait_until_listening(self) -> None:
        """Return when the first hint could be heard; raises JournalUnavailable."""
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                await self._listening.wait()
        except TimeoutError as error:
            raise JournalUnavailable from error

    async def close(self) -> None:
        """Stop listening and disconnect."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._link.close()

    async def _listen_until_closed(self) -> None:
        while True:
            try:
                await self._link.run(self._listen, is_endless=True)
            except JournalUnavailable as error:
                if error.__cause__ is not None:
                    logger.warning("no hints from other processes", extra={"cause": repr(error.__cause__)})
            except Exception:
                # The outermost edge of the listener: without it streams would stand still and nobody would know.
                logger.exception("listening failed")
            await asyncio.sleep(RETRY_WAIT_S)

    async def _listen(self, db: Db) -> None:
        await db.execute(f"LISTEN {CHANNEL}")
        self._listening.set()
        self._on_hints(())
        while True:
            # Also finds out whether the connection is alive: one that is dead would just be silent.
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                await self._clock.set_by(db)
            async for message in db.notifies(timeout=CHECK_INTERVAL_S):
                if changes := decode(message.payload, own_tag=self._tag):
                    self._on_hints(changes)


async def say(db: Db, tag: str, changes: Sequence[Change]) -> None:
    """Hint at changes; PostgreSQL delivers it when the transaction commits."""
    if changes:
        await db.execute("SELECT pg_notify(%s, unnest(%s::text[]))", [CHANNEL, encode(changes, tag)])


def encode(changes: Sequence[Change], tag: str) -> list[str]:
    """Write changes as messages, each short enough."""
    rows = [
        (change.calculation_id, change.kind, change.state, change.due_time_us, int(change.report_is_due))
        for change in changes
    ]
    starts = range(0, len(rows), CHANGES_PER_MESSAGE)
    return [json.dumps([tag, *rows[start : start + CHANGES_PER_MESSAGE]], separators=(",", ":")) for start in starts]


def decode(message: str, *, own_tag: str) -> list[Change]:
    """Read a message; one's own says nothing new."""
    tag, *rows = json.loads(message)
    if tag == own_tag:
        return []
    return [
        Change(calculation_id=row_id, kind=kind, state=state, due_time_us=due_us, report_is_due=bool(report_is_due))
        for row_id, kind, state, due_us, report_is_due in rows
    ]
