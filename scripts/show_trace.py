"""A small collector of traces, for looking at them: python scripts/show_trace.py [--port 4318]

Start the services with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318. A trace is printed as a tree, with when each
span began and how long it took, as soon as nothing was added to it for a while. It keeps nothing; Ctrl-C ends it.
"""

import argparse
import gzip
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

QUIET_S = 15.0  # a calculation waits for up to ten seconds before anything is added to its trace


@dataclass(frozen=True, kw_only=True)
class Span:
    """One span as it was sent; ids in hexadecimal, moments in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    start_ns: int
    end_ns: int
    is_error: bool
    attributes: dict[str, Any] = field(default_factory=dict)
    events: tuple[tuple[str, dict[str, Any]], ...] = ()  # what happened within: name, attributes; errors among them


class Collector:
    """An OTLP/HTTP receiver on loopback that holds what it is sent. port: 0 for any free one."""

    def __init__(self, port: int = 0) -> None:
        self.spans: list[Span] = []
        self._lock = threading.Lock()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if self.headers.get("Content-Encoding") == "gzip":
                    content = gzip.decompress(content)
                collector.add(spans_of(ExportTraceServiceRequest.FromString(content)))
                body = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: the trees are what is to be seen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(self, spans: Iterable[Span]) -> None:
        """Hold more."""
        with self._lock:
            self.spans += spans

    def by_trace(self) -> dict[str, list[Span]]:
        """What was sent so far."""
        found: defaultdict[str, list[Span]] = defaultdict(list)
        with self._lock:
            for span in self.spans:
                found[span.trace_id].append(span)
        return dict(found)

    def forget(self, trace_id: str) -> None:
        """Hold a trace no longer."""
        with self._lock:
            self.spans = [span for span in self.spans if span.trace_id != trace_id]

    def stop(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()


def spans_of(request: ExportTraceServiceRequest) -> Iterator[Span]:
    """The spans of one message."""
    for resource in request.resource_spans:
        service = str(_values(resource.resource.attributes).get("service.name", ""))
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    service=service,
                    name=span.name,
                    start_ns=span.start_time_unix_nano,
                    end_ns=span.end_time_unix_nano,
                    is_error=span.status.code == Status.StatusCode.STATUS_CODE_ERROR,
                    attributes=_values(span.attributes),
                    events=tuple((event.name, _values(event.attributes)) for event in span.events),
                )


def tree(spans: Iterable[Span]) -> str:
    """A trace as text: depth, when a span began after the first one, how long it took, what it says of itself."""
    spans = sorted(spans, key=lambda span: span.start_ns)
    known = {span.span_id for span in spans}
    children: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        children[span.parent_id if span.parent_id in known else ""].append(span)
    lines: list[str] = []

    def add(span: Span, depth: int) -> None:
        label = f"{'  ' * depth}{span.name}"
        began_ms, took_ms = (span.start_ns - spans[0].start_ns) / 1e6, (span.end_ns - span.start_ns) / 1e6
        said = " ".join(
            f"{name.removeprefix('astrodist.')}={span.attributes[name]}" for name in SHOWN & span.attributes.keys()
        )
        error = " ERROR" if span.is_error else ""
        lines.append(f"{label:58} +{began_ms:9.1f} ms {took_ms:9.1f} ms  {span.service:20}{error} {said}".rstrip())
        for child in children[span.span_id]:
            add(child, depth + 1)

    for root in children[""]:
        add(root, 0)
    return "\n".join(lines)


SHOWN = {"http.response.status_code", "astrodist.calculation_state", "astrodist.verdict", "astrodist.attempt"}


def _values(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in attributes}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=4318)
    collector = Collector(parser.parse_args().port)
    print(f"listening at {collector.url}", flush=True)
    grew_at: dict[str, tuple[int, float]] = {}
    try:
        while True:
            time.sleep(0.5)
            for trace_id, spans in collector.by_trace().items():
                count, since = grew_at.get(trace_id, (0, 0.0))
                if count != len(spans):
                    grew_at[trace_id] = (len(spans), time.monotonic())
                elif time.monotonic() - since > QUIET_S:
                    print(f"\ntrace {trace_id}\n{tree(spans)}", flush=True)
                    collector.forget(trace_id)
                    del grew_at[trace_id]
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
