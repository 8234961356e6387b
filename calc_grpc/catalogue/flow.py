"""The way of the pages of one pass: from the worker into the journal, and from there to main_api.

The worker hands over a page when the server has room for it; the server has room for a few. So what waits anywhere is
a few pages, and a slow main_api slows down the fetching and nothing else.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Protocol

from calc_grpc.catalogue.handover import KIND, FetchedPage, PagesWanted
from calc_grpc.catalogue.receiver import PageCounts
from calc_grpc.errors import RunCancelled, first_of
from calc_grpc.journal.catalogue_port import CatalogueStore, KeptPage, NewPage
from calc_grpc.patience import until_available

PAGES_AT_HAND = 8  # in the server: being kept, waiting to be sent, or on the way
SENDER_COUNT = 4  # while pages are stored, the next ones travel; main_api may have several processes
LOOK_INTERVAL_S = 0.1


class PageWorkers(Protocol):
    """What is needed of `workers.WorkerPool`."""

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: Callable[[float, str], None],
        *,
        created_at: datetime,
        on_part: Callable[[FetchedPage], None] | None,
    ) -> bytes:
        """Compute one; on_part is called in a thread."""

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop."""


class PageFlow:
    """For one pass. send: has a page stored by main_api. on_first: told how many objects there are, before anything is
    sent. on_sent: told of each page that is stored. Both are called in the event loop."""

    def __init__(
        self,
        calculation_id: str,
        pass_number: int,
        *,
        store: CatalogueStore,
        workers: PageWorkers,
        send: Callable[[int, bytes], Awaitable[PageCounts]],
        on_first: Callable[[int], None],
        on_sent: Callable[[KeptPage], None],
    ) -> None:
        self._key = (calculation_id, pass_number)
        self._store = store
        self._workers = workers
        self._send = send
        self._on_first = on_first
        self._on_sent = on_sent
        self._room = threading.Semaphore(PAGES_AT_HAND)
        self._is_over = False
        # The first page closes earlier runs: none may overtake it.
        self._first_is_kept = asyncio.Event()
        self._first_is_sent = asyncio.Event()
        self._to_send: asyncio.Queue[tuple[KeptPage, bytes | None] | None] = asyncio.Queue()

    async def run(self, wanted: PagesWanted, kept: Sequence[KeptPage], *, created_at: datetime) -> str:
        """Return when every page is stored: the drift in words. Raises RunFailed, RunCancelled, WorkerCrashed, …"""
        for page in kept:
            if not page.is_sent:
                self._to_send.put_nowait((page, None))
            elif page.page_number == 1:
                self._first_is_sent.set()
        if kept:
            self._first_is_kept.set()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(SENDER_COUNT):
                    group.create_task(self._send_until_end())
                drift = await self._fetch(group, wanted, created_at)
        except BaseExceptionGroup as several:
            raise first_of(several) from several
        return drift

    async def _fetch(self, group: asyncio.TaskGroup, wanted: PagesWanted, created_at: datetime) -> str:
        """Have the worker fetch; returns when the last page is kept."""
        loop = asyncio.get_running_loop()
        keeping: set[asyncio.Task[None]] = set()

        def keep(page: FetchedPage) -> None:
            if not self._is_over:
                task = group.create_task(self._keep(page))
                keeping.add(task)
                task.add_done_callback(keeping.discard)

        def take(page: FetchedPage) -> None:
            """In a thread: wait for room, so that the worker waits."""
            while not self._room.acquire(timeout=LOOK_INTERVAL_S):
                if self._is_over:
                    return
            loop.call_soon_threadsafe(keep, page)

        try:
            drift = await self._fetched(wanted, take, created_at)
            await asyncio.sleep(0)  # the last page was handed over a moment ago
            if keeping:
                await asyncio.wait(keeping)
        finally:
            self._is_over = True
        for _ in range(SENDER_COUNT):
            self._to_send.put_nowait(None)
        return drift

    async def _fetched(self, wanted: PagesWanted, take: Callable[[FetchedPage], None], created_at: datetime) -> str:
        """Run the worker; whoever leaves this waits until the worker has stopped, and is free for others."""
        calculation_id = self._key[0]
        run = asyncio.ensure_future(
            self._workers.run(calculation_id, KIND, wanted.packed(), _no_progress, created_at=created_at, on_part=take)
        )
        try:
            return (await asyncio.shield(run)).decode()
        finally:
            if not run.done():
                self._is_over = True
                self._workers.cancel(calculation_id)
                await asyncio.wait({run})
            if not run.cancelled():
                run.exception()  # looked at, for its caller may have left

    async def _keep(self, page: FetchedPage) -> None:
        new = NewPage(
            page_number=page.number,
            object_count=page.object_count,
            row_count=page.row_count,
            spkids=page.spkids,
            elements=page.elements,
            rows=page.rows,
        )
        if page.number != 1:
            await self._first_is_kept.wait()
        if not await until_available(lambda: self._store.keep_page(*self._key, new)):
            raise RunCancelled
        if page.number == 1:
            self._on_first(page.object_count)
            self._first_is_kept.set()
        kept = KeptPage(
            page_number=page.number, object_count=page.object_count, row_count=page.row_count, is_sent=False
        )
        self._to_send.put_nowait((kept, page.rows))

    async def _send_until_end(self) -> None:
        while (waiting := await self._to_send.get()) is not None:
            page, rows = waiting
            if page.page_number != 1:
                await self._first_is_sent.wait()
            await self._send_one(page, rows)
            if page.page_number == 1:
                self._first_is_sent.set()
            if rows is not None:
                self._room.release()

    async def _send_one(self, page: KeptPage, rows: bytes | None) -> None:
        if rows is None:  # kept by an earlier process
            rows = await until_available(lambda: self._store.rows(*self._key, page.page_number))
        if rows is None:
            raise RunCancelled
        counts = await self._send(page.page_number, rows)
        sent = replace(page, is_sent=True, **asdict(counts))
        await until_available(lambda: self._store.mark_sent(*self._key, sent))
        self._on_sent(sent)


def _no_progress(fraction: float, stage: str) -> None:
    """Pages that are stored are the progress."""
