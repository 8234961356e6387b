"""Gives what Django itself refuses, without an exception, the form of all refusals: RFC 9457."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from main_api.exception_handler import CONTENT_TYPE, problem

# What Django answers by itself: its own method checks, `sendfile` and static files.
REASONS = {
    400: "INVALID_INPUT",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}


class ProblemMiddleware:
    """Turns a refusal of another form into a problem; its headers, `Allow` among them, stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        reason = REASONS.get(response.status_code)
        if reason is None or response.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        kept = {name: value for name, value in response.items() if name not in ("Content-Type", "Content-Length")}
        return problem(response.status_code, reason, f"{HTTPStatus(response.status_code).phrase}.", headers=kept)
