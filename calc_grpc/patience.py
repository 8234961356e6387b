"""Waits for what must not be given up: a journal that a full disk closed for a while, an effect under way."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

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


async def to_its_end(call: Coroutine[Any, Any, T]) -> T:
    """Wait for a call that has an effect elsewhere: who is cancelled meanwhile gets its value all the same, once.

    Raises what the call raises; CancelledError instead of that, where both happened.
    """
    task = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as cancelled:
        if task.cancelled():
            raise
        try:
            value = await task
        except Exception as error:
            raise cancelled from error
        if (present := asyncio.current_task()) is not None:
            present.uncancel()
        return value
