"""How many requests a source gets at a time, and when none: what one of them is told slows down all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol


class Timer(Protocol):
    """Time that a test may tell."""

    def now(self) -> float:
        """Seconds since some moment."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class LoopTimer:
    """The event loop's time."""

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Throttle:
    """Lets `limit` requests be under way, none until a pause is over, and fewer after one.

    After a pause one request goes alone; every round that goes well doubles their number, up to half of what was
    under way when the source complained. So a source that takes one at a time is soon asked one at a time.
    """

    def __init__(self, limit: int, timer: Timer) -> None:
        self._timer = timer
        self._ceiling = limit
        self._limit = limit
        self._present_count = 0
        self._well_count = 0
        self._open_at = float("-inf")
        self._slowed_at = float("-inf")
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[float]:
        """Wait until a request may be made, and count it while it is; yields when it began."""
        await self._wait()
        self._present_count += 1
        try:
            yield self._timer.now()
        finally:
            self._present_count -= 1
            async with self._changed:
                self._changed.notify()

    def went_well(self) -> None:
        """Note an answer."""
        self._well_count += 1
        if self._limit < self._ceiling and self._well_count >= self._limit:
            self._limit, self._well_count = min(2 * self._limit, self._ceiling), 0

    def slow_down(self, seconds: float, *, began_at: float) -> None:
        """Pause for everybody. began_at: of the request that was told to; those that set out with it tell no more."""
        now = self._timer.now()
        self._open_at = max(self._open_at, now + seconds)
        if began_at > self._slowed_at:
            self._ceiling = max(1, self._present_count // 2)
            self._limit, self._well_count = 1, 0
            self._slowed_at = now

    async def _wait(self) -> None:
        while True:
            if (pause_s := self._open_at - self._timer.now()) > 0.0:
                await self._timer.sleep(pause_s)
            elif self._present_count < self._limit:
                return
            else:
                async with self._changed:
                    await self._changed.wait_for(lambda: self._present_count < self._limit)
