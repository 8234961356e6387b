"""The limits of main_api: what is just within one is taken, what is beyond has its clear answer."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.accounts.services import register
from main_api.errors import FieldError
from main_api.exception_handler import field_errors
from main_api.quick_reading import read_body
from main_api.requests.serializers import RequestInput
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, observation_body


@pytest.fixture(autouse=True)
def small(settings: Any) -> None:
    settings.OPEN_REQUESTS_MAX = 2
    settings.OBSERVATION_COUNT_MAX = 3
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000


def create(client: APIClient, **values: Any) -> Any:
    return client.post("/api/requests", {"designation": "Ceres", **values})


def test_an_observer_has_so_many_drafts_and_formed_requests(
    observer: User, other_observer: User, moderator: User, as_observer: APIClient
) -> None:
    make_completed(observer, moderator)
    make_formed(observer)
    make_draft(other_observer)
    assert create(as_observer).status_code == 201
    answer = create(as_observer)
    assert (answer.status_code, answer.json()["reason"]) == (409, "TOO_MANY_OPEN_REQUESTS")
    assert "delete some" in answer.json()["detail"]


def test_a_deleted_draft_makes_room(as_observer: APIClient) -> None:
    first = create(as_observer).json()["id"]
    create(as_observer)
    assert create(as_observer).status_code == 409
    assert as_observer.delete(f"/api/requests/{first}").status_code == 200
    assert create(as_observer).status_code == 201


def observations(count: int) -> list[dict[str, Any]]:
    return [observation_body(index) for index in range(count)]


LIMITS: list[tuple[str, Callable[[APIClient], Any], Callable[[APIClient], Any], int, str]] = [
    (
        "observations of a request",
        lambda client: create(client, observations=observations(3)),
        lambda client: create(client, observations=observations(4)),
        400,
        "TOO_MANY_OBSERVATIONS",
    ),
    (
        "length of a designation",
        lambda client: create(client, designation="C" * 100),
        lambda client: create(client, designation="C" * 101),
        400,
        "TOO_LONG",
    ),
    (
        "bytes of a body",
        lambda client: create(client, comment="c" * 1_900),
        lambda client: create(client, comment="c" * 2_000),
        413,
        "BODY_TOO_LARGE",
    ),
    (
        "rows of a page",
        lambda client: client.get("/api/requests?page_size=1000"),
        lambda client: client.get("/api/requests?page_size=1001"),
        400,
        "OUT_OF_RANGE",
    ),
]


@pytest.mark.parametrize(
    ("within", "beyond", "status", "reason"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS]
)
def test_what_is_beyond_a_limit_is_refused_by_name(
    as_observer: APIClient,
    within: Callable[[APIClient], Any],
    beyond: Callable[[APIClient], Any],
    status: int,
    reason: str,
) -> None:
    assert within(as_observer).status_code < 300
    answer = beyond(as_observer)
    body = answer.json()
    reasons = {body["reason"], *(error["reason"] for error in body.get("errors", ()))}
    assert answer.status_code == status and reason in reasons


def refused_in(body: dict[str, Any]) -> list[FieldError]:
    """All that was noted of a body, of which an answer lists a hundred."""
    with pytest.raises(ValidationError) as caught:
        read_body(RequestInput, {"designation": "Ceres", **body})
    return list(field_errors(caught.value.detail))


@pytest.mark.parametrize(
    ("body", "most"),
    [
        ({"observations": [{"a": 1}] * 5_000}, 500),
        ({"observations": [{"a": 1}] * 5_001}, 1),
        ({"observations": [observation_body(observer_position_km=["x"] * 5_000)]}, 1),
        ({"observations": [{f"field_{number}": 1 for number in range(5_000)}]}, 104),
        ({f"field_{number}": 1 for number in range(5_000)}, 100),
    ],
    ids=["objects", "rows", "values", "names of an object", "names"],
)
def test_a_body_full_of_faults_is_read_not_much_further_than_its_answer_tells(body: dict[str, Any], most: int) -> None:
    assert 0 < len(refused_in(body)) <= most


def test_too_many_observations_in_a_body_have_the_reason_that_they_have_elsewhere() -> None:
    (refused,) = refused_in({"observations": [observation_body()] * 5_001})
    assert (refused.path, refused.reason) == ("observations", "TOO_MANY_OBSERVATIONS")


def test_a_refused_row_far_down_is_named_by_its_place() -> None:
    rows = [observation_body()] * 150
    (refused,) = refused_in({"observations": [*rows, observation_body(ra_deg="x")]})
    assert (refused.path, refused.reason) == ("observations[150].ra_deg", "WRONG_TYPE")


def test_registering_through_the_service_is_counted_like_a_call(db: None, settings: Any) -> None:
    settings.REGISTRATIONS_MAX = 1
    register(username="nina", password="tin-whistle-88", address="192.0.2.1")
    answer = APIClient().post(
        "/api/auth/register",
        {"username": "nadia", "password": "tin-whistle-88"},
        HTTP_X_FORWARDED_FOR="192.0.2.1",
    )
    assert (answer.status_code, answer.json()["reason"]) == (429, "THROTTLED")
