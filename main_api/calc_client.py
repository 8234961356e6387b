"""The only place that speaks gRPC: creates, reads and cancels calculations at calc_grpc."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from functools import cache
from typing import Any
from uuid import UUID

import grpc
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc, distance_pb2
from django.conf import settings
from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from main_api.errors import ApiError, CalculationConflict, CalculationRefused, CalcUnavailable, FieldError
from main_api.logs import current_request_id
from main_api.requests.astrometry import ERROR, WARNING, FileProblem, FileRow, ReadFile
from main_api.requests.models import Observation
from main_api.requests.report import Calculation, Report, build_result

logger = logging.getLogger(__name__)

INPUT_PREFIX = "distance."
MESSAGE_BYTES_MAX = 32 * 1024 * 1024
PARSE_TIMEOUT_S = 20.0  # files wait for their turn; the gateway waits 30 s
METADATA_BYTES_MAX = 4 * 1024 * 1024
CHANNEL_OPTIONS = (
    # A calc_grpc that was started again is found within two seconds, not within gRPC's two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    # A refusal names each field in its trailers, of which gRPC takes 8 KiB unless told otherwise.
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.enable_http_proxy", 0),
)
OPTIONAL_NUMBERS = ("sigma_ra_arcsec", "sigma_dec_arcsec", "correlation", "magnitude")
NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")


def create_distance_calculation(
    *, calculation_id: UUID, observations: Iterable[Observation], callback_url: str, creator: str
) -> Calculation:
    """Creates a calculation, or finds the one that this id and input created before.

    Raises CalculationRefused, CalculationConflict (the id has another input) or CalcUnavailable.
    """
    request = calculation_service_pb2.CreateCalculationRequest(
        calculation_id=str(calculation_id),
        distance=distance_pb2.DistanceInput(observations=map(_observation_message, observations)),
        callback=calculation_service_pb2.Callback(url=callback_url),
        creator=creator,
    )
    return _calculation(_call(_stub(settings.CALC_ADDRESS).CreateCalculation, request))


def get_calculation(calculation_id: UUID) -> Calculation | None:
    """The calculation as it is now; None when calc_grpc does not know it. Raises CalcUnavailable."""
    request = calculation_service_pb2.GetCalculationRequest(calculation_id=str(calculation_id))
    try:
        return _calculation(_call(_stub(settings.CALC_ADDRESS).GetCalculation, request))
    except _UnknownCalculation:
        return None


def cancel_calculation(calculation_id: UUID) -> None:
    """Cancels what is not finished; harmless otherwise, even of an unknown id. Raises CalcUnavailable."""
    request = calculation_service_pb2.CancelCalculationRequest(calculation_id=str(calculation_id))
    try:
        _call(_stub(settings.CALC_ADDRESS).CancelCalculation, request)
    except _UnknownCalculation:
        return


def parse_astrometry(content: bytes) -> ReadFile:
    """Has a file with observations read, at most 2 MB of any bytes. Raises CalcUnavailable."""
    request = calculation_service_pb2.ParseAstrometryRequest(content=content)
    answer = _call(_stub(settings.CALC_ADDRESS).ParseAstrometry, request, timeout_s=PARSE_TIMEOUT_S)
    return ReadFile(
        rows=[
            FileRow(designation=row.designation, line=row.line, observation=_observation(row.observation))
            for row in answer.observations
        ],
        problems=list(map(_file_problem, answer.problems)),
        problem_count=answer.problem_count,
        error_count=answer.error_count,
    )


class _UnknownCalculation(ApiError):
    """calc_grpc does not know this id."""

    reason = "CALCULATION_NOT_FOUND"


@cache
def _stub(address: str) -> calculation_service_pb2_grpc.CalculationServiceStub:
    # Opened at the first call, so after the server forked its workers: a gRPC channel does not survive a fork.
    return calculation_service_pb2_grpc.CalculationServiceStub(grpc.insecure_channel(address, CHANNEL_OPTIONS))


def _call(rpc: Callable[..., Any], request: Any, *, timeout_s: float | None = None) -> Any:
    metadata = [("x-request-id", current_request_id())] if current_request_id() else []
    if settings.CALC_API_KEY:
        metadata.append(("authorization", f"Bearer {settings.CALC_API_KEY}"))
    try:
        return rpc(request, timeout=timeout_s or settings.CALC_TIMEOUT_S, metadata=metadata)
    except grpc.RpcError as error:
        raise _translated(error) from error


def _translated(error: Any) -> ApiError:
    code = error.code()
    if code == grpc.StatusCode.INVALID_ARGUMENT:
        return _refusal(error)
    if code == grpc.StatusCode.ALREADY_EXISTS:
        return CalculationConflict()
    if code == grpc.StatusCode.NOT_FOUND:
        return _UnknownCalculation()
    logger.warning("calc_grpc did not answer", extra={"code": code.name, "details": error.details()})
    return CalcUnavailable()


def _refusal(error: Any) -> CalculationRefused:
    """Tells the first refused field with its message; `errors` holds all of them."""
    refused = list(_field_errors(error))
    if not refused:
        return CalculationRefused(error.details() or "")
    first, others = refused[0], len(refused) - 1
    more = f" {others} more {'field was' if others == 1 else 'fields were'} refused." if others else ""
    return CalculationRefused(
        f"The calculation service refused {first.path}: {first.message or first.reason}{more}", errors=refused
    )


def _field_errors(error: Any) -> Iterator[FieldError]:
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        bad_request = error_details_pb2.BadRequest()
        if detail.Unpack(bad_request):
            for violation in bad_request.field_violations:
                yield FieldError(
                    path=violation.field.removeprefix(INPUT_PREFIX),
                    reason=violation.reason or "INVALID_INPUT",
                    message=violation.description,
                )


def _observation_message(observation: Observation) -> distance_pb2.Observation:
    message = distance_pb2.Observation(
        id=observation.pk,
        ra_deg=observation.ra_deg,
        dec_deg=observation.dec_deg,
        station=observation.station,
        sigma_ra_arcsec=observation.sigma_ra_arcsec,
        sigma_dec_arcsec=observation.sigma_dec_arcsec,
        correlation=observation.correlation,
        magnitude=observation.magnitude,
        band=observation.band,
        mode=observation.mode,
        catalogue=observation.catalogue,
        program=observation.program,
        observer_position_km=observation.observer_position_km or [],
    )
    message.observed_at.FromDatetime(observation.observed_at)
    return message


def _observation(message: distance_pb2.Observation) -> Observation:
    """A row that is not saved; what the message leaves out is null, or empty for text."""
    optional = {name: getattr(message, name) for name in OPTIONAL_NUMBERS if message.HasField(name)}
    return Observation(
        observed_at=message.observed_at.ToDatetime(tzinfo=UTC),
        ra_deg=message.ra_deg,
        dec_deg=message.dec_deg,
        station=message.station,
        band=message.band,
        mode=message.mode,
        catalogue=message.catalogue,
        program=message.program,
        observer_position_km=list(message.observer_position_km) or None,
        **optional,
    )


def _file_problem(message: calculation_service_pb2.ParseProblem) -> FileProblem:
    return FileProblem(
        line=message.line,
        column_start=message.column_start,
        column_end=message.column_end,
        text=message.text,
        reason=message.reason,
        severity=WARNING if message.severity == calculation_service_pb2.ParseProblem.Severity.WARNING else ERROR,
        hint=message.hint,
    )


def _calculation(message: calculation_pb2.Calculation) -> Calculation:
    calculation = Calculation(
        calculation_id=UUID(message.calculation_id),
        state=calculation_pb2.Calculation.State.Name(message.state),
        created_at=message.create_time.ToDatetime(tzinfo=UTC),
        report=None,
    )
    if not calculation.is_finished:
        return calculation
    report = Report(
        calculation_id=calculation.calculation_id,
        calculation_created_at=calculation.created_at,
        report_id=UUID(message.report.report_id) if message.report.report_id else None,
        state=calculation.state,
        error={"reason": message.error.reason, "message": message.error.message} if message.HasField("error") else None,
        result=build_result(_json(message.distance_result)) if message.HasField("distance_result") else None,
    )
    return Calculation(**{**vars(calculation), "report": report})


def _json(message: distance_pb2.DistanceResult) -> Any:
    # Proto JSON writes numbers that are none as text; JSON columns and clients could not hold them.
    values = MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    return _numbers_only(values)


def _numbers_only(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers_only(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers_only(item) for item in value]
    return None if value in NOT_NUMBERS else value
