"""What a store of the asteroid catalogue promises: pages on their way to main_api, and the elements that stay.

A synchronisation is a run with passes. A page is kept before it is sent, with its rows, its ids and its packed
elements; when main_api has it, the rows go. A later pass voids the earlier ones. At the end the elements of a pass are
published: from then on they are the current version, and what no longer counts is deleted a little at a time.
Every method raises JournalUnavailable as a journal does, and is safe to repeat.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from calc_grpc.calculation import Clock


class ElementsGone(Exception):
    """This version of the elements is no longer the current one; ask for the version again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncRun:
    """A synchronisation under way. source: what its pages come from, in words of the caller's.

    object_count: what the first page of this pass said, None while that is not kept. carried_…: of the passes before.
    """

    calculation_id: str
    source: str
    pass_number: int
    object_count: int | None
    started_us: int
    carried_added_count: int
    carried_updated_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPage:
    """A page to keep. spkids: 32-bit ids. elements: see catalogue/elements.py. rows: as they are sent."""

    page_number: int
    object_count: int
    row_count: int
    spkids: bytes
    elements: bytes
    rows: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPage:
    """A page that is kept; the last three are known when it is sent."""

    page_number: int
    object_count: int
    row_count: int
    is_sent: bool
    added_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0


class CatalogueStore(Protocol):
    """See the module for what all methods share."""

    clock: Clock

    async def begin(self, calculation_id: str, *, source: str) -> SyncRun:
        """Return the run as it stands, from its first pass where there is none."""

    async def begin_pass(self, calculation_id: str, *, pass_number: int, source: str) -> SyncRun:
        """Void the pass before, and return the run; it is unchanged where it stands at that pass already."""

    async def keep_page(self, calculation_id: str, pass_number: int, page: NewPage) -> bool:
        """Keep a page, if it is not; False when the calculation does not run any more, or stands at another pass."""

    async def pages(self, calculation_id: str, pass_number: int) -> list[KeptPage]:
        """Return the pages of a pass by number."""

    async def spkids(self, calculation_id: str, pass_number: int) -> bytes:
        """Return the ids on all pages of a pass, one after another."""

    async def rows(self, calculation_id: str, pass_number: int, page_number: int) -> bytes | None:
        """Return the rows of a page that is not sent yet, else None."""

    async def mark_sent(self, calculation_id: str, pass_number: int, page: KeptPage) -> None:
        """Note that main_api has a page, with the counts it told; its rows are not needed any more."""

    async def publish(self, calculation_id: str, pass_number: int) -> int:
        """Make the elements of a pass the current ones; returns their version. Again: the same version."""

    async def prune(self, *, limit: int) -> int:
        """Delete up to `limit` pages that are neither published nor of a run under way; returns how many."""

    async def elements_version(self) -> int:
        """Return the current version, which grows with each; 0 when nothing was published yet."""

    def elements_blobs(self, version: int) -> AsyncIterator[bytes]:
        """Yield the blobs of a version, page by page; raises ElementsGone, also in between."""
