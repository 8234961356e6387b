"""What calc_grpc does for requests: creates, reads and cancels their calculations, reads files."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any
from uuid import UUID

from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, distance_pb2
from google.protobuf.json_format import MessageToDict

from main_api.calc_channel import UnknownCalculation, call, stub
from main_api.logs import note_calculation
from main_api.requests.astrometry import ERROR, WARNING, FileProblem, FileRow, ReadFile
from main_api.requests.models import Observation
from main_api.requests.report import Calculation, Report, build_result

PARSE_TIMEOUT_S = 20.0  # files wait for their turn; the gateway waits 30 s
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
    note_calculation(calculation_id)
    return _calculation(call(stub().CreateCalculation, request))


def get_calculation(calculation_id: UUID) -> Calculation | None:
    """The calculation as it is now; None when calc_grpc does not know it. Raises CalcUnavailable."""
    request = calculation_service_pb2.GetCalculationRequest(calculation_id=str(calculation_id))
    try:
        return _calculation(call(stub().GetCalculation, request))
    except UnknownCalculation:
        return None


def cancel_calculation(calculation_id: UUID) -> None:
    """Cancels what is not finished; harmless otherwise, even of an unknown id. Raises CalcUnavailable."""
    request = calculation_service_pb2.CancelCalculationRequest(calculation_id=str(calculation_id))
    try:
        call(stub().CancelCalculation, request)
    except UnknownCalculation:
        return


def parse_astrometry(content: bytes) -> ReadFile:
    """Has a file with observations read, at most 2 MB of any bytes. Raises CalcUnavailable."""
    request = calculation_service_pb2.ParseAstrometryRequest(content=content)
    answer = call(stub().ParseAstrometry, request, timeout_s=PARSE_TIMEOUT_S)
    return ReadFile(
        rows=[
            FileRow(designation=row.designation, line=row.line, observation=_observation(row.observation))
            for row in answer.observations
        ],
        problems=list(map(_file_problem, answer.problems)),
        problem_count=answer.problem_count,
        error_count=answer.error_count,
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
