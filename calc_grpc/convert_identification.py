"""Between messages of the wire and identifications; also the table of what the process that knows the sky computes."""

from datetime import datetime
from pathlib import Path
from typing import cast

from astrodist.calc.v1 import identification_pb2
from google.protobuf.message import Message

from calc_grpc.convert import fill, observation_of, problems_of_observations
from calc_grpc.convert_positions import PositionRequest
from calc_grpc.errors import FieldProblem
from calc_grpc.identification.result import Candidate, Identification, Question, SkyMotion
from calc_grpc.kinds import Kind
from calc_grpc.worker_process import ComputedKind

FEWEST_OBSERVATIONS = 1
LENGTH_BYTES = 4


def question_bytes(elements_path: Path, input_bytes: bytes) -> bytes:
    """Put the file of elements before a serialised IdentificationInput: what the worker takes."""
    path = str(elements_path).encode()
    return b"".join((len(path).to_bytes(LENGTH_BYTES), path, input_bytes))


def identification_message_of(result: Identification) -> identification_pb2.IdentificationResult:
    """Write what the core found."""
    return identification_pb2.IdentificationResult(
        candidates=map(_candidate, result.candidates),
        candidate_count=result.candidate_count,
        object_count=result.object_count,
        near_count=result.near_count,
        left_out_count=result.left_out_count,
        compared_observation_count=result.compared_observation_count,
        motion=_motion(result.motion),
        note=result.note,
    )


def _candidate(one: Candidate) -> identification_pb2.IdentificationCandidate:
    return identification_pb2.IdentificationCandidate(
        spkid=one.spkid,
        designation=one.designation,
        number=one.number,
        name=one.name,
        separation_arcsec=one.separation_arcsec,
        matching_count=one.matching_count,
        largest_separation_arcsec=one.largest_separation_arcsec,
        observations=[fill(identification_pb2.IdentificationRow, row) for row in one.observations],
        motion=_motion(one.motion),
        motion_difference_arcsec_per_min=one.motion_difference_arcsec_per_min,
        epoch_mjd_tdb=one.epoch_mjd_tdb,
        days_from_epoch=one.days_from_epoch,
        cone_arcsec=one.cone_arcsec,
        two_body_separation_arcsec=one.two_body_separation_arcsec,
        cone_reason=one.cone_reason,
        h_magnitude=one.h_magnitude,
        uncertainty_u=one.uncertainty_u,
    )


def _motion(motion: SkyMotion | None) -> identification_pb2.SkyMotion | None:
    return None if motion is None else cast(identification_pb2.SkyMotion, fill(identification_pb2.SkyMotion, motion))


def _decode(question: bytes) -> Question:
    input_at = LENGTH_BYTES + int.from_bytes(question[:LENGTH_BYTES])
    message = identification_pb2.IdentificationInput.FromString(question[input_at:])
    return Question(
        observations=[observation_of(row) for row in message.observations],
        elements_path=Path(question[LENGTH_BYTES:input_at].decode()),
    )


def _encode(result: Identification) -> bytes:
    return identification_message_of(result).SerializeToString(deterministic=True)


def _problems(message: Message, now: datetime) -> list[FieldProblem]:
    rows = cast(identification_pb2.IdentificationInput, message).observations
    return problems_of_observations("identification", rows, now, fewest=FEWEST_OBSERVATIONS)


# Its input, once the elements are found, is for `question_bytes`.
IDENTIFICATION = Kind(
    core="calc_grpc.identification.identify",
    function="identify_asteroid",
    find_problems=_problems,
    decode=_decode,
    encode=_encode,
)
KINDS: dict[str, ComputedKind] = {"identification": IDENTIFICATION, "prediction": PositionRequest()}
