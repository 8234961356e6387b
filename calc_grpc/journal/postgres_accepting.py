"""Accepting calculations in PostgreSQL, so that no more of a kind wait than may, whichever processes accept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from calc_grpc.calculation import LONE_KIND, Calculation
from calc_grpc.errors import CalcError, CalculationConflict, JournalUnavailable, QueueFull, SyncRunning
from calc_grpc.journal.port import Change, NewCalculation
from calc_grpc.journal.postgres_link import Db
from calc_grpc.journal.postgres_runs import FinishNew, finish_new
from calc_grpc.journal.rows import WHOLE, accepted_of, calculation_of, scheduled
from calc_grpc.journal.waiting import RecountPause

Row = Mapping[str, Any]

# As waiting.py tells, but in a row of each kind: its lock makes the processes take turns, so the bound is exact.
_ENTER = """
INSERT INTO waiting AS present (kind, at_most) SELECT * FROM unnest(%s::text[], %s::bigint[]) AS new (kind, added)
ORDER BY kind ON CONFLICT (kind) DO UPDATE SET at_most = present.at_most + excluded.at_most RETURNING kind, at_most
"""
_COUNT = "SELECT count(*) AS present FROM calculations WHERE kind = %s AND state = 'SCHEDULED'"
_CORRECT = "UPDATE waiting SET at_most = %s WHERE kind = %s"
_INSERT = """
INSERT INTO calculations (calculation_id, kind, creator, state, create_time_us, due_time_us, callback_url,
    callback_origin, report_id, report_state, input_sha256, input)
SELECT calculation_id, kind, creator, 'SCHEDULED', create_time_us, due_time_us, callback_url, callback_origin,
    report_id, CASE report_id WHEN '' THEN 'NOT_REQUESTED' ELSE 'PENDING' END, input_sha256, input
FROM unnest(%b::text[], %b::text[], %b::text[], %b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::text[],
    %b::bytea[], %b::bytea[]) AS new (calculation_id, kind, creator, create_time_us, due_time_us, callback_url,
    callback_origin, report_id, input_sha256, input)
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
        """Insert, or answer with the rows of the same ids and inputs; CalculationConflict, QueueFull for others."""
        refused = await self._refused(db, [new for new in news if new.result is None])
        inserted = await _insert(db, [new for new in news if new.calculation_id not in refused])
        finished = await _finish(db, changes, [new for new in news if new.calculation_id in inserted])
        rest = [new.calculation_id for new in news if new.calculation_id not in inserted]
        stored = await _stored(db, rest) if rest else {}
        answers: list[Calculation | CalcError] = []
        for new in news:
            if new.calculation_id in finished:
                answers.append(finished[new.calculation_id])
            elif new.calculation_id in inserted:
                answers.append(accepted_of(new, inserted[new.calculation_id]))
                changes.append(scheduled(new))
            elif new.calculation_id in refused:
                answers.append(QueueFull(metadata={"kind": new.kind}))
            else:
                answers.append(await _repeated(db, new, stored.get(new.calculation_id)))
        return answers

    async def _refused(self, db: Db, news: Sequence[NewCalculation]) -> set[str]:
        """Note that so many more wait; returns the ids of the new ones for which there is no room."""
        if not news:
            return set()
        added = Counter(new.kind for new in news)
        cursor = await db.execute(_ENTER, [list(added), list(added.values())])
        over = {row["kind"]: row["at_most"] for row in await cursor.fetchall() if row["at_most"] > self._queue_max}
        refused: set[str] = set()
        if over:
            there = await _stored(db, [new.calculation_id for new in news if new.kind in over])
            for kind in sorted(over):
                asking = [new.calculation_id for new in news if new.kind == kind and new.calculation_id not in there]
                present = await self._count(db, kind, at_most=over[kind] - added[kind])
                room = max(0, self._queue_max - present)
                refused.update(asking[room:])
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


async def _insert(db: Db, news: Sequence[NewCalculation]) -> dict[str, int]:
    """Returns the sequences of those that were not there, by id."""
    if not news:
        return {}
    columns = [
        (
            *(new.calculation_id, new.kind, new.creator, new.create_time_us, new.due_time_us, new.callback_url),
            *(new.callback_origin, new.report_id, new.input_sha256, new.input),
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
