"""Reads files with observations in a process of its own, one after another, so that the event loop never does.

Not in the workers that calculate: a file would wait there behind a calculation of minutes, and the dispatcher counts
on every free worker. Not in a thread: reading is Python, and would hold the interpreter against the event loop
(benchmarks/reading_files.py: Create takes 16 ms instead of 1).
"""

import asyncio
import logging
import uuid
from datetime import UTC, datetime

from calc_grpc.dispatcher import Pool
from calc_grpc.errors import ComputationFailed, ContentTooLarge, TooManyFiles

CONTENT_BYTES_MAX = 2 * 1024 * 1024
WAITING_MAX = 16  # each holds its content
KIND = "astrometry"  # of convert_astrometry.KINDS

logger = logging.getLogger(__name__)


class FileReader:
    """Callers take turns at a pool of one process; those beyond WAITING_MAX are refused."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._free = asyncio.Semaphore(0)
        self._waiting_count = 0
        self._runs: set[asyncio.Task[bytes]] = set()
        pool.on_free = self._free.release

    async def read(self, content: bytes) -> bytes:
        """Return the serialised ParseAstrometryResponse; raises ContentTooLarge, TooManyFiles.

        A caller that is cancelled while it waits gives up its turn; while its file is read, the reading is stopped.
        """
        if len(content) > CONTENT_BYTES_MAX:
            raise ContentTooLarge
        if self._waiting_count >= WAITING_MAX:
            raise TooManyFiles
        self._waiting_count += 1
        try:
            await self._free.acquire()
            while not self._pool.free_count:  # it died while it was idle; the one that replaces it is told of anew
                await self._free.acquire()
        finally:
            self._waiting_count -= 1
        return await self._read_now(content)

    async def _read_now(self, content: bytes) -> bytes:
        run_id = str(uuid.uuid4())
        run = asyncio.create_task(self._pool.run(run_id, KIND, content, _no_progress, created_at=datetime.now(UTC)))
        self._runs.add(run)
        run.add_done_callback(self._forget)
        try:
            # Shielded: the pool takes its process back only when the run has ended in its own way.
            return await asyncio.shield(run)
        except asyncio.CancelledError:
            self._pool.cancel(run_id)
            raise
        except ComputationFailed as error:
            logger.error("reading a file failed", extra={"trace": error.trace})
            raise

    def _forget(self, run: asyncio.Task[bytes]) -> None:
        self._runs.discard(run)
        if not run.cancelled():
            run.exception()  # looked at, for its caller may have left


def _no_progress(fraction: float, stage: str) -> None:
    """Reading takes a second at most; nobody watches."""
