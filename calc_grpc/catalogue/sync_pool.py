"""Where the dispatcher runs synchronisations: one at a time, each with the worker that fetches."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from calc_grpc.catalogue.receiver import Receiver, open_session
from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.catalogue.sync import Sync
from calc_grpc.convert_catalogue import allows_shrink
from calc_grpc.dispatcher import TellProgress
from calc_grpc.errors import JournalUnavailable, RunCancelled, RunFailed
from calc_grpc.journal.port import Journal
from calc_grpc.workers import WorkerPool


@dataclass(frozen=True, kw_only=True)
class SyncSettings:
    """source: where pages come from. main_url: where they go, with the key that main_api accepts.

    main_ca: PEM file with the authority of main_api's certificate; None: the system's.
    """

    source: SourceSettings
    main_url: str
    key: str = field(repr=False)
    main_ca: Path | None = None


class SyncPool:
    """A Pool (see dispatcher.py) of one place."""

    def __init__(self, workers: WorkerPool, journal: Journal, settings: SyncSettings) -> None:
        self._workers = workers
        self._journal = journal
        self._settings = settings
        self._present: dict[str, asyncio.Task[bytes]] = {}
        self.on_free: Callable[[], None] = lambda: None
        workers.on_free = lambda: self.on_free()

    @property
    def free_count(self) -> int:
        """How many could start now."""
        return 0 if self._present else min(1, self._workers.free_count)

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: TellProgress,
        *,
        created_at: datetime,
    ) -> bytes:
        """Synchronise; returns the serialised CatalogueSyncResult. Raises RunFailed, RunCancelled, WorkerCrashed."""
        async with open_session(self._settings.main_ca) as session:

            def receiver(on_trouble: Callable[[str], None]) -> Receiver:
                return Receiver(
                    session,
                    main_url=self._settings.main_url,
                    key=self._settings.key,
                    calculation_id=calculation_id,
                    created_at=created_at,
                    clock=self._journal.clock,
                    chance=random.SystemRandom(),
                    on_trouble=on_trouble,
                )

            sync = Sync(
                calculation_id,
                created_at=created_at,
                allow_shrink=allows_shrink(input_bytes),
                source=self._settings.source,
                store=self._journal.catalogue,
                workers=self._workers,
                receiver=receiver,
                tell=on_progress,
            )
            task = self._present[calculation_id] = asyncio.ensure_future(sync.run())
            try:
                return await task
            except RunFailed:
                await sync.abandon()
                raise
            except (asyncio.CancelledError, RunCancelled) as error:
                if await self._is_cancelled(calculation_id):
                    await sync.abandon()
                raise RunCancelled from error
            finally:
                del self._present[calculation_id]
                self.on_free()

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop."""
        if calculation_id in self._present:
            self._present[calculation_id].cancel()

    async def start(self) -> None:
        """Make the worker ready."""
        await self._workers.start()

    async def stop(self) -> None:
        """End the worker."""
        await self._workers.stop()

    async def _is_cancelled(self, calculation_id: str) -> bool:
        """Whether the run is over for good, and not only here: a server that stops hands it back."""
        try:
            calculation = await self._journal.get(calculation_id)
        except JournalUnavailable:
            return False
        return calculation is not None and calculation.state == "CANCELLED"
