"""The end of a synchronisation: deletes what a complete and consistent run no longer contains, and nothing else."""

import logging
from array import array
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.utils import timezone

from main_api.asteroids.models import Asteroid, CatalogueSync
from main_api.asteroids.services.pages import enter_pass, lock_sync, refuse_superseded
from main_api.asteroids.services.upsert import IDS_AT_ONCE, bulk_writing, copy_log
from main_api.turns import writing

logger = logging.getLogger(__name__)

LARGEST_SHRINK = 0.10


def finish_sync(
    *,
    calculation_id: UUID,
    calculation_created_at: datetime,
    pass_number: int,
    object_count: int,
    page_count: int,
    complete: bool,
    allow_shrink: bool,
) -> CatalogueSync:
    """Ends a run; repeated, it answers the same. `deleted_count` and `warning` of the row tell what came of it.

    complete: the run has seen all of the source; without it nothing is deleted. What was sent is not taken on trust:
    all pages are held, all of them told the same counts, and their distinct objects are as many as the source has.
    Raises SyncSuperseded, PassVoided or InvalidInput.
    """
    with writing():
        sync = lock_sync(calculation_id=calculation_id, created_at=calculation_created_at, pass_number=pass_number)
        if sync.finished_at is not None:
            return sync
        refuse_superseded(sync)
        enter_pass(sync, pass_number)
        if complete:
            _delete_missing(sync, object_count, page_count, allow_shrink)
        sync.finished_at = timezone.now()
        sync.save()
        sync.pages.update(spkids=b"")
    copy_log()
    logger.info(
        "synchronisation finished",
        extra={"calculation_id": calculation_id, "deleted": sync.deleted_count, "warning": sync.warning},
    )
    return sync


def _delete_missing(sync: CatalogueSync, object_count: int, page_count: int, allow_shrink: bool) -> None:
    sync.warning = _incomplete(sync, object_count, page_count)
    if sync.warning:
        return
    seen = _seen(sync)
    distinct_count = len(seen) - sum(one == next_one for one, next_one in pairwise(seen))
    if distinct_count != object_count:
        sync.warning = (
            f"NOT_DISTINCT: the source has {object_count} objects and its pages held {distinct_count}: it changed "
            "while it was read. Nothing was deleted."
        )
    elif not allow_shrink and object_count < (1 - LARGEST_SHRINK) * sync.held_count:
        sync.warning = (
            f"SHRINKS: the source has {object_count} objects and the catalogue had {sync.held_count}: more than "
            f"{LARGEST_SHRINK:.0%} fewer. Nothing was deleted; if that is right, start with allow_shrink."
        )
    else:
        sync.deleted_count = _delete(list(_missing(seen)))


def _delete(spkids: list[int]) -> int:
    if spkids:
        with bulk_writing():
            for start in range(0, len(spkids), IDS_AT_ONCE):
                Asteroid.objects.filter(pk__in=spkids[start : start + IDS_AT_ONCE]).delete()
    return len(spkids)


def _incomplete(sync: CatalogueSync, object_count: int, page_count: int) -> str:
    """Why the pages held do not make up the source; empty when they do."""
    told = list(sync.pages.values_list("page", "object_count", "page_count"))
    if not told or [page for page, _, _ in told] != list(range(1, page_count + 1)):
        return f"PAGES_MISSING: {len(told)} of {page_count} pages were stored. Nothing was deleted."
    if any(counts != [object_count, page_count] for _, *counts in told):
        return "COUNT_CHANGED: the source told another number of objects while it was read. Nothing was deleted."
    return ""


def _seen(sync: CatalogueSync) -> list[int]:
    """The ids of all rows of the pass in ascending order, repeated ones repeated."""
    seen = array("i")
    for blob in sync.pages.values_list("spkids", flat=True).iterator(chunk_size=10):
        seen.frombytes(bytes(blob))
    return sorted(seen)


def _missing(seen: list[int]) -> Iterator[int]:
    """Ids of the catalogue that are not among these; both in ascending order, so neither is searched."""
    candidates = iter(seen)
    candidate = next(candidates, None)
    for spkid in Asteroid.objects.order_by("spkid").values_list("spkid", flat=True).iterator(chunk_size=IDS_AT_ONCE):
        while candidate is not None and candidate < spkid:
            candidate = next(candidates, None)
        if candidate != spkid:
            yield spkid
