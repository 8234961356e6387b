"""Reads requests."""

from typing import Any

from django.db.models import F, Q, QuerySet

from main_api.accounts.models import User
from main_api.asteroids.selectors import find_asteroid
from main_api.errors import Forbidden, NotFound
from main_api.requests.models import HistoryEntry, Observation, Request
from main_api.requests.report import RESULT_FIELDS
from main_api.requests.words import RequestStatus

ROW_COLUMNS = (
    "id",
    "status",
    "designation",
    "creator_name",
    "moderator_name",
    "created_at",
    "formed_at",
    "completed_at",
    "updated_at",
    "observation_count",
    "result_count",
    "verdict",
    "calculation_id",
    "calculation_state",
)
DETAIL_COLUMNS = (
    *ROW_COLUMNS,
    "comment",
    "orbit",
    "verdict_reason",
    "verdict_grounds",
    "alternatives",
    "follow_up",
    "error",
)
MEASURED_COLUMNS = (
    "observed_at",
    "ra_deg",
    "dec_deg",
    "station",
    "sigma_ra_arcsec",
    "sigma_dec_arcsec",
    "correlation",
    "magnitude",
    "band",
    "mode",
    "catalogue",
    "program",
    "observer_position_km",
)


def visible_requests(user: User) -> QuerySet[Request]:
    """An observer's own; for a moderator all but drafts of others. What was deleted nobody sees."""
    present = Request.objects.exclude(status=RequestStatus.DELETED)
    own = Q(creator=user)
    return present.filter(own | ~Q(status=RequestStatus.DRAFT)) if user.is_moderator else present.filter(own)


def get_visible_request(*, user: User, request_id: int) -> Request:
    """A request that the user may know of, or NotFound."""
    request = visible_requests(user).filter(pk=request_id).first()
    if request is None:
        raise NotFound()
    return request


def get_own_request(*, user: User, request_id: int) -> Request:
    """A request of the user's own. Somebody else's is Forbidden where they may see it."""
    request = get_visible_request(user=user, request_id=request_id)
    if request.creator_id != user.pk:
        raise Forbidden("Only the creator of a request may do this.")
    return request


def request_rows(user: User) -> QuerySet[Request, dict[str, Any]]:
    """Rows of the list, as mappings with ROW_COLUMNS."""
    return _named(visible_requests(user)).values(*ROW_COLUMNS)


def request_row(request_id: int) -> dict[str, Any]:
    """One row, whoever asks."""
    return _named(Request.objects.filter(pk=request_id)).values(*ROW_COLUMNS).get()


def request_detail(*, user: User, request_id: int) -> dict[str, Any]:
    """A request with its observations, result, history and the asteroid of the catalogue that it names, or NotFound."""
    detail = _named(visible_requests(user).filter(pk=request_id)).values(*DETAIL_COLUMNS).first()
    if detail is None:
        raise NotFound()
    detail["observations"] = list(observation_rows(request_id))
    detail["history"] = list(
        HistoryEntry.objects.filter(request=request_id)
        .annotate(actor_name=F("actor__username"))
        .values("at", "actor_name", "action", "calculation_id", "note", "earlier_result")
    )
    asteroid = find_asteroid(detail["designation"])
    detail["catalogue"] = asteroid and {
        "spkid": asteroid.spkid,
        "full_name": asteroid.full_name,
        "designation": asteroid.designation,
    }
    return detail


def observation_rows(request_id: int) -> QuerySet[Observation, dict[str, Any]]:
    """Observations with their results, in the order of time."""
    return (
        Observation.objects.filter(request=request_id)
        .annotate(**{field: F(f"result__{field}") for field in RESULT_FIELDS})
        .values("id", *MEASURED_COLUMNS, *RESULT_FIELDS)
    )


def _named(requests: QuerySet[Request]) -> QuerySet[Request]:
    return requests.annotate(creator_name=F("creator__username"), moderator_name=F("moderator__username"))
