"""ETag and 304 for answers that are polled."""

import hashlib
from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request


def entity_tag(*parts: Any) -> str:
    """Changes with any of the values; weak, since the same content may be written differently."""
    digest = hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f'W/"{digest}"'


def not_modified(request: Request, tag: str) -> HttpResponse | None:
    """The answer 304 when the client has this content already."""
    wanted = [candidate.removeprefix("W/") for candidate in parse_etags(request.headers.get("If-None-Match", ""))]
    if "*" in wanted or tag.removeprefix("W/") in wanted:
        return tagged(HttpResponse(status=304), tag)
    return None


def tagged(response: HttpResponse, tag: str) -> HttpResponse:
    """The answer with its tag; it is one user's, so nobody in between may keep it."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response
