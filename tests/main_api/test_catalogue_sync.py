"""POST /api/asteroids/sync: a moderator starts the synchronisation, or joins the one that runs."""

from typing import Any

import grpc
import pytest
from rest_framework.test import APIClient

from tests.main_api.fake_calc import FakeCalc, sync_running


def sync(client: APIClient, body: Any = None) -> Any:
    return client.post("/api/asteroids/sync", body or {})


def test_a_moderator_starts_one_without_delay(as_moderator: APIClient, calc: FakeCalc) -> None:
    answer = sync(as_moderator, {"allow_shrink": True})
    (request,) = calc.create_requests
    assert (answer.status_code, answer.json()) == (202, {"calculation_id": request.calculation_id, "joined": False})
    assert request.catalogue_sync.allow_shrink and request.creator == "maria"
    assert request.HasField("delay") and request.delay.ToTimedelta().total_seconds() == 0
    assert not request.HasField("callback")


def test_the_second_joins_the_first(as_moderator: APIClient, calc: FakeCalc) -> None:
    first = sync(as_moderator).json()
    assert not calc.create_requests[0].catalogue_sync.allow_shrink
    answer = sync(as_moderator)
    assert (answer.status_code, answer.json()) == (202, {**first, "joined": True})
    assert list(calc.calculations) == [first["calculation_id"]]


def test_without_the_calculation_service_it_is_503(as_moderator: APIClient, calc: FakeCalc) -> None:
    for refusal in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.FAILED_PRECONDITION, sync_running("?")):
        calc.refuse_with = refusal
        answer = sync(as_moderator)
        assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")


@pytest.mark.parametrize("body", [{"allow_shrink": "yes"}, {"force": True}])
def test_a_malformed_body_is_refused(as_moderator: APIClient, calc: FakeCalc, body: Any) -> None:
    assert sync(as_moderator, body).json()["reason"] == "INVALID_INPUT"
    assert calc.create_requests == []


def test_observers_and_strangers_may_not(as_observer: APIClient, anonymous: APIClient) -> None:
    assert sync(as_observer).json()["reason"] == "FORBIDDEN"
    assert sync(anonymous).json()["reason"] == "NOT_SIGNED_IN"
