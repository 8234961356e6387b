"""One timer that hints can move forward."""

import asyncio

from calc_grpc.calculation import SECOND_US, Clock

LONGEST_SLEEP_S = 5.0  # the wall clock may jump while the timer sleeps by the monotonic one


class Alarm:
    """Wakes one waiter at a moment of the wall clock, or earlier when it is rung."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._event = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None  # set while somebody waits
        self._wanted_us: int | None = None  # when the timer ends; while nobody waits: the earliest that was hinted at

    def in_seconds(self, seconds: float) -> int:
        """The moment that many seconds from now."""
        return self._clock() + int(seconds * SECOND_US)

    def ring(self) -> None:
        """Wake the waiter now, or make its next wait end at once."""
        self._event.set()

    def ring_by(self, moment_us: int) -> None:
        """Have the waiter wake at that moment, if it would sleep beyond it, now or in its next wait."""
        if self._wanted_us is None or moment_us < self._wanted_us:
            self._wanted_us = moment_us
            if self._timer is not None:
                self._set_timer()

    async def wait_until(self, moment_us: int | None) -> None:
        """Sleep until that moment (None: until rung), or until rung, or for LONGEST_SLEEP_S."""
        if self._wanted_us is None or (moment_us is not None and moment_us < self._wanted_us):
            self._wanted_us = moment_us
        self._set_timer()
        try:
            await self._event.wait()
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._wanted_us = None
            self._event.clear()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        sleep_s = LONGEST_SLEEP_S
        if self._wanted_us is not None:
            sleep_s = min(max((self._wanted_us - self._clock()) / SECOND_US, 0.0), LONGEST_SLEEP_S)
        self._timer = asyncio.get_running_loop().call_later(sleep_s, self._event.set)
