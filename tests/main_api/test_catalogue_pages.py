"""Pages of a synchronisation: who may send them, what is stored and counted, what repeats, passes and runs do."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from main_api.asteroids.models import Asteroid, CataloguePage
from tests.main_api.sample_catalogue import FIELDS, Run, counts, source_row, source_rows, spkids

pytestmark = pytest.mark.django_db


def test_a_page_is_stored_in_our_units() -> None:
    assert counts(Run().put([source_row()])) == (1, 0, 0)
    eros = Asteroid.objects.get()
    assert (eros.spkid, eros.full_name, eros.designation, eros.number) == (20000433, "433 Eros (A898 PA)", "433", 433)
    assert (eros.name, eros.name_key, eros.designation_key) == ("Eros", "EROS", "A898PA")
    assert (eros.neo, eros.pha, eros.orbit_class, eros.orbit_id) == (True, False, "AMO", "JPL 659")
    assert (eros.epoch_mjd_tdb, eros.e, eros.a_au) == (61000.0, 0.2228359407071628, 1.458120998474684)
    assert eros.tp_mjd_tdb == pytest.approx(61088.331287055192, abs=1e-9)
    assert eros.period_years == pytest.approx(643.1 / 365.25)
    assert (eros.data_arc_days, eros.observation_count, eros.rms_arcsec) == (47582, 9130, 0.3)
    assert (eros.first_obs, eros.condition_code, eros.g_slope, eros.moid_au) == ("1893-10-29", "0", 0.46, 0.148)


def test_what_is_not_known_is_null_or_empty() -> None:
    unknown = dict.fromkeys(set(FIELDS) - {"spkid", "full_name", "pdes"})
    assert counts(Run().put([source_row(**unknown)])) == (1, 0, 0)
    stored = Asteroid.objects.get()
    assert (stored.name, stored.orbit_class, stored.condition_code, stored.first_obs) == ("", "", "", "")
    assert {stored.neo, stored.pha, stored.e, stored.tp_mjd_tdb, stored.period_years, stored.data_arc_days} == {None}


def test_the_fields_may_come_in_any_order() -> None:
    row = source_row()
    fields = FIELDS[::-1]
    body = Run().body(object_count=1, page_count=1, fields=fields, rows=[[row[field] for field in fields]])
    assert counts(Run().put_body(body)) == (1, 0, 0)
    assert Asteroid.objects.get().name == "Eros"


def test_only_what_changed_is_updated_and_only_that_gets_a_new_moment() -> None:
    Run().put(source_rows(1, 2, 433))
    before = dict(Asteroid.objects.values_list("spkid", "updated_at"))
    changed = [source_row(1), source_row(2, H="15.2"), source_row(433), source_row(4)]
    assert counts(Run().put(changed)) == (1, 1, 2)
    after = dict(Asteroid.objects.values_list("spkid", "updated_at"))
    assert [spkid for spkid in before if after[spkid] != before[spkid]] == [20000002]
    assert Asteroid.objects.get(number=2).h_magnitude == 15.2


@pytest.mark.parametrize("field", [field for field in FIELDS if field != "spkid"])
def test_a_change_of_any_field_is_an_update(field: str) -> None:
    Run().put([source_row()])
    other = {"name": "Amor", "pdes": "434", "full_name": "434 Amor", "neo": None, "pha": None, "class": "APO"}
    row = source_row()
    row[field] = other.get(field, "1")
    assert counts(Run().put([row])) == (0, 1, 0)
    assert counts(Run().put([row])) == (0, 0, 1)


def test_the_same_number_written_otherwise_is_no_update() -> None:
    Run().put([source_row(e=".25", i="8.", per="1330", n_obs_used=9130)])
    assert counts(Run().put([source_row(e="0.25", i="8.0", per="1.33e+03", n_obs_used="9130")])) == (0, 0, 1)
    assert counts(Run().put([source_row(e=0.25, i=8, per=1330, n_obs_used=9130)])) == (0, 0, 1)


def test_a_repeated_page_answers_the_same_and_changes_nothing() -> None:
    run = Run()
    assert counts(run.put(source_rows(1, 2))) == (2, 0, 0)
    stored = list(Asteroid.objects.values())
    assert counts(run.put(source_rows(1, 2))) == (2, 0, 0)
    assert list(Asteroid.objects.values()) == stored and CataloguePage.objects.count() == 1


def test_a_page_with_other_rows_under_the_same_number_is_refused() -> None:
    run = Run()
    run.put([source_row(1)])
    answer = run.put([source_row(1, H="3.3")])
    assert (answer.status_code, answer.json()["reason"]) == (409, "PAGE_CONFLICT")
    assert Asteroid.objects.get().h_magnitude == 15.1


def test_the_pages_held_are_listed_with_their_counts() -> None:
    run = Run()
    assert run.held().json() == {"pass": 0, "pages": []}
    run.put(source_rows(3, 4), page=2, page_count=3)
    run.put(source_rows(1, 2), page=1, page_count=3)
    page = {"row_count": 2, "added_count": 2, "updated_count": 0, "unchanged_count": 0}
    assert run.held().json() == {"pass": 1, "pages": [{"page": 1, **page}, {"page": 2, **page}]}


def test_an_object_that_stands_on_two_pages_is_stored_once() -> None:
    run = Run()
    run.put(source_rows(1, 2), page=1, page_count=2)
    assert counts(run.put(source_rows(2, 3), page=2, page_count=2)) == (1, 0, 1)
    assert counts(Run().put([*source_rows(5, 5), source_row(5, H="9")])) == (1, 0, 2)
    assert Asteroid.objects.get(number=5).h_magnitude == 9


def test_a_page_without_rows_is_a_page() -> None:
    assert counts(Run().put([])) == (0, 0, 0)


def test_a_later_pass_voids_the_pages_of_the_earlier_one() -> None:
    run = Run()
    run.put(source_rows(1, 2), page=1, page_count=2)
    run.put(source_rows(3, 4), page=2, page_count=2)
    assert counts(run.put(source_rows(1, 2), page=1, page_count=2, **{"pass": 2})) == (0, 0, 2)
    assert (run.held().json()["pass"], len(run.held().json()["pages"])) == (2, 1)
    late = run.put(source_rows(3, 4), page=2, page_count=2)
    assert (late.status_code, late.json()["reason"]) == (409, "PASS_VOIDED")


def test_the_first_page_of_a_later_run_closes_earlier_ones() -> None:
    earlier, later = Run(), Run()
    earlier.put([source_row(1)], page=1, page_count=2)
    later.put([source_row(2)], page=1, page_count=2)
    for answer in (earlier.put([source_row(3)], page=2, page_count=2), earlier.put([source_row(1)], page_count=2)):
        assert (answer.status_code, answer.json()["reason"]) == (410, "SYNC_SUPERSEDED")
    assert spkids() == [20000001, 20000002] and earlier.held().json()["pages"] == []
    assert later.put([source_row(3)], page=2, page_count=2).status_code == 200


def test_a_run_that_is_earlier_never_begins() -> None:
    Run().put([source_row(1)])
    old = Run(created_at=timezone.now() - timedelta(days=1)).put([source_row(2)])
    assert (old.status_code, old.json()["reason"]) == (410, "SYNC_SUPERSEDED")
    assert spkids() == [20000001]


def test_of_two_runs_of_one_moment_the_larger_id_goes_on() -> None:
    moment = timezone.now()
    small, large = (Run(created_at=moment, calculation_id=UUID(int=value)) for value in (1, 2))
    assert small.put([source_row(1)]).status_code == 200
    assert large.put([source_row(1)]).status_code == 200
    assert small.put([source_row(1)]).status_code == 410


def test_pages_after_the_end_are_gone() -> None:
    run = Run()
    run.put([source_row(1)])
    run.finish()
    answer = run.put([source_row(1)])
    assert (answer.status_code, answer.json()["reason"]) == (410, "SYNC_FINISHED")


@pytest.mark.parametrize(("key", "status", "reason"), [(None, 401, "NO_KEY"), ("another-key", 403, "WRONG_KEY")])
def test_the_key_is_needed(key: str | None, status: int, reason: str) -> None:
    run = Run()
    for answer in (run.put([source_row()], key=key), run.held(key=key), run.finish(key=key)):
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert spkids() == []


def test_where_signatures_are_required_pages_and_the_end_need_one(settings: Any) -> None:
    settings.REQUIRE_SIGNATURE = True
    run = Run()
    for answer in (run.put([source_row()]), run.finish()):
        assert (answer.status_code, answer.json()["reason"]) == (401, "NO_SIGNATURE")
    assert run.held().status_code == 200


BAD_BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"calculation_created_at": None}, "calculation_created_at", "REQUIRED"),
    ({"calculation_created_at": "2100-01-01T00:00:00Z"}, "calculation_created_at", "FUTURE_TIME"),
    ({"pass": 0}, "pass", "OUT_OF_RANGE"),
    ({"pass": "1"}, "pass", "WRONG_TYPE"),
    ({"object_count": -1}, "object_count", "OUT_OF_RANGE"),
    ({"page_count": 2**31}, "page_count", "OUT_OF_RANGE"),
    ({"page_count": 0}, "page_count", "OUT_OF_RANGE"),
    ({"rows": {}}, "rows", "WRONG_TYPE"),
    ({"fields": "spkid"}, "fields", "WRONG_TYPE"),
    ({"page": 1}, "page", "UNKNOWN_FIELD"),
]


@pytest.mark.parametrize(("changes", "path", "reason"), BAD_BODIES)
def test_a_malformed_body_is_refused_by_its_path(changes: dict[str, Any], path: str, reason: str) -> None:
    run = Run()
    answer = run.put_body(run.page_body([source_row()]) | changes)
    assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_INPUT")
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [(path, reason)]
    assert spkids() == []


@pytest.mark.parametrize("page", [0, 3])
def test_a_page_that_the_source_does_not_have_is_refused(page: int) -> None:
    answer = Run().put([source_row()], page=page, page_count=2)
    assert answer.status_code == 400 and "there are 2" in answer.json()["errors"][0]["message"]


def test_a_page_may_be_larger_than_other_bodies() -> None:
    rows = [source_row(number, orbit_id="x" * 32) for number in range(1000, 11_000)]
    assert counts(Run().put(rows)) == (10_000, 0, 0)
    assert counts(Run().put(rows)) == (0, 0, 10_000)
