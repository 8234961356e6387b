"""Connections: who has how many, and when a slow, silent or malformed one is cut.

uvicorn limits neither the time nor the size of a request's headers, nor how many connections one client opens. Its
protocols for HTTP and WebSocket are extended here, where bytes are read, because an application only sees requests
that are complete.
"""

import asyncio
import ipaddress
import logging
import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

import httptools
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.config import Config
from gateway.errors import (
    PROBLEM_TYPE,
    AddressTooLong,
    GatewayError,
    HeadersTooLarge,
    MalformedRequest,
    RequestTimeout,
    TooManyConnections,
)
from gateway.timing import Stopwatch

# How long a refused client may go on sending before it is cut: closed at once, it would not see the answer.
LINGER_S = 1.0
# Connections above the limit that are told so; further ones are cut without a word.
REFUSED_COUNT_MAX = 100
PIPELINED_COUNT_MAX = 16
# A reader slower than this, in bytes a second, counts as none.
SLOWEST_READER = 256
REFUSAL_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"connection", b"close"),
)

access_logger = logging.getLogger("gateway.access")
logger = logging.getLogger(__name__)


class Connections:
    """All open connections, and how many each client address has. A trusted proxy's are nobody's."""

    def __init__(self, config: Config) -> None:
        self.limits = config
        self._proxies = [ipaddress.ip_network(proxy) for proxy in config.trusted_proxies]
        self._clients: dict[asyncio.Transport, str] = {}
        self._count: Counter[str] = Counter()

    def open(self, transport: asyncio.Transport, address: str) -> GatewayError | None:
        """Count it; the problem with which to refuse it when it is one too many."""
        client = "" if self._is_proxy(address) else client_of(address)
        self._clients[transport] = client
        self._count[client] += 1
        if len(self._clients) > self.limits.connection_limit:
            if len(self._clients) > self.limits.connection_limit + REFUSED_COUNT_MAX:
                transport.abort()
            problem = TooManyConnections("This server has as many connections open as it may; try again in a moment.")
            problem.status = 503
            return problem
        if client and self._count[client] > self.limits.client_connection_limit:
            return too_many_of_one_client(self.limits.client_connection_limit)
        return None

    def close(self, transport: asyncio.Transport) -> None:
        """Forget it."""
        client = self._clients.pop(transport)
        self._count[client] -= 1
        if not self._count[client]:
            del self._count[client]

    def __len__(self) -> int:
        return len(self._clients)

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False


def client_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the network of 64 bits that one IPv6 subscriber has."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(number, ipaddress.IPv4Address):
        return address
    if number.ipv4_mapped is not None:
        return str(number.ipv4_mapped)
    return str(ipaddress.ip_network((int(number) >> 64 << 64, 64)))


def too_many_of_one_client(limit: int) -> TooManyConnections:
    return TooManyConnections(f"Your address has {limit} connections open; close some first.")


class ProxiedClients:
    """Middleware behind a trusted proxy: the proxy's connections are shared, so a client's calls are counted."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self._limit = limit
        self._count: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = scope.get("client")
        if scope["type"] not in ("http", "websocket") or not address:
            await self.app(scope, receive, send)
            return
        client = client_of(address[0])
        if self._count[client] >= self._limit:
            raise too_many_of_one_client(self._limit)
        self._count[client] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._count[client] -= 1
            if not self._count[client]:
                del self._count[client]


class SendWatch:
    """Cuts a client that takes nothing of what waits to be sent."""

    def __init__(self, transport: asyncio.Transport, timeout_s: float) -> None:
        self._transport = transport
        self._timeout_s = timeout_s
        self._waiting_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Something waits to be sent."""
        if self._timer is None:
            self._waiting_bytes = self._transport.get_write_buffer_size()
            self._timer = asyncio.get_running_loop().call_later(self._timeout_s, self._look)

    def stop(self) -> None:
        """It has been sent, or the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        taken = self._waiting_bytes - self._transport.get_write_buffer_size()
        if taken < SLOWEST_READER * self._timeout_s:
            logger.warning("cut a client that does not read", extra={"action": "cut", "waiting": self._waiting_bytes})
            self._transport.abort()
        else:
            self.start()


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits on address, headers and time, and one kind of answer to what is refused unread."""

    def __init__(self, *arguments: Any, connections: Connections, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._connections = connections
        self._limits = connections.limits
        self._deadline: asyncio.TimerHandle | None = None
        self._problem: GatewayError | None = None
        self._is_refused = False
        self._reads_headers = True  # of a request that has begun or that is awaited
        self._has_begun = False
        self._unparsed_bytes = self._field_bytes = self._field_count = 0
        self._stopwatch = Stopwatch()  # since the connection or its newest request began

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._sends = SendWatch(transport, self._limits.send_timeout_s)
        self._problem = self._connections.open(transport, self.client[0] if self.client else "")
        self._set_deadline(self._limits.header_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop_deadline()
        self._sends.stop()
        self._unset_keepalive_if_required()
        self._connections.close(self.transport)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._sends.start()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._sends.stop()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._unset_keepalive_if_required()
        if self._reads_headers:
            self._unparsed_bytes += len(data)
        try:
            if self._problem is not None:
                raise self._problem
            self.parser.feed_data(data)
            self._watch_headers()
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError:
            self._refuse(self._problem or MalformedRequest())
        except GatewayError as problem:
            self._refuse(problem)

    def _watch_headers(self) -> None:
        """Headers that have not all come yet: bound their size, which the parser does not, and their time."""
        if not self._reads_headers or not (self._has_begun or self._is_idle()):
            return
        if self._unparsed_bytes > self._limits.header_limit_bytes + self._limits.address_limit_bytes:
            raise HeadersTooLarge(f"The headers are larger than {self._limits.header_limit_bytes} bytes.")
        if self._deadline is None and not self.transport.is_closing():
            self._set_deadline(self._limits.header_timeout_s)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun = True
        self._field_bytes = self._field_count = 0
        self._stopwatch = Stopwatch()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self._limits.address_limit_bytes:
            self._fail(AddressTooLong(f"The address is longer than {self._limits.address_limit_bytes} bytes."))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._field_bytes += len(name) + len(value) + 4
        self._field_count += 1
        if self._field_bytes > self._limits.header_limit_bytes:
            self._fail(HeadersTooLarge(f"The headers are larger than {self._limits.header_limit_bytes} bytes."))
        if self._field_count > self._limits.header_limit_count:
            self._fail(HeadersTooLarge(f"There are more than {self._limits.header_limit_count} headers."))
        if self._reads_headers:  # a trailer is no header, whatever it is called
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._reads_headers = False
        self._unparsed_bytes = 0
        self._drop_deadline()
        if len(self.pipeline) >= PIPELINED_COUNT_MAX:
            self._fail(MalformedRequest("Too many requests were sent before their answers were read."))
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._fail(MalformedRequest("This server speaks HTTP/1.1."))
        host_count = sum(name == b"host" for name, _ in self.headers)
        if host_count > 1 or (host_count == 0 and version == "1.1"):
            self._fail(MalformedRequest("A request has one Host header."))
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._drop_deadline()
        self._reads_headers, self._has_begun = True, False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # Answered before its body was read: the rest is thrown away, but not for ever.
        if self.cycle.more_body and not self.transport.is_closing() and self._deadline is None:
            self._set_deadline(self._limits.header_timeout_s)

    def _upgrade(self) -> None:
        if self._should_upgrade() and self._is_idle():
            self._sends.stop()
            self.handle_websocket_upgrade()
        elif self._should_upgrade() or self.cycle is None:
            self._refuse(MalformedRequest("An upgrade does not follow a request that is not answered yet."))
        else:
            # To nothing we speak: the request is answered as it is, and what may follow it is not looked at.
            self.cycle.keep_alive = False

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _fail(self, problem: GatewayError) -> None:
        """Stop the parser, which says only that some callback failed."""
        self._problem = problem
        raise problem

    def _refuse(self, problem: GatewayError) -> None:
        """Answer what was not read to its end, and cut the connection."""
        self._is_refused = True
        self._drop_deadline()
        self._unset_keepalive_if_required()
        if not self._is_idle():
            cycle = self.cycle
            if self.pipeline or (cycle.more_body and cycle.response_started):
                self.transport.abort()
                return
            if not cycle.more_body:  # the answer to an earlier request is on its way: let it arrive
                cycle.keep_alive = False
                return
            cycle.disconnected = True
            cycle.message_event.set()
        refuse_unread(self.transport, problem, self.client, self.server_state.default_headers, self._stopwatch)
        self._deadline = self.loop.call_later(LINGER_S, self.transport.abort)

    def _set_deadline(self, timeout_s: float) -> None:
        self._deadline = self.loop.call_later(timeout_s, self._is_late)

    def _drop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_late(self) -> None:
        self._deadline = None
        if self._has_begun and self._reads_headers and self._is_idle():
            self._refuse(RequestTimeout(f"The headers did not arrive within {self._limits.header_timeout_s:g} s."))
        else:
            self.transport.abort()


def refuse_unread(
    transport: asyncio.Transport,
    problem: GatewayError,
    client: tuple[str, int] | None,
    headers: Iterable[tuple[bytes, bytes]],
    stopwatch: Stopwatch,
) -> None:
    """Write an answer past the application, which never saw the request, with its line in the access log.

    stopwatch: begun with the request, or with the connection where no request has begun.
    """
    request_id = uuid.uuid4().hex
    body = problem.body(request_id)
    fields = [
        *headers,
        (b"content-type", PROBLEM_TYPE),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id.encode()),
        (b"server-timing", stopwatch.header()),
        *REFUSAL_HEADERS,
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items() if name != "Connection"),
    ]
    start = f"HTTP/1.1 {problem.status} {problem.problem(request_id)['title']}\r\n".encode()
    transport.write(start + b"".join(name + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + body)
    if transport.can_write_eof():
        transport.write_eof()
    extra = {"action": "access", "status": problem.status, "reason": problem.reason, "byte_count": len(body)}
    access_logger.info(
        "refused unread", extra={**extra, "client": client[0] if client else "-", "request_id": request_id}
    )
