"""The whole entrance on one screen: build_app(config)."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from gateway import tls
from gateway.auth import Authenticator
from gateway.calc_client import CalcClient
from gateway.config import Config
from gateway.connections import ProxiedClients
from gateway.errors import NotFound, Unavailable
from gateway.guide import Guide
from gateway.live import OpenStreams
from gateway.main_urls import MainApi
from gateway.metrics import Metrics
from gateway.middleware import Problems, RequestContext
from gateway.proxy import Proxy, forwarded_headers
from gateway.security_headers import SecurityHeaders
from gateway.static import StaticFiles
from gateway.timing import ServerTiming, waiting
from gateway.transcode import Transcoder

READY_TIMEOUT_S = 3.0
MAIN_CONNECTIONS = 256
MIDDLEWARE = [Middleware(ServerTiming), Middleware(RequestContext), Middleware(SecurityHeaders), Middleware(Problems)]


class Rooms:
    """The connections to the rooms behind; opened by the lifespan, for they belong to its event loop."""

    def __init__(self, config: Config) -> None:
        self.calc = CalcClient(
            config.calc_addresses,
            config.calc_api_key,
            config.rpc_timeout_s,
            authority=config.calc_ca,
            name=config.calc_name,
        )
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(
                limit=MAIN_CONNECTIONS,
                ssl=tls.calling(config.main_ca) if config.main_urls[0].startswith("https:") else True,
            ),
        )
        self.main = MainApi(self._session, config.main_urls)

    async def close(self) -> None:
        await self._session.close()
        await self.calc.close()

    async def main_answers(self, request: Request) -> bool:
        """Whether a main_api says it is ready."""
        return await self.main.is_ready(forwarded_headers(request.scope, READY_TIMEOUT_S), READY_TIMEOUT_S)


def build_app(config: Config) -> Starlette:
    """The ASGI application; nothing is opened before its lifespan starts."""
    streams = OpenStreams(config.stream_limit, config.client_stream_limit)
    metrics = Metrics(config, streams)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        rooms = Rooms(config)
        app.router.routes += _routes(config, rooms, streams, metrics)
        try:
            yield
        finally:
            await rooms.close()

    middleware = list(MIDDLEWARE)
    if config.traces:
        # Here, since its library is for those only who want traces.
        from gateway.tracing import Traced

        middleware.insert(0, Middleware(Traced))
    if config.trusted_proxies:
        middleware.append(Middleware(ProxiedClients, limit=config.client_connection_limit))
    app = Starlette(middleware=middleware, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.router.default = _nothing
    app.state.streams = streams
    app.state.metrics = metrics
    app.state.config = config
    return app


def _routes(config: Config, rooms: Rooms, streams: OpenStreams, metrics: Metrics) -> list[BaseRoute]:
    guide = Guide(config)
    auth = Authenticator(rooms.main, config.identity_ttl_s)
    api = Proxy(rooms.main, config)
    return [
        Route("/healthz", _live),
        Route("/readyz", _ready(rooms)),
        Route("/metrics", metrics.page),
        Route("/docs", guide.page),
        Route("/docs/style.css", guide.style),
        Route("/docs/files/{path:path}", guide.file),
        Mount("/api", api),
        Mount("/v1", Transcoder(config, calc=rooms.calc, auth=auth, streams=streams)),
        Mount("/", StaticFiles(config.static_dir)),
    ]


async def _nothing(scope: Scope, _receive: Receive, _send: Send) -> None:
    """What is no path, such as the `*` of OPTIONS, matches no route."""
    raise NotFound(f"There is nothing at {scope['path']}.")


async def _live(_request: Request) -> Response:
    return _status("ok")


def _ready(rooms: Rooms) -> Callable[[Request], Awaitable[Response]]:
    async def ready(request: Request) -> Response:
        with waiting(request.scope):
            calc, main = await asyncio.gather(rooms.calc.is_serving(), rooms.main_answers(request))
        words = {"main_api": "ok" if main else "down", "calc_grpc": "ok" if calc else "down"}
        if not (calc and main):
            raise Unavailable("A service behind the gateway does not answer.", values=words)
        return _status("ok", **words)

    return ready


def _status(status: str, **words: str) -> Response:
    body = json.dumps({"status": status, **words})
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})
