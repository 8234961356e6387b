"""Forgets calculations that finished long ago, a few at a time, so that nobody waits for it."""

import asyncio
import logging

from calc_grpc.calculation import SECOND_US
from calc_grpc.errors import JournalUnavailable
from calc_grpc.journal.port import Journal

BATCH_SIZE = 500
INTERVAL_S = 600.0

logger = logging.getLogger(__name__)


class Retention:
    """Runs until `stop`."""

    def __init__(self, *, journal: Journal, keep_s: float) -> None:
        self._journal = journal
        self._keep_us = round(keep_s * SECOND_US)
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Forget now and every ten minutes until stopped."""
        while not self._stopped.is_set():
            try:
                await self._forget()
            except JournalUnavailable as error:
                logger.error("journal unavailable, forgetting later", extra={"cause": repr(error.__cause__)})
            try:
                async with asyncio.timeout(INTERVAL_S):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """End after the batch under way."""
        self._stopped.set()

    async def _forget(self) -> None:
        before_us = self._journal.clock() - self._keep_us
        total = 0
        while not self._stopped.is_set():
            count = await self._journal.prune(before_us=before_us, limit=BATCH_SIZE)
            total += count
            if count < BATCH_SIZE:
                break
        if total:
            logger.info("old calculations forgotten", extra={"count": total})
