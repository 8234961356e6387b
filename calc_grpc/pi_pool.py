"""Workers for pi: what is kept is answered without them, what they work out is kept."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from calc_grpc.convert_pi import position_of
from calc_grpc.dispatcher import Pool, TellProgress
from calc_grpc.errors import RunCancelled
from calc_grpc.kept_digits import KeptDigits
from calc_grpc.patience import until_available

STORING = "storing"


class PiPool:
    """A Pool in front of another one. Ten calculations of one position are one computation."""

    def __init__(self, workers: Pool, kept: KeptDigits) -> None:
        self._workers = workers
        self._kept = kept
        self._looking: dict[str, bool] = {}  # runs that have not taken their worker yet; whether they are to stop
        self._store_turn = asyncio.Lock()  # who looks waits for who stores: it may be what is looked for
        self.on_free: Callable[[], None] = lambda: None
        workers.on_free = lambda: self.on_free()

    @property
    def free_count(self) -> int:
        """How many calculations could start now."""
        return max(0, self._workers.free_count - len(self._looking))

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: TellProgress,
        *,
        created_at: datetime,
    ) -> bytes:
        """Find the digits in the store or have them computed and stored; returns the serialised PiResult.

        Raises RunCancelled, and what the workers raise.
        """
        position = position_of(input_bytes)
        self._looking[calculation_id] = False
        try:
            async with self._store_turn:
                answer = await until_available(lambda: self._kept.answer(position))
        finally:
            is_cancelled = self._looking.pop(calculation_id)
        if is_cancelled or answer is not None:
            self.on_free()
        if is_cancelled:
            raise RunCancelled
        if answer is not None:
            return answer
        found = await self._workers.run(calculation_id, kind, input_bytes, on_progress, created_at=created_at)
        on_progress(1.0, STORING)
        async with self._store_turn:
            return await until_available(lambda: self._kept.keep(calculation_id, position, found))

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop; one that is storing is over in a moment anyway."""
        if calculation_id in self._looking:
            self._looking[calculation_id] = True
        self._workers.cancel(calculation_id)

    async def start(self) -> None:
        """Make the workers ready."""
        await self._workers.start()

    async def stop(self) -> None:
        """End the workers."""
        await self._workers.stop()
