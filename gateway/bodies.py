"""Request bodies within a limit, and work that stops when its client leaves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, NoReturn

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from gateway.errors import BodyTooLarge, MalformedBody

DISCARD_BYTES_MAX = 64 * 1024 * 1024
DISCARD_TIMEOUT_S = 5.0


class ClientLeft(Exception):
    """The client closed the connection before it had sent its whole body."""


class BodyReader:
    """Reads one request's body, at most `limit_bytes` of it.

    length: what Content-Length announces; None for a chunked body.
    error: why reading failed, kept because an HTTP client wraps what its data source raises.
    """

    def __init__(self, scope: Scope, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._limit_bytes = limit_bytes
        self._finished = asyncio.Event()
        self.error: Exception | None = None
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
        """The pieces of the body as they arrive; raises BodyTooLarge or ClientLeft."""
        byte_count = 0
        while not self._finished.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._fail(ClientLeft())
            chunk = message.get("body", b"")
            byte_count += len(chunk)
            if not message.get("more_body", False):
                self._finished.set()
            if byte_count > self._limit_bytes:
                if not self._finished.is_set():
                    await self._discard()
                self._fail(_too_large(self._limit_bytes))
            if chunk:
                yield chunk

    async def read(self) -> bytes:
        """The whole body; raises BodyTooLarge or ClientLeft."""
        return b"".join([chunk async for chunk in self.stream()])

    async def _discard(self) -> None:
        """Read what is refused: a client that is cut off while it sends does not see the answer."""
        byte_count, more = 0, True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_TIMEOUT_S):
                while more and byte_count < DISCARD_BYTES_MAX:
                    message = await self._receive()
                    byte_count += len(message.get("body", b""))
                    more = message.get("more_body", False)

    def _fail(self, error: Exception) -> NoReturn:
        self._finished.set()
        self.error = error
        raise error

    async def client_left(self) -> None:
        """Returns when the client is gone; looks only once the body has been read, for both come the same way."""
        await self._finished.wait()
        while (await self._receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
            pass


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
