"""Completing and recalculating against a real gRPC server: one calculation whatever happens on the way."""

import threading
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from django.db import connection
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import Request
from main_api.requests.services import transitions
from tests.main_api.fake_calc import FakeCalc, refused_fields
from tests.main_api.sample_requests import make_completed, make_formed, observation_ids
from tests.main_api.test_transitions import ROW, actions


@pytest.fixture
def formed(observer: User) -> Request:
    return make_formed(observer)


@pytest.fixture
def completed(observer: User, moderator: User, calc: FakeCalc) -> Request:
    request = make_completed(observer, moderator)
    calc.keep(str(request.calculation_id), None)
    return request


def complete(client: APIClient, request: Request, **headers: str) -> Any:
    answer = client.put(f"/api/requests/{request.pk}/complete", **headers)
    request.refresh_from_db()
    return answer


def recalculate(client: APIClient, request: Request, supersedes: UUID | None) -> Any:
    answer = client.post(f"/api/requests/{request.pk}/recalculate", {"supersedes": str(supersedes)})
    request.refresh_from_db()
    return answer


def test_completing_answers_the_row_with_its_scheduled_calculation(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    answer = complete(as_moderator, formed)
    row = answer.json()
    assert answer.status_code == 200 and set(row) == ROW
    assert (row["status"], row["moderator"], row["calculation_state"]) == ("COMPLETED", "maria", "SCHEDULED")
    assert list(calc.calculations) == [row["calculation_id"]] == [str(formed.calculation_id)]
    assert formed.completed_at is not None and formed.calculation_created_at is not None
    assert actions(formed) == ["CREATED", "FORMED", "COMPLETED"]


def test_the_calculation_gets_the_observations_the_callback_and_the_creator(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    formed.observations.filter(pk=observation_ids(formed)[0]).update(
        station="C51", observer_position_km=[1.0, 2.0, 3.0], sigma_ra_arcsec=0.5, band="V"
    )
    complete(as_moderator, formed)
    sent = calc.create_requests[0]
    assert sent.creator == "olga" and not sent.HasField("delay")
    assert sent.callback.url == f"http://127.0.0.1:8001/api/requests/{formed.pk}/result"
    first, second, third = sent.distance.observations
    assert [row.id for row in (first, second, third)] == observation_ids(formed)
    assert (first.observed_at.ToJsonString(), first.ra_deg, first.dec_deg) == ("2020-03-01T22:00:00Z", 54.5, 16.25)
    assert (first.station, first.band, first.sigma_ra_arcsec) == ("C51", "V", 0.5)
    assert list(first.observer_position_km) == [1, 2, 3]
    assert not second.HasField("sigma_ra_arcsec") and not second.HasField("magnitude")
    assert list(second.observer_position_km) == []


def test_the_request_id_and_the_key_travel_with_the_call(
    as_moderator: APIClient, formed: Request, calc: FakeCalc, settings: Any
) -> None:
    settings.CALC_API_KEY = "the-key-of-calc"
    complete(as_moderator, formed, HTTP_X_REQUEST_ID="from-the-gateway")
    assert calc.metadata[0]["x-request-id"] == "from-the-gateway"
    assert calc.metadata[0]["authorization"] == "Bearer the-key-of-calc"


def test_completing_again_is_harmless(as_moderator: APIClient, formed: Request, calc: FakeCalc) -> None:
    first = complete(as_moderator, formed).json()
    second = complete(as_moderator, formed)
    assert (second.status_code, second.json()) == (200, first)
    assert len(calc.create_requests) == 1


def test_an_unreachable_service_leaves_the_request_formed_and_the_next_click_uses_the_same_id(
    as_moderator: APIClient, formed: Request, settings: Any
) -> None:
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")
    assert int(answer["Retry-After"]) > 0
    assert formed.status == "FORMED" and formed.moderator is None
    claimed = formed.calculation_id
    with FakeCalc() as calc:
        settings.CALC_ADDRESSES = (calc.address,)
        assert complete(as_moderator, formed).status_code == 200
        assert list(calc.calculations) == [str(claimed)]


def test_a_service_that_does_not_answer_in_time_is_unavailable_and_the_next_click_finds_the_calculation(
    as_moderator: APIClient, formed: Request, calc: FakeCalc, settings: Any
) -> None:
    settings.CALC_TIMEOUT_S = 0.2
    given_up = threading.Event()
    calc.on_create = lambda _: given_up.wait(20) and None
    answer = complete(as_moderator, formed)
    given_up.set()
    assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")
    assert formed.status == "FORMED"
    calc.on_create = calc.succeed
    settings.CALC_TIMEOUT_S = 5
    row = complete(as_moderator, formed).json()
    assert (row["status"], row["result_count"], len(calc.calculations)) == ("COMPLETED", 3, 1)


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
    ],
)
def test_a_service_that_cannot_take_the_calculation_is_unavailable(
    as_moderator: APIClient, formed: Request, calc: FakeCalc, code: grpc.StatusCode
) -> None:
    calc.refuse_with = code
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")
    assert formed.status == "FORMED"


def test_refused_input_is_422_with_the_paths_of_the_observations(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    refused = [("station", "UNKNOWN_STATION", "Nobody knows it."), ("dec_deg", "OUT_OF_RANGE", "From -90 to 90.")]
    calc.refuse_with = refused_fields(
        *((f"distance.observations[1].{field}", reason, message) for field, reason, message in refused)
    )
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["reason"]) == (422, "CALCULATION_REFUSED")
    assert answer.json()["errors"] == [
        {"path": f"observations[1].{field}", "reason": reason, "message": message} for field, reason, message in refused
    ]
    assert answer.json()["detail"] == (
        "The calculation service refused observations[1].station: Nobody knows it. 1 more field was refused."
    )
    assert formed.status == "FORMED"


def test_a_refusal_of_very_many_fields_arrives(as_moderator: APIClient, formed: Request, calc: FakeCalc) -> None:
    calc.refuse_with = refused_fields(
        *((f"distance.observations[{index}].dec_deg", "OUT_OF_RANGE", "From -90 to 90." * 5) for index in range(5000))
    )
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["reason"]) == (422, "CALCULATION_REFUSED")
    assert answer.json()["detail"].endswith("4999 more fields were refused.")


def test_a_refusal_that_names_no_field_is_422_with_the_words_of_the_service(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    calc.refuse_with = grpc.StatusCode.INVALID_ARGUMENT
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["detail"]) == (422, "refused by the test")
    assert "errors" not in answer.json()


def test_a_calculation_that_is_finished_already_is_taken_at_once(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    calc.on_create = calc.succeed
    row = complete(as_moderator, formed).json()
    assert (row["status"], row["calculation_state"]) == ("COMPLETED", "SUCCEEDED")
    assert (row["verdict"], row["result_count"]) == ("DETERMINED", 3)
    detail = as_moderator.get(f"/api/requests/{formed.pk}").json()
    assert detail["orbit"]["a_au"] == 2.77 and detail["orbit"]["orbit_class"] is None
    (night,) = detail["follow_up"]["nights"]
    assert (night["distance_au"], night["altitude_deg"], detail["follow_up"]["observe_by"]) == (2.5, None, None)
    assert night["at"] == "2026-11-20T23:06:34Z"
    assert detail["orbit"]["state_vector"] is None and detail["orbit"]["night_count"] == 0
    assert [row["distance_au"] for row in detail["observations"]] == [2.5] * 3
    assert actions(formed) == ["CREATED", "FORMED", "COMPLETED", "RESULT_RECORDED"]


def test_a_calculation_that_failed_already_is_taken_at_once(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    calc.on_create = calc.fail
    row = complete(as_moderator, formed).json()
    assert (row["status"], row["calculation_state"], row["verdict"]) == ("COMPLETED", "FAILED", None)
    assert formed.error == {"reason": "COMPUTATION_FAILED", "message": "The fit failed."}


def test_an_id_that_has_another_input_is_given_up_and_the_next_click_draws_another(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    calc.refuse_with = grpc.StatusCode.ALREADY_EXISTS
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["reason"]) == (409, "CALCULATION_CONFLICT")
    assert (formed.status, formed.calculation_id) == ("FORMED", None)
    calc.refuse_with = None
    assert complete(as_moderator, formed).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_completing_that_loses_to_a_rejection_cancels_the_calculation(
    as_moderator: APIClient, formed: Request, calc: FakeCalc, moderator: User
) -> None:
    def reject(_: str) -> None:
        Request.objects.filter(pk=formed.pk).update(status="REJECTED", moderator=moderator)
        connection.close()

    calc.on_create = reject
    answer = complete(as_moderator, formed)
    assert (answer.status_code, answer.json()["reason"]) == (409, "ILLEGAL_TRANSITION")
    assert formed.status == "REJECTED"
    assert calc.cancelled_ids == [str(formed.calculation_id)]


def test_recalculating_puts_a_new_calculation_in_place_and_cancels_the_old(
    as_moderator: APIClient, completed: Request, calc: FakeCalc
) -> None:
    old = completed.calculation_id
    answer = recalculate(as_moderator, completed, old)
    row = answer.json()
    assert answer.status_code == 200 and set(row) == ROW
    assert row["calculation_id"] != str(old) and row["calculation_state"] == "SCHEDULED"
    assert set(calc.calculations) == {str(old), row["calculation_id"]}
    assert calc.cancelled_ids == [str(old)]
    assert completed.calculation_created_at is not None
    assert actions(completed)[-1] == "RECALCULATED"


def test_request_is_found_by_the_calculation_that_was_superseded(
    as_moderator: APIClient, formed: Request, calc: FakeCalc
) -> None:
    complete(as_moderator, formed)
    formed.refresh_from_db()
    old = formed.calculation_id
    new = recalculate(as_moderator, formed, old).json()["calculation_id"]
    for calculation_id, expected in ((old, [formed.pk]), (new, [formed.pk]), (uuid4(), [])):
        answer = as_moderator.get(f"/api/requests?had_calculation_id={calculation_id}").json()
        assert [row["id"] for row in answer["results"]] == expected
        assert [row["calculation_id"] for row in answer["results"]] == [new] * len(expected)


def test_results_stay_until_the_new_ones_come(as_moderator: APIClient, formed: Request, calc: FakeCalc) -> None:
    calc.on_create = calc.succeed
    complete(as_moderator, formed)
    calc.on_create = lambda _: None
    row = recalculate(as_moderator, formed, formed.calculation_id).json()
    assert (row["result_count"], row["verdict"], row["calculation_state"]) == (3, "DETERMINED", "SCHEDULED")
    assert calc.cancelled_ids == [], "a finished calculation needs no cancelling"


def test_recalculating_what_another_has_replaced_is_409(
    as_moderator: APIClient, completed: Request, calc: FakeCalc
) -> None:
    old = completed.calculation_id
    recalculate(as_moderator, completed, old)
    present = completed.calculation_id
    answer = recalculate(as_moderator, completed, old)
    assert (answer.status_code, answer.json()["reason"]) == (409, "SUPERSEDED")
    assert completed.calculation_id == present and len(calc.create_requests) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [({}, "REQUIRED"), ({"supersedes": "x"}, "INVALID_FORMAT"), ({"supersedes": 1}, "WRONG_TYPE")],
)
def test_recalculating_names_what_it_supersedes(
    as_moderator: APIClient, completed: Request, body: dict[str, Any], reason: str
) -> None:
    answer = as_moderator.post(f"/api/requests/{completed.pk}/recalculate", body)
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [("supersedes", reason)]


def test_recalculating_without_the_service_puts_the_old_calculation_back(
    as_moderator: APIClient, observer: User, moderator: User
) -> None:
    completed = make_completed(observer, moderator)
    before = Request.objects.values("calculation_id", "calculation_created_at", "calculation_state", "error").get(
        pk=completed.pk
    )
    answer = recalculate(as_moderator, completed, completed.calculation_id)
    assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")
    assert Request.objects.values(*before).get(pk=completed.pk) == before
    assert actions(completed)[-2:] == ["RECALCULATED", "RECALCULATION_UNDONE"]


def test_a_finished_recalculation_is_taken_at_once(as_moderator: APIClient, completed: Request, calc: FakeCalc) -> None:
    calc.on_create = lambda calculation_id: calc.succeed(calculation_id, 3.5)
    row = recalculate(as_moderator, completed, completed.calculation_id).json()
    assert (row["calculation_state"], row["result_count"]) == ("SUCCEEDED", 3)


def test_cancelling_what_the_service_does_not_know_is_harmless(calc: FakeCalc) -> None:
    transitions.cancel_quietly(UUID(int=5))
    assert calc.cancelled_ids == [str(UUID(int=5))]
