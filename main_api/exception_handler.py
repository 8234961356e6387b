"""The one table that turns what went wrong into HTTP, and the one form of its body (RFC 9457)."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions

from main_api import deadline, errors
from main_api.errors import ApiError, FieldError
from main_api.logs import current_request_id

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
FIELD_ERROR_COUNT_MAX = 100
RETRY_AFTER_S = 2
HOST_LENGTH_LOGGED = 255

STATUSES: dict[type[ApiError], int] = {
    errors.InvalidInput: 400,
    errors.TooFewObservations: 400,
    errors.ForeignObservation: 400,
    errors.InvalidPage: 400,
    errors.MalformedBody: 400,
    errors.BodyTooLarge: 413,
    errors.NotSignedIn: 401,
    errors.WrongCredentials: 401,
    errors.NoKey: 401,
    errors.NoSignature: 401,
    errors.Forbidden: 403,
    errors.CrossSite: 403,
    errors.WrongKey: 403,
    errors.WrongSignature: 403,
    errors.StaleSignature: 403,
    errors.NotFound: 404,
    errors.NotInCatalogue: 404,
    errors.Throttled: 429,
    errors.SignInLocked: 429,
    errors.UsernameTaken: 409,
    errors.IllegalTransition: 409,
    errors.NotADraft: 409,
    errors.TooManyOpenRequests: 409,
    errors.CompletionPending: 409,
    errors.CalculationReplaced: 409,
    errors.CalculationConflict: 409,
    errors.PassVoided: 409,
    errors.PageConflict: 409,
    errors.SupersededResult: 410,
    errors.ResultNotWanted: 410,
    errors.SyncSuperseded: 410,
    errors.SyncFinished: 410,
    errors.PreconditionFailed: 412,
    errors.KeyRunning: 409,
    errors.KeyReused: 422,
    errors.CalculationRefused: 422,
    errors.CalcUnavailable: 503,
    errors.DeadlineExceeded: 504,
}

# What Django REST framework raises by itself: status, reason, message (None: its own).
FRAMEWORK: dict[type[exceptions.APIException], tuple[int, str, str | None]] = {
    exceptions.NotAuthenticated: (401, "NOT_SIGNED_IN", errors.NotSignedIn.__doc__),
    exceptions.AuthenticationFailed: (401, "NOT_SIGNED_IN", None),
    exceptions.PermissionDenied: (403, "FORBIDDEN", errors.Forbidden.__doc__),
    exceptions.NotFound: (404, "NOT_FOUND", errors.NotFound.__doc__),
    exceptions.MethodNotAllowed: (405, "METHOD_NOT_ALLOWED", "This address does not take that HTTP method."),
    exceptions.NotAcceptable: (406, "NOT_ACCEPTABLE", "Accept application/json: this call answers nothing else."),
    exceptions.UnsupportedMediaType: (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "Send the body as JSON, with the header `Content-Type: application/json`.",
    ),
    exceptions.ParseError: (400, "MALFORMED_BODY", None),
    exceptions.Throttled: (429, "THROTTLED", None),
}

# Codes of field validators, as words of `Reason`. A code that is a word already is kept.
FIELD_REASONS = {
    "required": "REQUIRED",
    "null": "REQUIRED",
    "blank": "REQUIRED",
    "empty": "REQUIRED",
    "max_length": "TOO_LONG",
    "min_value": "OUT_OF_RANGE",
    "max_value": "OUT_OF_RANGE",
    "min_length": "OUT_OF_RANGE",
    "not_a_list": "WRONG_TYPE",
    "invalid_choice": "UNKNOWN_VALUE",
}


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answers a refusal; None leaves a fault to Django, which logs it and calls `server_error`."""
    headers: dict[str, str] = {}
    if isinstance(error, OperationalError) and deadline.is_over():
        error = errors.DeadlineExceeded()
    if isinstance(error, (errors.NotSignedIn, exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        headers["WWW-Authenticate"] = "Token"
    if isinstance(error, (errors.CalcUnavailable, errors.KeyRunning)):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, errors.Throttled):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, ApiError):
        members = {"retry_after_s": error.retry_after_s} if isinstance(error, errors.Throttled) else None
        return problem(STATUSES[type(error)], error.reason, error.message, error.errors, headers, members)
    if isinstance(error, exceptions.ValidationError):
        refused = list(field_errors(error.detail))
        return problem(400, "INVALID_INPUT", errors.InvalidInput().message, refused)
    return _framework_problem(error, headers)


def _framework_problem(error: Exception, headers: dict[str, str]) -> HttpResponse | None:
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.Throttled) and error.wait:
        headers["Retry-After"] = str(int(error.wait) + 1)
    for kind, (status, reason, message) in FRAMEWORK.items():
        if isinstance(error, kind):
            return problem(status, reason, message or str(error.detail), headers=headers)
    return None


def field_errors(detail: Any, path: str = "") -> Iterator[FieldError]:
    """The refusals in a ValidationError's nested detail, each with its path, for example `observations[2].ra_deg`."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from field_errors(value, _joined(path, key))
    elif isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        for index, item in enumerate(detail):
            yield from field_errors(item, f"{path}[{index}]")
    elif isinstance(detail, list):
        for item in detail:
            yield from field_errors(item, path)
    else:
        code = getattr(detail, "code", None) or "invalid"
        reason = code if code.isupper() else FIELD_REASONS.get(code, "INVALID_FORMAT")
        yield FieldError(path=path, reason=reason, message=str(detail))


def _joined(path: str, key: object) -> str:
    if key == "non_field_errors":
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


def problem(
    status: int,
    reason: str,
    message: str,
    refused: Iterable[FieldError] = (),
    headers: dict[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The answer for something that went wrong. At most 100 refused fields are listed.

    members: what this kind of refusal tells besides.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "reason": reason,
        "request_id": current_request_id(),
    }
    listed = list(refused)[:FIELD_ERROR_COUNT_MAX]
    if listed:
        body["errors"] = [vars(error) for error in listed]
    body |= members or {}
    # ASCII: the name of an unknown field may hold half a surrogate pair, which UTF-8 cannot.
    return HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE, headers=headers or {})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own 400: a host name that is not ours, a suspicious request."""
    if isinstance(exception, DisallowedHost):
        host = request.META.get("HTTP_HOST", "")[:HOST_LENGTH_LOGGED]
        logger.warning("host refused", extra={"host": host, "method": request.method, "path": request.path})
        return problem(400, "INVALID_INPUT", "The Host header names a host that is not served here.")
    if isinstance(exception, RequestDataTooBig):
        return problem(413, "BODY_TOO_LARGE", errors.BodyTooLarge().message)
    if isinstance(exception, SessionInterrupted):
        headers = {"WWW-Authenticate": "Token"}
        return problem(401, errors.NotSignedIn.reason, "The session ended while it was used.", headers=headers)
    return problem(400, "INVALID_INPUT", "The request itself was refused: its form is not accepted.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No route."""
    return problem(404, "NOT_FOUND", "There is nothing at this address.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refused outside of the API's views."""
    return problem(403, "FORBIDDEN", errors.Forbidden().message)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of the admin that came without its token."""
    return problem(
        403, "CROSS_SITE", "The form came without its CSRF token; open its page again and send it from there."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: the log has it under the request id."""
    return problem(500, "INTERNAL", "A fault of ours; it is logged under this request id.")
