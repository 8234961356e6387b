"""Lost ends: completed requests whose result should have come and did not."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from main_api import calc_client
from main_api.errors import ApiError, CalculationConflict, CalculationRefused, CalcUnavailable
from main_api.requests.models import Request
from main_api.requests.report import Report
from main_api.requests.services.completing import create_calculation, record_creation
from main_api.requests.services.results import apply_report
from main_api.requests.words import FINAL_STATES, CalculationState, RequestStatus

logger = logging.getLogger(__name__)

SILENCE_COUNT_MAX = 3  # one request that cannot be answered must not keep the others from being asked about


def repair_calculations(*, older_than: timedelta) -> int:
    """Asks calc_grpc about every request that has waited for longer; how many of them are in order now.

    A finished result is taken under its report id; what calc_grpc does not know is created again under its old id.
    Any number of repairers may run at once.
    """
    waiting_since = timezone.now() - older_than
    repaired_count = silence_count = 0
    for request_id in list(_waiting(waiting_since).order_by("id").values_list("id", flat=True)):
        # Read anew: since the list was made, a report or another repairer may have come, or a moderator.
        request = _waiting(waiting_since).select_related("creator").filter(pk=request_id).first()
        if request is None:
            continue
        try:
            repaired_count += _repair(request)
            silence_count = 0
        except CalcUnavailable:
            logger.warning("calc_grpc did not answer, trying again later", extra={"request_pk": request_id})
            silence_count += 1
            if silence_count == SILENCE_COUNT_MAX:
                break
        except ApiError as error:
            # Superseded, rejected or refused while we asked: not lost any more, or nothing to be done about it.
            logger.warning("could not repair", extra={"request_pk": request_id, "reason": error.reason})
    return repaired_count


def _waiting(since: datetime) -> QuerySet[Request]:
    """Completed requests without an end of their calculation, unchanged since that moment.

    One that was changed in the future was so before the clock was set back: nobody knows how long it has waited.
    """
    silent = Q(updated_at__lte=since) | Q(updated_at__gt=timezone.now())
    return Request.objects.filter(silent, status=RequestStatus.COMPLETED).exclude(calculation_state__in=FINAL_STATES)


def _repair(request: Request) -> bool:
    calculation_id = request.calculation_id
    if calculation_id is None:
        return False
    calculation = calc_client.get_calculation(calculation_id)
    if calculation is None:
        logger.info("creating again", extra={"request_pk": request.pk, "calculation_id": calculation_id})
        try:
            calculation = create_calculation(request, calculation_id)
        except (CalculationRefused, CalculationConflict) as error:
            apply_report(request_id=request.pk, report=_refused(request, error))
            return True
    elif calculation.state == request.calculation_state and request.calculation_created_at is not None:
        return False
    record_creation(request.pk, calculation)
    return True


def _refused(request: Request, error: ApiError) -> Report:
    assert request.calculation_id is not None
    return Report(
        calculation_id=request.calculation_id,
        calculation_created_at=request.calculation_created_at,
        report_id=None,
        state=CalculationState.FAILED,
        error={"reason": error.reason, "message": error.message},
        result=None,
    )
