"""How many calculations wait: of a kind, without counting them each time, and of a creator, counted each time.

Of a kind, the count of accepted ones since the last look at the table is never less than the truth, as those that start
to run meanwhile are not subtracted. Only when it reaches the bound is the table counted again, and, where that finds no
room, not again for a moment: a flood of refused calls must not make the journal count all day.
"""

import time
from collections.abc import Callable, Collection, Sequence

from calc_grpc.errors import TooManyWaiting
from calc_grpc.journal.port import NewCalculation

RECOUNT_INTERVAL_S = 0.1
# As an index of each journal has them; what has no creator is bound by none.
OF_CREATORS = "creator <> '' AND state IN ('SCHEDULED', 'RUNNING')"


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


class CreatorCount:
    """How many calculations of some creators wait or run, while new ones are accepted one after another."""

    def __init__(self, present: dict[str, int]) -> None:
        self._present = present

    def refusal(self, new: NewCalculation) -> TooManyWaiting | None:
        """Why this new one may not wait, if it may not."""
        maximum, count = new.creator_waiting_max, self._present.get(new.creator, 0)
        if maximum is None or new.result is not None or count < maximum:
            return None
        return TooManyWaiting(metadata={"waiting_max": str(maximum), "waiting_count": str(count)})

    def add(self, new: NewCalculation) -> None:
        """Note one that was accepted."""
        if new.result is None:
            self._present[new.creator] = self._present.get(new.creator, 0) + 1


def bounded_creators(news: Sequence[NewCalculation]) -> list[str]:
    """Those whose calculations have to be counted before these are accepted."""
    return list({new.creator for new in news if new.creator_waiting_max is not None and new.result is None})


def refused_for_creators(
    news: Sequence[NewCalculation], present: dict[str, int], *, there: Collection[str] = ()
) -> dict[str, TooManyWaiting]:
    """Returns why, by the ids of those that may not wait. there: ids that exist, and are answered in any case."""
    count, refusals = CreatorCount(dict(present)), dict[str, TooManyWaiting]()
    for new in news:
        if new.calculation_id in there:
            continue
        if refusal := count.refusal(new):
            refusals[new.calculation_id] = refusal
        else:
            count.add(new)
    return refusals
