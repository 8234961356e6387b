"""Gives every call its request id, and the access log its line."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from main_api.logs import request_id_variable

logger = logging.getLogger(__name__)

HEADER = "X-Request-Id"
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
