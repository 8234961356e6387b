"""How long an answer took, told in `Server-Timing` (W3C): `gateway;dur=…, upstream;dur=…`, milliseconds.

`upstream` is how long the rooms behind were waited for, until their headers or first message came (asking main_api
who calls included); `gateway` is the rest of the time until the answer's own headers. Nothing is held back for it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STARTS = frozenset({"http.response.start", "websocket.http.response.start", "websocket.accept"})


class Stopwatch:
    """Sums the waits of one call; they do not overlap."""

    __slots__ = ("_began_at", "_waited_s", "_waiting_since")

    def __init__(self) -> None:
        self._began_at = time.perf_counter()
        self._waited_s = 0.0
        self._waiting_since: float | None = None

    @property
    def waited_s(self) -> float:
        """The sum of the waits that have ended."""
        return self._waited_s

    def begin_wait(self) -> None:
        """A room behind is asked now."""
        self._waiting_since = time.perf_counter()

    def end_wait(self) -> None:
        """It answered; harmless when nothing is waited for."""
        if self._waiting_since is not None:
            self._waited_s += time.perf_counter() - self._waiting_since
            self._waiting_since = None

    def header(self) -> bytes:
        """The value of Server-Timing now; ends a wait that is still open, for this is what it waited for."""
        self.end_wait()
        total_s = time.perf_counter() - self._began_at
        own_ms, waited_ms = (total_s - self._waited_s) * 1000, self._waited_s * 1000
        return b"gateway;dur=%.2f, upstream;dur=%.2f" % (own_ms, waited_ms)


class ServerTiming:
    """Pure ASGI: a header on every answer, errors and the start of streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        stopwatch = Stopwatch()
        scope.setdefault("state", {})["stopwatch"] = stopwatch

        async def send_with_timing(message: Message) -> None:
            if message["type"] in STARTS:
                headers = [*message.get("headers", ()), (b"server-timing", stopwatch.header())]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, send_with_timing)


@contextmanager
def waiting(scope: Scope) -> Iterator[None]:
    """Counts the time inside as `upstream`."""
    stopwatch = stopwatch_of(scope)
    stopwatch.begin_wait()
    try:
        yield
    finally:
        stopwatch.end_wait()


def stopwatch_of(scope: Scope) -> Stopwatch:
    """The stopwatch of this call; one of its own where no middleware gave it any."""
    stopwatch = scope.get("state", {}).get("stopwatch")
    return stopwatch if isinstance(stopwatch, Stopwatch) else Stopwatch()
