"""A pool in front of another one: what a run does before it takes a worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from calc_grpc.dispatcher import Pool
from calc_grpc.errors import RunCancelled


class FrontPool:
    """The part of a Pool (see dispatcher.py) that is the same whatever a run does first; `run` is the subclass's."""

    def __init__(self, workers: Pool) -> None:
        self._workers = workers
        self._preparing: dict[str, bool] = {}  # runs that have not taken their worker yet; whether they are to stop
        self.on_free: Callable[[], None] = lambda: None
        workers.on_free = self._tell_free

    @property
    def free_count(self) -> int:
        """How many calculations could start now."""
        return max(0, self._workers.free_count - len(self._preparing))

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

    @contextmanager
    def _prepares(self, calculation_id: str) -> Iterator[None]:
        """While this lasts, the run counts as one that has a worker; raises RunCancelled at its end."""
        self._preparing[calculation_id] = False
        try:
            yield
        finally:
            is_cancelled = self._preparing.pop(calculation_id)
            self.on_free()  # whoever hears it looks after this run has taken its worker, or has ended
        if is_cancelled:
            raise RunCancelled

    def _tell_free(self) -> None:
        self.on_free()
