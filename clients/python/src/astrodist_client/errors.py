"""What can go wrong, in the service's own words.

AstroDistError
  + Refused          the input, or the state of things, does not allow it; `fields` names what was refused
  + NotFound         no calculation with this id, or none that the caller may see
  + TooMuch          too much at a time; `retry_after_s` says when to try again
  + Away             the service cannot be reached, or did not answer in time
  + WaitedTooLong    a calculation did not end within the time given; it goes on
"""

from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True)
class FieldError:
    """A refused field: its path, such as `distance.observations[0].ra_deg`, the stable word, and what to do."""

    path: str
    reason: str
    message: str


class AstroDistError(Exception):
    """reason: a word of `astrodist.errors.v1.Reason`, empty where the service did not say one."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        fields: tuple[FieldError, ...] = (),
        metadata: dict[str, str] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.code = code
        self.fields = fields
        self.metadata = metadata or {}
        self.retry_after_s = retry_after_s


class Refused(AstroDistError):
    """The input, or the state of things, does not allow it."""


class NotFound(AstroDistError):
    """There is no such calculation, or none that the caller may see."""


class TooMuch(AstroDistError):
    """Too much at a time."""


class Away(AstroDistError):
    """The service cannot be reached, or did not answer in time."""


class WaitedTooLong(AstroDistError):
    """The calculation did not end within the time given; it goes on."""


KINDS: dict[grpc.StatusCode, type[AstroDistError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: Refused,
    grpc.StatusCode.FAILED_PRECONDITION: Refused,
    grpc.StatusCode.ALREADY_EXISTS: Refused,
    grpc.StatusCode.UNAUTHENTICATED: Refused,
    grpc.StatusCode.PERMISSION_DENIED: Refused,
    grpc.StatusCode.UNIMPLEMENTED: Refused,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.RESOURCE_EXHAUSTED: TooMuch,
    grpc.StatusCode.UNAVAILABLE: Away,
    grpc.StatusCode.DEADLINE_EXCEEDED: Away,
}


def error_of(failure: Any) -> AstroDistError:
    """Translate a failed call of either kind of channel."""
    code: grpc.StatusCode = failure.code()
    info, request, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in _status(failure).details:
        _ = detail.Unpack(info) or detail.Unpack(request) or detail.Unpack(retry)
    return KINDS.get(code, AstroDistError)(
        str(failure.details()),
        reason=info.reason,
        code=code,
        fields=tuple(FieldError(one.field, one.reason, one.description) for one in request.field_violations),
        metadata=dict(info.metadata),
        retry_after_s=retry.retry_delay.ToTimedelta().total_seconds() if retry.HasField("retry_delay") else None,
    )


def closed() -> AstroDistError:
    """What a call on a closed client, or one that was under way when it was closed, ends with."""
    return AstroDistError("The client is closed.", code=grpc.StatusCode.CANCELLED)


def _status(failure: Any) -> status_pb2.Status:
    for name, value in failure.trailing_metadata() or ():
        if name == DETAILS:
            return status_pb2.Status.FromString(value)
    return status_pb2.Status()
