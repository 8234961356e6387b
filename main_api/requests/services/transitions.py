"""Status changes that need no calculation: form, reject, delete. Each is one guarded update."""

import logging
from typing import Any
from uuid import UUID

from django.utils import timezone

from main_api import calc_client
from main_api.accounts.models import User
from main_api.errors import ApiError, FieldError, IllegalTransition, TooFewObservations
from main_api.requests.models import Request
from main_api.requests.selectors import get_own_request, get_visible_request
from main_api.requests.services.history import record
from main_api.requests.words import Action, RequestStatus
from main_api.turns import writing

logger = logging.getLogger(__name__)

OBSERVATION_COUNT_MIN = 3


def form_request(*, user: User, request_id: int) -> None:
    """DRAFT -> FORMED, with three observations or more."""
    request = get_own_request(user=user, request_id=request_id)
    if request.status == RequestStatus.DRAFT and request.observation_count < OBSERVATION_COUNT_MIN:
        message = f"It has {request.observation_count}; add {OBSERVATION_COUNT_MIN - request.observation_count} more."
        raise TooFewObservations(
            errors=[FieldError(path="observations", reason="TOO_FEW_OBSERVATIONS", message=message)]
        )
    _move(
        request,
        RequestStatus.FORMED,
        actor=user,
        guard={"status": RequestStatus.DRAFT, "observation_count__gte": OBSERVATION_COUNT_MIN},
        changes={"formed_at": timezone.now()},
    )


def delete_request(*, user: User, request_id: int) -> None:
    """DRAFT -> DELETED. The row stays, unseen."""
    request = get_own_request(user=user, request_id=request_id)
    _move(request, RequestStatus.DELETED, actor=user, guard={"status": RequestStatus.DRAFT})


def reject_request(*, user: User, request_id: int, reason: str) -> None:
    """FORMED -> REJECTED. A calculation that a completion created at the same moment is cancelled where possible."""
    request = get_visible_request(user=user, request_id=request_id)
    _move(
        request,
        RequestStatus.REJECTED,
        actor=user,
        guard={"status": RequestStatus.FORMED},
        changes={"moderator": user},
        note=reason,
    )
    request.refresh_from_db(fields=["calculation_id"])
    if request.calculation_id is not None:
        cancel_quietly(request.calculation_id)


def cancel_quietly(calculation_id: UUID) -> None:
    """Cancels a calculation nobody wants; where that fails, its result will be refused when it comes."""
    try:
        calc_client.cancel_calculation(calculation_id)
    except ApiError as error:
        logger.warning("could not cancel", extra={"calculation_id": calculation_id, "reason": error.reason})


def refuse_transition(request: Request, wanted: RequestStatus) -> IllegalTransition:
    """The refusal that names the status the request has by now."""
    request.refresh_from_db(fields=["status"])
    return IllegalTransition(f"The request is {request.status} and cannot become {wanted}.")


@writing()
def _move(
    request: Request,
    status: RequestStatus,
    *,
    actor: User,
    guard: dict[str, Any],
    changes: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    now = timezone.now()
    moved = Request.objects.filter(pk=request.pk, **guard).update(status=status, updated_at=now, **(changes or {}))
    if not moved:
        raise refuse_transition(request, status)
    record(request_id=request.pk, at=now, actor=actor, action=Action(status), note=note)
    logger.info("request changed", extra={"action": status, "request_pk": request.pk, "actor": actor.username})
