"""Starts synchronisations by the clock, and deletes what ended ones left behind."""

import asyncio
import hashlib
import logging
import uuid

from calc_grpc.calculation import LONE_KIND, SECOND_US
from calc_grpc.errors import JournalUnavailable, SyncRunning
from calc_grpc.journal.port import Filter, Journal, NewCalculation

LOOK_INTERVAL_S = 60.0
BATCH_SIZE = 50
CREATOR = "schedule"

logger = logging.getLogger(__name__)


class SyncSchedule:
    """Runs until `stop`. every_s: 0 for never; counted from the last one that was started by whomever."""

    def __init__(self, *, journal: Journal, every_s: float) -> None:
        self._journal = journal
        self._every_us = round(every_s * SECOND_US)
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Look now and every minute until stopped."""
        while not self._stopped.is_set():
            try:
                while await self._journal.catalogue.prune(limit=BATCH_SIZE):
                    pass
                if self._every_us:
                    await self.start_if_due()
            except JournalUnavailable as error:
                logger.error("journal unavailable, looking later", extra={"cause": repr(error.__cause__)})
            try:
                async with asyncio.timeout(LOOK_INTERVAL_S):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """End after what is under way."""
        self._stopped.set()

    async def start_if_due(self) -> bool:
        """Start a synchronisation if the last one is long enough ago; of many servers one does."""
        last = await self._journal.list_calculations(Filter(kinds=(LONE_KIND,)), before=None, limit=1)
        now_us = self._journal.clock()
        if last and (not last[0].is_final or now_us - last[0].create_time_us < self._every_us):
            return False
        new = NewCalculation(
            calculation_id=str(uuid.uuid4()),
            kind=LONE_KIND,
            creator=CREATOR,
            input=b"",  # a CatalogueSyncInput that allows nothing
            input_sha256=hashlib.sha256(b"").digest(),
            create_time_us=now_us,
            due_time_us=now_us,
        )
        try:
            await self._journal.accept(new)
        except SyncRunning:
            return False
        logger.info("synchronisation started", extra={"calculation_id": new.calculation_id})
        return True
