"""Telling the caller how far the work is, and hearing when to stop."""

import time
from collections.abc import Callable

from calc_grpc.orbits.errors import Cancelled

REPORT_EVERY_S = 0.1


class Progress:
    """Passes progress on at most ten times a second and raises Cancelled as soon as the caller asks for it."""

    def __init__(
        self, report: Callable[[float, str], None] | None = None, cancelled: Callable[[], bool] | None = None
    ) -> None:
        """Work without a listener when none is given."""
        self._report = report
        self._cancelled = cancelled
        self._fraction, self._stage = 0.0, ""
        self._next_s = -1.0

    def at(self, fraction: float, stage: str) -> None:
        """Note that the work has come this far; fractions never shrink."""
        self._fraction, self._stage = max(self._fraction, min(fraction, 1.0)), stage
        self.poll()

    def poll(self) -> None:
        """Look whether to stop and whether a report is due."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        now_s = time.monotonic()
        if self._report is not None and now_s >= self._next_s:
            self._next_s = now_s + REPORT_EVERY_S
            self._report(self._fraction, self._stage)
