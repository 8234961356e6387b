"""The result method: takes the end of a calculation into its request. Check and write are one transaction."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from main_api.errors import (
    CompletionPending,
    FieldError,
    ForeignObservation,
    InvalidInput,
    NotFound,
    ResultNotWanted,
    SupersededResult,
)
from main_api.requests.models import AppliedReport, ObservationResult, Request
from main_api.requests.report import RESULT_FIELDS, Report, Result
from main_api.requests.services.history import record
from main_api.requests.words import Action, CalculationState, RequestStatus

logger = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(minutes=5)


def receive_report(*, request_id: int, report: Report) -> None:
    """Stores a report that was sent to the result method; refusals as those of `apply_report`.

    A calculation that is not the present one and said to be created in the future is InvalidInput: it would pass for
    newer than all that follow. The present one is known by its id, whatever the clock of calc_grpc shows.
    """
    created_at, now = report.calculation_created_at, timezone.now()
    if created_at is not None and created_at > now + CLOCK_TOLERANCE:
        if not Request.objects.filter(pk=request_id, calculation_id=report.calculation_id).exists():
            raise InvalidInput(errors=[_future_time()])
        report = replace(report, calculation_created_at=now)
    apply_report(request_id=request_id, report=report)


@transaction.atomic
def apply_report(*, request_id: int, report: Report) -> None:
    """Stores what a report says, once per `report_id`.

    Raises NotFound, ResultNotWanted, CompletionPending, SupersededResult, ForeignObservation or InvalidInput.
    """
    request = Request.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFound()
    if report.report_id and request.applied_reports.filter(report_id=report.report_id).exists():
        return
    _refuse_unwanted(request, report)
    now = timezone.now()
    if report.result is None:
        _store_failure(request, report, now)
    else:
        _store_result(request, report, report.result, now)
    if report.report_id:
        AppliedReport.objects.create(request=request, report_id=report.report_id, applied_at=now)
    logger.info(
        "report applied",
        extra={"request_pk": request_id, "calculation_id": report.calculation_id, "state": report.state},
    )


def _refuse_unwanted(request: Request, report: Report) -> None:
    is_present = request.calculation_id == report.calculation_id
    if request.status == RequestStatus.FORMED and is_present:
        raise CompletionPending()
    if request.status != RequestStatus.COMPLETED:
        raise ResultNotWanted(f"The request is {request.status} and waits for no result of this calculation.")
    if is_present:
        return
    if report.calculation_created_at is None:
        message = "Needed, because this is not the request's present calculation."
        raise InvalidInput(errors=[FieldError(path="calculation_created_at", reason="REQUIRED", message=message)])
    if request.calculation_created_at is None:
        # The present one is being created right now: which is the newer cannot be said yet.
        raise CompletionPending("The request is being calculated again; send the result again in a moment.")
    if report.calculation_created_at <= request.calculation_created_at:
        raise SupersededResult()


def _future_time() -> FieldError:
    minutes = CLOCK_TOLERANCE // timedelta(minutes=1)
    message = f"This moment has not come yet; up to {minutes} minutes ahead of the clock here are accepted."
    return FieldError(path="calculation_created_at", reason="FUTURE_TIME", message=message)


def _store_failure(request: Request, report: Report, now: datetime) -> None:
    """FAILED and CANCELLED change only state and error."""
    if _is_known(request, report):
        return
    _update(request, report, now)
    failed = report.state == CalculationState.FAILED
    record(
        request_id=request.pk,
        at=now,
        action=Action.CALCULATION_FAILED if failed else Action.CALCULATION_CANCELLED,
        calculation_id=report.calculation_id,
        note=(report.error or {}).get("message", ""),
    )


def _store_result(request: Request, report: Report, result: Result, now: datetime) -> None:
    _refuse_foreign_observations(request, result)
    earlier = _stored_result(request)
    rows = sorted(result.observations, key=lambda row: row["id"])
    wanted = {
        "verdict": result.verdict,
        "verdict_reason": result.verdict_reason,
        "verdict_grounds": result.verdict_grounds,
        "orbit": result.orbit,
        "alternatives": result.alternatives,
        "follow_up": result.follow_up,
        "observations": rows,
    }
    is_same = all(earlier[key] == value for key, value in wanted.items())
    if is_same and _is_known(request, report):
        return
    ObservationResult.objects.filter(observation__request=request).delete()
    ObservationResult.objects.bulk_create(
        ObservationResult(observation_id=row["id"], **{field: row[field] for field in RESULT_FIELDS}) for row in rows
    )
    columns = {key: value for key, value in wanted.items() if key != "observations"}
    _update(request, report, now, result_count=len(rows), **columns)
    is_first = not earlier["verdict"]
    record(
        request_id=request.pk,
        at=now,
        action=Action.RESULT_RECORDED if is_first else Action.RESULT_REPLACED,
        calculation_id=report.calculation_id,
        earlier_result=None if is_first else earlier,
    )


def _is_known(request: Request, report: Report) -> bool:
    stored = (request.calculation_id, request.calculation_state, request.error)
    return stored == (report.calculation_id, report.state, report.error)


def _update(request: Request, report: Report, now: datetime, **changes: Any) -> None:
    """Makes the reported calculation the present one."""
    is_present = request.calculation_id == report.calculation_id
    known_since = request.calculation_created_at if is_present else None
    Request.objects.filter(pk=request.pk, status=RequestStatus.COMPLETED).update(
        calculation_id=report.calculation_id,
        calculation_created_at=known_since or report.calculation_created_at,
        calculation_state=report.state,
        error=report.error,
        updated_at=now,
        **changes,
    )


def _refuse_foreign_observations(request: Request, result: Result) -> None:
    own = set(request.observations.values_list("id", flat=True))
    foreign, repeated, seen = [], [], set()
    for index, row in enumerate(result.observations):
        path = f"observations[{index}].id"
        if row["id"] not in own:
            foreign.append(FieldError(path=path, reason="FOREIGN_OBSERVATION", message="Not of this request."))
        elif row["id"] in seen:
            repeated.append(FieldError(path=path, reason="DUPLICATE_OBSERVATION", message="Named twice."))
        seen.add(row["id"])
    if foreign:
        raise ForeignObservation(errors=foreign)
    if repeated:
        raise InvalidInput(errors=repeated)


def _stored_result(request: Request) -> dict[str, Any]:
    results = ObservationResult.objects.filter(observation__request=request).order_by("observation_id")
    return {
        "calculation_id": str(request.calculation_id),
        "verdict": request.verdict,
        "verdict_reason": request.verdict_reason,
        "verdict_grounds": request.verdict_grounds,
        "orbit": request.orbit,
        "alternatives": request.alternatives,
        "follow_up": request.follow_up,
        "observations": [
            {"id": row.pop("observation_id"), **row} for row in results.values("observation_id", *RESULT_FIELDS)
        ],
    }
