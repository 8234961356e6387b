"""The process that knows the sky: identifications as calculations, predictions while the caller waits.

Apart from the workers that determine distances: these do not wait for it, nor does each of them hold the catalogue.
"""

from collections.abc import Callable
from datetime import datetime

from calc_grpc.convert_identification import question_bytes
from calc_grpc.dispatcher import Pool, TellProgress
from calc_grpc.elements_cache import ElementsCache
from calc_grpc.errors import RunCancelled, TooManyPredictions
from calc_grpc.turns import Turns

PREDICTION = "prediction"  # of convert_identification.KINDS
WAITING_MAX = 64  # each takes a few milliseconds, and holds at most 100 kB
PREPARING = "reading the catalogue from the journal"


class SkyPool:
    """A Pool of identifications in front of another one, which predictions share with them."""

    def __init__(self, workers: Pool, elements: ElementsCache) -> None:
        self._workers = workers
        self._elements = elements
        self._preparing: dict[str, bool] = {}  # runs that have not taken their worker yet; whether they are to stop
        self._predictions = Turns(workers, kind=PREDICTION, waiting_max=WAITING_MAX, refusal=TooManyPredictions)
        self.on_free: Callable[[], None] = lambda: None
        workers.on_free = self._tell_free

    @property
    def free_count(self) -> int:
        """How many identifications could start now."""
        return max(0, self._workers.free_count - len(self._preparing))

    async def predict(self, request: bytes) -> bytes:
        """Return the serialised PredictPositionsResponse of a checked request; raises TooManyPredictions."""
        return await self._predictions.compute(request)

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: TellProgress,
        *,
        created_at: datetime,
    ) -> bytes:
        """Identify with the current elements; raises RunCancelled, RunFailed, and what the workers raise."""
        self._preparing[calculation_id] = False
        try:
            on_progress(0.0, PREPARING)
            path = await self._elements.current()
        finally:
            is_cancelled = self._preparing.pop(calculation_id)
            self.on_free()
        if is_cancelled:
            raise RunCancelled
        question = question_bytes(path, input_bytes)
        return await self._workers.run(calculation_id, kind, question, on_progress, created_at=created_at)

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop."""
        if calculation_id in self._preparing:
            self._preparing[calculation_id] = True
        self._workers.cancel(calculation_id)

    async def start(self) -> None:
        """Make the workers ready."""
        await self._workers.start()

    async def stop(self) -> None:
        """End the workers."""
        await self._workers.stop()

    def _tell_free(self) -> None:
        self._predictions.tell_free()
        self.on_free()
