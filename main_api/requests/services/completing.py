"""Completing and recalculating: the two steps that create a calculation.

No transaction is open across an rpc. The id of the calculation is stored first, so a repeated click, a second
moderator and a retry after a lost answer all name the same calculation.
"""

import logging
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from main_api import calc_client, deadline
from main_api.accounts.models import User
from main_api.errors import ApiError, CalculationConflict, CalculationReplaced, IllegalTransition
from main_api.requests.models import Request
from main_api.requests.report import Calculation
from main_api.requests.selectors import get_visible_request
from main_api.requests.services.history import record
from main_api.requests.services.results import apply_report
from main_api.requests.services.transitions import cancel_quietly, refuse_transition
from main_api.requests.words import FINAL_STATES, Action, CalculationState, RequestStatus
from main_api.turns import writing

logger = logging.getLogger(__name__)


def complete_request(*, user: User, request_id: int) -> None:
    """FORMED -> COMPLETED, with a calculation. On a COMPLETED request it changes nothing.

    Raises CalcUnavailable or CalculationRefused; the request is still FORMED then, and completing can be repeated.
    """
    request = get_visible_request(user=user, request_id=request_id)
    if request.status == RequestStatus.COMPLETED:
        return
    calculation_id = _claim_calculation_id(request)
    try:
        calculation = create_calculation(request, calculation_id)
    except CalculationConflict:
        # The id is of no use any more; without it the next attempt draws another.
        Request.objects.filter(pk=request_id, status=RequestStatus.FORMED, calculation_id=calculation_id).update(
            calculation_id=None
        )
        raise
    if _record_completion(request_id, user, calculation):
        return
    request.refresh_from_db()
    if request.status != RequestStatus.COMPLETED:
        cancel_quietly(calculation_id)
        raise refuse_transition(request, RequestStatus.COMPLETED)


def recalculate_request(*, user: User, request_id: int, supersedes: UUID) -> None:
    """Puts a new calculation in the place of the present one. The results stay until the new ones come.

    When no calculation could be created, the earlier one is put back and the refusal is raised.
    """
    request = get_visible_request(user=user, request_id=request_id)
    if request.status != RequestStatus.COMPLETED:
        raise IllegalTransition(f"The request is {request.status}; only a COMPLETED one can be calculated again.")
    calculation_id = uuid4()
    _replace_calculation_id(request, user, supersedes, calculation_id)
    try:
        calculation = create_calculation(request, calculation_id)
    except ApiError as error:
        if _put_back(request, user, calculation_id, error):
            raise
    else:
        record_creation(request_id, calculation)
    if request.calculation_state not in FINAL_STATES:
        cancel_quietly(supersedes)


def create_calculation(request: Request, calculation_id: UUID) -> Calculation:
    """Creates the calculation of a request under this id, or finds it."""
    return calc_client.create_distance_calculation(
        calculation_id=calculation_id,
        observations=request.observations.all(),
        callback_url=f"{settings.CALLBACK_BASE_URL}/api/requests/{request.pk}/result",
        creator=request.creator.username,
    )


@deadline.disregarded()  # the calculation runs already
@writing()
def record_creation(request_id: int, calculation: Calculation) -> None:
    """Notes what the service said about the present calculation, and takes its result if it is finished."""
    present = Request.objects.filter(pk=request_id, calculation_id=calculation.calculation_id)
    now = timezone.now()
    present.update(calculation_created_at=calculation.created_at, updated_at=now)
    if calculation.report is not None:
        apply_report(request_id=request_id, report=calculation.report)
    else:
        # A report may have been faster than this answer; then the state is final and stays.
        present.exclude(calculation_state__in=FINAL_STATES).update(calculation_state=calculation.state)


def _claim_calculation_id(request: Request) -> UUID:
    Request.objects.filter(pk=request.pk, status=RequestStatus.FORMED, calculation_id=None).update(
        calculation_id=uuid4(), updated_at=timezone.now()
    )
    request.refresh_from_db()
    if request.status not in (RequestStatus.FORMED, RequestStatus.COMPLETED) or request.calculation_id is None:
        raise refuse_transition(request, RequestStatus.COMPLETED)
    return request.calculation_id


@deadline.disregarded()  # the calculation runs already
@writing()
def _record_completion(request_id: int, user: User, calculation: Calculation) -> bool:
    now = timezone.now()
    completed = Request.objects.filter(
        pk=request_id, status=RequestStatus.FORMED, calculation_id=calculation.calculation_id
    ).update(
        status=RequestStatus.COMPLETED,
        moderator=user,
        completed_at=now,
        updated_at=now,
        calculation_created_at=calculation.created_at,
        calculation_state=CalculationState.SCHEDULED if calculation.is_finished else calculation.state,
    )
    if completed:
        record(
            request_id=request_id,
            at=now,
            actor=user,
            action=Action.COMPLETED,
            calculation_id=calculation.calculation_id,
        )
        if calculation.report is not None:
            apply_report(request_id=request_id, report=calculation.report)
        logger.info("request completed", extra={"request_pk": request_id, "calculation_id": calculation.calculation_id})
    return bool(completed)


@writing()
def _replace_calculation_id(request: Request, user: User, supersedes: UUID, calculation_id: UUID) -> None:
    now = timezone.now()
    replaced = Request.objects.filter(pk=request.pk, status=RequestStatus.COMPLETED, calculation_id=supersedes).update(
        calculation_id=calculation_id,
        calculation_created_at=None,
        calculation_state=CalculationState.SCHEDULED,
        error=None,
        updated_at=now,
    )
    if not replaced:
        raise CalculationReplaced()
    record(request_id=request.pk, at=now, actor=user, action=Action.RECALCULATED, calculation_id=calculation_id)


@deadline.disregarded()  # no calculation runs under this id
@writing()
def _put_back(request: Request, user: User, calculation_id: UUID, error: ApiError) -> bool:
    """False when a report shows that the calculation was created after all."""
    now = timezone.now()
    put_back = (
        Request.objects.filter(pk=request.pk, calculation_id=calculation_id)
        .filter(Q(calculation_created_at=None) & ~Q(calculation_state__in=FINAL_STATES))
        .update(
            calculation_id=request.calculation_id,
            calculation_created_at=request.calculation_created_at,
            calculation_state=request.calculation_state,
            error=request.error,
            updated_at=now,
        )
    )
    if put_back:
        record(
            request_id=request.pk,
            at=now,
            actor=user,
            action=Action.RECALCULATION_UNDONE,
            calculation_id=calculation_id,
            note=error.message,
        )
    return bool(put_back)
