"""Requests in each of their states, made through the services that make them in life."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from main_api.accounts.models import User
from main_api.requests.models import Request
from main_api.requests.services.drafts import create_request
from main_api.requests.services.transitions import form_request
from main_api.requests.words import CalculationState, RequestStatus

FIRST_MOMENT = datetime(2020, 3, 1, 22, 0, tzinfo=UTC)


def observation_body(index: int = 0, **changes: Any) -> dict[str, Any]:
    """A good observation as JSON; each index is another night."""
    moment = FIRST_MOMENT + timedelta(days=index)
    body = {
        "observed_at": moment.isoformat().replace("+00:00", "Z"),
        "ra_deg": 54.5 + 0.1 * index,
        "dec_deg": 16.25,
        "station": "535",
    }
    return body | changes


def observation_values(index: int = 0) -> dict[str, Any]:
    """The same as the services take it."""
    return observation_body(index) | {"observed_at": FIRST_MOMENT + timedelta(days=index)}


def make_draft(creator: User, *, observation_count: int = 3, designation: str = "Ceres", comment: str = "") -> Request:
    observations = [observation_values(index) for index in range(observation_count)]
    request_id = create_request(creator=creator, designation=designation, comment=comment, observations=observations)
    return Request.objects.get(pk=request_id)


def make_formed(creator: User, **options: Any) -> Request:
    request = make_draft(creator, **options)
    form_request(user=creator, request_id=request.pk)
    request.refresh_from_db()
    return request


def make_completed(creator: User, moderator: User, *, calculation_id: UUID | None = None, **options: Any) -> Request:
    """Completed as if calc_grpc had answered: its calculation is scheduled and was created a minute ago."""
    request = make_formed(creator, **options)
    now = timezone.now()
    Request.objects.filter(pk=request.pk).update(
        status=RequestStatus.COMPLETED,
        moderator=moderator,
        completed_at=now,
        calculation_id=calculation_id or uuid4(),
        calculation_created_at=now - timedelta(minutes=1),
        calculation_state=CalculationState.SCHEDULED,
    )
    request.refresh_from_db()
    return request


def make_request(status: str, creator: User, moderator: User) -> Request:
    """A request of that status."""
    if status == "COMPLETED":
        return make_completed(creator, moderator)
    request = make_draft(creator) if status in ("DRAFT", "DELETED") else make_formed(creator)
    Request.objects.filter(pk=request.pk).update(status=status, moderator=moderator if status == "REJECTED" else None)
    request.refresh_from_db()
    return request


def result_body(request: Request, *, distance_au: float = 2.25, **changes: Any) -> dict[str, Any]:
    """A good result of the request's present calculation, as a person with the key would write it."""
    body = {
        "calculation_id": str(request.calculation_id),
        "state": "SUCCEEDED",
        "verdict": "DETERMINED",
        "observations": [{"id": pk, "distance_au": distance_au} for pk in observation_ids(request)],
    }
    return body | changes


def follow_up_body(**changes: Any) -> dict[str, Any]:
    """What to do next, with one night."""
    night = {
        "at": "2020-03-05T23:06:34Z",
        "ra_deg": 54.9,
        "dec_deg": 16.3,
        "distance_au": 2.25,
        "ellipse_major_arcsec": 12.5,
        "ellipse_minor_arcsec": 3.25,
        "ellipse_angle_deg": 71,
        "motion_ra_arcsec_per_min": 0.5,
        "motion_dec_arcsec_per_min": -0.25,
        "sun_elongation_deg": 93.5,
        "relative_sigma_after": 0.0125,
    }
    return {"station": "535", "relative_sigma": 0.025, "nights": [night], "observe_from": night["at"]} | changes


def observation_ids(request: Request) -> list[int]:
    return list(request.observations.order_by("id").values_list("id", flat=True))
