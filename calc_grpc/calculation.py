"""A calculation as the engine knows it: one row of the journal, free of any wire format.

Moments are whole microseconds since 1970, UTC, so that they survive the database exactly.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

State = Literal["SCHEDULED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]
ReportState = Literal["NOT_REQUESTED", "PENDING", "DELIVERED", "REJECTED", "GIVEN_UP"]
Clock = Callable[[], int]

STATES: tuple[State, ...] = ("SCHEDULED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED")
FINAL_STATES: frozenset[State] = frozenset(("SUCCEEDED", "FAILED", "CANCELLED"))
PUBLIC_KINDS = frozenset(("pi",))  # everybody may see these, whoever created them
LONE_KIND = "catalogue_sync"  # one at a time may wait or run; every journal has an index that holds it
SECOND_US = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Delivery of the final state to the callback."""

    report_id: str
    state: ReportState
    attempt_count: int
    last_error: str
    next_time_us: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Calculation:
    """One calculation. `input` and `result` are serialised messages, None where they were not asked for.

    request_id, traceparent: of the call that asked for it, where they were asked for and are known.
    sequence: order of acceptance, the key of lists. revision: grows with every change. progress_detail: a serialised
    message of the kind's own, None where it has none.
    """

    sequence: int
    calculation_id: str
    kind: str
    creator: str
    state: State
    create_time_us: int
    due_time_us: int
    start_time_us: int | None
    finish_time_us: int | None
    progress_fraction: float
    progress_stage: str
    revision: int
    report: Report
    error_reason: str | None
    error_message: str | None
    progress_detail: bytes | None = None
    input: bytes | None = None
    result: bytes | None = None
    request_id: str | None = None
    traceparent: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether the state can no longer change."""
        return self.state in FINAL_STATES

    def is_visible_to(self, user: str) -> bool:
        """Whether this user may know of it; the empty name stands for no restriction."""
        return not user or self.creator == user or self.kind in PUBLIC_KINDS


def moment_of(moment_us: int) -> datetime:
    """The same as a datetime, UTC."""
    return EPOCH + timedelta(microseconds=moment_us)


def wall_clock_us() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000
