"""Pages and ends of a synchronisation at the same moment, and a page that fails half-way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from main_api.asteroids.models import Asteroid, CataloguePage, CatalogueSync
from main_api.asteroids.sbdb import read_page
from main_api.asteroids.services.finishing import finish_sync
from main_api.asteroids.services.pages import store_page
from tests.main_api.sample_catalogue import FIELDS, Run, source_row, source_rows, spkids

pytestmark = pytest.mark.django_db(transaction=True)

BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
Together = Callable[..., list[Any]]


def storing(*numbers: int, page: int = 1, pages: int = 1, run: int = 1, passing: int = 1) -> Callable[[], Any]:
    """Stores a page past the views, which take one page at a time in a process, as two processes would."""
    rows = [[row[field] for field in FIELDS] for row in source_rows(*numbers)]

    def store() -> tuple[int, int]:
        stored = store_page(
            calculation_id=UUID(int=run),
            calculation_created_at=BEGAN + timedelta(seconds=run),
            pass_number=passing,
            page_number=page,
            object_count=len(numbers) * pages,
            page_count=pages,
            page=read_page(FIELDS, rows),
        )
        return stored.added_count, stored.unchanged_count

    return store


def test_a_page_sent_twice_at_once_is_stored_once_and_answered_the_same(together: Together) -> None:
    assert together(storing(1, 2), storing(1, 2)) == [(2, 0), (2, 0)]
    assert spkids() == [20000001, 20000002] and CataloguePage.objects.count() == 1


def test_pages_sent_at_once_are_all_stored(together: Together) -> None:
    calls = [storing(2 * page, 2 * page + 1, page=page, pages=4) for page in range(1, 5)]
    assert together(*calls) == [(2, 0)] * 4
    assert Asteroid.objects.count() == 8 and CatalogueSync.objects.get().pages.count() == 4


def test_an_object_of_two_pages_sent_at_once_is_added_once(together: Together) -> None:
    outcomes = together(storing(1, 2, page=1, pages=2), storing(2, 1, page=2, pages=2))
    assert sorted(outcomes) == [(0, 2), (2, 0)]


def test_of_two_runs_that_begin_at_once_the_later_goes_on(together: Together) -> None:
    together(storing(1, run=1), storing(2, run=2))
    assert storing(3, run=2, page=2, pages=2)() == (1, 0)
    assert together(storing(4, run=1, page=2, pages=2)) == ["SYNC_SUPERSEDED"]


def test_a_page_and_the_next_pass_at_once_leave_pages_of_the_next_pass_only(together: Together) -> None:
    storing(1, page=1, pages=2)()
    first, second = together(storing(2, page=2, pages=2), storing(1, page=1, pages=2, passing=2))
    assert first in ((1, 0), "PASS_VOIDED") and second == (0, 1)
    assert list(CataloguePage.objects.values_list("page", flat=True)) == [1]


def test_two_ends_at_once_are_one(together: Together) -> None:
    storing(1, 2, 3)()
    storing(1, 2, run=2)()

    def finish() -> tuple[int, str]:
        sync = finish_sync(
            calculation_id=UUID(int=2),
            calculation_created_at=BEGAN + timedelta(seconds=2),
            pass_number=1,
            object_count=2,
            page_count=1,
            complete=True,
            allow_shrink=True,
        )
        return sync.deleted_count, sync.warning

    assert together(finish, finish) == [(1, "")] * 2
    assert spkids() == [20000001, 20000002]


def test_a_page_that_fails_half_way_leaves_nothing_and_can_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    run.client = APIClient(raise_request_exception=False)
    with monkeypatch.context() as patch:
        patch.setattr("main_api.asteroids.services.pages.array", lambda *_: 1 / 0)
        assert run.put([source_row()]).json()["reason"] == "INTERNAL"
    assert spkids() == [] and not CatalogueSync.objects.exists()
    assert run.put([source_row()]).json()["added_count"] == 1
