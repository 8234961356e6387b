"""Claims a few calculations ahead where runs are short, so that no worker waits for two commits between two of them.

A run that is claimed counts as RUNNING, and no other process can take it. So nothing is claimed further ahead than
AHEAD_S of work by what the last runs took, which is nothing as soon as they take longer than that; and what waits
behind one that takes unexpectedly long is handed back.
"""

import asyncio
import math
import time
from datetime import datetime

from calc_grpc.dispatcher import Pool, TellProgress
from calc_grpc.errors import RunCancelled
from calc_grpc.front_pool import FrontPool

AHEAD_S = 0.02
AHEAD_MAX = 8
PATIENCE_S = 0.25
REMEMBERED_RUNS = 4


class ShortRuns(FrontPool):
    """A pool whose runs queue for its workers, first come, first served; those that wait too long are handed back."""

    def __init__(self, workers: Pool) -> None:
        super().__init__(workers)
        self._turn = asyncio.Lock()
        self._is_any_free = asyncio.Event()
        self._typical_s = math.inf

    @property
    def free_count(self) -> int:
        """How many may be claimed: one for each free worker, and a few ahead."""
        # A run that is over within the clock's resolution took no time at all: nothing is divided by that.
        ahead = AHEAD_MAX if self._typical_s * AHEAD_MAX <= AHEAD_S else int(AHEAD_S / self._typical_s)
        return max(0, self._workers.free_count + ahead - len(self._preparing))

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: TellProgress,
        *,
        created_at: datetime,
    ) -> bytes:
        """Compute when its turn has come. Raises RunCancelled, also when that takes too long, and what the workers
        raise."""
        with self._prepares(calculation_id):
            await self._take_turn(calculation_id)
        began_at = time.monotonic()  # the loop's own clock stands still for a turn
        # As a task, so that it has its worker when the next one looks.
        run = asyncio.create_task(
            self._workers.run(calculation_id, kind, input_bytes, on_progress, created_at=created_at)
        )
        try:
            await asyncio.sleep(0)
        finally:
            self._turn.release()
        try:
            return await run
        finally:
            self._learn(time.monotonic() - began_at)

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop; one that waits does when its turn comes."""
        super().cancel(calculation_id)
        self._is_any_free.set()

    async def _take_turn(self, calculation_id: str) -> None:
        """Return with the turn taken and a worker free."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._turn.acquire()
                try:
                    await self._until_free(calculation_id)
                except BaseException:
                    self._turn.release()
                    raise
        except TimeoutError:
            self._typical_s = max(self._typical_s, PATIENCE_S)
            raise RunCancelled from None

    async def _until_free(self, calculation_id: str) -> None:
        while not self._preparing[calculation_id]:
            if self._workers.free_count:
                return
            self._is_any_free.clear()
            await self._is_any_free.wait()
        raise RunCancelled

    def _learn(self, run_s: float) -> None:
        known_s = self._typical_s if math.isfinite(self._typical_s) else run_s
        self._typical_s = known_s + (run_s - known_s) / REMEMBERED_RUNS

    def _tell_free(self) -> None:
        self._is_any_free.set()
        super()._tell_free()
