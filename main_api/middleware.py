"""Gives every call its request id, and the access log its line; lets callers finish what they send."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from main_api import deadline
from main_api.logs import calculation_id_variable, request_id_variable
from main_api.metrics import count_request

logger = logging.getLogger(__name__)

HEADER = "X-Request-Id"
_ENVIRON_NAME = "HTTP_X_REQUEST_ID"  # request.headers would be made of all that WSGI hands over
CALCULATION_HEADER = "X-Calculation-Id"
UNREAD_BYTES_MAX = 16 * 1024 * 1024  # the gateway passes on 4 MB
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestIdMiddleware:
    """Takes the caller's request id where it is usable, draws one where it is not, and hands it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get(_ENVIRON_NAME, "")
        request_id = given if _USABLE.fullmatch(given) else str(uuid.uuid4())
        token = request_id_variable.set(request_id)
        calculation = calculation_id_variable.set("")
        patience = deadline.begin(request.META.get(deadline.ENVIRON_NAME, ""))
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response[HEADER] = request_id
            duration_s = time.perf_counter() - started
            count_request(request, response, duration_s)
            if calculation_id := calculation_id_variable.get():
                response[CALCULATION_HEADER] = calculation_id  # for the gateway's log
            logger.info(
                "answered",
                extra={
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "duration_s": round(duration_s, 4),
                },
            )
            return response
        finally:
            deadline.end(patience)
            request_id_variable.reset(token)
            calculation_id_variable.reset(calculation)


class SecureCookieMiddleware:
    """Cookies given over https are never sent over http, in development either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


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
