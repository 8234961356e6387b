"""How long the caller still waits: `X-Request-Timeout-S`, seconds, which the gateway sends with every call."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

HEADER = "X-Request-Timeout-S"
ENVIRON_NAME = "HTTP_X_REQUEST_TIMEOUT_S"
LEAST_S = 0.05  # a call to calc_grpc that has no time left fails in gRPC's own words
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,9})?", re.ASCII)
_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


def begin(header: str) -> Token[float | None]:
    """Counts from now; what is no number of seconds sets no deadline. Hand what is returned to `end`."""
    return _ends_at.set(time.monotonic() + float(header) if _SECONDS.fullmatch(header) else None)


def end(token: Token[float | None]) -> None:
    """The answer was given."""
    _ends_at.reset(token)


def bounded_s(limit_s: float) -> float:
    """A limit of ours, or what is left of the caller's patience where that is less."""
    ends_at = _ends_at.get()
    return limit_s if ends_at is None else max(LEAST_S, min(limit_s, ends_at - time.monotonic()))


def left_s() -> float | None:
    """Seconds, negative when it is over; None without a deadline."""
    ends_at = _ends_at.get()
    return None if ends_at is None else ends_at - time.monotonic()


def is_over() -> bool:
    """Whether the caller has given up."""
    left = left_s()
    return left is not None and left <= 0


@contextmanager
def disregarded() -> Iterator[None]:
    """For what has to be written whether the caller still waits or not. Also a decorator."""
    token = _ends_at.set(None)
    try:
        yield
    finally:
        _ends_at.reset(token)
