"""What a journal promises. It is the only memory of the engine: what it has not confirmed has not happened.

A calculation is claimed with a lease and a fence, a number that grows with every claim. Whoever writes about a run
names the fence it was given; a run that was taken over, or cancelled, writes into the void.
Every method raises JournalUnavailable when the store cannot be read or written. Mostly nothing was changed then; when
a connection broke at the last moment it may have been, which nobody can tell. Repeating a call is always safe.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from calc_grpc.calculation import SECOND_US, Calculation, Clock, ReportState, State
from calc_grpc.journal.catalogue_port import CatalogueStore
from calc_grpc.journal.census import Census
from calc_grpc.journal.digits_port import DigitStore

# Runs and attempts at reports are renewed every two seconds; those of a dead process can be claimed this long after
# its last sign of life.
LEASE_US = 7 * SECOND_US
BEAT_INTERVAL_S = 2.0

DEFAULT_QUEUE_MAX = 200_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCalculation:
    """A calculation to accept. `callback_url`, `callback_origin` and `report_id` are all empty or all set.

    result: what is known already; then it is accepted as SUCCEEDED, started and finished at `create_time_us`.
    request_id, traceparent: of the call that asked for it, so that whoever runs it can say so; empty: none.
    creator_waiting_max: how many of its creator may wait or run, itself counted; None: any number.
    """

    calculation_id: str
    kind: str
    creator: str
    input: bytes
    input_sha256: bytes
    create_time_us: int
    due_time_us: int
    callback_url: str = ""
    callback_origin: str = ""
    report_id: str = ""
    result: bytes | None = None
    request_id: str = ""
    traceparent: str = ""
    creator_waiting_max: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to run a calculation until its lease ends. crash_count: workers that died of it before.

    start_time_us: when it was claimed. request_id, traceparent: of the call that asked for it; None: not known.
    """

    calculation_id: str
    kind: str
    create_time_us: int
    due_time_us: int
    start_time_us: int
    input: bytes
    fence: int
    crash_count: int
    request_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a run ended: a result, or an error's reason and message."""

    state: Literal["SUCCEEDED", "FAILED"]
    result: bytes | None = None
    error_reason: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which calculations are meant; what is empty does not restrict, all that is given must match."""

    kinds: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    creator: str = ""
    visible_to: str = ""

    def matches(self, calculation: Calculation) -> bool:
        """Whether this row is meant."""
        return (
            (not self.kinds or calculation.kind in self.kinds)
            and (not self.states or calculation.state in self.states)
            and (not self.creator or calculation.creator == self.creator)
            and calculation.is_visible_to(self.visible_to)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DueReport:
    """The right to make one attempt at a report. since_us: when the first attempt of this round was due.

    calculation: what is to be reported, without its input.
    """

    calculation_id: str
    callback_url: str
    callback_origin: str
    attempt_count: int
    since_us: int
    fence: int
    calculation: Calculation = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A hint that a row changed; the row itself is the truth and is read again."""

    calculation_id: str
    kind: str
    state: State
    due_time_us: int
    report_is_due: bool = False


# Called with what changed; with nothing when changes may have been missed, so that everything is to be read again.
Listener = Callable[[Sequence[Change]], None]


class Journal(Protocol):
    """A durable table of calculations; see the module for what all methods share.

    clock: what due times and leases go by; the same for all processes that share the journal.
    digits, catalogue: the stores of digits of pi and of the asteroid catalogue beside it.
    """

    clock: Clock
    digits: DigitStore
    catalogue: CatalogueStore

    async def accept(self, new: NewCalculation) -> Calculation:
        """Store a calculation, durably. The same id and input again: the stored row, unchanged.

        Raises CalculationConflict when the id is taken by another input, SyncRunning when another calculation of
        LONE_KIND waits or runs, TooManyWaiting when as many of its creator wait or run as it says, QueueFull when as
        many of this kind wait as may. What is handed back is put back whatever the bound.
        """

    async def claim(self, *, owner: str, kinds: Sequence[str], limit: int) -> list[Claim]:
        """Take up to `limit` rows to run: expired leases first, then due ones, in turn over the kinds."""

    async def beat(self, *, owner: str, held: Mapping[str, int]) -> set[str]:
        """Renew the leases of the runs held (id -> fence); returns the ids that are still this owner's."""

    async def progress(
        self, calculation_id: str, fence: int, *, fraction: float, stage: str, detail: bytes | None = None
    ) -> int | None:
        """Store how far a run is; returns the new revision, None when the run is no longer the caller's.

        detail: None leaves the stored one, which also outlives a run that is repeated.
        """

    async def finish(self, calculation_id: str, fence: int, outcome: Outcome) -> bool:
        """End a run; returns False, and changes nothing, when the run is no longer the caller's."""

    async def hand_back(self, calculation_id: str, fence: int, *, crashed: bool) -> bool:
        """Make a run claimable again at once; crashed: count a dead worker. False: not the caller's."""

    async def cancel(self, calculation_id: str) -> Calculation | None:
        """Cancel what is not final, at once; returns the row as it is then, None when there is none."""

    async def get(self, calculation_id: str) -> Calculation | None:
        """Read one row whole."""

    async def get_many(self, calculation_ids: Sequence[str]) -> list[Calculation]:
        """Read rows, without input and result unless they are a `pi`, oldest first; unknown ids are left out."""

    async def list_calculations(self, wanted: Filter, *, before: int | None, limit: int) -> list[Calculation]:
        """Read the newest rows that match, as `get_many` does; before: only older than this sequence."""

    async def next_due_us(self, kinds: Sequence[str]) -> int | None:
        """When the next row of these kinds can be claimed; None when none waits."""

    async def claim_reports(self, *, limit: int, busy: Mapping[str, int], per_origin: int) -> list[DueReport]:
        """Take reports that are due, so that no origin has more than `per_origin` in flight, `busy` counted."""

    async def renew_reports(self, held: Sequence[DueReport]) -> None:
        """Keep the attempts under way claimed."""

    async def record_report(
        self, due: DueReport, *, state: ReportState, last_error: str, next_time_us: int | None
    ) -> bool:
        """Store the outcome of an attempt; False when the report was reset or taken over meanwhile."""

    async def resend_report(self, calculation_id: str) -> Calculation | None:
        """Start a finished calculation's report anew under its old id; None when there is no such row.

        Raises ReportNotRequested, NotFinished.
        """

    async def next_report_us(self) -> int | None:
        """When the next report can be claimed; None when none waits."""

    async def prune(self, *, before_us: int, limit: int) -> int:
        """Delete up to `limit` rows that finished before that moment and have no report to send; returns how many."""

    async def census(self) -> Census:
        """Count what waits and runs; quick, however many have finished."""

    async def write_nothing(self) -> None:
        """Commit something without a meaning, durably: whether the journal can still be written is known then."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener in the event loop after every commit of any process; returns what ends that."""

    async def close(self) -> None:
        """Finish what was begun and release the store."""
