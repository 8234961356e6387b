"""Streams of snapshots. A hint says that a row changed; what is sent is the row, read again."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from calc_grpc.calculation import FINAL_STATES, STATES, Calculation, State
from calc_grpc.errors import CalculationNotFound, ShuttingDown
from calc_grpc.journal.port import Change, Filter, Journal

PAGE_SIZE = 500
FINISHED_COUNT = 50
ANYTHING = ""  # stands for every id, where changes may have been missed


class Subscription:
    """The ids that changed since a stream looked last. It gathers while the reader is slow, each id once."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._event = asyncio.Event()
        self._closed = False

    def add(self, calculation_id: str) -> None:
        """Note a change."""
        self._changed.add(calculation_id)
        self._event.set()

    def close(self) -> None:
        """End the stream that waits here."""
        self._closed = True
        self._event.set()

    async def changed(self) -> set[str]:
        """Wait for changes; raises ShuttingDown when the server stops."""
        await self._event.wait()
        if self._closed:
            raise ShuttingDown("The server is stopping; watch again in a moment.")
        self._event.clear()
        changed, self._changed = self._changed, set()
        return changed


class Watchers:
    """All open streams of this process, fed by the journal's hints."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._of_one: dict[str, set[Subscription]] = defaultdict(set)
        self._of_all: set[Subscription] = set()
        self._closed = False
        self._end_listening = journal.listen(self._hear)

    def close(self) -> None:
        """End every stream, and those that are opened from now on."""
        self._closed = True
        self._end_listening()
        for subscription in self._subscriptions():
            subscription.close()

    async def watch_one(self, calculation_id: str, *, visible_to: str) -> AsyncIterator[Calculation]:
        """Yield the present row, its changes, and the final one last; raises CalculationNotFound, ShuttingDown."""
        with self._subscribed_to(calculation_id) as subscription:
            seen_revision = 0
            while True:
                calculation = await self._journal.get(calculation_id)
                if calculation is None or not calculation.is_visible_to(visible_to):
                    raise CalculationNotFound(metadata={"calculation_id": calculation_id})
                if calculation.revision > seen_revision:
                    seen_revision = calculation.revision
                    yield calculation
                if calculation.is_final:
                    return
                await subscription.changed()

    async def watch_many(self, wanted: Filter) -> AsyncIterator[Calculation | None]:
        """Yield the rows that match, None after the initial set, then changes; raises ShuttingDown."""
        with self._subscribed_to(None) as subscription:
            tracked: dict[str, int] = {}  # revisions of those sent that may still leave the filter
            async for calculation in self._initial_set(wanted):
                _track(tracked, calculation)
                yield calculation
            yield None
            while True:
                changed = await subscription.changed()
                if ANYTHING in changed:
                    async for calculation in self._initial_set(wanted):
                        changed.add(calculation.calculation_id)
                    changed |= tracked.keys()
                for calculation in await self._journal.get_many(sorted(changed - {ANYTHING})):
                    seen_revision = tracked.get(calculation.calculation_id, 0)
                    matches = wanted.matches(calculation)
                    _track(tracked, calculation, matches=matches)
                    if (matches or seen_revision) and calculation.revision > seen_revision:
                        yield calculation

    async def _initial_set(self, wanted: Filter) -> AsyncIterator[Calculation]:
        states = wanted.states or STATES
        finished = _with_states(wanted, tuple(state for state in states if state in FINAL_STATES))
        active = _with_states(wanted, tuple(state for state in states if state not in FINAL_STATES))
        before: int | None = None
        while active is not None:
            page = await self._journal.list_calculations(active, before=before, limit=PAGE_SIZE)
            for calculation in page:
                yield calculation
            if len(page) < PAGE_SIZE:
                break
            before = page[-1].sequence
        if finished is not None:
            for calculation in await self._journal.list_calculations(finished, before=None, limit=FINISHED_COUNT):
                yield calculation

    @contextmanager
    def _subscribed_to(self, calculation_id: str | None) -> Iterator[Subscription]:
        subscription = Subscription()
        group = self._of_all if calculation_id is None else self._of_one[calculation_id]
        group.add(subscription)
        if self._closed:
            subscription.close()
        try:
            yield subscription
        finally:
            group.discard(subscription)
            if calculation_id is not None and not group:
                self._of_one.pop(calculation_id, None)

    def _hear(self, changes: Sequence[Change]) -> None:
        for change in changes:
            for subscription in (*self._of_one.get(change.calculation_id, ()), *self._of_all):
                subscription.add(change.calculation_id)
        if not changes:
            for subscription in self._subscriptions():
                subscription.add(ANYTHING)

    def _subscriptions(self) -> list[Subscription]:
        return [*self._of_all, *(one for group in self._of_one.values() for one in group)]


def _with_states(wanted: Filter, states: tuple[State, ...]) -> Filter | None:
    return replace(wanted, states=states) if states else None


def _track(tracked: dict[str, int], calculation: Calculation, *, matches: bool = True) -> None:
    """A final row never leaves a filter, so it need not be remembered."""
    if matches and not calculation.is_final:
        tracked[calculation.calculation_id] = calculation.revision
    else:
        tracked.pop(calculation.calculation_id, None)
