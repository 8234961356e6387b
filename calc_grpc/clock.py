"""The engine's time on one machine: the wall clock's, without its jumps.

Due times, leases and the order of calculations go by it. A wall clock that is set back would hold up what is due for
as long; one that is set forward would end every lease at once.
"""

import time

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the first counts while a laptop sleeps, too
SLOWNESS = 10


class SteadyClock:
    """Starts with the wall clock and never goes back; a jump is made up for by running a tenth faster or slower."""

    def __init__(self) -> None:
        self._state = (steady_us(), time.time_ns() // 1000)

    def __call__(self) -> int:
        """Microseconds since 1970, UTC."""
        asked_us, shown_us = self._state
        now_us = steady_us()
        most_us = max(0, now_us - asked_us) // SLOWNESS
        expected_us = shown_us + max(0, now_us - asked_us)
        behind_us = time.time_ns() // 1000 - expected_us
        corrected_us = expected_us + max(-most_us, min(most_us, behind_us))
        self._state = (now_us, corrected_us)  # at once: the journal's thread asks as well
        return corrected_us


def steady_us() -> int:
    """Microseconds since some moment, of a clock that nobody sets."""
    return time.clock_gettime_ns(_STEADY) // 1000
