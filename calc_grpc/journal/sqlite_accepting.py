"""Accepting calculations in SQLite: whoever asks at the same time shares two statements, however many they are.

With a statement for each, the writer's thread would let go of the interpreter four times for each, and win it back
against the event loop, which is what Create then waits for (benchmarks/engine_create.py).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from calc_grpc.calculation import LONE_KIND, Calculation
from calc_grpc.errors import CalcError, CalculationConflict, QueueFull, SyncRunning
from calc_grpc.journal.port import Change, NewCalculation
from calc_grpc.journal.rows import WHOLE, accepted_of, calculation_of, scheduled
from calc_grpc.journal.sqlite_runs import finish_new
from calc_grpc.journal.waiting import (
    OF_CREATORS,
    CreatorCount,
    WaitingCount,
    bounded_creators,
    refused_for_creators,
)

MAX_ROWS = 64  # of one INSERT; each number of rows is a statement that SQLite keeps compiled

_COLUMNS = """calculation_id, kind, creator, state, create_time_us, due_time_us, callback_url, callback_origin,
    report_id, report_state, input_sha256, input, request_id, traceparent"""
_ROW = "(?, ?, ?, 'SCHEDULED', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_STORED = f"""SELECT {WHOLE}, input_sha256 FROM calculations
    WHERE calculation_id IN (SELECT value FROM json_each(?))"""
_OF_CREATOR = f"SELECT count(*) FROM calculations WHERE creator = ? AND {OF_CREATORS}"


class Accepting:
    """The operation `accept`. queue_max: how many of a kind may wait."""

    def __init__(self, queue_max: int) -> None:
        self._waiting = WaitingCount(queue_max)

    def __call__(
        self, db: sqlite3.Connection, changes: list[Change], news: Sequence[NewCalculation]
    ) -> list[Calculation | CalcError]:
        """Insert, or answer with the rows of the same ids and inputs.

        CalculationConflict, SyncRunning, TooManyWaiting, QueueFull for others.
        """
        stored = _stored(db, news)
        fresh: dict[str, NewCalculation] = {}
        refused: dict[str, CalcError] = {}
        lone_id = _lone_id(db) if any(new.kind == LONE_KIND for new in news) else None
        of_creators = CreatorCount(_of_creators(db, news))
        for new in news:
            if new.calculation_id in stored or new.calculation_id in fresh:
                continue
            refusal = self._refusal(db, new, fresh.values(), lone_id, of_creators)
            if refusal is not None:
                refused[new.calculation_id] = refusal
                continue
            fresh[new.calculation_id] = new
            of_creators.add(new)
            lone_id = new.calculation_id if new.kind == LONE_KIND else lone_id
        inserted = _insert(db, list(fresh.values()))
        for new in fresh.values():
            if new.result is not None:
                inserted[new.calculation_id] = finish_new(db, changes, new)
            else:
                changes.append(scheduled(new))
        return [
            _answer(new, stored.get(new.calculation_id), fresh.get(new.calculation_id), inserted)
            or refused[new.calculation_id]
            for new in news
        ]

    def at_once(
        self, db: sqlite3.Connection, changes: list[Change], news: Sequence[NewCalculation]
    ) -> list[Calculation] | None:
        """The same in one statement, where all are new, are to wait, and have room. None: nothing was done.

        Raises sqlite3.IntegrityError, likewise, when an id is there already or twice among these.
        """
        if len(news) > MAX_ROWS or any(new.kind == LONE_KIND or new.result is not None for new in news):
            return None
        counts = Counter(new.kind for new in news)
        if not all(self._waiting.has_room(kind, partial(_count, db, kind), n=n) for kind, n in counts.items()):
            return None
        if refused_for_creators(news, _of_creators(db, news)):
            return None
        inserted = _insert(db, news)
        for new in news:
            self._waiting.add(new.kind)
            changes.append(scheduled(new))
        return list(inserted.values())

    def _refusal(
        self,
        db: sqlite3.Connection,
        new: NewCalculation,
        fresh: Collection[NewCalculation],
        lone_id: str | None,
        of_creators: CreatorCount,
    ) -> CalcError | None:
        """Why a new one is not accepted, if it is not; where it is, and waits, that is noted of its kind."""
        if new.kind == LONE_KIND and lone_id is not None:
            return SyncRunning(metadata={"calculation_id": lone_id})
        if refusal := of_creators.refusal(new):
            return refusal
        if new.result is None and not self._may_wait(db, new.kind, fresh):
            return QueueFull(metadata={"kind": new.kind})
        return None

    def _may_wait(self, db: sqlite3.Connection, kind: str, fresh: Collection[NewCalculation]) -> bool:
        """Note that one more waits, if it may. fresh: those that will be inserted as well."""

        def count() -> int:
            return _count(db, kind) + sum(new.kind == kind and new.result is None for new in fresh)

        if not self._waiting.has_room(kind, count):
            return False
        self._waiting.add(kind)
        return True


def _count(db: sqlite3.Connection, kind: str) -> int:
    """How many of a kind wait."""
    query = "SELECT count(*) FROM calculations WHERE kind = ? AND state = 'SCHEDULED'"
    present: int = db.execute(query, (kind,)).fetchone()[0]
    return present


def _of_creators(db: sqlite3.Connection, news: Sequence[NewCalculation]) -> dict[str, int]:
    """How many wait or run of each creator to whom one of these sets a bound."""
    return {creator: db.execute(_OF_CREATOR, (creator,)).fetchone()[0] for creator in bounded_creators(news)}


def _lone_id(db: sqlite3.Connection) -> str | None:
    """Which calculation of LONE_KIND waits or runs."""
    query = "SELECT calculation_id FROM calculations WHERE kind = ? AND state IN ('SCHEDULED', 'RUNNING')"
    row = db.execute(query, (LONE_KIND,)).fetchone()
    return row["calculation_id"] if row else None


def _stored(db: sqlite3.Connection, news: Sequence[NewCalculation]) -> dict[str, sqlite3.Row]:
    rows = db.execute(_STORED, (json.dumps([new.calculation_id for new in news]),)).fetchall()
    return {row["calculation_id"]: row for row in rows}


def _insert(db: sqlite3.Connection, news: Sequence[NewCalculation]) -> dict[str, Calculation]:
    inserted: dict[str, Calculation] = {}
    for start in range(0, len(news), MAX_ROWS):
        some = news[start : start + MAX_ROWS]
        values = [value for new in some for value in _values(new)]
        last = db.execute(f"INSERT INTO calculations ({_COLUMNS}) VALUES {', '.join([_ROW] * len(some))}", values)
        # Nobody else writes in this transaction, so the rows of one INSERT have sequences one after another.
        first_sequence = (last.lastrowid or 0) - len(some) + 1
        inserted |= {new.calculation_id: accepted_of(new, first_sequence + k) for k, new in enumerate(some)}
    return inserted


def _values(new: NewCalculation) -> tuple[object, ...]:
    return (
        *(new.calculation_id, new.kind, new.creator, new.create_time_us, new.due_time_us, new.callback_url),
        *(new.callback_origin, new.report_id, "PENDING" if new.report_id else "NOT_REQUESTED"),
        *(new.input_sha256, new.input, new.request_id or None, new.traceparent or None),
    )


def _answer(
    new: NewCalculation,
    stored: sqlite3.Row | None,
    first: NewCalculation | None,
    inserted: Mapping[str, Calculation],
) -> Calculation | CalculationConflict | None:
    """first: whoever asked for this id first among those that asked together. None: it was refused."""
    if stored is not None:
        if (stored["kind"], stored["input_sha256"]) == (new.kind, new.input_sha256):
            return calculation_of({name: stored[name] for name in stored.keys() if name != "input_sha256"})  # noqa: SIM118
    elif first is None:
        return None
    elif (first.kind, first.input_sha256) == (new.kind, new.input_sha256):
        return inserted[new.calculation_id]
    return CalculationConflict(metadata={"calculation_id": new.calculation_id})
