"""What the gateway counts, for Prometheus: GET /metrics."""

import hmac

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from gateway.config import Config
from gateway.errors import NotFound, NotSignedIn
from gateway.live import OpenStreams
from gateway.timing import stopwatch_of

PREFIX = "astrodist_gateway_"
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Routes have few names whatever is asked for: those of main_api are known here by their first word alone, and a word
# that is none of these could be anything.
API_WORDS = frozenset(
    {"auth", "stations", "requests", "asteroids", "schema", "docs", "admin", "static", "calculations", "positions"}
)
OWN_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/docs"})
FIRST_UPSTREAM_ERROR = 502


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self, config: Config, streams: OpenStreams) -> None:
        self._key = config.metrics_key
        self._is_open = config.metrics_are_open
        disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began; nobody asks, and it doubles the page
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._requests = Counter(
            f"{PREFIX}requests",
            "Requests that ended; status 0: the client left before an answer.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._durations = Histogram(
            f"{PREFIX}request_duration_seconds",
            "From a request's headers to the end of its answer; streams are left out.",
            ("method", "route"),
            buckets=BOUNDS_S,
            registry=registry,
        )
        self._upstream = Histogram(
            f"{PREFIX}upstream_duration_seconds",
            "How long a room behind was waited for until its answer began.",
            ("room",),
            buckets=BOUNDS_S,
            registry=registry,
        )
        self._errors = Counter(
            f"{PREFIX}upstream_errors",
            "Answers of ours that say a room behind failed, by the reason told.",
            ("room", "reason"),
            registry=registry,
        )
        open_streams = Gauge(
            f"{PREFIX}open_streams", "Server-sent events, WebSockets and digits that are open now.", registry=registry
        )
        open_streams.set_function(lambda: streams.open_count)

    def count(self, scope: Scope, status: int, duration_s: float) -> None:
        """A call has ended."""
        state = scope["state"]
        method, route = _method_of(scope), route_of(scope)
        self._requests.labels(method, route, str(status)).inc()
        if not state.get("is_stream"):
            self._durations.labels(method, route).observe(duration_s)
        room = "main_api" if route.startswith("/api") else "calc_grpc" if route.startswith("/v1") else ""
        if not room:
            return
        if waited_s := stopwatch_of(scope).waited_s:
            self._upstream.labels(room).observe(waited_s)
        if reason := state.get("upstream_error"):
            self._errors.labels(room, reason).inc()

    async def page(self, request: Request) -> Response:
        """The page; hidden in production unless there is a key, which must be sent then."""
        if not self._key and not self._is_open:
            raise NotFound
        given = request.headers.get("authorization", "").encode()
        if self._key and not hmac.compare_digest(given, f"Bearer {self._key}".encode()):
            raise NotSignedIn("Send the key of the metrics as bearer token.", scheme="Bearer")
        return Response(generate_latest(self._registry), headers={"content-type": CONTENT_TYPE_LATEST})


def route_of(scope: Scope) -> str:
    """The route as a template: there are some thirty of them, whatever paths are asked for."""
    if route := scope.get("state", {}).get("route"):
        return str(route)
    path = str(scope["path"])
    if path in OWN_PATHS:
        return path
    first, _, rest = path.lstrip("/").partition("/")
    if first == "api":
        word = rest.partition("/")[0]
        return f"/api/{word}" if word in API_WORDS else "/api/*"
    return f"/{first}/*" if first in ("v1", "assets", "docs") else "/*"


def _method_of(scope: Scope) -> str:
    method = str(scope.get("method", "WEBSOCKET"))
    return method if method in METHODS or scope["type"] == "websocket" else "other"
