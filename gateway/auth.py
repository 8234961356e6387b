"""Who the caller is, asked of main_api, and whether a call with a session cookie comes from our own pages."""

import asyncio
import hashlib
import json
import logging
import time
from collections import OrderedDict

import aiohttp
from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.deadline import deadline_of
from gateway.errors import CrossSite, MalformedRequest, NotSignedIn, Unavailable, UpstreamTimeout
from gateway.main_urls import MainApi
from gateway.middleware import request_id_of
from gateway.permissions import Identity
from gateway.proxy import forwarded_headers, origin_scheme
from gateway.timing import waiting

CACHE_SIZE = 10_000
TIMEOUT_S = 5.0
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

logger = logging.getLogger(__name__)


class Authenticator:
    """Remembers for a few seconds what main_api said about a pair of Cookie and Authorization headers.

    Only a hash of the headers is kept. Refusals are not remembered: who has just signed in is let in at once.
    """

    def __init__(self, main: MainApi, ttl_s: float) -> None:
        self._main = main
        self._ttl_s = ttl_s
        self._known: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    async def identify(self, scope: Scope, *, fresh: bool = False) -> Identity:
        """The caller; raises NotSignedIn, MalformedRequest for headers that main_api refuses, UpstreamTimeout or
        Unavailable when it cannot say. `fresh` asks in any case."""
        headers = Headers(scope=scope)
        credentials = {name: headers[name] for name in ("cookie", "authorization") if name in headers}
        if not credentials:
            raise NotSignedIn()
        key = hashlib.sha256(repr(sorted(credentials.items())).encode()).digest()
        remembered = self._known.get(key)
        if remembered and not fresh and time.monotonic() < remembered[0]:
            return remembered[1]
        self._known.pop(key, None)
        asked_at = time.monotonic()
        identity = await self._ask(scope, credentials, fresh=fresh)
        self._known[key] = (asked_at + self._ttl_s, identity)
        while len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return identity

    async def _ask(self, scope: Scope, credentials: dict[str, str], *, fresh: bool) -> Identity:
        timeout_s = TIMEOUT_S if fresh else deadline_of(scope).remaining_s(TIMEOUT_S)
        headers = {**forwarded_headers(scope, timeout_s), **credentials, "Accept": "application/json"}
        try:
            with waiting(scope):
                async with (
                    asyncio.timeout(timeout_s),
                    await self._main.request("GET", "/api/auth/me", headers=headers, timeout_s=timeout_s) as response,
                ):
                    status, content = response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            if not fresh and deadline_of(scope).remaining_s() == 0:
                raise UpstreamTimeout() from error
            logger.warning(
                "main_api did not say who calls",
                extra={"action": "identify", "request_id": request_id_of(scope), "error": type(error).__name__},
            )
            raise Unavailable("Who you are cannot be checked just now; try again in a moment.") from error
        if status in (401, 403):
            raise NotSignedIn()
        if status == 400:
            raise MalformedRequest("main_api refuses the call's headers: its Host may be one that is not served here.")
        if status != 200:
            raise Unavailable("Who you are cannot be checked just now; try again in a moment.")
        return _identity_in(content)


def require_same_origin(scope: Scope) -> None:
    """Refuse unsafe calls and upgrades that another site's page may have sent with our cookie; raises CrossSite.

    A token in the Authorization header is nothing a foreign page can add, so such calls need no Origin.
    """
    headers = Headers(scope=scope)
    if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
        return
    if "cookie" not in headers or headers.get("authorization", "").lower().startswith("token "):
        return
    if headers.get("origin", "").lower() != f"{origin_scheme(scope)}://{headers.get('host', '')}".lower():
        raise CrossSite()


def _identity_in(body: bytes) -> Identity:
    try:
        values = json.loads(body)
        identity = Identity(username=values["username"], role=values["role"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable("Who you are cannot be checked just now; try again in a moment.") from error
    if not isinstance(identity.username, str) or not identity.username:
        raise NotSignedIn()
    return identity
