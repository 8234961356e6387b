"""The result method: takes the end of a calculation into its request. Check and write are one transaction."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from main_api import tracing
from main_api.errors import (
    CompletionPending,
    FieldError,
    ForeignObservation,
    InvalidInput,
    NotFound,
    ResultNotWanted,
    SupersededResult,
)
from main_api.logs import note_calculation
from main_api.requests.models import AppliedReport, Observation, ObservationResult, Request
from main_api.requests.report import RESULT_FIELDS, Report, Result
from main_api.requests.services.history import record
from main_api.requests.words import Action, CalculationState, RequestStatus
from main_api.statements import Columns
from main_api.turns import write_together

logger = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(minutes=5)

# Written out: composed at each call, they took three quarters of the time of a report.
_STATE_NAMES = ("calculation_id", "calculation_created_at", "calculation_state", "error")
_RESULT_NAMES = ("verdict", "verdict_reason", "verdict_grounds", "orbit", "alternatives", "follow_up")
_REQUEST = Columns(Request, "id", "status", *_STATE_NAMES, *_RESULT_NAMES)
_STATE = Columns(Request, *_STATE_NAMES, "updated_at")
_RESULT = Columns(Request, *_STATE_NAMES, "updated_at", *_RESULT_NAMES, "result_count")
_OBSERVATIONS = Columns(Observation, "id")
_ROWS = Columns(ObservationResult, "observation_id", *RESULT_FIELDS)
_APPLIED = Columns(AppliedReport, "request_id", "report_id", "applied_at")
_OF_REQUEST = f"WHERE observation_id IN (SELECT id FROM {Observation._meta.db_table} WHERE request_id = %s)"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What is stored of a request and its result; `verdict` is empty before the first one."""

    id: int
    status: str
    calculation_id: UUID | None
    calculation_created_at: datetime | None
    calculation_state: str
    error: dict[str, str] | None
    verdict: str
    verdict_reason: str
    verdict_grounds: dict[str, Any] | None
    orbit: dict[str, Any] | None
    alternatives: list[dict[str, Any]]
    follow_up: dict[str, Any] | None


def receive_report(*, request_id: int, report: Report) -> None:
    """Stores a report that was sent to the result method; refusals as those of `apply_report`.

    A calculation that is not the present one and said to be created in the future is InvalidInput: it would pass for
    newer than all that follow. The present one is known by its id, whatever the clock of calc_grpc shows.
    """
    note_calculation(report.calculation_id)
    tracing.note(calculation_state=report.state, verdict=report.result and report.result.verdict)
    created_at, now = report.calculation_created_at, timezone.now()
    if created_at is not None and created_at > now + CLOCK_TOLERANCE:
        if not Request.objects.filter(pk=request_id, calculation_id=report.calculation_id).exists():
            raise InvalidInput(errors=[_future_time()])
        report = replace(report, calculation_created_at=now)
    apply_report(request_id=request_id, report=report)


def apply_report(*, request_id: int, report: Report) -> None:
    """Stores what a report says, once per `report_id`.

    Raises NotFound, ResultNotWanted, CompletionPending, SupersededResult, ForeignObservation or InvalidInput.
    """
    if write_together(partial(_apply, request_id, report)):
        logger.info(
            "report applied",
            extra={"request_pk": request_id, "calculation_id": report.calculation_id, "state": report.state},
        )


def _apply(request_id: int, report: Report) -> bool:
    """False when it was applied before."""
    found = _REQUEST.select("WHERE id = %s", [request_id], locked=True)
    if not found:
        raise NotFound()
    request = Stored(**found[0])
    now = timezone.now()
    if report.report_id and not _note_applied(request_id, report.report_id, now):
        return False
    _refuse_unwanted(request, report)
    if report.result is None:
        _store_failure(request, report, now)
    else:
        _store_result(request, report, report.result, now)
    return True


def _note_applied(request_id: int, report_id: UUID, now: datetime) -> bool:
    """False when it is known. Undone with the rest when the report is refused after all."""
    row = {"request_id": request_id, "report_id": report_id, "applied_at": now}
    return _APPLIED.insert([row], unless_known=True) > 0


def _refuse_unwanted(request: Stored, report: Report) -> None:
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


def _store_failure(request: Stored, report: Report, now: datetime) -> None:
    """FAILED and CANCELLED change only state and error."""
    if _is_known(request, report):
        return
    _update(_STATE, request, report, {"updated_at": now})
    failed = report.state == CalculationState.FAILED
    record(
        request_id=request.id,
        at=now,
        action=Action.CALCULATION_FAILED if failed else Action.CALCULATION_CANCELLED,
        calculation_id=report.calculation_id,
        note=(report.error or {}).get("message", ""),
    )


def _store_result(request: Stored, report: Report, result: Result, now: datetime) -> None:
    _refuse_foreign_observations(request, result)
    earlier = _stored_result(request) if request.verdict else None
    rows = sorted(result.observations, key=lambda row: row["id"])
    wanted = {name: getattr(result, name) for name in _RESULT_NAMES}
    if earlier is not None:
        is_same = all(earlier[key] == value for key, value in {**wanted, "observations": rows}.items())
        if is_same and _is_known(request, report):
            return
        _ROWS.delete(_OF_REQUEST, [request.id])
    _ROWS.insert({"observation_id": row["id"], **row} for row in rows)
    _update(_RESULT, request, report, {**wanted, "updated_at": now, "result_count": len(rows)})
    record(
        request_id=request.id,
        at=now,
        action=Action.RESULT_RECORDED if earlier is None else Action.RESULT_REPLACED,
        calculation_id=report.calculation_id,
        earlier_result=earlier,
    )


def _is_known(request: Stored, report: Report) -> bool:
    stored = (request.calculation_id, request.calculation_state, request.error)
    return stored == (report.calculation_id, report.state, report.error)


def _update(columns: Columns, request: Stored, report: Report, values: dict[str, Any]) -> None:
    """Makes the reported calculation the present one."""
    is_present = request.calculation_id == report.calculation_id
    known_since = request.calculation_created_at if is_present else None
    state = {
        "calculation_id": report.calculation_id,
        "calculation_created_at": known_since or report.calculation_created_at,
        "calculation_state": report.state,
        "error": report.error,
    }
    columns.update({**values, **state}, "WHERE id = %s AND status = %s", [request.id, RequestStatus.COMPLETED])


def _refuse_foreign_observations(request: Stored, result: Result) -> None:
    own = {row["id"] for row in _OBSERVATIONS.select("WHERE request_id = %s", [request.id])}
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


def _stored_result(request: Stored) -> dict[str, Any]:
    results = _ROWS.select(f"{_OF_REQUEST} ORDER BY observation_id", [request.id])
    return {
        "calculation_id": str(request.calculation_id),
        **{name: getattr(request, name) for name in _RESULT_NAMES},
        "observations": [{"id": row.pop("observation_id"), **row} for row in results],
    }
