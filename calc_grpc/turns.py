"""Callers take turns at a pool: one is served at a time, a few wait, and those beyond are refused."""

import asyncio
import logging
import uuid
from datetime import UTC, datetime

from calc_grpc.dispatcher import Pool
from calc_grpc.errors import CalcError, ComputationFailed

logger = logging.getLogger(__name__)


class Turns:
    """For what is computed while the caller waits, of one kind of the pool.

    waiting_max: how many may wait, each holding its input; refusal: what is raised to those beyond.
    """

    def __init__(self, pool: Pool, *, kind: str, waiting_max: int, refusal: type[CalcError]) -> None:
        self._pool = pool
        self._kind = kind
        self._waiting_max = waiting_max
        self._refusal = refusal
        self._turn = asyncio.Lock()
        self._is_any_free = asyncio.Event()
        self._waiting_count = 0
        self._runs: set[asyncio.Task[bytes]] = set()

    def tell_free(self) -> None:
        """A worker of the pool became free."""
        self._is_any_free.set()

    async def compute(self, input_bytes: bytes) -> bytes:
        """Return what the pool makes of the input; raises the refusal, ComputationFailed.

        A caller that is cancelled while it waits gives up its turn; while its input is computed, that is stopped.
        """
        if self._waiting_count >= self._waiting_max:
            raise self._refusal
        self._waiting_count += 1
        try:
            await self._turn.acquire()
            try:
                await self._wait_until_free()
            except BaseException:
                self._turn.release()
                raise
        finally:
            self._waiting_count -= 1
        try:
            return await self._compute_now(input_bytes)
        finally:
            self._turn.release()

    async def _wait_until_free(self) -> None:
        while not self._pool.free_count:
            self._is_any_free.clear()
            await self._is_any_free.wait()

    async def _compute_now(self, input_bytes: bytes) -> bytes:
        run_id = str(uuid.uuid4())
        run = asyncio.create_task(
            self._pool.run(run_id, self._kind, input_bytes, _no_progress, created_at=datetime.now(UTC))
        )
        self._runs.add(run)
        run.add_done_callback(self._forget)
        try:
            # Shielded: the pool takes its process back only when the run has ended in its own way.
            return await asyncio.shield(run)
        except asyncio.CancelledError:
            self._pool.cancel(run_id)
            raise
        except ComputationFailed as error:
            logger.error("computation failed", extra={"kind": self._kind, "trace": error.trace})
            raise

    def _forget(self, run: asyncio.Task[bytes]) -> None:
        self._runs.discard(run)
        if not run.cancelled():
            run.exception()  # looked at, for its caller may have left


def _no_progress(fraction: float, stage: str, detail: bytes | None = None) -> None:
    """It takes a second at most; nobody watches."""
