"""Server-sent events and WebSocket: two skins over one async generator of a server stream; `text.py` is a third."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator

import grpc
from google.protobuf.message import Message
from starlette.types import Scope, Send

from gateway.calc_client import Call
from gateway.connections import client_of
from gateway.errors import GatewayError, Throttled, from_rpc_error
from gateway.json_message import to_json
from gateway.middleware import request_id_of

EVENT_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]
# Larger messages are rendered in a thread: the event loop serves everybody else meanwhile.
LARGE_MESSAGE_BYTES = 32 * 1024

Snapshots = AsyncGenerator[Message | None, None]


class OpenStreams:
    """Counts the open streams of each user and of each client address; ends all of them when the server stops."""

    def __init__(self, limit: int, client_limit: int) -> None:
        self._limit = limit
        self._client_limit = client_limit
        self._count: Counter[str] = Counter()
        self.stopping = asyncio.Event()

    @property
    def open_count(self) -> int:
        """How many are open, of everybody."""
        return sum(count for name, count in self._count.items() if name.startswith("user "))

    @contextlib.contextmanager
    def slot(self, username: str, address: str) -> Iterator[None]:
        """Take one of the user's slots, and one of their address; raises Throttled when all are taken."""
        user, client = f"user {username}", f"client {client_of(address)}"
        if self._count[user] >= self._limit:
            message = f"You have {self._limit} streams open; close one first."
            raise Throttled(message, headers={"Retry-After": "5"})
        if self._count[client] >= self._client_limit:
            message = f"Your address has {self._client_limit} streams open; close one first."
            raise Throttled(message, headers={"Retry-After": "5"})
        self._count.update((user, client))
        try:
            yield
        finally:
            self._count.subtract((user, client))
            for name in (user, client):
                if not self._count[name]:
                    del self._count[name]


async def snapshots(
    call: Call,
    *,
    stopping: asyncio.Event,
    recheck: Callable[[], Awaitable[None]],
    heartbeat_s: float,
    recheck_s: float,
) -> Snapshots:
    """What the stream sends, and None whenever it was silent for a heartbeat.

    Reads ahead by one message only, so that a slow client slows the stream down instead of filling memory.
    Every `recheck_s` the caller is looked at again; what `recheck` raises ends the stream.
    """
    recheck_at = time.monotonic() + recheck_s
    stopped = asyncio.ensure_future(stopping.wait())
    reading = asyncio.ensure_future(call.read())
    try:
        while not stopping.is_set():
            wait_s = max(0.0, min(heartbeat_s, recheck_at - time.monotonic()))
            await asyncio.wait({reading, stopped}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            if time.monotonic() >= recheck_at:
                await recheck()
                recheck_at = time.monotonic() + recheck_s
            if not reading.done():
                if not stopping.is_set():
                    yield None
                continue
            message = reading.result()
            if not isinstance(message, Message):  # the end of the stream
                return
            yield message
            reading = asyncio.ensure_future(call.read())
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error
    finally:
        call.cancel()
        for task in (reading, stopped):
            task.cancel()
        await asyncio.gather(reading, stopped, return_exceptions=True)


async def send_events(scope: Scope, send: Send, stream: Snapshots) -> None:
    """Server-sent events: unnamed ones with a snapshot each; a later failure is one event named `problem`."""
    started = False
    try:
        async for message in stream:
            if not started:
                started = True
                await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM_HEADERS})
            event = b": still here\n\n" if message is None else await _event(message)
            await send({"type": "http.response.body", "body": event, "more_body": True})
    except GatewayError as error:
        if not started:
            raise
        event = b"event: problem\ndata: " + error.body(request_id_of(scope)) + b"\n\n"
        await send({"type": "http.response.body", "body": event, "more_body": True})
    if not started:
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM_HEADERS})
    await send({"type": "http.response.body", "body": b""})


async def send_messages(scope: Scope, send: Send, stream: Snapshots) -> None:
    """A WebSocket: each message one snapshot; a failure is a problem, then 1008 (yours), 1013 (later) or 1011 (ours).

    The heartbeat is the ping of the WebSocket protocol, which the server sends by itself.
    """
    code = 1000
    with contextlib.suppress(OSError):  # the client left; its disconnect message ends this work as well
        await send({"type": "websocket.accept"})
        try:
            async for message in stream:
                if message is not None:
                    await send({"type": "websocket.send", "text": (await render(message)).decode()})
        except GatewayError as error:
            code = 1008 if error.status < 500 else 1013 if error.status == 503 else 1011
            await send({"type": "websocket.send", "text": error.body(request_id_of(scope)).decode()})
        await send({"type": "websocket.close", "code": code})


async def render(message: Message) -> bytes:
    """A message as JSON text, in a thread when it is large."""
    if message.ByteSize() > LARGE_MESSAGE_BYTES:
        return await asyncio.to_thread(to_json, message)
    return to_json(message)


async def _event(message: Message) -> bytes:
    revision = _revision_of(message)
    identity = b"" if revision is None else b"id: %d\n" % revision
    return identity + b"data: " + await render(message) + b"\n\n"


def _revision_of(message: Message) -> int | None:
    """The revision of a resource, or of the resource that an event carries."""
    if "revision" in message.DESCRIPTOR.fields_by_name:
        return int(message.revision)  # type: ignore[attr-defined]
    for field, value in message.ListFields():
        if not field.is_repeated and field.message_type is not None:
            return _revision_of(value)
    return None
