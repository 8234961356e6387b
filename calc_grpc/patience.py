"""Waits until the journal can be written again: a full disk must not lose what took minutes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from calc_grpc.errors import JournalUnavailable

T = TypeVar("T")

RETRY_WAIT_S = (0.1, 0.5, 1.0, 2.0)


async def until_available(call: Callable[[], Awaitable[T]]) -> T:
    """Repeat a call until the journal answers; what it does must be safe to repeat."""
    attempt = 0
    while True:
        try:
            return await call()
        except JournalUnavailable:
            await asyncio.sleep(RETRY_WAIT_S[min(attempt, len(RETRY_WAIT_S) - 1)])
            attempt += 1
