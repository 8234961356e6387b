"""Forming, deleting and rejecting."""

import grpc
import pytest
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.errors import IllegalTransition
from main_api.requests.models import Request
from main_api.requests.services import transitions
from main_api.requests.words import RequestStatus
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_requests import make_draft, make_formed

ROW = {
    "id",
    "status",
    "designation",
    "creator",
    "moderator",
    "created_at",
    "formed_at",
    "completed_at",
    "updated_at",
    "observation_count",
    "result_count",
    "verdict",
    "calculation_id",
    "calculation_state",
}


def actions(request: Request) -> list[str]:
    return list(request.history.values_list("action", flat=True))


def test_forming_answers_the_row_and_fixes_the_time(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    answer = as_observer.put(f"/api/requests/{draft.pk}/form")
    row = answer.json()
    assert answer.status_code == 200 and set(row) == ROW
    assert row["status"] == "FORMED" and row["formed_at"] <= row["updated_at"]
    assert actions(draft) == ["CREATED", "FORMED"]


@pytest.mark.parametrize("observation_count", [0, 1, 2])
def test_fewer_than_three_observations_are_not_formed(
    as_observer: APIClient, observer: User, observation_count: int
) -> None:
    draft = make_draft(observer, observation_count=observation_count)
    answer = as_observer.put(f"/api/requests/{draft.pk}/form")
    assert (answer.status_code, answer.json()["reason"]) == (400, "TOO_FEW_OBSERVATIONS")
    assert answer.json()["errors"][0]["path"] == "observations"
    draft.refresh_from_db()
    assert draft.status == "DRAFT" and actions(draft) == ["CREATED"]


def test_an_illegal_step_names_both_statuses(as_observer: APIClient, observer: User) -> None:
    formed = make_formed(observer)
    problem = as_observer.delete(f"/api/requests/{formed.pk}").json()
    assert problem["reason"] == "ILLEGAL_TRANSITION"
    assert problem["detail"] == "The request is FORMED and cannot become DELETED."


def test_a_deleted_draft_is_kept_but_unseen(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    assert as_observer.delete(f"/api/requests/{draft.pk}").json()["status"] == "DELETED"
    assert as_observer.get("/api/requests").json()["count"] == 0
    assert as_observer.get("/api/requests?status=DELETED").json()["count"] == 0
    assert as_observer.delete(f"/api/requests/{draft.pk}").status_code == 404
    assert Request.objects.get().observations.count() == 3
    assert actions(draft) == ["CREATED", "DELETED"]


def test_the_reason_of_a_rejection_reaches_its_creator(
    as_moderator: APIClient, as_observer: APIClient, observer: User
) -> None:
    formed = make_formed(observer)
    row = as_moderator.put(f"/api/requests/{formed.pk}/reject", {"reason": "Two objects."}).json()
    assert (row["status"], row["moderator"], row["completed_at"]) == ("REJECTED", "maria", None)
    last = as_observer.get(f"/api/requests/{formed.pk}").json()["history"][-1]
    assert (last["action"], last["actor"], last["note"]) == ("REJECTED", "maria", "Two objects.")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "REQUIRED"),
        ({"reason": " "}, "REQUIRED"),
        ({"reason": 5}, "WRONG_TYPE"),
        ({"reason": "x" * 2001}, "TOO_LONG"),
    ],
)
def test_a_rejection_needs_its_reason(
    as_moderator: APIClient, observer: User, body: dict[str, object], reason: str
) -> None:
    formed = make_formed(observer)
    answer = as_moderator.put(f"/api/requests/{formed.pk}/reject", body, format="json")
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [("reason", reason)]
    formed.refresh_from_db()
    assert formed.status == "FORMED"


def test_rejecting_cancels_what_a_lost_completion_created(
    as_moderator: APIClient, observer: User, calc: FakeCalc
) -> None:
    formed = make_formed(observer)
    Request.objects.filter(pk=formed.pk).update(calculation_id="00000000-0000-0000-0000-000000000001")
    assert as_moderator.put(f"/api/requests/{formed.pk}/reject", {"reason": "No."}).status_code == 200
    assert calc.cancelled_ids == ["00000000-0000-0000-0000-000000000001"]


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INVALID_ARGUMENT])
def test_rejecting_succeeds_when_cancelling_fails(
    as_moderator: APIClient, observer: User, calc: FakeCalc, code: grpc.StatusCode
) -> None:
    calc.refuse_with = code
    formed = make_formed(observer)
    Request.objects.filter(pk=formed.pk).update(calculation_id="00000000-0000-0000-0000-000000000001")
    assert as_moderator.put(f"/api/requests/{formed.pk}/reject", {"reason": "No."}).status_code == 200


def test_a_step_that_comes_second_is_refused_by_its_guard(observer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two calls read DRAFT; the update of the second finds another status."""
    draft = make_draft(observer)
    stale = Request.objects.get(pk=draft.pk)
    transitions.form_request(user=observer, request_id=draft.pk)
    monkeypatch.setattr(transitions, "get_own_request", lambda **_: stale)
    with pytest.raises(IllegalTransition):
        transitions.delete_request(user=observer, request_id=draft.pk)
    assert Request.objects.get().status == RequestStatus.FORMED
    assert actions(draft) == ["CREATED", "FORMED"]
