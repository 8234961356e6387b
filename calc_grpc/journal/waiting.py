"""How many calculations of a kind wait, without counting them each time.

The count of accepted ones since the last look at the table is never less than the truth, as those that start to run
meanwhile are not subtracted. Only when it reaches the bound is the table counted again, and, where that finds no
room, not again for a moment: a flood of refused calls must not make the journal count all day.
"""

import time
from collections.abc import Callable

RECOUNT_INTERVAL_S = 0.1


class WaitingCount:
    """For one process that alone accepts."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._at_most: dict[str, int] = {}
        self._pause = RecountPause()

    def has_room(self, kind: str, count: Callable[[], int], *, n: int = 1) -> bool:
        """Whether n more may wait; `count` looks at the table."""
        at_most = self._at_most.get(kind)
        if at_most is None or (at_most + n > self._maximum and self._pause.is_over(kind)):
            at_most = self._at_most[kind] = count()
            if at_most + n > self._maximum:
                self._pause.begin(kind)
        return at_most + n <= self._maximum

    def add(self, kind: str) -> None:
        """Note one that was accepted."""
        self._at_most[kind] = self._at_most.get(kind, 0) + 1


class RecountPause:
    """Remembers which kinds were found full a moment ago."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    def begin(self, kind: str) -> None:
        """No recount of this kind for a moment."""
        self._until_s[kind] = time.monotonic() + RECOUNT_INTERVAL_S

    def is_over(self, kind: str) -> bool:
        """Whether it is time to count again."""
        return time.monotonic() >= self._until_s.get(kind, 0.0)
