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

from gateway.auth import Authenticator
from gateway.calc_client import CalcClient
from gateway.config import Config
from gateway.errors import Unavailable
from gateway.live import OpenStreams
from gateway.middleware import Problems, RequestContext, SecurityHeaders
from gateway.proxy import Proxy, forwarded_headers
from gateway.static import StaticFiles
from gateway.transcode import Transcoder

READY_TIMEOUT_S = 3.0
MAIN_CONNECTIONS = 256
MIDDLEWARE = [Middleware(RequestContext), Middleware(SecurityHeaders), Middleware(Problems)]


class Rooms:
    """The connections to the rooms behind; opened by the lifespan, for they belong to its event loop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.calc = CalcClient(config.calc_address, config.calc_api_key, config.rpc_timeout_s)
        self.session = aiohttp.ClientSession(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=MAIN_CONNECTIONS),
        )

    async def close(self) -> None:
        await self.session.close()
        await self.calc.close()

    async def main_answers(self, request: Request) -> bool:
        """Whether main_api answers at all; that it does not know who asks is no fault."""
        try:
            async with self.session.get(
                f"{self._config.main_url}/api/auth/me",
                headers=forwarded_headers(request.scope),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=READY_TIMEOUT_S),
            ) as response:
                return response.status < 500
        except (TimeoutError, aiohttp.ClientError):
            return False


def build_app(config: Config) -> Starlette:
    """The ASGI application; nothing is opened before its lifespan starts."""
    streams = OpenStreams(config.stream_limit)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        rooms = Rooms(config)
        app.router.routes += _routes(config, rooms, streams)
        try:
            yield
        finally:
            await rooms.close()

    app = Starlette(middleware=MIDDLEWARE, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.streams = streams
    return app


def _routes(config: Config, rooms: Rooms, streams: OpenStreams) -> list[BaseRoute]:
    auth = Authenticator(rooms.session, config.main_url, config.identity_ttl_s)
    api = Proxy(rooms.session, config.main_url, timeout_s=config.main_timeout_s, body_limit=config.body_limit_bytes)
    return [
        Route("/healthz", _live),
        Route("/readyz", _ready(rooms)),
        Mount("/api", api),
        Mount("/v1", Transcoder(config, calc=rooms.calc, auth=auth, streams=streams)),
        Mount("/", StaticFiles(config.static_dir)),
    ]


async def _live(_request: Request) -> Response:
    return _status("ok")


def _ready(rooms: Rooms) -> Callable[[Request], Awaitable[Response]]:
    async def ready(request: Request) -> Response:
        calc, main = await asyncio.gather(rooms.calc.is_serving(), rooms.main_answers(request))
        words = {"main_api": "ok" if main else "down", "calc_grpc": "ok" if calc else "down"}
        if not (calc and main):
            raise Unavailable("A service behind the gateway does not answer.", values=words)
        return _status("ok", **words)

    return ready


def _status(status: str, **words: str) -> Response:
    body = json.dumps({"status": status, **words})
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})
