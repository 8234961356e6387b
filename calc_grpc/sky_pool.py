"""The process that knows the sky: identifications as calculations, predictions while the caller waits.

Apart from the workers that determine distances: these do not wait for it, nor does each of them hold the catalogue.
"""

from datetime import datetime

from calc_grpc.convert_identification import question_bytes
from calc_grpc.dispatcher import Pool, TellProgress
from calc_grpc.elements_cache import ElementsCache
from calc_grpc.errors import TooManyPredictions
from calc_grpc.front_pool import FrontPool
from calc_grpc.turns import Turns

PREDICTION = "prediction"  # of convert_identification.KINDS
WAITING_MAX = 64  # each takes a few milliseconds, and holds at most 100 kB
PREPARING = "reading the catalogue from the journal"


class SkyPool(FrontPool):
    """Identifications in front of workers that predictions share with them."""

    def __init__(self, workers: Pool, elements: ElementsCache) -> None:
        super().__init__(workers)
        self._elements = elements
        self._predictions = Turns(workers, kind=PREDICTION, waiting_max=WAITING_MAX, refusal=TooManyPredictions)

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
        with self._prepares(calculation_id):
            on_progress(0.0, PREPARING)
            path = await self._elements.current()
        question = question_bytes(path, input_bytes)
        return await self._workers.run(calculation_id, kind, question, on_progress, created_at=created_at)

    def _tell_free(self) -> None:
        self._predictions.tell_free()
        super()._tell_free()
