"""What can go wrong at the entrance, and the one table that turns gRPC codes into HTTP.

GatewayError
  NotSignedIn, Forbidden, CrossSite      who is calling
  InvalidInput, MalformedBody, BodyTooLarge, UnsupportedMediaType
  MalformedRequest, AddressTooLong, HeadersTooLarge, RequestTimeout, TooManyConnections
  NotFound, MethodNotAllowed, Throttled
  Unavailable, UpstreamTimeout           a room behind us
  RpcFailed                              what calc_grpc answered
  Internal
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

PROBLEM_TYPE = b"application/problem+json"
ERROR_LIMIT = 100
ERROR_DOMAIN = "astrodist"


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One refused field: where it is, a word of `errors.v1.Reason`, and what to do."""

    path: str
    reason: str
    message: str


class GatewayError(Exception):
    """Something failed."""

    status: int = 500
    reason: str = "INTERNAL"

    def __init__(
        self,
        message: str | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.errors = tuple(errors)[:ERROR_LIMIT]
        self.headers = dict(headers or {})
        self.values = dict(values or {})
        super().__init__(self.message)

    def problem(self, request_id: str) -> dict[str, Any]:
        """The body of RFC 9457."""
        standard: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            "reason": self.reason,
            "request_id": request_id,
        }
        if self.errors:
            standard["errors"] = [vars(error) for error in self.errors]
        return {**self.values, **standard}

    def body(self, request_id: str) -> bytes:
        """The problem as JSON text."""
        # Half a surrogate pair, in the name of an unknown field, stays the escape that it came as.
        return json.dumps(self.problem(request_id), ensure_ascii=False).encode("utf-8", "backslashreplace")


class NotSignedIn(GatewayError):
    """Sign in first: no session or token that is valid came with the call."""

    status, reason = 401, "NOT_SIGNED_IN"

    def __init__(self, message: str | None = None, *, scheme: str = "Token") -> None:
        super().__init__(message, headers={"WWW-Authenticate": scheme})


class Forbidden(GatewayError):
    """Your role may not do this."""

    status, reason = 403, "FORBIDDEN"


class CrossSite(GatewayError):
    """A call with a session cookie needs an Origin header equal to this site's own origin."""

    status, reason = 403, "CROSS_SITE"


class InvalidInput(GatewayError):
    """The input was refused; `errors` names each field."""

    status, reason = 400, "INVALID_INPUT"


class MalformedBody(GatewayError):
    """The body is not a JSON object."""

    status, reason = 400, "MALFORMED_BODY"


class BodyTooLarge(GatewayError):
    """The body is larger than this server accepts."""

    status, reason = 413, "BODY_TOO_LARGE"


class UnsupportedMediaType(GatewayError):
    """Send the body as JSON, with the header `Content-Type: application/json`."""

    status, reason = 415, "UNSUPPORTED_MEDIA_TYPE"


class MalformedRequest(GatewayError):
    """What came is no HTTP/1.1 request, or one that can be read in two ways."""

    status, reason = 400, "MALFORMED_REQUEST"


class AddressTooLong(GatewayError):
    """The address is longer than this server accepts."""

    status, reason = 414, "ADDRESS_TOO_LONG"


class HeadersTooLarge(GatewayError):
    """The headers are larger, or more, than this server accepts."""

    status, reason = 431, "HEADERS_TOO_LARGE"


class RequestTimeout(GatewayError):
    """The request did not arrive in time."""

    status, reason = 408, "REQUEST_TIMEOUT"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, headers={"Connection": "close"})


class TooManyConnections(GatewayError):
    """Too many connections are open; close some, or try again in a moment."""

    status, reason = 429, "TOO_MANY_CONNECTIONS"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, headers={"Retry-After": "5"})


class NotFound(GatewayError):
    """There is nothing at this address."""

    status, reason = 404, "NOT_FOUND"


class MethodNotAllowed(GatewayError):
    """This address does not take that HTTP method."""

    status, reason = 405, "METHOD_NOT_ALLOWED"


class Throttled(GatewayError):
    """Too many calls at once; try again in a moment."""

    status, reason = 429, "THROTTLED"


class Unavailable(GatewayError):
    """A service behind this address cannot be reached; try again in a moment."""

    status, reason = 503, "UNAVAILABLE"

    def __init__(self, message: str | None = None, *, values: Mapping[str, str] | None = None) -> None:
        super().__init__(message, headers={"Retry-After": "2"}, values=values)


class UpstreamTimeout(GatewayError):
    """The service behind this address did not answer in time; try again."""

    status, reason = 504, "DEADLINE_EXCEEDED"


class Internal(GatewayError):
    """A fault of ours; it is logged under this request id."""


class RpcFailed(GatewayError):
    """The calculation service refused or failed."""


# gRPC code -> HTTP status, the reason and the message where calc_grpc itself gave none.
# UNAUTHENTICATED is about the gateway's own key, not about the caller, so it is a fault of ours.
RPC_CODES: dict[grpc.StatusCode, tuple[int, str, str]] = {
    grpc.StatusCode.CANCELLED: (503, "UNAVAILABLE", "The calculation service ended the call; try again."),
    grpc.StatusCode.UNKNOWN: (500, "INTERNAL", Internal.__doc__ or ""),
    grpc.StatusCode.INVALID_ARGUMENT: (400, "INVALID_INPUT", "The calculation service refused the input."),
    grpc.StatusCode.DEADLINE_EXCEEDED: (504, "DEADLINE_EXCEEDED", "The calculation service did not answer in time."),
    grpc.StatusCode.NOT_FOUND: (404, "NOT_FOUND", "There is no such thing, or none that you may know of."),
    grpc.StatusCode.ALREADY_EXISTS: (409, "CALCULATION_CONFLICT", "A calculation with this id exists already."),
    grpc.StatusCode.PERMISSION_DENIED: (403, "FORBIDDEN", "You may not do this."),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (429, "THROTTLED", "The calculation service is busy; try again in a moment."),
    grpc.StatusCode.FAILED_PRECONDITION: (409, "INVALID_INPUT", "The present state does not allow this."),
    grpc.StatusCode.ABORTED: (409, "UNAVAILABLE", "Something else changed it at the same time; try again."),
    grpc.StatusCode.OUT_OF_RANGE: (400, "INVALID_INPUT", "A value is out of range."),
    grpc.StatusCode.UNIMPLEMENTED: (501, "NOT_IMPLEMENTED", "The calculation service does not offer this yet."),
    grpc.StatusCode.INTERNAL: (500, "INTERNAL", Internal.__doc__ or ""),
    grpc.StatusCode.UNAVAILABLE: (503, "UNAVAILABLE", "The calculation service cannot be reached; try again shortly."),
    grpc.StatusCode.DATA_LOSS: (500, "INTERNAL", Internal.__doc__ or ""),
    grpc.StatusCode.UNAUTHENTICATED: (500, "INTERNAL", Internal.__doc__ or ""),
}


def from_rpc_error(error: grpc.aio.AioRpcError) -> GatewayError:
    """The HTTP problem for a failed rpc: its words where calc_grpc gave an ErrorInfo, ours where it did not."""
    status, reason, message = RPC_CODES.get(error.code(), RPC_CODES[grpc.StatusCode.UNKNOWN])
    details = _RpcDetails(error)
    if details.reason and status != 500:
        reason, message = details.reason, error.details() or message
    problem = RpcFailed(message, errors=details.errors, values=details.values)
    problem.status, problem.reason = status, reason
    if details.retry_after_s is not None:
        problem.headers["Retry-After"] = str(details.retry_after_s)
    elif status in (429, 503):
        problem.headers["Retry-After"] = "2"
    return problem


class _RpcDetails:
    """ErrorInfo, BadRequest and RetryInfo of a failed rpc."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.reason = ""
        self.values: dict[str, str] = {}
        self.errors: list[FieldError] = []
        self.retry_after_s: int | None = None
        for detail in _status_details(error):
            self._take(detail)

    def _take(self, detail: Any) -> None:
        info, bad, retry = (
            error_details_pb2.ErrorInfo(),
            error_details_pb2.BadRequest(),
            error_details_pb2.RetryInfo(),
        )
        if detail.Unpack(info) and info.domain == ERROR_DOMAIN:
            self.reason, self.values = info.reason, dict(info.metadata)
        elif detail.Unpack(bad):
            self.errors += [
                FieldError(path=field.field, reason=field.reason or "INVALID_INPUT", message=field.description)
                for field in bad.field_violations
            ]
        elif detail.Unpack(retry):
            self.retry_after_s = max(1, math.ceil(retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9))


def _status_details(error: grpc.aio.AioRpcError) -> Iterable[Any]:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            try:
                return list(status_pb2.Status.FromString(value).details)
            except DecodeError:
                return []
    return []
