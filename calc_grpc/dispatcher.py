"""From due to finished: claims what the workers can take, runs it, stores how it ended.

There is one timer for all that waits, set to the earliest due time; hints from the journal move it forward.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calc_grpc import logs, tracing
from calc_grpc.alarm import Alarm
from calc_grpc.calculation import SECOND_US, Clock, moment_of
from calc_grpc.errors import (
    ComputationFailed,
    JournalUnavailable,
    OutOfMemory,
    RunCancelled,
    RunFailed,
    TimeLimitExceeded,
    WorkerCrashed,
)
from calc_grpc.failures import failure
from calc_grpc.journal.port import BEAT_INTERVAL_S, Change, Claim, Journal, Outcome
from calc_grpc.metrics import counts
from calc_grpc.patience import until_available

LOOK_AGAIN_S = 0.01
MAX_CRASH_COUNT = 1  # a calculation whose worker died is tried once more, the death may not be its fault

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class HandBack:
    """The run ended without an outcome; crashed: because its worker died."""

    crashed: bool


class TellProgress(Protocol):
    """Says how far a run is."""

    def __call__(self, fraction: float, stage: str, detail: bytes | None = None) -> None:
        """detail: a serialised message of the kind's own; cumulative, the last one is never lost."""


class Pool(Protocol):
    """What the engine needs of `workers.WorkerPool`."""

    on_free: Callable[[], None]

    @property
    def free_count(self) -> int:
        """How many calculations could start now."""

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: TellProgress,
        *,
        created_at: datetime,
    ) -> bytes:
        """Compute one. created_at: when it was asked for."""

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop."""

    async def start(self) -> None:
        """Make the workers ready."""

    async def stop(self) -> None:
        """End the workers."""


class Dispatcher:
    """Runs until `stop`, which hands back what is under way."""

    def __init__(self, *, journal: Journal, pool: Pool, kinds: Sequence[str], owner: str, clock: Clock) -> None:
        self._journal = journal
        self._pool = pool
        self._kinds = tuple(kinds)
        self._owner = owner
        self._alarm = Alarm(clock)
        self._held: dict[str, Claim] = {}
        self._stopping = False

    async def run(self) -> None:
        """Dispatch until stopped."""
        self._pool.on_free = self._alarm.ring
        end_listening = self._journal.listen(self._hear)
        try:
            async with asyncio.TaskGroup() as group:
                beating = group.create_task(self._beat_until_cancelled())
                while not self._stopping:
                    await self._alarm.wait_until(await self._claim_into(group))
                for calculation_id in self._held:
                    self._pool.cancel(calculation_id)
                beating.cancel()
        finally:
            end_listening()

    def stop(self) -> None:
        """Claim nothing more and hand back the runs under way; `run` returns when that is done."""
        self._stopping = True
        self._alarm.ring()

    def _hear(self, changes: Sequence[Change]) -> None:
        if not changes:
            self._alarm.ring()
        for change in changes:
            if change.state == "SCHEDULED" and change.kind in self._kinds:
                self._alarm.ring_by(change.due_time_us)
            elif change.state == "CANCELLED" and change.calculation_id in self._held:
                self._pool.cancel(change.calculation_id)

    async def _claim_into(self, group: asyncio.TaskGroup) -> int | None:
        """Start what is due and fits; returns when there may be more, None: when a worker becomes free."""
        if not self._pool.free_count:
            return None
        try:
            claims = await self._journal.claim(owner=self._owner, kinds=self._kinds, limit=self._pool.free_count)
            for claim in claims:
                is_running = claim.calculation_id in self._held
                self._held[claim.calculation_id] = claim
                if not is_running:  # else its lease ended unnoticed, the run goes on under the new fence
                    group.create_task(self._run_one(claim))
            # Started tasks take their worker when they first run; asking again before would overbook.
            await asyncio.sleep(0)
            if not self._pool.free_count:
                return None
            if claims:  # mostly a run ends before, and rings; when the next one is due is read when none does
                return self._alarm.in_seconds(LOOK_AGAIN_S)
            return await self._journal.next_due_us(self._kinds)
        except JournalUnavailable as error:
            logger.error("journal unavailable, claiming later", extra={"cause": repr(error.__cause__)})
            return self._alarm.in_seconds(1.0)

    async def _run_one(self, claim: Claim) -> None:
        values = {"calculation_id": claim.calculation_id, "kind": claim.kind, "fence": claim.fence}
        logs.set_present(request=claim.request_id, calculation=claim.calculation_id, trace=claim.traceparent)
        logger.info("calculation started", extra=values)
        if claim.traceparent:
            tracing.record(
                "waiting",
                parent=claim.traceparent,
                start_us=claim.create_time_us,
                end_us=claim.start_time_us,
                calculation_id=claim.calculation_id,
                due_in_s=(claim.due_time_us - claim.create_time_us) / SECOND_US,
            )
        counts.count_start(claim.kind, due_us=claim.due_time_us, start_us=claim.start_time_us)
        began_at = time.monotonic()
        try:
            with tracing.span(
                f"run {claim.kind}", parent=claim.traceparent or "", calculation_kind=claim.kind, fence=claim.fence
            ):
                end = await self._end_of(claim)
                await until_available(lambda: self._store(self._held[claim.calculation_id], end))
                tracing.note(calculation_state=_state_of(end))
                if isinstance(end, Outcome) and end.error_reason:
                    tracing.fail(end.error_reason)
            duration_s = time.monotonic() - began_at
            counts.count_run(claim.kind, _state_of(end), duration_s)
            logger.info("calculation ended", extra=values | _values(end) | {"duration_s": duration_s})
        finally:
            del self._held[claim.calculation_id]

    async def _end_of(self, claim: Claim) -> Outcome | HandBack:
        progress = _Progress(
            self._journal, present_claim=lambda: self._held[claim.calculation_id], on_lost=self._pool.cancel
        )
        try:
            result = await self._pool.run(
                claim.calculation_id,
                claim.kind,
                claim.input,
                progress.tell,
                created_at=moment_of(claim.create_time_us),
            )
        except RunCancelled:
            return HandBack(crashed=False)
        except ComputationFailed as error:
            logger.error("computation failed", extra={"calculation_id": claim.calculation_id, "trace": error.trace})
            return failure("COMPUTATION_FAILED", claim.kind)
        except RunFailed as error:
            logger.warning("run failed", extra={"calculation_id": claim.calculation_id, "cause": error.message})
            return Outcome(state="FAILED", error_reason=error.reason, error_message=error.message)
        except (TimeLimitExceeded, OutOfMemory) as error:
            logger.error("computation stopped", extra={"calculation_id": claim.calculation_id, "cause": str(error)})
            is_late = isinstance(error, TimeLimitExceeded)
            return failure("TIME_LIMIT_EXCEEDED" if is_late else "OUT_OF_MEMORY", claim.kind)
        except WorkerCrashed:
            logger.warning("worker died while computing", extra={"calculation_id": claim.calculation_id})
            if self._stopping or claim.crash_count < MAX_CRASH_COUNT:
                return HandBack(crashed=not self._stopping)
            return failure("WORKER_CRASHED", claim.kind)
        except Exception:
            # The outermost edge of one run: whatever is wrong with it must not end the others.
            logger.exception("run failed", extra={"calculation_id": claim.calculation_id})
            return failure("COMPUTATION_FAILED", claim.kind)
        finally:
            await progress.end()
        return Outcome(state="SUCCEEDED", result=result)

    async def _store(self, claim: Claim, end: Outcome | HandBack) -> None:
        """Both writes are guarded by the fence: a run that was cancelled or taken over changes nothing."""
        if isinstance(end, HandBack):
            await self._journal.hand_back(claim.calculation_id, claim.fence, crashed=end.crashed)
        else:
            await self._journal.finish(claim.calculation_id, claim.fence, end)

    async def _beat_until_cancelled(self) -> None:
        while True:
            await asyncio.sleep(BEAT_INTERVAL_S)
            held = {calculation_id: claim.fence for calculation_id, claim in self._held.items()}
            if not held:
                continue
            try:
                mine = await self._journal.beat(owner=self._owner, held=held)
            except JournalUnavailable:
                continue  # the next beat is in time: a lease outlasts three of them
            for calculation_id in held.keys() - mine:
                present = self._held.get(calculation_id)
                if present is not None and present.fence == held[calculation_id]:
                    self._pool.cancel(calculation_id)


class _Progress:
    """Stores the latest progress of a run, one write at a time; what arrives meanwhile replaces what waits."""

    def __init__(self, journal: Journal, *, present_claim: Callable[[], Claim], on_lost: Callable[[str], None]) -> None:
        self._journal = journal
        self._present_claim = present_claim
        self._on_lost = on_lost
        self._latest: tuple[float, str, bytes | None] | None = None
        self._task: asyncio.Task[None] | None = None

    def tell(self, fraction: float, stage: str, detail: bytes | None = None) -> None:
        """Note how far the run is."""
        self._latest = (fraction, stage, detail)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._store())

    async def end(self) -> None:
        """Wait for the write under way, so that none comes after the end of the run. What waits is told by the end
        itself, but for figures of the kind's own."""
        if self._latest is not None and self._latest[2] is None:
            self._latest = None
        if self._task is not None:
            await self._task

    async def _store(self) -> None:
        while self._latest is not None:
            (fraction, stage, detail), self._latest = self._latest, None
            claim = self._present_claim()
            try:
                revision = await self._journal.progress(
                    claim.calculation_id, claim.fence, fraction=fraction, stage=stage, detail=detail
                )
            except JournalUnavailable:
                return  # the next progress will do
            if revision is None and self._present_claim() is claim:
                self._on_lost(claim.calculation_id)


def _state_of(end: Outcome | HandBack) -> str:
    return "HANDED_BACK" if isinstance(end, HandBack) else end.state


def _values(end: Outcome | HandBack) -> dict[str, object]:
    if isinstance(end, HandBack):
        return {"state": _state_of(end), "crashed": end.crashed}
    return {"state": end.state, **({"reason": end.error_reason} if end.error_reason else {})}
