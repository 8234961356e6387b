"""Spans for OpenTelemetry where OTEL_EXPORTER_OTLP_ENDPOINT is set; where it is not, nothing is imported or paid for.

Spans are sent in the background, in batches; a collector that is away costs spans and a warning a minute, never a call.
The standard OTEL_… settings hold, read by the library itself.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import logs
from gateway.metrics import route_of

SERVICE = "astrodist-gateway"
FLUSH_TIMEOUT_S = 2.0
WARNING_INTERVAL_S = 60.0

logger = logging.getLogger(__name__)


class _Present:
    """What `start` makes."""

    provider: Any = None
    tracer: Any = None
    api: Any = None
    propagator: Any = None


class PatientExporter:
    """Sends spans by another exporter, and says at most once a minute that it could not."""

    def __init__(self, exporter: Any) -> None:
        self._exporter = exporter
        self._warned_at = -WARNING_INTERVAL_S
        self._lost_count = 0

    def export(self, spans: Sequence[Any]) -> Any:
        """Send a batch; the answer is the other exporter's."""
        result = self._exporter.export(spans)
        if result.name != "SUCCESS":
            self._lost_count += len(spans)
            now = time.monotonic()
            if now - self._warned_at >= WARNING_INTERVAL_S:
                logger.warning("spans could not be delivered", extra={"lost_count": self._lost_count})
                self._warned_at, self._lost_count = now, 0
        return result

    def shutdown(self) -> None:
        """End the other exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 0) -> bool:
        """Nothing is held back here."""
        return True


def start() -> None:
    """From here on, spans are made and sent."""
    # Here, since loading takes a third of a second and 25 MB, which only those pay who want traces.
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    logging.getLogger("opentelemetry").setLevel(
        logging.CRITICAL
    )  # a trace of the stack for every batch; ours is enough
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}), shutdown_on_exit=False)
    exporter: Any = PatientExporter(OTLPSpanExporter())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _Present.provider, _Present.tracer = provider, provider.get_tracer(SERVICE)
    _Present.api, _Present.propagator = trace, TraceContextTextMapPropagator()


def stop() -> None:
    """Send what waits, for two seconds at most."""
    if _Present.provider is not None:
        ending = threading.Thread(target=_Present.provider.shutdown, daemon=True)
        ending.start()
        ending.join(FLUSH_TIMEOUT_S)
        _Present.provider = _Present.tracer = None


@contextmanager
def span(name: str, *, kind: str = "INTERNAL", parent: str = "", **attributes: object) -> Iterator[None]:
    """A span around what is done inside; parent: a traceparent, else the present span. Errors are recorded.

    At its end it is told of what the log lines say: the ids of the request and the calculation.
    """
    if _Present.tracer is None:
        yield
        return
    with _Present.tracer.start_as_current_span(
        name,
        context=_Present.propagator.extract({"traceparent": parent}) if parent else None,
        kind=_Present.api.SpanKind[kind],
        attributes=_named(attributes),
    ) as present:
        outer = logs.traceparent.get()
        logs.traceparent.set(_traceparent(present))
        try:
            yield
        finally:
            present.set_attributes(_named({"request_id": logs.request_id.get() or None}))
            logs.traceparent.set(outer)


def note(**attributes: object) -> None:
    """Add to the present span."""
    if _Present.tracer is not None:
        _Present.api.get_current_span().set_attributes(_named(attributes))


def fail(reason: str) -> None:
    """Mark the present span as one that failed."""
    if _Present.tracer is not None:
        status = _Present.api.Status(_Present.api.StatusCode.ERROR, reason)
        _Present.api.get_current_span().set_status(status)


class Traced:
    """Pure ASGI: a span around every call, in the trace that the caller names; main_api is told of it by the header."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        method = scope.get("method", "WEBSOCKET")
        status = 0

        async def send_watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        parent = Headers(scope=scope).get("traceparent", "")
        with span(f"gateway {method}", kind="SERVER", parent=parent, http_method=method):
            others = [pair for pair in scope["headers"] if pair[0].lower() not in (b"traceparent", b"tracestate")]
            scope["headers"] = [*others, (b"traceparent", logs.traceparent.get().encode())]
            try:
                await self.app(scope, receive, send_watched)
            finally:
                route = route_of(scope)
                _Present.api.get_current_span().update_name(f"gateway {method} {route}")
                calculation_id = scope.get("state", {}).get("calculation_id")
                note(http_route=route, http_status=status or None, calculation_id=calculation_id)
                if status >= 500:
                    fail(str(status))


def _traceparent(present: Any) -> str:
    carrier: dict[str, str] = {}
    _Present.propagator.inject(carrier, _Present.api.set_span_in_context(present))
    return carrier.get("traceparent", "")


def _named(attributes: Mapping[str, object]) -> dict[str, Any]:
    """As the conventions write names: `http_route` stands for `http.route`, `calculation_kind` is ours."""
    return {_NAMES.get(name, f"astrodist.{name}"): value for name, value in attributes.items() if value is not None}


_NAMES = {
    "http_method": "http.request.method",
    "http_route": "http.route",
    "http_status": "http.response.status_code",
}
