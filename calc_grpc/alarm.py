"""One timer that hints can move forward."""

import asyncio

from calc_grpc.calculation import SECOND_US, Clock

LONGEST_SLEEP_S = 5.0  # the wall clock may jump while the timer sleeps by the monotonic one


class Alarm:
    """Wakes one waiter at a moment of the wall clock, or earlier when it is rung."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._event = asyncio.Event()
        self._wanted_us: int | None = None

    def in_seconds(self, seconds: float) -> int:
        """The moment that many seconds from now."""
        return self._clock() + int(seconds * SECOND_US)

    def ring(self) -> None:
        """Wake the waiter now, or make its next wait end at once."""
        self._event.set()

    def ring_by(self, moment_us: int) -> None:
        """Wake the waiter if it would sleep beyond that moment, so that it can look again."""
        if self._wanted_us is None or moment_us < self._wanted_us:
            self._event.set()

    async def wait_until(self, moment_us: int | None) -> None:
        """Sleep until that moment (None: until rung), or until rung, or for LONGEST_SLEEP_S."""
        sleep_s = LONGEST_SLEEP_S
        if moment_us is not None:
            sleep_s = min(max((moment_us - self._clock()) / SECOND_US, 0.0), LONGEST_SLEEP_S)
        self._wanted_us = moment_us
        try:
            async with asyncio.timeout(sleep_s):
                await self._event.wait()
        except TimeoutError:
            pass
        finally:
            # A hint that comes while the waiter is awake rings always: nobody knows yet what it will wait for.
            self._wanted_us = None
            self._event.clear()
