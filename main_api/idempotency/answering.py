"""The header `Idempotency-Key`, as draft-ietf-httpapi-idempotency-key-header-07 has it: a call repeated is one call."""

import hashlib
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from main_api.errors import ApiError, BodyTooLarge, FieldError, InvalidInput
from main_api.exception_handler import handle
from main_api.idempotency.models import CALL_LENGTH_MAX, KEY_LENGTH_MAX
from main_api.idempotency.services import Answer, claim_call, keep_answer, release_claim
from main_api.turns import writing

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A text in quotation marks, for example a UUID, drawn once for each call. Repeated under it, the call "
    "has no second effect and is answered as it was first, also where it was refused (a body that refuses more than "
    "64 KiB is not kept). Only the newest keys of a user are kept (MAIN_IDEMPOTENCY_KEYS_MAX, 1000 by default).",
)
HEADERS_KEPT = ("Content-Type", "Location", "ETag", "Last-Modified", "Cache-Control", "Vary")
# A string of RFC 9651; what most clients send, a bare UUID, is taken too.
_STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"')
_BARE = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+")

Prepared = TypeVar("Prepared")


def once(request: Request, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer to this call, made in one transaction with its effect; repeated under its key, the kept one."""
    return once_prepared(request, lambda: None, lambda _: answer())


def once_prepared(
    request: Request,
    prepare: Callable[[], Prepared],
    answer: Callable[[Prepared], HttpResponseBase],
    *,
    is_transaction: bool = True,
) -> HttpResponseBase:
    """As `once`; `prepare` runs before, outside of the transaction, in which no other service may be called.

    is_transaction: False where `answer` itself calls another service. Then the effect has to be one that cannot
    happen twice by itself, and only the answer is kept.
    """
    key = read_key(request)
    if key is None:
        return answer(prepare())
    claimed = claim_call(user=request.user, call=call_of(request), key=key, fingerprint=_fingerprint(request))
    if isinstance(claimed, Answer):
        return replayed(claimed)
    try:
        prepared = prepare()
        with writing() if is_transaction else nullcontext():
            made = answer_of(answer(prepared))
            keep_answer(claimed, made)
    except Exception as error:
        return _refused(claimed, error)
    return _response(made)


def read_key(request: Request) -> str | None:
    """The key, or None without the header; raises InvalidInput."""
    text = request.headers.get(HEADER)
    if text is None:
        return None
    string = _STRING.fullmatch(text.strip())
    key = re.sub(r"\\(.)", r"\1", string[1]) if string else text.strip()
    if not (string or _BARE.fullmatch(key)) or len(key) > KEY_LENGTH_MAX:
        message = f"Expected a text in quotation marks, for example a UUID, of at most {KEY_LENGTH_MAX} characters."
        raise InvalidInput(errors=[FieldError(path=HEADER, reason="INVALID_FORMAT", message=message)])
    return key


def call_of(request: Request) -> str:
    """Method and path, of which a key stands for one call."""
    return f"{request.method} {request.path}"[:CALL_LENGTH_MAX]


def answer_of(response: HttpResponseBase) -> Answer:
    """What is kept of an answer."""
    if isinstance(response, Response):
        body = JSONRenderer().render(response.data)
        response["Content-Type"] = JSONRenderer.media_type
    else:
        assert isinstance(response, HttpResponse)
        body = response.content
    headers = {name: response[name] for name in HEADERS_KEPT if name in response}
    return Answer(status=response.status_code, headers=headers, body=body)


def replayed(answer: Answer) -> HttpResponse:
    """A kept answer, given again."""
    response = _response(answer)
    response[REPLAYED_HEADER] = "true"
    return response


def _fingerprint(request: Request) -> str:
    try:
        body = request._request.body
    except RequestDataTooBig as error:
        raise BodyTooLarge() from error
    parts = (request.META.get("QUERY_STRING", ""), request.content_type or "", body)
    return hashlib.blake2b(repr(parts).encode(), digest_size=32).hexdigest()


def _refused(claim: UUID, error: Exception) -> HttpResponseBase:
    """A refusal is kept as any answer; a fault is not, so that the call can be tried again."""
    response = handle(error, {})
    if response is None or response.status_code >= 500:
        release_claim(claim)
        raise error
    if not isinstance(error, ApiError) or error.reason != "IDEMPOTENCY_KEY_RUNNING":
        keep_answer(claim, answer_of(response))
    return response


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
