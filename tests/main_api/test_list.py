"""The list of requests and the single request: who sees what, filters, order, pages, ETag, number of queries."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import Request
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, make_request, result_body
from tests.main_api.test_transitions import ROW

URL = "/api/requests"


def listed(client: APIClient, query: str = "") -> list[int]:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.fixture
def formed_on(observer: User) -> Callable[[str], int]:
    """The id of a request that was formed at a moment."""

    def build(moment: str) -> int:
        request = make_formed(observer)
        Request.objects.filter(pk=request.pk).update(formed_at=datetime.fromisoformat(moment))
        return request.pk

    return build


def test_a_row_has_the_fields_of_the_contract(as_observer: APIClient, observer: User) -> None:
    make_draft(observer)
    page = as_observer.get(URL).json()
    assert set(page) == {"count", "next", "previous", "results"}
    assert set(page["results"][0]) == ROW


def test_an_observer_sees_their_own_requests_the_newest_first(
    as_observer: APIClient, observer: User, other_observer: User, moderator: User
) -> None:
    own = [make_request(status, observer, moderator).pk for status in ("DRAFT", "FORMED", "COMPLETED", "REJECTED")]
    make_request("DELETED", observer, moderator)
    make_formed(other_observer)
    assert listed(as_observer) == own[::-1]


def test_a_moderator_sees_all_but_drafts_of_others(
    as_moderator: APIClient, observer: User, other_observer: User, moderator: User
) -> None:
    own_draft = make_draft(moderator)
    make_draft(observer)
    formed, other = make_formed(observer), make_formed(other_observer)
    make_request("DELETED", observer, moderator)
    assert listed(as_moderator) == [other.pk, formed.pk, own_draft.pk]


def test_statuses_may_repeat(as_observer: APIClient, observer: User, moderator: User) -> None:
    ids = {status: make_request(status, observer, moderator).pk for status in ("DRAFT", "FORMED", "REJECTED")}
    assert listed(as_observer, "status=DRAFT") == [ids["DRAFT"]]
    assert listed(as_observer, "status=REJECTED&status=DRAFT") == [ids["REJECTED"], ids["DRAFT"]]
    assert len(listed(as_observer, "status=")) == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("formed_after=2026-03-02", [1, 2, 3]),
        ("formed_after=2026-03-03", [3]),
        ("formed_before=2026-03-02", [0, 1, 2]),
        ("formed_before=2026-03-01", [0]),
        ("formed_after=2026-03-02&formed_before=2026-03-02", [1, 2]),
        ("formed_before=9999-12-31", [0, 1, 2, 3]),
        ("formed_after=", [0, 1, 2, 3]),
    ],
)
def test_days_are_utc_days_and_included(
    as_observer: APIClient, formed_on: Callable[[str], int], query: str, expected: list[int]
) -> None:
    moments = (
        "2026-03-01T23:59:59.999999+00:00",
        "2026-03-02T00:00:00+00:00",
        "2026-03-03T02:59:59.999999+03:00",
        "2026-03-03T00:00:00+00:00",
    )
    ids = [formed_on(moment) for moment in moments]
    assert sorted(listed(as_observer, query)) == [ids[index] for index in expected]


@pytest.mark.parametrize("query", ["CERES", "церера", "(99942)", "50%", "OLGA", "clear"])
def test_designation_comment_and_creator_are_searched_in_any_case(
    as_moderator: APIClient, observer: User, other_observer: User, query: str
) -> None:
    wanted = make_formed(observer, designation="1 Ceres, ЦЕРЕРА (99942)", comment="Clear; 50% moon")
    make_formed(other_observer, designation="Pallas", comment="Fog (99943), 500 m")
    assert listed(as_moderator, f"search={quote(query)}") == [wanted.pk]


def test_a_search_is_text_and_no_pattern(as_observer: APIClient, observer: User) -> None:
    make_formed(observer)
    assert listed(as_observer, "search=C.res") == listed(as_observer, "search=.*") == []
    assert listed(as_observer, "search=%25") == listed(as_observer, "search=_") == []


def test_rows_changed_at_a_moment_or_later(as_observer: APIClient, observer: User) -> None:
    early, late = make_draft(observer), make_draft(observer)
    moment = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
    Request.objects.filter(pk=early.pk).update(updated_at=moment)
    Request.objects.filter(pk=late.pk).update(updated_at=moment + timedelta(microseconds=1))
    assert listed(as_observer, "updated_after=2026-03-01T12:00:00.000250Z") == [late.pk, early.pk]
    assert listed(as_observer, "updated_after=2026-03-01T12:00:00.000251Z") == [late.pk]
    assert listed(as_observer, f"updated_after={quote('2026-03-01T15:00:00.000251+03:00')}") == [late.pk]


def test_a_day_means_its_start_in_utc(as_observer: APIClient, observer: User) -> None:
    before, after = make_draft(observer), make_draft(observer)
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    Request.objects.filter(pk=before.pk).update(updated_at=midnight - timedelta(microseconds=1))
    Request.objects.filter(pk=after.pk).update(updated_at=midnight)
    assert listed(as_observer, "updated_after=2026-03-01") == [after.pk]


def test_the_order_is_chosen_and_empty_values_come_last(as_observer: APIClient, observer: User) -> None:
    b, a, draft = (
        make_formed(observer, designation="B").pk,
        make_formed(observer, designation="A").pk,
        make_draft(observer, designation="C").pk,
    )
    assert listed(as_observer, "ordering=designation") == [a, b, draft]
    assert listed(as_observer, "ordering=-designation") == [draft, b, a]
    assert listed(as_observer, "ordering=formed_at") == [b, a, draft]
    assert listed(as_observer, "ordering=-formed_at") == [a, b, draft]
    assert listed(as_observer, "ordering=creator,-status,id") == [b, a, draft]


def test_requests_without_a_verdict_come_last_in_the_order_of_verdicts(
    as_observer: APIClient, observer: User, moderator: User
) -> None:
    without, weak, determined = (make_completed(observer, moderator).pk for _ in range(3))
    Request.objects.filter(pk=weak).update(verdict="WEAK")
    Request.objects.filter(pk=determined).update(verdict="DETERMINED")
    assert listed(as_observer, "ordering=verdict") == [determined, weak, without]
    assert listed(as_observer, "ordering=-verdict") == [weak, determined, without]


def test_requests_are_found_by_their_present_calculations(
    as_moderator: APIClient, observer: User, moderator: User
) -> None:
    first, second, _ = (make_completed(observer, moderator) for _ in range(3))
    wanted = f"{first.calculation_id},{str(second.calculation_id).upper()},{uuid4()}"
    assert listed(as_moderator, f"calculation_id={wanted}") == [second.pk, first.pk]
    assert listed(as_moderator, f"calculation_id={uuid4()}") == []


@pytest.mark.parametrize(
    ("query", "path", "reason"),
    [
        ("status=OPEN", "status", "UNKNOWN_VALUE"),
        ("status=draft", "status", "UNKNOWN_VALUE"),
        ("formed_after=01.03.2026", "formed_after", "INVALID_FORMAT"),
        ("formed_before=2026-02-30", "formed_before", "INVALID_FORMAT"),
        ("updated_after=2026-02-30", "updated_after", "INVALID_FORMAT"),
        ("updated_after=2026-03", "updated_after", "INVALID_FORMAT"),
        ("updated_after=2026-03-01T12:00:00", "updated_after", "INVALID_FORMAT"),
        ("ordering=colour", "ordering", "UNKNOWN_VALUE"),
        ("calculation_id=7", "calculation_id", "INVALID_FORMAT"),
        ("had_calculation_id=7", "had_calculation_id", "INVALID_FORMAT"),
        ("search=%00", "search", "INVALID_FORMAT"),
        ("page=0", "page", "OUT_OF_RANGE"),
        ("page=two", "page", "INVALID_FORMAT"),
        ("page_size=1001", "page_size", "OUT_OF_RANGE"),
        ("page_size=0", "page_size", "OUT_OF_RANGE"),
        ("page_size=-1", "page_size", "INVALID_FORMAT"),
        ("page=1&page=2", "page", "INVALID_FORMAT"),
        ("search=a&search=b", "search", "INVALID_FORMAT"),
        ("format=xml", "format", "UNKNOWN_FIELD"),
        ("Status=DRAFT", "Status", "UNKNOWN_FIELD"),
    ],
)
def test_a_wrong_parameter_is_refused_by_its_name(as_observer: APIClient, query: str, path: str, reason: str) -> None:
    answer = as_observer.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [(path, reason)]


def test_pages_follow_each_other_with_the_filters(as_observer: APIClient, observer: User) -> None:
    ids = [make_draft(observer, observation_count=0).pk for _ in range(5)][::-1]
    first = as_observer.get(f"{URL}?page_size=2&status=DRAFT").json()
    second = as_observer.get(first["next"]).json()
    third = as_observer.get(second["next"]).json()
    assert [row["id"] for page in (first, second, third) for row in page["results"]] == ids
    assert first["count"] == 5 and first["previous"] is None and third["next"] is None
    assert as_observer.get(second["previous"]).json() == first
    beyond = as_observer.get(f"{URL}?page_size=2&page=4")
    assert (beyond.status_code, beyond.json()["reason"]) == (404, "NOT_FOUND")
    assert beyond.json()["detail"] == "There is no page 4: this list has 3 pages."


def test_an_empty_list_has_one_page(as_observer: APIClient) -> None:
    assert as_observer.get(f"{URL}?page=1").json()["results"] == []
    assert as_observer.get(f"{URL}?page=2").json()["detail"] == "There is no page 2: this list has 1 page."


def test_an_unchanged_list_is_304_without_a_body(as_observer: APIClient, observer: User) -> None:
    make_draft(observer)
    first = as_observer.get(URL)
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= set(first["Vary"].split(", "))
    again = as_observer.get(URL, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert as_observer.get(URL, HTTP_IF_NONE_MATCH='"other", W/"another"').status_code == 200
    assert as_observer.get(URL, HTTP_IF_NONE_MATCH=f'"other", {first["ETag"]}').status_code == 304


def test_the_etag_changes_with_any_row_and_with_the_number_of_rows(
    as_observer: APIClient, observer: User, moderator: User
) -> None:
    completed = make_completed(observer, moderator)
    tags = [as_observer.get(f"{URL}?page_size=1&ordering=id")["ETag"]]

    def step() -> None:
        tags.append(as_observer.get(f"{URL}?page_size=1&ordering=id")["ETag"])

    Request.objects.update(calculation_state="RUNNING")
    step()
    APIClient().put(f"{URL}/{completed.pk}/result", result_body(completed), headers={"X-Calc-Key": CALLBACK_KEY})
    step()
    User.objects.filter(pk=moderator.pk).update(username="renamed")
    step()
    make_draft(observer)  # on another page
    step()
    assert len(set(tags)) == len(tags)


def test_one_request_has_an_etag_too(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    tag = as_observer.get(f"{URL}/{draft.pk}")["ETag"]
    assert as_observer.get(f"{URL}/{draft.pk}", HTTP_IF_NONE_MATCH=tag).status_code == 304
    as_observer.patch(f"{URL}/{draft.pk}", {"comment": "new"})
    assert as_observer.get(f"{URL}/{draft.pk}", HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_the_detail_is_the_row_and_all_that_belongs_to_it(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    detail = as_observer.get(f"{URL}/{draft.pk}").json()
    more = {"comment", "observations", "orbit", "verdict_reason", "alternatives", "follow_up", "error", "history"}
    more |= {"catalogue", "verdict_grounds"}
    assert set(detail) == ROW | more


def query_count(client: APIClient, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_takes_as_many_queries_for_many_rows_as_for_one(
    as_moderator: APIClient, observer: User, other_observer: User, moderator: User
) -> None:
    make_completed(observer, moderator)
    one = query_count(as_moderator, URL)
    for creator in (observer, other_observer) * 5:
        make_completed(creator, moderator)
    assert query_count(as_moderator, URL) == one == 3, "the caller, the count, the page"


def test_one_request_takes_as_many_queries_for_many_observations_as_for_none(
    as_observer: APIClient, observer: User, moderator: User
) -> None:
    small = make_draft(observer, observation_count=0)
    large = make_completed(observer, moderator, observation_count=40)
    APIClient().put(f"{URL}/{large.pk}/result", result_body(large), headers={"X-Calc-Key": CALLBACK_KEY})
    counts: Any = {query_count(as_observer, f"{URL}/{request.pk}") for request in (small, large)}
    assert counts == {5}, "the caller, the request, its observations, its history, the catalogue"
