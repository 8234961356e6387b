"""Forgets what is old: calculations, digits of pi; a few at a time, so that nobody waits for it."""

import asyncio
import logging
from typing import Protocol

from calc_grpc.calculation import SECOND_US, Clock
from calc_grpc.errors import JournalUnavailable

BATCH_SIZE = 500
INTERVAL_S = 600.0

logger = logging.getLogger(__name__)


class Prunable(Protocol):
    """A store of things that grow old: a Journal, a DigitStore."""

    clock: Clock

    async def prune(self, *, before_us: int, limit: int) -> int:
        """Delete up to so many things older than that moment; returns how many."""


class Retention:
    """Runs until `stop`. name: what is forgotten, for the log."""

    def __init__(self, *, journal: Prunable, keep_s: float, name: str = "calculations") -> None:
        self._journal = journal
        self._name = name
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
            logger.info("old things forgotten", extra={"count": total, "kind": self._name})
