"""What the catalogue's worker process does: fetch the pages of one pass, read them, and hand each over.

Fetching is asyncio, many requests at a time; reading and packing a page holds this process's loop for some
milliseconds, which delays nobody but its own requests. A page keeps its place among those in flight until the server
has taken it, so that memory is bounded by them, however large the catalogue is.
"""

import asyncio
import json
import pickle
import random
from array import array
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
import numpy as np

from calc_grpc.catalogue.elements import pack_elements
from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.catalogue.handover import KIND, FetchedPage, PagesWanted
from calc_grpc.catalogue.page import Page, page_count_for
from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.catalogue.source import Source, open_session
from calc_grpc.catalogue.throttle import LoopTimer
from calc_grpc.errors import RunCancelled, first_of
from calc_grpc.worker_process import CancelledBy, ComputedKind, ReportTo

LOOK_INTERVAL_S = 0.05


@dataclass(kw_only=True)
class Seen:
    """What all pages of a pass together must show: one count, and no id twice."""

    first_count: int
    counts: set[int] = field(default_factory=set)
    spkids: "array[int]" = field(default_factory=lambda: array("i"))

    def drift(self) -> str:
        """Why the pages are no picture of one moment, in words; empty when they may be."""
        others = sorted(self.counts - {self.first_count})
        if others:
            changed = ", ".join(f"{count:,}" for count in others[:3])
            return f"the source had {self.first_count:,} objects on its first page and {changed} on others"
        # Not a set: of 1.5 million ids it would take a hundred megabytes.
        twice_count = len(self.spkids) - np.unique(np.frombuffer(self.spkids, np.int32)).size if self.spkids else 0
        if twice_count:
            return f"{twice_count:,} objects came twice, so that others are missing"
        return ""


class CataloguePages:
    """PagesWanted in, FetchedPages handed over on the way, the drift in words as the result."""

    def warm_up(self) -> None:
        """Pack once: the first time takes longer."""
        pack_elements(FIELDS, [[None] * len(FIELDS)])

    def compute(self, input_bytes: bytes, *, created_at: datetime, report: ReportTo, cancelled: CancelledBy) -> bytes:
        """Fetch what is wanted; raises RunFailed, RunCancelled."""
        wanted: PagesWanted = pickle.loads(input_bytes)
        return asyncio.run(fetch_pass(wanted, hand_over=report.hand_over, cancelled=cancelled)).encode()


async def fetch_pass(
    wanted: PagesWanted, *, hand_over: Callable[[FetchedPage], None], cancelled: Callable[[], bool]
) -> str:
    """Fetch the pages of a pass; returns the drift in words, empty when there was none.

    hand_over may block: it runs in a thread, one page at a time. Raises RunFailed, RunCancelled.
    """
    work = asyncio.ensure_future(_fetch(wanted, hand_over))
    try:
        while not (await asyncio.wait({work}, timeout=LOOK_INTERVAL_S))[0]:
            if cancelled():
                raise RunCancelled
        return await work
    except BaseExceptionGroup as group:
        raise first_of(group) from group
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _fetch(wanted: PagesWanted, hand_over: Callable[[FetchedPage], None]) -> str:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="hand-over") as thread:
        async with open_session(wanted.source) as session:
            source = _source(wanted.source, session)
            seen: Seen | None = None

            async def take(number: int) -> Page:
                page = await source.get_page(number)
                await loop.run_in_executor(thread, hand_over, _fetched(page))
                return page

            if wanted.object_count is None:
                first = await take(1)
                seen = Seen(first_count=first.object_count, counts={first.object_count}, spkids=first.spkids())
            else:
                seen = Seen(first_count=wanted.object_count, counts=set(wanted.kept_counts))
                seen.spkids.frombytes(wanted.kept_spkids)
            await _fetch_others(wanted, seen, take)
    return seen.drift()


async def _fetch_others(wanted: PagesWanted, seen: Seen, take: Callable[[int], Awaitable[Page]]) -> None:
    page_count = page_count_for(seen.first_count, wanted.source.page_size)
    missing = iter([number for number in range(2, page_count + 1) if number not in wanted.kept_pages])

    async def take_in_turn(numbers: Iterator[int]) -> None:
        for number in numbers:
            page = await take(number)
            seen.counts.add(page.object_count)
            seen.spkids.extend(page.spkids())

    async with asyncio.TaskGroup() as group:
        for _ in range(min(wanted.source.requests_at_once, page_count)):
            group.create_task(take_in_turn(missing))


def _source(settings: SourceSettings, session: aiohttp.ClientSession) -> Source:
    return Source(settings, session, timer=LoopTimer(), chance=random.SystemRandom())


def _fetched(page: Page) -> FetchedPage:
    return FetchedPage(
        number=page.number,
        object_count=page.object_count,
        row_count=len(page.rows),
        spkids=page.spkids().tobytes(),
        elements=pack_elements(FIELDS, page.rows),
        rows=json.dumps(page.rows, separators=(",", ":")).encode("ascii"),
    )


KINDS: dict[str, ComputedKind] = {KIND: CataloguePages()}
