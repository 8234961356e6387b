"""Accepting calculations in PostgreSQL, so that no more of a kind wait than may, whichever processes accept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from calc_grpc.calculation import LONE_KIND, Calculation
from calc_grpc.errors import (
    CalcError,
    CalculationConflict,
    JournalUnavailable,
    QueueFull,
    SyncRunning,
    TooManyWaiting,
)
from calc_grpc.journal.port import Change, NewCalculation
from calc_grpc.journal.postgres_link import Db
from calc_grpc.journal.postgres_runs import FinishNew, finish_new
from calc_grpc.journal.rows import WHOLE, accepted_of, calculation_of, scheduled
from calc_grpc.journal.waiting import OF_CREATORS, RecountPause, bounded_creators, refused_for_creators

Row = Mapping[str, Any]

# As waiting.py tells, but in a row of each kind: its lock makes the processes take turns, so the bound is exact.
_ENTER = """
INSERT INTO waiting AS present (kind, at_most) SELECT * FROM unnest(%s::text[], %s::bigint[]) AS new (kind, added)
ORDER BY kind ON CONFLICT (kind) DO UPDATE SET at_most = present.at_most + excluded.at_most RETURNING kind, at_most
"""
_COUNT = "SELECT count(*) AS present FROM calculations WHERE kind = %s AND state = 'SCHEDULED'"
_CORRECT = "UPDATE waiting SET at_most = %s WHERE kind = %s"
# Whoever sets a bound to a creator takes turns with all who do, so the count holds until the commit.
_IN_TURN = """
SELECT pg_advisory_xact_lock(hashtext('calc_grpc creator'), turn) FROM (
    SELECT DISTINCT hashtext(creator) AS turn FROM unnest(%s::text[]) AS wanted (creator) ORDER BY turn) AS turns
"""
_OF_CREATORS = f"""
SELECT creator, count(*) AS present FROM calculations WHERE creator = ANY(%s) AND {OF_CREATORS} GROUP BY creator
"""
_INSERT = """
INSERT INTO calculations (calculation_id, kind, creator, state, create_time_us, due_time_us, callback_url,
    callback_origin, report_id, report_state, input_sha256, input, request_id, traceparent)
SELECT calculation_id, kind, creator, 'SCHEDULED', create_time_us, due_time_us, callback_url, callback_origin,
    report_id, CASE report_id WHEN '' THEN 'NOT_REQUESTED' ELSE 'PENDING' END, input_sha256, input, request_id,
    traceparent
FROM unnest(%b::text[], %b::text[], %b::text[], %b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::text[],
    %b::bytea[], %b::bytea[], %b::text[], %b::text[]) AS new (calculation_id, kind, creator, create_time_us,
    due_time_us, callback_url, callback_origin, report_id, input_sha256, input, request_id, traceparent)
ORDER BY calculation_id ON CONFLICT DO NOTHING RETURNING calculation_id, sequence
"""
# Of those that the index `calculations_lone` admits one at a time.
_LONE = "SELECT calculation_id FROM calculations WHERE kind = %s AND state IN ('SCHEDULED', 'RUNNING')"


class Accepting:
    """The handler `accept` (see postgres_commit.py) of one journal."""

    def __init__(self, queue_max: int) -> None:
        self._queue_max = queue_max
        self._pause = RecountPause()

    async def accept(self, db: Db, changes: list[Change], news: list[NewCalculation]) -> list[Calculation | CalcError]:
        """Insert, or answer with the rows of the same ids and inputs.

        CalculationConflict, SyncRunning, TooManyWaiting, QueueFull for others.
        """
        too_many = await _refused_for_creators(db, news)
        rest = [new for new in news if new.result is None and new.calculation_id not in too_many]
        refused = await self._refused(db, rest) | too_many
        inserted = await _insert(db, [new for new in news if new.calculation_id not in refused])
        finished = await _finish(db, changes, [new for new in news if new.calculation_id in inserted])
        others = [new.calculation_id for new in news if new.calculation_id not in inserted]
        stored = await _stored(db, others) if others else {}
        answers: list[Calculation | CalcError] = []
        for new in news:
            if new.calculation_id in finished:
                answers.append(finished[new.calculation_id])
            elif new.calculation_id in inserted:
                answers.append(accepted_of(new, inserted[new.calculation_id]))
                changes.append(scheduled(new))
            elif new.calculation_id in refused:
                answers.append(refused[new.calculation_id])
            else:
                answers.append(await _repeated(db, new, stored.get(new.calculation_id)))
        return answers

    async def _refused(self, db: Db, news: Sequence[NewCalculation]) -> dict[str, CalcError]:
        """Note that so many more wait; returns why, by the ids of the new ones for which there is no room."""
        if not news:
            return {}
        added = Counter(new.kind for new in news)
        cursor = await db.execute(_ENTER, [list(added), list(added.values())])
        over = {row["kind"]: row["at_most"] for row in await cursor.fetchall() if row["at_most"] > self._queue_max}
        refused: dict[str, CalcError] = {}
        if over:
            there = await _stored(db, [new.calculation_id for new in news if new.kind in over])
            for kind in sorted(over):
                asking = [new.calculation_id for new in news if new.kind == kind and new.calculation_id not in there]
                present = await self._count(db, kind, at_most=over[kind] - added[kind])
                room = max(0, self._queue_max - present)
                refused |= {calculation_id: QueueFull(metadata={"kind": kind}) for calculation_id in asking[room:]}
                await db.execute(_CORRECT, [present + len(asking[:room]), kind])
        return refused

    async def _count(self, db: Db, kind: str, *, at_most: int) -> int:
        if not self._pause.is_over(kind):
            return at_most
        row = await (await db.execute(_COUNT, [kind])).fetchone()
        present = int(row["present"]) if row else 0
        if present >= self._queue_max:
            self._pause.begin(kind)
        return present


async def _refused_for_creators(db: Db, news: Sequence[NewCalculation]) -> dict[str, TooManyWaiting]:
    """Why, by the ids of the new ones to whose creators no more are allowed."""
    creators = bounded_creators(news)
    if not creators:
        return {}
    await db.execute(_IN_TURN, [creators])
    cursor = await db.execute(_OF_CREATORS, [creators])
    present = {row["creator"]: row["present"] for row in await cursor.fetchall()}
    if not refused_for_creators(news, present):
        return {}
    there = await _stored(db, [new.calculation_id for new in news if new.creator in creators])
    return refused_for_creators(news, present, there=there)


async def _insert(db: Db, news: Sequence[NewCalculation]) -> dict[str, int]:
    """Returns the sequences of those that were not there, by id."""
    if not news:
        return {}
    columns = [
        (
            *(new.calculation_id, new.kind, new.creator, new.create_time_us, new.due_time_us, new.callback_url),
            *(new.callback_origin, new.report_id, new.input_sha256, new.input),
            *(new.request_id or None, new.traceparent or None),
        )
        for new in news
    ]
    cursor = await db.execute(_INSERT, [list(column) for column in zip(*columns, strict=True)])
    return {row["calculation_id"]: row["sequence"] for row in await cursor.fetchall()}


async def _finish(db: Db, changes: list[Change], news: Sequence[NewCalculation]) -> dict[str, Calculation]:
    ends = [FinishNew(new.calculation_id, new.result, new.create_time_us) for new in news if new.result is not None]
    return await finish_new(db, changes, ends)


async def _stored(db: Db, ids: Sequence[str]) -> dict[str, Row]:
    query = f"SELECT {WHOLE}, input_sha256 FROM calculations WHERE calculation_id = ANY(%s)"
    cursor = await db.execute(query, [list(ids)], binary=True)
    return {row["calculation_id"]: row for row in await cursor.fetchall()}


async def _repeated(db: Db, new: NewCalculation, row: Row | None) -> Calculation | CalcError:
    if row is None and new.kind == LONE_KIND:
        lone = await (await db.execute(_LONE, [LONE_KIND])).fetchone()
        if lone is not None:
            return SyncRunning(metadata={"calculation_id": lone["calculation_id"]})
    if row is None:  # deleted, or ended, between the two statements
        return JournalUnavailable()
    if row["kind"] != new.kind or row["input_sha256"] != new.input_sha256:
        return CalculationConflict(metadata={"calculation_id": new.calculation_id})
    return calculation_of({name: value for name, value in row.items() if name != "input_sha256"})
