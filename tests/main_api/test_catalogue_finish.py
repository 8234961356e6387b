"""The end of a synchronisation: what is deleted, when nothing is, and that it can be repeated."""

from typing import Any

import pytest

from main_api.asteroids.models import CataloguePage, CatalogueSync
from tests.main_api.sample_catalogue import Run, fill, source_row, source_rows, spkids

pytestmark = pytest.mark.django_db

TWENTY = range(1, 21)


def finished(run: Run, **changes: Any) -> tuple[int, str]:
    """How many were deleted, and the first word of the warning."""
    answer = run.finish(**changes)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return body["deleted_count"], body["warning"].partition(":")[0]


def test_what_a_complete_run_no_longer_contains_is_deleted() -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(2, 12)), page=1, object_count=18, page_count=2)
    run.put(source_rows(*range(12, 20)), page=2, object_count=18, page_count=2)
    assert finished(run, object_count=18, page_count=2) == (2, "")
    assert spkids() == [20000000 + number for number in range(2, 20)]


def test_repeated_the_end_answers_the_same() -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(1, 20)))
    first = run.finish(object_count=19).json()
    assert first == {"deleted_count": 1, "warning": ""}
    fill(*source_rows(*TWENTY))
    assert run.finish(object_count=19).json() == first
    assert run.finish(object_count=5, complete=False).json() == first
    assert len(spkids()) == 20


def test_a_run_that_is_not_complete_deletes_nothing() -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(1, 20)))
    assert finished(run, object_count=19, complete=False) == (0, "")
    assert len(spkids()) == 20
    assert run.put(source_rows(1)).json()["reason"] == "SYNC_FINISHED"


def test_a_run_that_ended_before_its_first_page_can_be_closed() -> None:
    run = Run()
    assert finished(run, object_count=0, page_count=0, complete=False) == (0, "")
    assert run.put([source_row()]).json()["reason"] == "SYNC_FINISHED"


def test_nothing_is_deleted_while_pages_are_missing() -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(1, 20)), page=2, page_count=2, object_count=19)
    assert finished(run, object_count=19, page_count=2) == (0, "PAGES_MISSING")
    assert finished(Run(), object_count=0, page_count=0) == (0, "PAGES_MISSING")
    assert len(spkids()) == 20


def test_nothing_is_deleted_when_the_pages_told_another_total() -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(1, 10)), page=1, page_count=2, object_count=18)
    run.put(source_rows(*range(10, 20)), page=2, page_count=2, object_count=19)
    assert finished(run, object_count=19, page_count=2) == (0, "COUNT_CHANGED")
    assert len(spkids()) == 20


@pytest.mark.parametrize("second", [range(10, 19), range(11, 21)], ids=["one twice, one missing", "one too few"])
def test_nothing_is_deleted_when_the_distinct_objects_are_not_as_many_as_told(second: range) -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(2, 11)), page=1, page_count=2, object_count=18 + (second[0] > 10) * 2)
    run.put(source_rows(*second), page=2, page_count=2, object_count=18 + (second[0] > 10) * 2)
    answer = run.finish(object_count=18 + (second[0] > 10) * 2, page_count=2).json()
    assert answer["deleted_count"] == 0 and answer["warning"].startswith("NOT_DISTINCT")
    assert len(spkids()) == 20


@pytest.mark.parametrize(("left", "deleted", "warning"), [(18, 2, ""), (17, 0, "SHRINKS")])
def test_a_total_that_drops_by_more_than_a_tenth_holds_deletion_back(left: int, deleted: int, warning: str) -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(1, left + 1)))
    assert finished(run, object_count=left) == (deleted, warning)
    assert len(spkids()) == 20 - deleted


def test_what_was_held_back_is_deleted_when_shrinking_is_allowed() -> None:
    fill(*source_rows(*TWENTY))
    for allow_shrink, outcome in ((False, (0, "SHRINKS")), (False, (0, "SHRINKS")), (True, (15, ""))):
        run = Run()
        run.put(source_rows(*range(1, 6)))
        assert finished(run, object_count=5, allow_shrink=allow_shrink) == outcome
    assert len(spkids()) == 5


def test_the_total_is_compared_with_what_was_held_before_the_run() -> None:
    """Nineteen come where twenty were, so four that are gone are deleted, though three others are new."""
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*range(5, 24)))
    assert finished(run, object_count=19) == (4, "")


def test_only_the_pages_of_the_last_pass_count() -> None:
    fill(*source_rows(*TWENTY))
    run = Run()
    run.put(source_rows(*TWENTY), object_count=20)
    run.put(source_rows(*range(1, 20)), object_count=19, **{"pass": 2})
    late = run.finish(object_count=20)
    assert (late.status_code, late.json()["reason"]) == (409, "PASS_VOIDED")
    assert finished(run, object_count=19, **{"pass": 2}) == (1, "")


def test_a_pass_of_which_no_page_came_voids_the_earlier_ones_too() -> None:
    run = Run()
    run.put([source_row()])
    assert finished(run, **{"pass": 2}) == (0, "PAGES_MISSING")


def test_the_end_of_a_run_that_a_later_one_closed_is_gone() -> None:
    earlier, later = Run(), Run()
    earlier.put([source_row(1)])
    later.put([source_row(2)])
    answer = earlier.finish()
    assert (answer.status_code, answer.json()["reason"]) == (410, "SYNC_SUPERSEDED")
    assert len(spkids()) == 2


def test_the_ids_of_a_page_are_kept_only_until_the_end() -> None:
    run = Run()
    run.put(source_rows(1, 2, 3))
    assert len(CataloguePage.objects.get().spkids) == 12
    run.finish(object_count=3)
    assert len(CataloguePage.objects.get().spkids) == 0
    assert run.held().json()["pages"][0]["added_count"] == 3
    assert CatalogueSync.objects.get().finished_at is not None


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"complete": None}, "complete", "REQUIRED"),
        ({"complete": "yes"}, "complete", "WRONG_TYPE"),
        ({"allow_shrink": 1}, "allow_shrink", "WRONG_TYPE"),
        ({"pass": None}, "pass", "REQUIRED"),
        ({"rows": []}, "rows", "UNKNOWN_FIELD"),
    ],
)
def test_a_malformed_end_is_refused(changes: dict[str, Any], path: str, reason: str) -> None:
    answer = Run().finish(**changes)
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [(path, reason)]
