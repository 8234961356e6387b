"""What the database itself refuses, whoever writes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from main_api.accounts.models import User
from main_api.requests.models import AppliedReport, HistoryEntry, ObservationResult, Request
from tests.main_api.sample_requests import make_completed, make_draft, make_formed


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "OPEN"}, "request_formed_at_fits_status"),
        ({"status": "FORMED"}, "request_formed_at_fits_status"),
        ({"formed_at": timezone.now()}, "request_formed_at_fits_status"),
        ({"completed_at": timezone.now()}, "request_completed_has_calculation"),
        ({"result_count": 4}, "request_results_of_observations"),
        ({"calculation_state": "LOST"}, "request_calculation_state_known"),
        ({"verdict": "GREAT"}, "request_verdict_known"),
    ],
)
def test_a_request_cannot_be_in_a_state_that_there_is_not(
    observer: User, changes: dict[str, Any], constraint: str
) -> None:
    draft = make_draft(observer)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Request.objects.filter(pk=draft.pk).update(**changes)


def test_a_decided_request_has_its_moderator_and_a_completed_one_its_calculation(
    observer: User, moderator: User
) -> None:
    formed, completed = make_formed(observer), make_completed(observer, moderator)
    with pytest.raises(IntegrityError, match="request_decided_by_moderator"), transaction.atomic():
        Request.objects.filter(pk=formed.pk).update(status="REJECTED")
    with pytest.raises(IntegrityError, match="request_completed_has_calculation"), transaction.atomic():
        Request.objects.filter(pk=completed.pk).update(calculation_id=None)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"ra_deg": 360}, "observation_ra_in_circle"),
        ({"ra_deg": -0.1}, "observation_ra_in_circle"),
        ({"dec_deg": 90.1}, "observation_dec_on_sphere"),
        ({"sigma_ra_arcsec": 0}, "observation_sigma_positive"),
        ({"sigma_dec_arcsec": -1}, "observation_sigma_positive"),
        ({"correlation": 1}, "observation_correlation_inside_one"),
    ],
)
def test_an_observation_cannot_be_off_the_sky(observer: User, changes: dict[str, Any], constraint: str) -> None:
    draft = make_draft(observer)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        draft.observations.filter(pk=draft.observations.first().pk).update(**changes)


def test_a_station_observes_at_a_moment_once(observer: User) -> None:
    draft = make_draft(observer)
    twin = draft.observations.first()
    twin.pk = None
    # SQLite names the columns, PostgreSQL the constraint.
    with (
        pytest.raises(IntegrityError, match=r"observation_once|requests_observation\.observed_at"),
        transaction.atomic(),
    ):
        twin.save()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"result_state": "SURE"}, "result_state_known"),
        ({"result_state": "WEAK", "distance_au": -1}, "result_distance_not_negative"),
    ],
)
def test_a_result_is_of_a_known_kind_and_not_behind_the_observer(
    observer: User, values: dict[str, Any], constraint: str
) -> None:
    observation = make_draft(observer).observations.first()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ObservationResult.objects.create(observation=observation, **values)


def test_history_knows_its_actions_and_a_report_applies_once(observer: User) -> None:
    draft = make_draft(observer)
    with pytest.raises(IntegrityError, match="history_action_known"), transaction.atomic():
        HistoryEntry.objects.create(request=draft, at=timezone.now(), action="BURNT")
    report = {"request": draft, "report_id": "00000000-0000-0000-0000-000000000001", "applied_at": timezone.now()}
    AppliedReport.objects.create(**report)
    with pytest.raises(IntegrityError), transaction.atomic():
        AppliedReport.objects.create(**report)
