"""Workers for pi: what is kept is answered without them, what they work out is kept."""

import asyncio
from datetime import datetime

from calc_grpc.convert_pi import position_of
from calc_grpc.dispatcher import Pool, TellProgress
from calc_grpc.front_pool import FrontPool
from calc_grpc.kept_digits import KeptDigits
from calc_grpc.patience import until_available

STORING = "storing"


class PiPool(FrontPool):
    """Ten calculations of one position are one computation."""

    def __init__(self, workers: Pool, kept: KeptDigits) -> None:
        super().__init__(workers)
        self._kept = kept
        self._store_turn = asyncio.Lock()  # who looks waits for who stores: it may be what is looked for

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

        A run that is storing does not hear that it is cancelled: it is over in a moment anyway.
        Raises RunCancelled, and what the workers raise.
        """
        position = position_of(input_bytes)
        with self._prepares(calculation_id):
            async with self._store_turn:
                answer = await until_available(lambda: self._kept.answer(position))
        if answer is not None:
            return answer
        found = await self._workers.run(calculation_id, kind, input_bytes, on_progress, created_at=created_at)
        on_progress(1.0, STORING)
        async with self._store_turn:
            return await until_available(lambda: self._kept.keep(calculation_id, position, found))
