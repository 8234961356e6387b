"""Pages of a synchronisation: a page and its counts are stored in one transaction, so a repeated page changes nothing.

A run's later pass voids the pages of its earlier ones, a later run closes the earlier runs.
"""

import logging
from array import array
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from main_api.asteroids.models import Asteroid, CataloguePage, CatalogueSync
from main_api.asteroids.sbdb import Page
from main_api.asteroids.services.upsert import bulk_writing, upsert
from main_api.errors import FieldError, InvalidInput, PageConflict, PassVoided, SyncFinished, SyncSuperseded
from main_api.turns import writing

logger = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(minutes=5)


def store_page(
    *,
    calculation_id: UUID,
    calculation_created_at: datetime,
    pass_number: int,
    page_number: int,
    object_count: int,
    page_count: int,
    page: Page,
) -> CataloguePage:
    """Stores the rows of a page; the counts of a page that is held already are those of the first time.

    Raises SyncFinished, SyncSuperseded, PassVoided, PageConflict (held with other rows) or InvalidInput.
    """
    if not 1 <= page_number <= page_count:
        message = f"The page is number {page_number}, and there are {page_count}."
        raise InvalidInput(errors=[FieldError(path="page_count", reason="OUT_OF_RANGE", message=message)])
    digest = page.digest
    with bulk_writing(), writing():
        sync = lock_sync(calculation_id=calculation_id, created_at=calculation_created_at, pass_number=pass_number)
        if sync.finished_at is not None:
            raise SyncFinished()
        refuse_superseded(sync)
        enter_pass(sync, pass_number)
        held = sync.pages.filter(page=page_number).first()
        if held is not None:
            if bytes(held.digest) != digest:
                raise PageConflict()
            return held
        added_count, updated_count = upsert(page, now=timezone.now())
        stored = CataloguePage.objects.create(
            sync=sync,
            page=page_number,
            object_count=object_count,
            page_count=page_count,
            row_count=page.row_count,
            added_count=added_count,
            updated_count=updated_count,
            unchanged_count=page.row_count - added_count - updated_count,
            digest=digest,
            spkids=array("i", page.rows).tobytes(),
        )
    logger.info(
        "page stored",
        extra={"calculation_id": calculation_id, "pass": pass_number, "page": page_number, "rows": page.row_count},
    )
    return stored


def lock_sync(*, calculation_id: UUID, created_at: datetime, pass_number: int) -> CatalogueSync:
    """The run, locked until the transaction ends; a run that is not known begins, and closes the earlier ones.

    Raises SyncSuperseded when a later one began before it, InvalidInput when it was created in the future: it would
    pass for later than all that follow.
    """
    known = CatalogueSync.objects.select_for_update().filter(pk=calculation_id).first()
    if known is not None:
        return known
    now = timezone.now()
    if created_at > now + CLOCK_TOLERANCE:
        message = "This moment has not come yet; up to 5 minutes ahead of the clock here are accepted."
        raise InvalidInput(errors=[FieldError(path="calculation_created_at", reason="FUTURE_TIME", message=message)])
    begun = CatalogueSync(
        calculation_id=calculation_id,
        calculation_created_at=created_at,
        started_at=now,
        pass_number=pass_number,
        held_count=Asteroid.objects.count(),
    )
    refuse_superseded(begun)
    CatalogueSync.objects.bulk_create([begun], ignore_conflicts=True)  # another page of it may be as quick
    CataloguePage.objects.exclude(sync=calculation_id).delete()
    return CatalogueSync.objects.select_for_update().get(pk=calculation_id)


def enter_pass(sync: CatalogueSync, pass_number: int) -> None:
    """Makes this the run's pass, if it is not; raises PassVoided when a later one is."""
    if pass_number < sync.pass_number:
        raise PassVoided()
    if pass_number > sync.pass_number:
        sync.pages.all().delete()
        sync.pass_number = pass_number
        sync.save(update_fields=["pass_number"])


def refuse_superseded(sync: CatalogueSync) -> None:
    """Raises SyncSuperseded when a later run began; of two created at the same moment, the one with the larger id."""
    created_at, pk = sync.calculation_created_at, sync.calculation_id
    later = Q(calculation_created_at__gt=created_at) | Q(calculation_created_at=created_at, calculation_id__gt=pk)
    if CatalogueSync.objects.filter(later).exists():
        raise SyncSuperseded()
