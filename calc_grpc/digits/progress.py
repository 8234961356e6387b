"""How the core tells how far it is, and learns that nobody wants the digits any more."""

from collections.abc import Callable
from dataclasses import dataclass

ReportProgress = Callable[[float, str], None]
IsCancelled = Callable[[], bool]


class DigitsCancelled(Exception):
    """The caller does not want the digits any more."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A part of the work. start, end: what share of the whole time is over before and after it, 0 to 1."""

    name: str
    start: float
    end: float


# The shares are measured: from 10^5 to 10^7 digits they are off by a tenth at most.
SUMMING = Stage(name="summing the series", start=0.0, end=0.72)
DIVIDING = Stage(name="dividing", start=0.72, end=0.86)
CONVERTING = Stage(name="converting to decimal", start=0.86, end=1.0)


class Progress:
    """Counts the work of one stage, in any unit proportional to time."""

    def __init__(self, stage: Stage, total_cost: float, *, report: ReportProgress, cancelled: IsCancelled) -> None:
        self._stage = stage
        self._total_cost = total_cost
        self._done_cost = 0.0
        self._report = report
        self._cancelled = cancelled

    def add(self, cost: float) -> None:
        """Note work done; raises DigitsCancelled."""
        if self._cancelled():
            raise DigitsCancelled
        self._done_cost += cost
        share = min(1.0, self._done_cost / self._total_cost)
        self._report(self._stage.start + share * (self._stage.end - self._stage.start), self._stage.name)
