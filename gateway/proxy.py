"""/api/* handed to main_api, streaming both ways; what main_api answers is passed on unchanged."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable

import aiohttp
from multidict import CIMultiDict
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from yarl import URL

from gateway.bodies import BodyReader, run_until_client_leaves
from gateway.errors import GatewayError, NotFound, Unavailable, UpstreamTimeout
from gateway.middleware import request_id_of

HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}) | {
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
}
SCHEMES = {"ws": "http", "wss": "https"}
# The server that writes our answers adds its own.
OWN_RESPONSE_HEADERS = frozenset({"date", "server"})
NO_AUTO_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
CONNECT_TIMEOUT_S = 5.0

logger = logging.getLogger(__name__)


def forwarded_headers(scope: Scope) -> dict[str, str]:
    """What main_api is told about the call itself: its host, origin scheme, client and id."""
    host = Headers(scope=scope).get("host", "")
    client = scope.get("client")
    return {
        "Host": host,
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": origin_scheme(scope),
        "X-Forwarded-For": client[0] if client else "unknown",
        "X-Request-Id": request_id_of(scope),
    }


def origin_scheme(scope: Scope) -> str:
    """http or https, also for a WebSocket."""
    scheme = str(scope["scheme"])
    return SCHEMES.get(scheme, scheme)


class Proxy:
    """ASGI application in front of main_api."""

    def __init__(self, session: aiohttp.ClientSession, main_url: str, *, timeout_s: float, body_limit: int) -> None:
        self._session = session
        self._main_url = main_url
        self._body_limit = body_limit
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=timeout_s, sock_connect=min(CONNECT_TIMEOUT_S, timeout_s), sock_read=timeout_s
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotFound("There is no WebSocket at this address.")
        body = BodyReader(scope, receive, self._body_limit)
        await body.refuse_announced()
        await run_until_client_leaves(body, self._exchange(scope, body, send))

    async def _exchange(self, scope: Scope, body: BodyReader, send: Send) -> None:
        started = False
        try:
            async with await self._call(scope, body) as response:
                headers = _passed_on(response.raw_headers, OWN_RESPONSE_HEADERS)
                started = True
                await send({"type": "http.response.start", "status": response.status, "headers": headers})
                async for chunk in response.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, aiohttp.ClientError) as error:
            if started:
                # The client sees a cut connection: an ending it cannot take for a complete answer.
                _log(scope, "main_api broke off its answer", error)
                return
            if body.error is not None:
                raise body.error from None
            _log(scope, "main_api cannot be reached", error)
            raise _as_problem(error) from error

    async def _call(self, scope: Scope, body: BodyReader) -> aiohttp.ClientResponse:
        headers = CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in _passed_on(scope["headers"], frozenset({"host"}))
        )
        headers.extend(forwarded_headers(scope))
        return await self._session.request(
            scope["method"],
            _target(self._main_url, scope),
            headers=headers,
            data=await _payload(body, headers),
            allow_redirects=False,
            skip_auto_headers=NO_AUTO_HEADERS,
            timeout=self._timeout,
        )


async def _payload(body: BodyReader, headers: CIMultiDict[str]) -> AsyncIterator[bytes] | bytes | None:
    """The body as it comes in; WSGI knows no length-less bodies, so a chunked one is collected first."""
    if body.length is None:
        content = await body.read()
        if content:
            headers["Content-Length"] = str(len(content))
        return content or None
    return body.stream() if body.length else None


def _target(main_url: str, scope: Scope) -> URL:
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    return URL(f"{main_url}{path}" + (f"?{query}" if query else ""), encoded=True)


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
