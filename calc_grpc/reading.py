"""Reads files with observations in a process of its own, one after another, so that the event loop never does.

Not in the workers that calculate: a file would wait there behind a calculation of minutes, and the dispatcher counts
on every free worker. Not in a thread: reading is Python, and would hold the interpreter against the event loop
(benchmarks/reading_files.py: Create takes 16 ms instead of 1).
"""

from calc_grpc.dispatcher import Pool
from calc_grpc.errors import ContentTooLarge, TooManyFiles
from calc_grpc.turns import Turns

CONTENT_BYTES_MAX = 2 * 1024 * 1024
WAITING_MAX = 16  # each holds its content
KIND = "astrometry"  # of convert_astrometry.KINDS


class FileReader:
    """Callers take turns at a pool of one process; those beyond WAITING_MAX are refused."""

    def __init__(self, pool: Pool) -> None:
        self._turns = Turns(pool, kind=KIND, waiting_max=WAITING_MAX, refusal=TooManyFiles)
        pool.on_free = self._turns.tell_free

    async def read(self, content: bytes) -> bytes:
        """Return the serialised ParseAstrometryResponse; raises ContentTooLarge, TooManyFiles.

        A caller that is cancelled while it waits gives up its turn; while its file is read, the reading is stopped.
        """
        if len(content) > CONTENT_BYTES_MAX:
            raise ContentTooLarge
        return await self._turns.compute(content)
