"""uvicorn's WebSocket with our limits: what no client of ours does is refused without a trace in the log."""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from gateway.connections import LINGER_S, Connections, SendWatch, refuse_unread
from gateway.errors import GatewayError, MalformedRequest
from gateway.timing import Stopwatch

SWITCHING_PROTOCOLS = 101
UPGRADE_REQUIRED = 426
INVALID_TEXT = 1007

# The library tells every odd handshake; our access log does, too.
wire_logger = logging.getLogger("gateway.websocket.wire")
wire_logger.setLevel(logging.CRITICAL)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Sends snapshots; what a client says is checked and thrown away, so that it fills no memory."""

    def __init__(self, *arguments: Any, connections: Connections, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._all = connections
        self._is_refused = False
        self._stopwatch = Stopwatch()
        self.conn.logger = wire_logger

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._sends = SendWatch(transport, self._all.limits.send_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._sends.stop()
        self._all.close(self.transport)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Answers to pings bypass the flow control: nothing is read from a client that does not read."""
        super().pause_writing()
        self._sends.start()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._sends.stop()
        self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self.handshake_initiated and not self.handshake_complete:
            self.transport.abort()  # frames before our consent
            return
        super().data_received(data)
        if not self.handshake_initiated and not self._is_refused:
            self._refuse(MalformedRequest("This is no handshake of a WebSocket."))

    def handle_connect(self, event: Request) -> None:
        answer = self.conn.accept(event)
        if answer.status_code == SWITCHING_PROTOCOLS:
            super().handle_connect(event)
            return
        problem = MalformedRequest("This is no handshake of a WebSocket, version 13.")
        if answer.status_code == UPGRADE_REQUIRED:
            problem.headers = {"Sec-WebSocket-Version": "13"}
        self._refuse(problem)

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True  # by a refusal, which uvicorn would log as a handshake left incomplete

    def send_receive_event_to_app(self) -> None:
        data, self.frames = b"".join(self.frames), []
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                data.decode()
            except UnicodeDecodeError:
                self.conn.fail(INVALID_TEXT, "not UTF-8")
                self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        if self.conn.close_sent is None:
            self.transport.abort()
            return
        super().handle_parser_exception()

    def _refuse(self, problem: GatewayError) -> None:
        self._is_refused = self.close_sent = self.handshake_complete = True
        refuse_unread(self.transport, problem, self.client, self.default_headers, self._stopwatch)
        self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)
