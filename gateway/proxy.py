"""/api/* handed to main_api, each body when it is whole; what main_api answers is passed on as it comes, unchanged."""

import asyncio
import logging
from collections.abc import Iterable

import aiohttp
from multidict import CIMultiDict
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.bodies import BodyReader, HeldBodies, run_until_client_leaves
from gateway.compression import compress
from gateway.deadline import HEADER as TIMEOUT_HEADER
from gateway.deadline import deadline_of
from gateway.errors import GatewayError, NotFound, Unavailable, UpstreamTimeout
from gateway.limits import Limits
from gateway.main_urls import MainApi
from gateway.middleware import request_id_of
from gateway.timing import waiting

HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}) | {
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
}
SCHEMES = {"ws": "http", "wss": "https"}
# The server that writes our answers adds its own.
OWN_RESPONSE_HEADERS = frozenset({"date", "server"})
OWN_REQUEST_HEADERS = frozenset({"host", TIMEOUT_HEADER.lower()})

logger = logging.getLogger(__name__)


def forwarded_headers(scope: Scope, timeout_s: float) -> dict[str, str]:
    """What main_api is told about the call itself: host, origin scheme, client, id, and how long is waited."""
    host = Headers(scope=scope).get("host", "")
    client = scope.get("client")
    return {
        "Host": host,
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": origin_scheme(scope),
        "X-Forwarded-For": client[0] if client else "unknown",
        "X-Request-Id": request_id_of(scope),
        TIMEOUT_HEADER: f"{timeout_s:.3f}",
    }


def origin_scheme(scope: Scope) -> str:
    """http or https, also for a WebSocket."""
    scheme = str(scope["scheme"])
    return SCHEMES.get(scheme, scheme)


class Proxy:
    """ASGI application in front of main_api."""

    def __init__(self, main: MainApi, limits: Limits) -> None:
        self._main = main
        self._limits = limits
        self._bodies = HeldBodies(limits.held_bodies_limit_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotFound("There is no WebSocket at this address.")
        deadline_of(scope)  # refuses a wrong one, and counts from here
        body = BodyReader(scope, receive, self._limits.body_limit_bytes, self._limits.body_timeout_s)
        await body.refuse_announced()
        await run_until_client_leaves(body, self._answer(scope, body, send))

    async def _answer(self, scope: Scope, body: BodyReader, send: Send) -> None:
        async with self._bodies.whole(body) as content:
            await self._exchange(scope, content, send)

    async def _exchange(self, scope: Scope, content: bytes, send: Send) -> None:
        started = False
        try:
            with waiting(scope):
                call = await self._call(scope, content)
            async with call as response:
                passed_on = _passed_on(response.raw_headers, OWN_RESPONSE_HEADERS)
                headers, pieces = compress(scope, response.status, passed_on, response.content.iter_any())
                started = True
                await send({"type": "http.response.start", "status": response.status, "headers": headers})
                async for chunk in pieces:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, aiohttp.ClientError) as error:
            if started:
                # The client sees a cut connection: an ending it cannot take for a complete answer.
                _log(scope, "main_api broke off its answer", error)
                return
            _log(scope, "main_api cannot be reached", error)
            raise _as_problem(error) from error

    async def _call(self, scope: Scope, content: bytes) -> aiohttp.ClientResponse:
        timeout_s = deadline_of(scope).remaining_s(self._limits.main_timeout_s)
        headers = CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in _passed_on(scope["headers"], OWN_REQUEST_HEADERS)
        )
        headers.extend(forwarded_headers(scope, timeout_s))
        if content:
            headers["Content-Length"] = str(len(content))  # WSGI knows no bodies without
        return await self._main.request(
            scope["method"], _target(scope), headers=headers, timeout_s=timeout_s, body=content
        )


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    path: str = scope["raw_path"].decode("latin-1")
    return path + (f"?{query}" if query else "")


def _passed_on(headers: Iterable[tuple[bytes, bytes]], dropped: frozenset[str]) -> list[tuple[bytes, bytes]]:
    headers = list(headers)
    named = {
        word.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for word in value.decode("latin-1").split(",")
    }
    unwanted = HOP_BY_HOP | dropped | named
    return [(name.lower(), value) for name, value in headers if name.decode("latin-1").lower() not in unwanted]


def _as_problem(error: Exception) -> GatewayError:
    if isinstance(error, asyncio.TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
        return UpstreamTimeout()
    return Unavailable()


def _log(scope: Scope, event: str, error: Exception) -> None:
    fields = {"action": "proxy", "path": scope["path"], "request_id": request_id_of(scope), "error": repr(error)}
    logger.warning(event, extra=fields)
