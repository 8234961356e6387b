"""Gives every call its request id, and the access log its line; lets callers finish what they send."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from main_api.logs import request_id_variable

logger = logging.getLogger(__name__)

HEADER = "X-Request-Id"
UNREAD_BYTES_MAX = 16 * 1024 * 1024  # the gateway passes on 4 MB
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestIdMiddleware:
    """Takes the caller's request id where it is usable, draws one where it is not, and hands it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _USABLE.fullmatch(given) else str(uuid.uuid4())
        token = request_id_variable.set(request_id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response[HEADER] = request_id
            logger.info(
                "answered",
                extra={
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "duration_s": round(time.perf_counter() - started, 4),
                },
            )
            return response
        finally:
            request_id_variable.reset(token)


class UnreadBodyMiddleware:
    """Reads what a view left of a body: the gateway, cut off while it sends, would never see why it was refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        byte_count = 0
        with suppress(UnreadablePostError):
            while byte_count < UNREAD_BYTES_MAX and (chunk := request.read(65_536)):
                byte_count += len(chunk)
        return response
