"""One synchronisation: its passes, its end, and what is told of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from calc_grpc.calculation import SECOND_US
from calc_grpc.catalogue.flow import PageFlow, PageWorkers
from calc_grpc.catalogue.handover import PagesWanted
from calc_grpc.catalogue.page import page_count_for
from calc_grpc.catalogue.receiver import PassCounts, Receiver
from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.convert_catalogue import SyncCounts, progress_bytes, result_bytes
from calc_grpc.dispatcher import TellProgress
from calc_grpc.journal.catalogue_port import CatalogueStore, KeptPage, SyncRun
from calc_grpc.patience import until_available

STARTING, STORING, STORING_AGAIN, FINISHING = "starting", "storing pages", "storing pages, second pass", "finishing"
PASS_COUNT = 2  # a source that changes under the last one as well is taken as it is, and nothing is deleted
TELL_INTERVAL_US = SECOND_US // 10


class Sync:
    """One run, from where the journal says it stands. `tell` is called in the event loop."""

    def __init__(
        self,
        calculation_id: str,
        *,
        created_at: datetime,
        allow_shrink: bool,
        source: SourceSettings,
        store: CatalogueStore,
        workers: PageWorkers,
        receiver: Callable[[Callable[[str], None]], Receiver],
        tell: TellProgress,
    ) -> None:
        self._id = calculation_id
        self._created_at = created_at
        self._allow_shrink = allow_shrink
        self._source = source
        self._store = store
        self._workers = workers
        self._receiver = receiver(self._be_troubled)
        self._tell = tell
        self._counts = SyncCounts()
        self._stage = STARTING
        self._trouble = ""
        self._began_us = store.clock()
        self._told_us = 0
        self._stored_count = 0  # since this process took the run up
        self._carried_count = 0
        self._pass_unchanged_count = 0
        self._last_pass = PASS_COUNT

    async def run(self) -> bytes:
        """Returns the serialised result; raises RunFailed, RunCancelled.

        Cancelled while the catalogue stores the end, it goes on to its own: both rooms then hold the same.
        """
        self._tell_now()
        run = await self._begin()
        drift = await self._run_pass(run)
        if drift and run.pass_number < self._last_pass:
            run = await self._begin_pass(run.pass_number + 1)
            drift = await self._run_pass(run)
        return await self._finish(run, drift)

    async def abandon(self) -> None:
        """Close the run at main_api, where it can be reached, without an end."""
        await self._receiver.abandon(self._pass_counts())

    async def _begin(self) -> SyncRun:
        await self._prune()
        run = await until_available(lambda: self._store.begin(self._id, source=self._source_name))
        if run.source != self._source_name:  # the settings were changed meanwhile: pages of both do not fit together
            run = await self._begin_pass(run.pass_number + 1)
            self._last_pass = run.pass_number + PASS_COUNT - 1
        return run

    async def _begin_pass(self, number: int) -> SyncRun:
        run = await until_available(
            lambda: self._store.begin_pass(self._id, pass_number=number, source=self._source_name)
        )
        await self._prune()
        return run

    @property
    def _source_name(self) -> str:
        return f"{self._source.url} in pages of {self._source.page_size}"

    async def _run_pass(self, run: SyncRun) -> str:
        """Fetch, keep and send what is missing; returns the drift in words."""
        kept = await until_available(lambda: self._store.pages(self._id, run.pass_number))
        self._stage = STORING if run.pass_number == 1 else STORING_AGAIN
        self._counts = SyncCounts(
            pass_number=run.pass_number, added_count=run.carried_added_count, updated_count=run.carried_updated_count
        )
        self._carried_count = run.carried_added_count + run.carried_updated_count
        self._pass_unchanged_count = 0
        if run.object_count is not None:
            self._learn(run.object_count)
        for page in kept:
            if page.is_sent:
                self._count(page)
        self._tell_now()
        wanted = PagesWanted(
            source=self._source,
            object_count=run.object_count,
            kept_pages=frozenset(page.page_number for page in kept),
            kept_counts=frozenset(page.object_count for page in kept),
            kept_spkids=await until_available(lambda: self._store.spkids(self._id, run.pass_number)),
        )
        flow = PageFlow(
            self._id,
            run.pass_number,
            store=self._store,
            workers=self._workers,
            send=lambda page_number, rows: self._receiver.put_page(self._pass_counts(), page_number, rows),
            on_first=self._note_first,
            on_sent=self._note_sent,
        )
        return await flow.run(wanted, kept, created_at=self._created_at)

    async def _finish(self, run: SyncRun, drift: str) -> bytes:
        self._stage = FINISHING
        self._tell_now()
        end = await self._receiver.finish(self._pass_counts(), is_complete=not drift, allow_shrink=self._allow_shrink)
        warning = (
            f"SOURCE_CHANGED: it kept changing while it was read; {drift}. Nothing was deleted."
            if drift
            else end.warning
        )
        # Elements of an incomplete picture replace none of a complete one.
        if not warning or not await until_available(self._store.elements_version):
            await until_available(lambda: self._store.publish(self._id, run.pass_number))
            await self._prune()
        self._counts = replace(self._counts, deleted_count=end.deleted_count)
        self._tell_now()
        duration_s = max(0, self._store.clock() - run.started_us) / SECOND_US
        return result_bytes(self._counts, duration_s=duration_s, warning=warning)

    async def _prune(self) -> None:
        while await until_available(lambda: self._store.prune(limit=50)):
            pass

    def _pass_counts(self) -> PassCounts:
        return PassCounts(
            pass_number=self._counts.pass_number,
            object_count=self._counts.object_count or 0,
            page_count=self._counts.page_count or 1,
        )

    def _learn(self, object_count: int) -> None:
        """The first page tells how much there is."""
        page_count = page_count_for(object_count, self._source.page_size)
        self._counts = replace(self._counts, object_count=object_count, page_count=page_count)

    def _note_first(self, object_count: int) -> None:
        self._learn(object_count)
        self._tell_now()

    def _note_sent(self, page: KeptPage) -> None:
        self._count(page)
        self._stored_count += page.row_count
        if self._store.clock() - self._told_us >= TELL_INTERVAL_US:
            self._tell_now()

    def _count(self, page: KeptPage) -> None:
        """A page is stored."""
        counts = self._counts
        self._pass_unchanged_count += page.unchanged_count
        self._counts = replace(
            counts,
            done_page_count=counts.done_page_count + 1,
            added_count=counts.added_count + page.added_count,
            updated_count=counts.updated_count + page.updated_count,
            # What an earlier pass of this run added or updated was not as before.
            unchanged_count=max(0, self._pass_unchanged_count - self._carried_count),
        )

    def _be_troubled(self, what: str) -> None:
        self._trouble = what
        self._tell_now()

    def _tell_now(self) -> None:
        self._told_us = now_us = self._store.clock()
        elapsed_s = (now_us - self._began_us) / SECOND_US
        rate = self._stored_count / elapsed_s if elapsed_s > 0.0 else 0.0
        self._counts = replace(self._counts, objects_per_second=rate)
        shown = self._counts
        self._tell(shown.fraction, self._trouble or self._stage, progress_bytes(shown))
