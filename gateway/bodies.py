"""Request bodies within a limit, and work that stops when its client leaves."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, NoReturn

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from gateway.errors import BodyTooLarge, MalformedBody, RequestTimeout, Unavailable

DISCARD_BYTES_MAX = 64 * 1024 * 1024
DISCARD_TIMEOUT_S = 5.0
# So much of a body is taken however many others there are: forms and sign-ins fit into it.
ALWAYS_HELD_BYTES = 64 * 1024


class ClientLeft(Exception):
    """The client closed the connection before it had sent its whole body."""


class BodyReader:
    """Reads one request's body, at most `limit_bytes` of it, and waits for it no longer than `timeout_s` in all.

    length: what Content-Length announces; None for a chunked body.
    """

    def __init__(self, scope: Scope, receive: Receive, limit_bytes: int, timeout_s: float) -> None:
        self._receive = receive
        self._limit_bytes = limit_bytes
        self._timeout_s = self._patience_s = timeout_s
        self._finished = asyncio.Event()
        self.length = _announced_length(scope)
        self._waits_for_consent = "expect" in Headers(scope=scope)
        if self.length == 0:
            self._finished.set()

    async def refuse_announced(self) -> None:
        """Raises BodyTooLarge when Content-Length alone says so."""
        if self.length is not None and self.length > self._limit_bytes:
            if not self._waits_for_consent:
                await self._discard()
            raise _too_large(self._limit_bytes)

    async def stream(self) -> AsyncIterator[bytes]:
        """The pieces of the body as they arrive; raises BodyTooLarge, RequestTimeout or ClientLeft."""
        byte_count = 0
        while not self._finished.is_set():
            message = await self._next()
            if message["type"] == "http.disconnect":
                self._finish(ClientLeft())
            chunk = message.get("body", b"")
            byte_count += len(chunk)
            if not message.get("more_body", False):
                self._finished.set()
            if byte_count > self._limit_bytes:
                if not self._finished.is_set():
                    await self._discard()
                self._finish(_too_large(self._limit_bytes))
            if chunk:
                yield chunk

    async def read(self) -> bytes:
        """The whole body; raises BodyTooLarge, RequestTimeout or ClientLeft."""
        return b"".join([chunk async for chunk in self.stream()])

    async def _next(self) -> Message:
        began_at = time.monotonic()
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._receive()
        except TimeoutError:
            self._finish(RequestTimeout(f"The body did not arrive within {self._timeout_s:g} s."))
        finally:
            self._patience_s -= time.monotonic() - began_at

    async def _discard(self) -> None:
        """Read what is refused: a client that is cut off while it sends does not see the answer."""
        byte_count, more = 0, True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_TIMEOUT_S):
                while more and byte_count < DISCARD_BYTES_MAX:
                    message = await self._receive()
                    byte_count += len(message.get("body", b""))
                    more = message.get("more_body", False)

    def _finish(self, error: Exception) -> NoReturn:
        self._finished.set()
        raise error

    async def client_left(self) -> None:
        """Returns when the client is gone; looks only once the body has been read, for both come the same way."""
        await self._finished.wait()
        while (await self._receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
            pass


class HeldBodies:
    """Bodies on their way to a room that reads each in one go; together they take no more than `limit_bytes`.

    main_api's threads are few: each that read from a slow client would be missing to all others.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._byte_count = 0

    @contextlib.asynccontextmanager
    async def whole(self, body: BodyReader) -> AsyncIterator[bytes]:
        """A body, held as long as the context; raises what reading does, and Unavailable when there is no room."""
        pieces: list[bytes] = []
        byte_count = counted = 0
        try:
            async for piece in body.stream():
                pieces.append(piece)
                byte_count += len(piece)
                further = max(0, byte_count - ALWAYS_HELD_BYTES) - counted
                self._byte_count += further
                counted += further
                if further and self._byte_count > self._limit_bytes:
                    raise Unavailable("As many bodies are on their way as there is room for; try again in a moment.")
            yield b"".join(pieces)
        finally:
            self._byte_count -= counted


async def run_until_client_leaves(body: BodyReader, work: Coroutine[Any, Any, None]) -> None:
    """Do the work of an answer; cancel it, and with it the call to the room behind, when the client leaves."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(body.client_left())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    except ClientLeft:
        pass
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


def _announced_length(scope: Scope) -> int | None:
    headers = Headers(scope=scope)
    text = headers.get("content-length")
    if text is None:
        return None if "transfer-encoding" in headers else 0
    if not text.isascii() or not text.isdigit():
        raise MalformedBody("The Content-Length header is not a number.")
    return int(text)


def _too_large(limit_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit_bytes} bytes.")
