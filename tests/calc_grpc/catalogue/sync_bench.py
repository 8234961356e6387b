"""What a synchronisation needs to be run in a test, and what is read off it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from astrodist.calc.v1 import catalogue_sync_pb2

from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.catalogue.sync_pool import SyncPool, SyncSettings
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Journal
from tests.calc_grpc.catalogue.catalogue_double import Catalogue, ThreadWorkers
from tests.calc_grpc.catalogue.unpacked import unpack_elements
from tests.calc_grpc.fakes import new_calculation, soon

KEY = "key-of-these-tests"
CREATED_AT = datetime(2026, 11, 21, tzinfo=UTC)
Progress = catalogue_sync_pb2.CatalogueSyncProgress
Result = catalogue_sync_pb2.CatalogueSyncResult


@dataclass
class Bench:
    """What a run needs, with a journal that can be closed and opened again."""

    url: str
    journal: Journal
    catalogue: Catalogue
    workers: ThreadWorkers = field(default_factory=ThreadWorkers)
    stages: list[str] = field(default_factory=list)
    snapshots: list[Progress] = field(default_factory=list)
    run_count: int = 0

    async def reopen(self) -> None:
        await self.journal.close()
        self.journal = await open_journal(self.url)

    async def begin(self) -> str:
        """Accept and claim a synchronisation."""
        self.run_count += 1
        new = new_calculation(self.run_count, kind="catalogue_sync")
        await self.journal.accept(new)
        await self.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        return new.calculation_id

    def pool(self, source: SourceSettings) -> SyncPool:
        settings = SyncSettings(source=source, main_url=self.catalogue.origin, key=KEY)
        return SyncPool(self.workers, self.journal, settings)  # type: ignore[arg-type]

    def tell(self, fraction: float, stage: str, detail: bytes | None = None) -> None:
        assert detail is not None
        self.stages.append(stage)
        self.snapshots.append(Progress.FromString(detail))

    def start(self, pool: SyncPool, calculation_id: str) -> "asyncio.Task[bytes]":
        """A run that is cancelled at the pool."""
        return asyncio.ensure_future(pool.run(calculation_id, "catalogue_sync", b"", self.tell, created_at=CREATED_AT))

    async def run(self, source: SourceSettings, *, calculation_id: str = "", allow_shrink: bool = False) -> Result:
        """Run to its end, and end the calculation as the dispatcher would."""
        calculation_id = calculation_id or await self.begin()
        sync_input = catalogue_sync_pb2.CatalogueSyncInput(allow_shrink=allow_shrink).SerializeToString()
        call = self.pool(source).run(calculation_id, "catalogue_sync", sync_input, self.tell, created_at=CREATED_AT)
        result = Result.FromString(await soon(call))
        await self.journal.cancel(calculation_id)
        return result

    async def elements(self) -> Sequence[int]:
        """The ids of the current elements."""
        store = self.journal.catalogue
        return [int(spkid) for spkid in unpack_elements(
            [blob async for blob in store.elements_blobs(await store.elements_version())]
        )["spkid"]]  # fmt: skip


def counts_of(result: Result) -> tuple[int, int, int, int]:
    counts = result.counts
    return counts.added_count, counts.updated_count, counts.unchanged_count, counts.deleted_count
