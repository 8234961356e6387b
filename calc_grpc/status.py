"""The one table that turns a CalcError into a gRPC status with rich details."""

from collections.abc import Sequence

import grpc
from astrodist.errors.v1 import errors_pb2
from google.protobuf import any_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from calc_grpc.errors import (
    CalcError,
    CalculationConflict,
    CalculationNotFound,
    CallbackNotAllowed,
    CatalogueEmpty,
    ContentTooLarge,
    DigitsNotKept,
    FieldProblem,
    InvalidInput,
    JournalUnavailable,
    MalformedMessage,
    NoDigits,
    NotFinished,
    NotOffered,
    QueueFull,
    ReportNotRequested,
    ShuttingDown,
    SyncRunning,
    TooManyFiles,
    TooManyPredictions,
    TooManyStreams,
    TooManyWaiting,
    WrongApiKey,
)

DOMAIN = "astrodist"
INTERNAL_MESSAGE = "A fault of the server; its log has the details under the request id."

# Details travel base64-encoded in the trailers, of which gRPC clients take 8 KiB; beyond, they see
# RESOURCE_EXHAUSTED instead of the refusal.
VIOLATION_BYTES_MAX = 4_000

TABLE: dict[type[CalcError], tuple[int, str]] = {
    InvalidInput: (code_pb2.INVALID_ARGUMENT, "INVALID_INPUT"),
    CallbackNotAllowed: (code_pb2.INVALID_ARGUMENT, "CALLBACK_NOT_ALLOWED"),
    CalculationNotFound: (code_pb2.NOT_FOUND, "CALCULATION_NOT_FOUND"),
    CalculationConflict: (code_pb2.ALREADY_EXISTS, "CALCULATION_CONFLICT"),
    ReportNotRequested: (code_pb2.FAILED_PRECONDITION, "REPORT_NOT_REQUESTED"),
    NotFinished: (code_pb2.FAILED_PRECONDITION, "NOT_FINISHED"),
    NoDigits: (code_pb2.FAILED_PRECONDITION, "NO_DIGITS"),
    DigitsNotKept: (code_pb2.FAILED_PRECONDITION, "DIGITS_NOT_KEPT"),
    NotOffered: (code_pb2.UNIMPLEMENTED, "NOT_IMPLEMENTED"),
    ContentTooLarge: (code_pb2.INVALID_ARGUMENT, "BODY_TOO_LARGE"),
    TooManyFiles: (code_pb2.RESOURCE_EXHAUSTED, "THROTTLED"),
    TooManyPredictions: (code_pb2.RESOURCE_EXHAUSTED, "THROTTLED"),
    CatalogueEmpty: (code_pb2.FAILED_PRECONDITION, "CATALOGUE_EMPTY"),
    QueueFull: (code_pb2.RESOURCE_EXHAUSTED, "QUEUE_FULL"),
    TooManyWaiting: (code_pb2.RESOURCE_EXHAUSTED, "TOO_MANY_WAITING"),
    TooManyStreams: (code_pb2.RESOURCE_EXHAUSTED, "THROTTLED"),
    MalformedMessage: (code_pb2.INVALID_ARGUMENT, "MALFORMED_BODY"),
    SyncRunning: (code_pb2.FAILED_PRECONDITION, "SYNC_RUNNING"),
    WrongApiKey: (code_pb2.UNAUTHENTICATED, "WRONG_API_KEY"),
    ShuttingDown: (code_pb2.UNAVAILABLE, "SHUTTING_DOWN"),
    JournalUnavailable: (code_pb2.UNAVAILABLE, "UNAVAILABLE"),
}

RETRY_AFTER_S: dict[type[CalcError], int] = {
    TooManyFiles: 2,
    TooManyPredictions: 1,
    QueueFull: 5,
    TooManyWaiting: 5,
    TooManyStreams: 5,
}


def status_of(error: CalcError) -> grpc.Status:
    """Return the status for an error that a caller may see."""
    code, reason = TABLE[type(error)]
    status = _status(code, reason, error.message, error.metadata)
    if isinstance(error, InvalidInput):
        _attach(status, _violations(error.problems))
    if type(error) in RETRY_AFTER_S:
        _attach(status, _retry_info(RETRY_AFTER_S[type(error)]))
    return _translated(status)


def _violations(problems: Sequence[FieldProblem]) -> error_details_pb2.BadRequest:
    """Name the refused fields, the first ones if there are many; the message tells how many there are."""
    request = error_details_pb2.BadRequest()
    for problem in problems:
        request.field_violations.add(field=problem.path, description=problem.message, reason=_known(problem.reason))
        if request.ByteSize() > VIOLATION_BYTES_MAX:
            break
    return request


def _retry_info(after_s: int) -> error_details_pb2.RetryInfo:
    return error_details_pb2.RetryInfo(retry_delay=Duration(seconds=after_s))


def internal_status() -> grpc.Status:
    """Return the status for an exception that nobody foresaw; it carries no inner text."""
    return _translated(_status(code_pb2.INTERNAL, "INTERNAL", INTERNAL_MESSAGE, {}))


def _translated(status: status_pb2.Status) -> grpc.Status:
    translated: grpc.Status = rpc_status.to_status(status)
    return translated


def _status(code: int, reason: str, message: str, metadata: dict[str, str]) -> status_pb2.Status:
    status = status_pb2.Status(code=code, message=message)
    _attach(status, error_details_pb2.ErrorInfo(reason=_known(reason), domain=DOMAIN, metadata=metadata))
    return status


def _attach(status: status_pb2.Status, detail: Message) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)


def _known(reason: str) -> str:
    """Return the word if errors.proto has it; raises ValueError otherwise, so that none is invented."""
    return errors_pb2.Reason.Name(errors_pb2.Reason.Value(reason))
