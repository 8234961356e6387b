"""The result method: who may send what, what is stored, what a second body changes."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import Request
from main_api.requests.report import NIGHT_ADDED, NIGHT_OPTIONAL
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.sample_requests import (
    follow_up_body,
    make_completed,
    make_formed,
    make_request,
    observation_ids,
    result_body,
)
from tests.main_api.test_transitions import actions


@pytest.fixture
def completed(observer: User, moderator: User) -> Request:
    return make_completed(observer, moderator)


def put(request: Request | int, body: Any, key: str | None = CALLBACK_KEY) -> Any:
    pk = request if isinstance(request, int) else request.pk
    headers = {} if key is None else {"X-Calc-Key": key}
    answer = APIClient().put(f"/api/requests/{pk}/result", body, headers=headers)
    if isinstance(request, Request):
        request.refresh_from_db()
    return answer


def moment(**offset: float) -> str:
    return (timezone.now() + timedelta(**offset)).isoformat()


def distances(request: Request) -> list[float | None]:
    return list(request.observations.order_by("id").values_list("result__distance_au", flat=True))


def test_a_body_written_by_hand_is_enough(completed: Request) -> None:
    """Calculation, state, verdict and some distances: no report id, no orbit, no word per row."""
    first = observation_ids(completed)[0]
    answer = put(completed, result_body(completed, observations=[{"id": first, "distance_au": 2.5}]))
    assert (answer.status_code, answer.content) == (204, b"")
    assert (completed.calculation_state, completed.verdict, completed.result_count) == ("SUCCEEDED", "DETERMINED", 1)
    assert distances(completed) == [2.5, None, None]
    assert completed.orbit is None and completed.observations.get(pk=first).result.result_state == "DETERMINED"


def test_several_keys_may_be_accepted(completed: Request, settings: Any) -> None:
    settings.CALLBACK_KEYS = ("the-new-key", "schlüssel-8")
    assert put(completed, result_body(completed), "the-new-key").status_code == 204
    assert put(completed, result_body(completed), "schlüssel-8".encode().decode("latin-1")).status_code == 204
    assert put(completed, result_body(completed)).status_code == 403


@pytest.mark.parametrize(
    ("key", "status", "reason"), [(None, 401, "NO_KEY"), ("", 401, "NO_KEY"), ("x", 403, "WRONG_KEY")]
)
@pytest.mark.parametrize("body", ["good", "bad"])
def test_without_the_key_nothing_is_told(
    completed: Request, key: str | None, status: int, reason: str, body: str
) -> None:
    sent = result_body(completed) if body == "good" else {"state": 1}
    for request in (completed, 999_999):
        answer = put(request, sent, key)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
        assert "errors" not in answer.json()
    assert completed.verdict == ""


def test_a_moderator_is_nobody_without_the_key(as_moderator: APIClient, completed: Request) -> None:
    answer = as_moderator.put(f"/api/requests/{completed.pk}/result", result_body(completed))
    assert (answer.status_code, answer.json()["reason"]) == (401, "NO_KEY")


def test_another_calculation_of_the_future_is_refused_and_blocks_no_later_one(completed: Request) -> None:
    body = result_body(completed, calculation_id=str(uuid4()))
    Request.objects.filter(pk=completed.pk).update(calculation_created_at=timezone.now() - timedelta(days=1))
    for future in ("2100-01-01T00:00:00Z", moment(minutes=6)):
        answer = put(completed, body | {"calculation_created_at": future})
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["path"], error["reason"]) == ("calculation_created_at", "FUTURE_TIME")
        assert "5 minutes" in error["message"] and completed.verdict == ""
    assert put(completed, body | {"calculation_created_at": moment(minutes=4)}).status_code == 204
    assert completed.verdict == "DETERMINED"


def test_the_present_calculation_is_taken_though_the_clock_of_calc_grpc_is_ahead(completed: Request) -> None:
    Request.objects.filter(pk=completed.pk).update(calculation_created_at=None)
    body = result_body(completed, calculation_id=str(completed.calculation_id))
    assert put(completed, body | {"calculation_created_at": moment(minutes=60)}).status_code == 204
    completed.refresh_from_db()
    assert completed.calculation_created_at is not None and completed.calculation_created_at <= timezone.now()
    later = result_body(completed, calculation_id=str(uuid4()), calculation_created_at=moment(minutes=1))
    assert put(completed, later).status_code == 204


def test_no_such_request_is_404(completed: Request) -> None:
    assert put(completed.pk + 1, result_body(completed)).json()["reason"] == "NOT_FOUND"


@pytest.mark.parametrize("status", ["DRAFT", "DELETED", "REJECTED", "FORMED"])
def test_a_request_that_waits_for_nothing_is_410(observer: User, moderator: User, status: str) -> None:
    request = make_request(status, observer, moderator)
    body = result_body(request, calculation_id=str(uuid4()), calculation_created_at=moment())
    answer = put(request, body)
    assert (answer.status_code, answer.json()["reason"]) == (410, "RESULT_NOT_WANTED")
    assert request.calculation_id is None and request.result_count == 0


def test_a_formed_request_that_waits_with_this_id_is_409(observer: User) -> None:
    formed = make_formed(observer)
    Request.objects.filter(pk=formed.pk).update(calculation_id=uuid4())
    formed.refresh_from_db()
    answer = put(formed, result_body(formed))
    assert (answer.status_code, answer.json()["reason"]) == (409, "COMPLETION_PENDING")


def test_a_newer_calculation_is_adopted(completed: Request) -> None:
    put(completed, result_body(completed))
    newer = uuid4()
    body = result_body(completed, distance_au=3.5, calculation_id=str(newer), calculation_created_at=moment())
    assert put(completed, body).status_code == 204
    assert completed.calculation_id == newer and distances(completed) == [3.5] * 3
    assert completed.history.last().earlier_result["observations"][0]["distance_au"] == 2.25


@pytest.mark.parametrize("age_s", [60, 61, 3600])
def test_an_older_calculation_or_one_just_as_old_is_410(completed: Request, age_s: int) -> None:
    present, created_at = completed.calculation_id, completed.calculation_created_at + timedelta(seconds=60 - age_s)
    body = result_body(completed, calculation_id=str(uuid4()), calculation_created_at=created_at.isoformat())
    answer = put(completed, body)
    assert (answer.status_code, answer.json()["reason"]) == (410, "SUPERSEDED")
    assert (completed.calculation_id, completed.verdict) == (present, "")


def test_another_calculation_has_to_say_when_it_was_created(completed: Request) -> None:
    answer = put(completed, result_body(completed, calculation_id=str(uuid4())))
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [
        ("calculation_created_at", "REQUIRED")
    ]


def test_another_calculation_has_to_wait_while_the_present_one_is_being_created(completed: Request) -> None:
    Request.objects.update(calculation_created_at=None)
    body = result_body(completed, calculation_id=str(uuid4()), calculation_created_at=moment())
    answer = put(completed, body)
    assert (answer.status_code, answer.json()["reason"]) == (409, "COMPLETION_PENDING")
    assert put(completed, result_body(completed)).status_code == 204


def test_another_body_replaces_the_result_and_the_earlier_one_stays_in_the_history(
    completed: Request, as_moderator: APIClient
) -> None:
    first, second, third = observation_ids(completed)
    put(completed, result_body(completed, verdict_reason="Good.", orbit=orbit()))
    rows = [{"id": second, "distance_au": 9.5, "result_state": "WEAK"}]
    assert put(completed, result_body(completed, verdict="WEAK", observations=rows)).status_code == 204
    assert distances(completed) == [None, 9.5, None]
    assert (completed.verdict, completed.verdict_reason, completed.orbit, completed.result_count) == (
        "WEAK",
        "",
        None,
        1,
    )
    entry = as_moderator.get(f"/api/requests/{completed.pk}").json()["history"][-1]
    assert (entry["action"], entry["actor"]) == ("RESULT_REPLACED", None)
    earlier = entry["earlier_result"]
    assert (earlier["verdict"], earlier["orbit"]["e"]) == ("DETERMINED", 0.25)
    assert [(row["id"], row["distance_au"]) for row in earlier["observations"]] == [
        (pk, 2.25) for pk in (first, second, third)
    ]


def test_the_same_body_again_changes_nothing(completed: Request) -> None:
    body = result_body(completed, orbit=orbit())
    put(completed, body)
    before = (completed.updated_at, actions(completed))
    assert put(completed, body).status_code == 204
    assert (completed.updated_at, actions(completed)) == before


def test_a_report_applied_already_cannot_undo_a_change_made_by_hand(completed: Request) -> None:
    report = result_body(completed, report_id=str(uuid4()))
    put(completed, report)
    put(completed, result_body(completed, distance_au=7.5))
    assert put(completed, report).status_code == 204
    assert distances(completed) == [7.5] * 3


def test_a_report_applied_already_is_204_even_when_superseded_since(completed: Request) -> None:
    report = result_body(completed, report_id=str(uuid4()))
    put(completed, report)
    put(completed, result_body(completed, calculation_id=str(uuid4()), calculation_created_at=moment()))
    assert put(completed, report).status_code == 204


@pytest.mark.parametrize(
    ("state", "action"), [("FAILED", "CALCULATION_FAILED"), ("CANCELLED", "CALCULATION_CANCELLED")]
)
def test_failure_and_cancellation_change_only_state_and_error(completed: Request, state: str, action: str) -> None:
    put(completed, result_body(completed, orbit=orbit()))
    error = {"reason": "WORKER_CRASHED", "message": "It died."}
    body = {"calculation_id": str(completed.calculation_id), "state": state, "error": error, "verdict": "WEAK"}
    assert put(completed, body).status_code == 204
    assert (completed.calculation_state, completed.error) == (state, error)
    assert (completed.verdict, completed.result_count, completed.orbit["e"]) == ("DETERMINED", 3, 0.25)
    assert actions(completed)[-1] == action and completed.history.last().note == "It died."
    count = completed.history.count()
    assert put(completed, body).status_code == 204
    assert completed.history.count() == count


def test_success_after_failure_clears_the_error(completed: Request) -> None:
    put(completed, {"calculation_id": str(completed.calculation_id), "state": "FAILED"})
    assert completed.error is None
    put(completed, result_body(completed))
    assert (completed.calculation_state, completed.error) == ("SUCCEEDED", None)


def test_not_determined_is_a_result_and_counts(completed: Request) -> None:
    rows = [{"id": pk, "result_state": "NOT_DETERMINED"} for pk in observation_ids(completed)]
    put(completed, result_body(completed, verdict="NOT_DETERMINED", observations=rows))
    assert (completed.verdict, completed.result_count) == ("NOT_DETERMINED", 3)


def test_what_is_null_or_empty_is_stored_as_absent(completed: Request) -> None:
    body = result_body(
        completed,
        report_id=None,
        error=None,
        calculation_created_at=None,
        verdict_reason="",
        orbit=orbit(orbit_class="", state_vector=[], covariance=[], a_au=None),
        alternatives=[{"weight": 0.1, "distance_au": 1.5, "orbit": None}],
    )
    assert put(completed, body).status_code == 204
    assert completed.orbit["orbit_class"] is completed.orbit["state_vector"] is completed.orbit["sigma_e"] is None
    assert completed.alternatives == [{"weight": 0.1, "distance_au": 1.5, "orbit": None}]


def test_the_grounds_of_the_verdict_are_stored_and_shown_with_every_key(
    completed: Request, as_moderator: APIClient
) -> None:
    grounds = {"cause": "TWO_ORBITS", "arc_days": 2.5, "night_count": 3, "observation_count": 9, "left_out_count": 0}
    first = observation_ids(completed)[0]
    rows = [{"id": first, "distance_au": 2.5, "information_share": 0.25, "fit_sigma_dec_arcsec": 0.5}]
    body = result_body(completed, verdict_grounds=grounds | {"other_distance_au": 1.25}, observations=rows)
    assert put(completed, body).status_code == 204
    detail = as_moderator.get(f"/api/requests/{completed.pk}").json()
    assert detail["verdict_grounds"] == grounds | {
        "other_distance_au": 1.25,
        "relative_sigma": None,
        "relative_sigma_alone": None,
        "residual_ratio": None,
        "eccentricity": None,
    }
    assert [row["information_share"] for row in detail["observations"]] == [0.25, None, None]
    assert [row["fit_sigma_dec_arcsec"] for row in detail["observations"]] == [0.5, None, None]
    assert put(completed, result_body(completed, verdict_grounds={"cause": "X"})).status_code == 400


def test_what_to_do_next_is_stored_shown_and_kept_when_it_is_replaced(
    completed: Request, as_moderator: APIClient
) -> None:
    assert put(completed, result_body(completed, follow_up=follow_up_body())).status_code == 204
    shown = as_moderator.get(f"/api/requests/{completed.pk}").json()["follow_up"]
    (night,) = shown.pop("nights")
    assert shown == {
        "station": "535",
        "relative_sigma": 0.025,
        "note": None,
        "remarks": [],
        "lost_within_deg": None,
        "observe_from": "2020-03-05T23:06:34Z",
        "observe_by": None,
        "observable_from": None,
        "highest_altitude_deg": None,
    }
    unknown = (*NIGHT_OPTIONAL, *NIGHT_ADDED)
    assert night == {**follow_up_body()["nights"][0], **dict.fromkeys(unknown), "hindrance": ""}
    assert put(completed, result_body(completed)).status_code == 204
    detail = as_moderator.get(f"/api/requests/{completed.pk}").json()
    assert detail["follow_up"] is None
    assert detail["history"][-1]["earlier_result"]["follow_up"]["nights"] == [night]


def test_a_night_that_cannot_be_observed_says_why(completed: Request, as_moderator: APIClient) -> None:
    night = follow_up_body()["nights"][0] | {
        "hindrance": "LOW", "observable_hours": 0.0, "sun_altitude_deg": -15.0, "moon_separation_deg": 68.0,
        "moon_illumination": 0.5, "altitude_deg": 12.5, "magnitude": None,
    }  # fmt: skip
    told = {"nights": [night], "observable_from": "2020-06-01T03:00:00Z", "highest_altitude_deg": 12.5}
    assert put(completed, result_body(completed, follow_up=follow_up_body(**told))).status_code == 204
    shown = as_moderator.get(f"/api/requests/{completed.pk}").json()["follow_up"]
    assert {name: shown[name] for name in told} == told
    bad = follow_up_body(nights=[night | {"moon_illumination": 1.5}])
    assert put(completed, result_body(completed, follow_up=bad)).status_code == 400


def test_a_result_stored_before_nights_said_why_is_still_shown(completed: Request, as_moderator: APIClient) -> None:
    put(completed, result_body(completed, follow_up=follow_up_body()))
    old = Request.objects.get(pk=completed.pk).follow_up
    del old["observable_from"], old["highest_altitude_deg"]
    for name in (*NIGHT_ADDED, "hindrance"):
        del old["nights"][0][name]
    Request.objects.filter(pk=completed.pk).update(follow_up=old)
    shown = as_moderator.get(f"/api/requests/{completed.pk}").json()["follow_up"]
    assert shown["observable_from"] is None and shown["nights"][0]["hindrance"] == ""
    assert shown["nights"][0]["moon_illumination"] is None


def test_the_same_moments_written_otherwise_are_the_same_result(completed: Request) -> None:
    put(completed, result_body(completed, follow_up=follow_up_body()))
    before = actions(completed)
    elsewhere = follow_up_body(observe_from="2020-03-06T02:06:34+03:00")
    assert put(completed, result_body(completed, follow_up=elsewhere)).status_code == 204
    assert actions(completed) == before


def test_a_foreign_observation_refuses_the_whole_result(completed: Request, observer: User) -> None:
    foreign = observation_ids(make_formed(observer))[0]
    rows = [{"id": observation_ids(completed)[0], "distance_au": 1.5}, {"id": foreign, "distance_au": 1.5}]
    answer = put(completed, result_body(completed, observations=rows))
    assert (answer.status_code, answer.json()["reason"]) == (400, "FOREIGN_OBSERVATION")
    assert answer.json()["errors"][0]["path"] == "observations[1].id"
    assert completed.verdict == "" and distances(completed) == [None] * 3


def orbit(**changes: Any) -> dict[str, Any]:
    return {"epoch_mjd_tdb": 58929.5, "e": 0.25, "i_deg": 10, "node_deg": 80, "peri_deg": 73} | changes


def with_night(**changes: Any) -> dict[str, Any]:
    return follow_up_body(nights=[follow_up_body()["nights"][0] | changes])


BAD_BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"calculation_id": None}, "calculation_id", "REQUIRED"),
    ({"calculation_id": "x"}, "calculation_id", "INVALID_FORMAT"),
    ({"calculation_id": 5}, "calculation_id", "WRONG_TYPE"),
    ({"calculation_created_at": "yesterday"}, "calculation_created_at", "INVALID_FORMAT"),
    ({"report_id": "x"}, "report_id", "INVALID_FORMAT"),
    ({"state": "RUNNING"}, "state", "UNKNOWN_VALUE"),
    ({"state": 3}, "state", "WRONG_TYPE"),
    ({"state": None}, "state", "REQUIRED"),
    ({"verdict": None}, "verdict", "REQUIRED"),
    ({"verdict": "GREAT"}, "verdict", "UNKNOWN_VALUE"),
    ({"verdict": []}, "verdict", "WRONG_TYPE"),
    ({"observations": None}, "observations", "REQUIRED"),
    ({"observations": {}}, "observations", "WRONG_TYPE"),
    ({"observations": [{}]}, "observations[0].id", "REQUIRED"),
    ({"observations": [{"id": 1.5}]}, "observations[0].id", "WRONG_TYPE"),
    ({"observations": [{"id": 2**31}]}, "observations[0].id", "OUT_OF_RANGE"),
    ({"observations": [{"id": 1, "distance_au": "2"}]}, "observations[0].distance_au", "WRONG_TYPE"),
    ({"observations": [{"id": 1, "distance_au": -1}]}, "observations[0].distance_au", "OUT_OF_RANGE"),
    ({"observations": [{"id": 1, "distance_au": 10**400}]}, "observations[0].distance_au", "OUT_OF_RANGE"),
    ({"observations": [{"id": 1, "used": 1}]}, "observations[0].used", "WRONG_TYPE"),
    ({"observations": [{"id": 1, "result_state": "SURE"}]}, "observations[0].result_state", "UNKNOWN_VALUE"),
    ({"observations": [{"id": 1, "distnace_au": 1}]}, "observations[0].distnace_au", "UNKNOWN_FIELD"),
    ({"orbit": {"e": 0.1}}, "orbit.epoch_mjd_tdb", "REQUIRED"),
    ({"orbit": orbit(night_count=-1)}, "orbit.night_count", "OUT_OF_RANGE"),
    ({"orbit": orbit(covariance=["x"])}, "orbit.covariance[0]", "WRONG_TYPE"),
    ({"alternatives": [{"weight": 2, "distance_au": 1}]}, "alternatives[0].weight", "OUT_OF_RANGE"),
    ({"follow_up": []}, "follow_up", "WRONG_TYPE"),
    ({"follow_up": {"relative_sigma": 0.1}}, "follow_up.station", "REQUIRED"),
    ({"follow_up": follow_up_body(relative_sigma=-1)}, "follow_up.relative_sigma", "OUT_OF_RANGE"),
    ({"follow_up": follow_up_body(observe_by="soon")}, "follow_up.observe_by", "INVALID_FORMAT"),
    (
        {"observations": [{"id": 1, "information_share": 1.5}]},
        "observations[0].information_share",
        "OUT_OF_RANGE",
    ),
    ({"follow_up": follow_up_body(remarks=["x" * 65])}, "follow_up.remarks[0]", "TOO_LONG"),
    ({"follow_up": follow_up_body(note="x" * 2001)}, "follow_up.note", "TOO_LONG"),
    ({"follow_up": follow_up_body(nights={})}, "follow_up.nights", "WRONG_TYPE"),
    ({"follow_up": follow_up_body(nights=[{}])}, "follow_up.nights[0].at", "REQUIRED"),
    ({"follow_up": with_night(dec_deg=91)}, "follow_up.nights[0].dec_deg", "OUT_OF_RANGE"),
    ({"follow_up": with_night(ellipse_angle_deg=181)}, "follow_up.nights[0].ellipse_angle_deg", "OUT_OF_RANGE"),
    ({"follow_up": with_night(magnitude="8")}, "follow_up.nights[0].magnitude", "WRONG_TYPE"),
    ({"follow_up": with_night(clouds=True)}, "follow_up.nights[0].clouds", "UNKNOWN_FIELD"),
    ({"follow_up": follow_up_body(nights=201 * follow_up_body()["nights"])}, "follow_up.nights", "TOO_LONG"),
    ({"error": {"reason": 1, "message": ""}}, "error.reason", "WRONG_TYPE"),
    ({"kind": "distance"}, "kind", "UNKNOWN_FIELD"),
]


@pytest.mark.parametrize(("changes", "path", "reason"), BAD_BODIES)
def test_a_malformed_result_is_refused_by_its_path_and_changes_nothing(
    completed: Request, changes: dict[str, Any], path: str, reason: str
) -> None:
    answer = put(completed, result_body(completed, **changes))
    assert answer.status_code == 400, answer.content
    assert (path, reason) in {(error["path"], error["reason"]) for error in answer.json()["errors"]}
    assert completed.verdict == "" and actions(completed) == ["CREATED", "FORMED"]


def test_an_observation_named_twice_is_refused(completed: Request) -> None:
    first = observation_ids(completed)[0]
    answer = put(completed, result_body(completed, observations=[{"id": first}, {"id": first}]))
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [
        ("observations[1].id", "DUPLICATE_OBSERVATION")
    ]
