"""Conditional requests of RFC 9110, section 13: 304 for what is known already, 412 for what has changed meanwhile."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from main_api.errors import PreconditionFailed

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what is known: 304 where that is all."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the request as it was read: 412 where it has changed since.",
)
IF_UNMODIFIED_SINCE = OpenApiParameter(
    "If-Unmodified-Since",
    str,
    OpenApiParameter.HEADER,
    description="Its `Last-Modified`, which tells seconds only; not looked at beside `If-Match`.",
)
PRECONDITIONS = [IF_MATCH, IF_UNMODIFIED_SINCE]


def entity_tag(*parts: Any, is_weak: bool = True) -> str:
    """Changes with any of the values; weak where the same content may be written differently."""
    digest = hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f'W/"{digest}"' if is_weak else f'"{digest}"'


def not_modified(request: Request, tag: str, *, is_public: bool = False) -> HttpResponse | None:
    """The answer 304 when the client has this content already."""
    if _names(request.headers.get("If-None-Match", ""), tag):
        return tagged(HttpResponse(status=304), tag, is_public=is_public)
    return None


def tagged(
    response: HttpResponse, tag: str, *, changed_at: datetime | None = None, is_public: bool = False
) -> HttpResponse:
    """The answer with its tag. Unless it is public, it is one user's, and nobody in between may keep it."""
    response["ETag"] = tag
    response["Cache-Control"] = "public, no-cache" if is_public else "private, no-cache"
    if changed_at is not None:
        response["Last-Modified"] = http_date(changed_at.timestamp())
    if not is_public:
        patch_vary_headers(response, ["Authorization", "Cookie"])
    return response


def has_precondition(request: Request) -> bool:
    """Whether the client says what it believes to change."""
    return any(parameter.name in request.headers for parameter in PRECONDITIONS)


def refuse_changed(request: Request, *, tag: str, changed_at: datetime) -> None:
    """Raises PreconditionFailed where what is to be changed is not what the client read.

    A tag matches its weak form too: whoever compresses an answer on its way weakens it.
    """
    wanted = request.headers.get("If-Match")
    if wanted is not None:
        if not _names(wanted, tag):
            raise PreconditionFailed()
        return
    since = parse_http_date_safe(request.headers.get("If-Unmodified-Since", ""))
    if since is not None and int(changed_at.timestamp()) > since:
        raise PreconditionFailed()


def _names(header: str, tag: str) -> bool:
    wanted: Iterable[str] = (candidate.removeprefix("W/") for candidate in parse_etags(header))
    return any(candidate in ("*", tag.removeprefix("W/")) for candidate in wanted)
