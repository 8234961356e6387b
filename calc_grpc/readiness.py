"""Says SERVING only while the journal can be written: a server that cannot store what it accepts is not ready."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from calc_grpc.errors import JournalUnavailable
from calc_grpc.journal.port import Journal

PROBE_INTERVAL_S = 3.0  # a write of one page: nothing, even on a slow disk
PROBE_TIMEOUT_S = 3.0

logger = logging.getLogger(__name__)


class Readiness:
    """Looks again and again until it is cancelled. tell: called with every change, and at the start."""

    def __init__(self, journal: Journal, tell: Callable[[bool], Awaitable[None]]) -> None:
        self._journal = journal
        self._tell = tell

    async def run(self) -> None:
        """Look until cancelled."""
        was_writable: bool | None = None
        while True:
            is_writable = await self._is_writable()
            if is_writable is not was_writable:
                if was_writable is not None:
                    event = "journal can be written again" if is_writable else "journal cannot be written, not serving"
                    logger.log(logging.INFO if is_writable else logging.ERROR, event)
                await self._tell(is_writable)
                was_writable = is_writable
            await asyncio.sleep(PROBE_INTERVAL_S)

    async def _is_writable(self) -> bool:
        try:
            await asyncio.wait_for(self._journal.write_nothing(), PROBE_TIMEOUT_S)
        except (JournalUnavailable, TimeoutError):
            return False
        return True
