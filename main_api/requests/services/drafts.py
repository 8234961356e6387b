"""Writes drafts: the request and its observations, while its creator still edits it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from main_api.accounts.models import User
from main_api.errors import NotADraft, NotFound, TooManyOpenRequests
from main_api.requests.models import Observation, Request
from main_api.requests.observation_rules import refuse_wrong_observations
from main_api.requests.selectors import get_own_request
from main_api.requests.services.history import record
from main_api.requests.words import Action, RequestStatus
from main_api.turns import writing

Values = Mapping[str, Any]


@writing()
def create_request(*, creator: User, designation: str, comment: str = "", observations: Sequence[Values] = ()) -> int:
    """A new draft; the id of its row."""
    now = timezone.now()
    rows = [Observation(**values) for values in observations]
    refuse_wrong_observations(rows, now=now, path="observations")
    _refuse_one_too_many(creator)
    request = Request.objects.create(
        designation=designation,
        comment=comment,
        creator=creator,
        created_at=now,
        updated_at=now,
        observation_count=len(rows),
    )
    for row in rows:
        row.request = request
    Observation.objects.bulk_create(rows)
    record(request_id=request.pk, at=now, actor=creator, action=Action.CREATED)
    return request.pk


@writing()
def edit_request(*, user: User, request_id: int, changes: Values) -> None:
    """Changes designation or comment of a draft."""
    request = lock_draft(user, request_id)
    for field, value in changes.items():
        setattr(request, field, value)
    request.updated_at = timezone.now()
    request.save(update_fields=[*changes, "updated_at"])


@writing()
def add_observation(*, user: User, request_id: int, values: Values) -> int:
    """Adds an observation to a draft; the id of its row."""
    request = lock_draft(user, request_id)
    now = timezone.now()
    observation = Observation(request=request, **values)
    present = list(request.observations.only("station", "observed_at"))
    refuse_wrong_observations([observation], now=now, present=present)
    observation.save()
    touch(request, now)
    return observation.pk


@writing()
def edit_observation(*, user: User, request_id: int, observation_id: int, changes: Values) -> None:
    """Changes fields of one observation of a draft."""
    request = lock_draft(user, request_id)
    now = timezone.now()
    observation = _observation(request, observation_id)
    for field, value in changes.items():
        setattr(observation, field, value)
    others = list(request.observations.exclude(pk=observation_id).only("station", "observed_at"))
    refuse_wrong_observations([observation], now=now, present=others)
    observation.save()
    touch(request, now)


@writing()
def delete_observation(*, user: User, request_id: int, observation_id: int) -> None:
    """Removes one observation from a draft."""
    request = lock_draft(user, request_id)
    _observation(request, observation_id).delete()
    touch(request, timezone.now())


def refuse_unless_draft(*, user: User, request_id: int) -> None:
    """Raises what editing this request would raise, before work is done for it."""
    _refuse_unless_draft(get_own_request(user=user, request_id=request_id))


def lock_draft(user: User, request_id: int) -> Request:
    """The user's draft, locked until the transaction ends; raises NotFound, Forbidden, NotADraft."""
    get_own_request(user=user, request_id=request_id)
    # Locked, so that forming it at the same time waits and then counts what is there.
    request = Request.objects.select_for_update().get(pk=request_id)
    _refuse_unless_draft(request)
    return request


def touch(request: Request, now: datetime) -> None:
    """Counts the observations again and notes that the request changed."""
    request.observation_count = request.observations.count()
    request.updated_at = now
    request.save(update_fields=["observation_count", "updated_at"])


def _refuse_one_too_many(creator: User) -> None:
    """On PostgreSQL, calls at the same moment may go one further; what is bounded is what a user fills, not exact."""
    open_requests = Request.objects.filter(creator=creator, status__in=(RequestStatus.DRAFT, RequestStatus.FORMED))
    if open_requests.count() >= settings.OPEN_REQUESTS_MAX:
        raise TooManyOpenRequests()


def _refuse_unless_draft(request: Request) -> None:
    if request.status == RequestStatus.DELETED:
        raise NotFound()
    if request.status != RequestStatus.DRAFT:
        raise NotADraft(f"Only a draft can be edited, and this request is {request.status}.")


def _observation(request: Request, observation_id: int) -> Observation:
    observation = request.observations.filter(pk=observation_id).first()
    if observation is None:
        raise NotFound()
    return observation
