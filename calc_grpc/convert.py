"""Between messages of the wire and the engine's dataclasses. Nothing else touches the fields of a message."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, distance_pb2
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from calc_grpc.calculation import Calculation, State, moment_of
from calc_grpc.errors import FieldProblem
from calc_grpc.kinds import Kind
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.result import DistanceResult, FollowUp
from calc_grpc.orbits.validation import FEWEST, find_problems
from calc_grpc.usual_rows import are_usual

KIND_NAMES: tuple[str, ...] = tuple(
    field.name for field in calculation_service_pb2.CreateCalculationRequest.DESCRIPTOR.oneofs_by_name["input"].fields
)


@dataclass(frozen=True, kw_only=True)
class Creation:
    """What a CreateCalculationRequest says, not yet checked. kind: None when it holds no input."""

    calculation_id: str
    kind: str | None
    input_message: Message | None
    input_bytes: bytes
    delay_s: float | None
    callback_url: str | None
    creator: str
    creator_waiting_max: int | None


def creation_of(request: calculation_service_pb2.CreateCalculationRequest) -> Creation:
    """Read a request. The input's bytes are canonical: fields in order, unknown ones dropped."""
    kind = request.WhichOneof("input")
    message: Message | None = getattr(request, kind) if kind else None
    if message is not None:
        message.DiscardUnknownFields()
    return Creation(
        calculation_id=request.calculation_id,
        kind=kind,
        input_message=message,
        input_bytes=message.SerializeToString(deterministic=True) if message is not None else b"",
        delay_s=request.delay.seconds + request.delay.nanos / 1e9 if request.HasField("delay") else None,
        callback_url=request.callback.url if request.HasField("callback") else None,
        creator=request.creator,
        creator_waiting_max=request.creator_waiting_max if request.HasField("creator_waiting_max") else None,
    )


def message_of(calculation: Calculation) -> calculation_pb2.Calculation:
    """Return the resource, with input and result where the row carries them."""
    message = calculation_pb2.Calculation(
        calculation_id=calculation.calculation_id,
        kind=calculation.kind,
        creator=calculation.creator,
        state=calculation.state,
        create_time=_timestamp(calculation.create_time_us),
        due_time=_timestamp(calculation.due_time_us),
        start_time=_timestamp(calculation.start_time_us),
        finish_time=_timestamp(calculation.finish_time_us),
        progress=calculation_pb2.Progress(fraction=calculation.progress_fraction, stage=calculation.progress_stage),
        revision=calculation.revision,
        report=calculation_pb2.Report(
            report_id=calculation.report.report_id,
            state=calculation.report.state,
            attempt_count=calculation.report.attempt_count,
            last_error=calculation.report.last_error,
            next_time=_timestamp(calculation.report.next_time_us),
        ),
    )
    if calculation.progress_detail is not None:
        getattr(message.progress, calculation.kind).MergeFromString(calculation.progress_detail)
    if calculation.input is not None:
        getattr(message, calculation.kind).MergeFromString(calculation.input)
        getattr(message, calculation.kind).SetInParent()
    _put_end(message, calculation)
    return message


def _put_end(message: calculation_pb2.Calculation, calculation: Calculation) -> None:
    """Add the error or the result."""
    if calculation.error_reason is not None:
        message.error.reason = calculation.error_reason
        message.error.message = calculation.error_message or ""
    if calculation.result is not None:
        getattr(message, f"{calculation.kind}_result").MergeFromString(calculation.result)
        getattr(message, f"{calculation.kind}_result").SetInParent()


def state_names(values: Sequence[int]) -> list[State | None]:
    """Return the words for enum numbers, None for those that are no state."""
    names = {value: name for name, value in calculation_pb2.Calculation.State.items() if value}
    return [cast(State | None, names.get(value)) for value in values]


def report_body(calculation: Calculation) -> dict[str, Any]:
    """Return the JSON that the callback receives: the envelope, and the fields of the result beside it."""
    message = calculation_pb2.Calculation(create_time=_timestamp(calculation.create_time_us))
    _put_end(message, calculation)
    body: dict[str, Any] = {
        "calculation_id": calculation.calculation_id,
        "calculation_created_at": message.create_time.ToJsonString(),
        "report_id": calculation.report.report_id,
        "state": calculation.state,
    }
    if message.HasField("error"):
        body["error"] = json_of(message.error)
    result = message.WhichOneof("result")
    return body | json_of(getattr(message, result)) if result else body


def json_of(message: Message) -> dict[str, Any]:
    """Return a message in the JSON of this system: proto names, fields without presence always there."""
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def _timestamp(moment_us: int | None) -> Timestamp | None:
    return None if moment_us is None else Timestamp(seconds=moment_us // 1_000_000, nanos=moment_us % 1_000_000 * 1000)


# --- distance ---


def observation_of(message: distance_pb2.Observation) -> Observation:
    """Read one observation; raises ValueError, OverflowError when its moment or its position cannot be represented."""
    if not message.HasField("observed_at"):
        raise ValueError("observed_at")
    position = tuple(message.observer_position_km)
    if len(position) not in (0, 3):
        raise ValueError("observer_position_km")
    has = message.HasField
    return Observation(
        observed_at=datetime_of(message.observed_at),
        ra_deg=message.ra_deg,
        dec_deg=message.dec_deg,
        station=message.station,
        sigma_ra_arcsec=message.sigma_ra_arcsec if has("sigma_ra_arcsec") else None,
        sigma_dec_arcsec=message.sigma_dec_arcsec if has("sigma_dec_arcsec") else None,
        correlation=message.correlation if has("correlation") else None,
        magnitude=message.magnitude if has("magnitude") else None,
        band=message.band or None,
        mode=message.mode or None,
        catalogue=message.catalogue or None,
        program=message.program or None,
        observer_position_km=cast("tuple[float, float, float]", position) if position else None,
        id=message.id if has("id") else None,
    )


def datetime_of(timestamp: Timestamp) -> datetime:
    """Read a moment; raises ValueError, OverflowError when it cannot be represented."""
    if not 0 <= timestamp.nanos < 1_000_000_000:
        raise ValueError("nanos")
    return moment_of(timestamp.seconds * 1_000_000 + timestamp.nanos // 1_000)


def observation_message_of(observation: Observation) -> distance_pb2.Observation:
    """Write one observation; the inverse of `observation_of`."""
    values = {field.name: getattr(observation, field.name) for field in dataclasses.fields(observation)}
    return distance_pb2.Observation(**{name: value for name, value in values.items() if value is not None})


def distance_result_message_of(result: DistanceResult) -> distance_pb2.DistanceResult:
    """Write what the orbit core found."""
    message = distance_pb2.DistanceResult(
        observations=[fill(distance_pb2.ObservationResult, row) for row in result.observations],
        alternatives=[
            distance_pb2.Alternative(
                weight=other.weight,
                distance_au=other.distance_au,
                orbit=fill(distance_pb2.Orbit, other.orbit),
            )
            for other in result.alternatives
        ],
        verdict=result.verdict,
        verdict_reason=result.verdict_reason,
    )
    if result.orbit is not None:
        message.orbit.CopyFrom(fill(distance_pb2.Orbit, result.orbit))
    if result.grounds is not None:
        message.verdict_grounds.CopyFrom(fill(distance_pb2.VerdictGrounds, result.grounds))
    if result.follow_up is not None:
        message.follow_up.CopyFrom(_follow_up_message_of(result.follow_up))
    return message


def _follow_up_message_of(follow_up: FollowUp) -> distance_pb2.FollowUp:
    return distance_pb2.FollowUp(
        station=follow_up.station,
        relative_sigma=follow_up.relative_sigma,
        nights=[fill(distance_pb2.FollowUpNight, night) for night in follow_up.nights],
        observe_from=follow_up.observe_from,
        observe_by=follow_up.observe_by,
        note=follow_up.note,
        remarks=follow_up.remarks,
        lost_within_deg=follow_up.lost_within_deg,
        observable_from=follow_up.observable_from,
        highest_altitude_deg=follow_up.highest_altitude_deg,
    )


def fill(message_type: Callable[..., Any], row: Any) -> Any:
    """Build a message from a dataclass of the same field names; None leaves a field absent."""
    values = ((field.name, getattr(row, field.name)) for field in dataclasses.fields(row))
    return message_type(**{name: value for name, value in values if value is not None})


def _decode_distance(input_bytes: bytes) -> list[Observation]:
    return [observation_of(row) for row in distance_pb2.DistanceInput.FromString(input_bytes).observations]


def _encode_distance(result: DistanceResult) -> bytes:
    return distance_result_message_of(result).SerializeToString(deterministic=True)


def _problems_of_distance(message: Message, now: datetime) -> list[FieldProblem]:
    return problems_of_observations("distance", cast(distance_pb2.DistanceInput, message).observations, now)


def problems_of_observations(
    kind: str, rows: Sequence[distance_pb2.Observation], now: datetime, *, fewest: int = FEWEST
) -> list[FieldProblem]:
    """List the refused fields of a kind's observations, of which it needs so many.

    Rows that cannot be represented at all come first; the others are judged once every row can be read.
    """
    if len(rows) >= fewest and are_usual(rows, now):
        return []
    try:
        observations = [observation_of(row) for row in rows]
    except (ValueError, OverflowError):
        return [problem for index, row in enumerate(rows) if (problem := _unreadable(kind, index, row))]
    return [
        FieldProblem(path=f"{kind}.{problem.path}", reason=problem.reason, message=problem.message)
        for problem in find_problems(observations, now=now, fewest=fewest)
    ]


def _unreadable(kind: str, index: int, row: distance_pb2.Observation) -> FieldProblem | None:
    path = f"{kind}.observations[{index}]"
    if not row.HasField("observed_at"):
        return FieldProblem(path=f"{path}.observed_at", reason="REQUIRED", message="Say when it was observed, UTC.")
    if len(row.observer_position_km) not in (0, 3):
        return FieldProblem(
            path=f"{path}.observer_position_km",
            reason="INVALID_FORMAT",
            message="Give three values (x, y, z), or none.",
        )
    try:
        datetime_of(row.observed_at)
    except (ValueError, OverflowError):
        return FieldProblem(
            path=f"{path}.observed_at", reason="OUT_OF_RANGE", message="Give a moment of the years 1 to 9999."
        )
    return None


# What the ordinary workers compute; those for pi have a table of their own, convert_pi.KINDS.
KINDS: dict[str, Kind] = {
    "distance": Kind(
        core="calc_grpc.orbits.distance",
        function="determine_distance",
        find_problems=_problems_of_distance,
        decode=_decode_distance,
        encode=_encode_distance,
        takes_as_of=True,
    ),
}
