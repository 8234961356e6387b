"""Claiming and ending calculations in PostgreSQL; each handler does many at once in one transaction.

No handler is given the same row twice; the answers stand in the order of the arguments.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from calc_grpc.calculation import Calculation
from calc_grpc.errors import CalcError
from calc_grpc.journal.port import LEASE_US, Change, Claim, Outcome
from calc_grpc.journal.postgres_link import Db
from calc_grpc.journal.rows import CHANGED, CLAIMED, WHOLE, calculation_of, change_of

Row = Mapping[str, Any]

# The end of a run is also the moment its report becomes due, where one is wanted.
_END = """
finish_time_us = %(now)s, revision = revision + 1, owner = '', lease_until_us = NULL,
report_next_time_us = CASE WHEN report_id <> '' THEN %(now)s::bigint END,
report_due_us = CASE WHEN report_id <> '' THEN %(now)s::bigint END,
report_since_us = CASE WHEN report_id <> '' THEN %(now)s::bigint END
"""
# Written so that each is the first entry of an index: with EXISTS or min() over the join, the planner reads all.
_NEXT = """
SELECT kind, least(
    (SELECT due_time_us FROM calculations WHERE kind = wanted.kind AND state = 'SCHEDULED'
        ORDER BY due_time_us LIMIT 1),
    (SELECT lease_until_us FROM calculations WHERE kind = wanted.kind AND state = 'RUNNING'
        ORDER BY lease_until_us LIMIT 1)) AS moment_us
FROM unnest(%s::text[]) AS wanted (kind)
"""
_DELETE = """
DELETE FROM calculations WHERE sequence = ANY(ARRAY(SELECT sequence FROM calculations
    WHERE finish_time_us < %s AND report_state <> 'PENDING' ORDER BY finish_time_us LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING sequence
"""
_CLAIMED_TOO = ", ".join(name for name in CLAIMED if name not in CHANGED.split(", "))
_MINE = "calculations.calculation_id = mine.id AND calculations.fence = mine.held AND state = 'RUNNING'"


class Progress(NamedTuple):
    """How far a run is."""

    calculation_id: str
    fence: int
    fraction: float
    stage: str
    detail: bytes | None


class Finish(NamedTuple):
    """How a run ended, and when."""

    calculation_id: str
    fence: int
    outcome: Outcome
    now_us: int


class HandBack(NamedTuple):
    """A run that ended without an outcome."""

    calculation_id: str
    fence: int
    crashed: bool


class FinishNew(NamedTuple):
    """A calculation whose result was known when it was accepted, and when that was."""

    calculation_id: str
    result: bytes
    now_us: int


class Beat(NamedTuple):
    """The runs an owner still holds."""

    owner: str
    held: Mapping[str, int]
    now_us: int


class Cancel(NamedTuple):
    """What to cancel, and when."""

    calculation_id: str
    now_us: int


class Prune(NamedTuple):
    """What to forget: rows that finished before this moment, and how many at most."""

    before_us: int
    limit: int


class ClaimRuns(NamedTuple):
    """Who wants how many of which kinds; last_turn remembers whose turn was when, over calls."""

    owner: str
    kinds: Sequence[str]
    limit: int
    now_us: int
    last_turn: dict[str, int]


async def claim(db: Db, changes: list[Change], claims: list[ClaimRuns]) -> list[list[Claim] | CalcError]:
    """Take rows in turn over the kinds, those of dead owners first; what others are taking is passed over."""
    return [await _claim(db, changes, wanted) for wanted in claims]


async def beat(db: Db, changes: list[Change], beats: list[Beat]) -> list[set[str] | CalcError]:
    """Renew leases; the ids that were renewed are still the owner's."""
    renewed: list[set[str] | CalcError] = []
    for owner, held, now_us in beats:
        cursor = await db.execute(
            f"""UPDATE calculations SET lease_until_us = %s FROM unnest(%s::text[], %s::bigint[]) AS mine (id, held)
            WHERE {_MINE} AND owner = %s RETURNING calculation_id""",
            [now_us + LEASE_US, list(held), list(held.values()), owner],
        )
        renewed.append({row["calculation_id"] for row in await cursor.fetchall()})
    return renewed


async def progress(db: Db, changes: list[Change], steps: list[Progress]) -> list[int | CalcError | None]:
    """Store the progress of runs that are still the callers'."""
    cursor = await db.execute(
        f"""UPDATE calculations SET progress_fraction = mine.fraction, progress_stage = mine.stage,
        progress_detail = coalesce(mine.detail, progress_detail), revision = revision + 1
        FROM unnest(%s::text[], %s::bigint[], %s::float8[], %s::text[], %b::bytea[])
            AS mine (id, held, fraction, stage, detail)
        WHERE {_MINE} RETURNING {CHANGED}, revision""",
        _columns(steps),
    )
    rows = _noted(await cursor.fetchall(), changes)
    return [rows[step.calculation_id]["revision"] if step.calculation_id in rows else None for step in steps]


async def finish(db: Db, changes: list[Change], ends: list[Finish]) -> list[bool | CalcError]:
    """End runs that are still the callers'."""
    outcomes = [end.outcome for end in ends]
    cursor = await db.execute(
        f"""UPDATE calculations SET state = mine.end_state, result = mine.end_result, error_reason = mine.reason,
        error_message = mine.message,
        progress_fraction = CASE WHEN mine.end_state = 'SUCCEEDED' THEN 1 ELSE progress_fraction END,
        progress_stage = CASE WHEN mine.end_state = 'SUCCEEDED' THEN 'done' ELSE progress_stage END, {_END}
        FROM unnest(%(ids)s::text[], %(fences)s::bigint[], %(states)s::text[], %(results)b::bytea[],
            %(reasons)s::text[], %(messages)s::text[]) AS mine (id, held, end_state, end_result, reason, message)
        WHERE {_MINE} RETURNING {CHANGED}""",
        {
            "ids": [end.calculation_id for end in ends],
            "fences": [end.fence for end in ends],
            "states": [outcome.state for outcome in outcomes],
            "results": [outcome.result for outcome in outcomes],
            "reasons": [outcome.error_reason for outcome in outcomes],
            "messages": [outcome.error_message for outcome in outcomes],
            "now": max(end.now_us for end in ends),
        },
        binary=True,
    )
    rows = _noted(await cursor.fetchall(), changes)
    return [end.calculation_id in rows for end in ends]


async def finish_new(db: Db, changes: list[Change], ends: Sequence[FinishNew]) -> dict[str, Calculation]:
    """End calculations that were accepted in this transaction; returns them by id."""
    found: dict[str, Calculation] = {}
    for end in ends:
        cursor = await db.execute(
            f"""UPDATE calculations SET state = 'SUCCEEDED', result = %(result)b, start_time_us = %(now)s,
            progress_fraction = 1, progress_stage = 'done', {_END}
            WHERE calculation_id = %(id)s RETURNING {WHOLE}, report_due_us""",
            {"id": end.calculation_id, "result": end.result, "now": end.now_us},
            binary=True,
        )
        rows = _noted(await cursor.fetchall(), changes)
        found[end.calculation_id] = _calculation(rows[end.calculation_id])
    return found


async def hand_back(db: Db, changes: list[Change], runs: list[HandBack]) -> list[bool | CalcError]:
    """Return runs to the queue. The fence grows: whoever ran them may still be alive, and writes into the void."""
    cursor = await db.execute(
        f"""UPDATE calculations SET state = 'SCHEDULED', revision = revision + 1, owner = '', lease_until_us = NULL,
        progress_fraction = 0, progress_stage = '', fence = fence + 1, crash_count = crash_count + mine.crashed::int
        FROM unnest(%s::text[], %s::bigint[], %s::bool[]) AS mine (id, held, crashed)
        WHERE {_MINE} RETURNING {CHANGED}""",
        _columns(runs),
    )
    rows = _noted(await cursor.fetchall(), changes)
    return [run.calculation_id in rows for run in runs]


async def cancel(db: Db, changes: list[Change], cancels: list[Cancel]) -> list[Calculation | CalcError | None]:
    """Cancel rows that are not final; answer with the rows as they are now."""
    ids = [one.calculation_id for one in cancels]
    cursor = await db.execute(
        f"""UPDATE calculations SET state = 'CANCELLED', {_END}
        WHERE calculation_id = ANY(%(ids)s) AND state IN ('SCHEDULED', 'RUNNING') RETURNING {WHOLE}, report_due_us""",
        {"ids": ids, "now": max(one.now_us for one in cancels)},
        binary=True,
    )
    rows = _noted(await cursor.fetchall(), changes)
    rest = [row_id for row_id in ids if row_id not in rows]
    rows |= await _stored(db, rest) if rest else {}
    return [_calculation(rows[row_id]) if row_id in rows else None for row_id in ids]


async def prune(db: Db, changes: list[Change], prunes: list[Prune]) -> list[int | CalcError]:
    """Delete the rows that finished longest ago, but those that somebody else is changing or deleting."""
    return [len(await (await db.execute(_DELETE, [*wanted])).fetchall()) for wanted in prunes]


async def next_due_us(db: Db, kinds: Sequence[str]) -> int | None:
    """When a row of these kinds can be claimed: it becomes due, or its lease ends."""
    return min((await _next_by_kind(db, kinds)).values(), default=None)


async def _next_by_kind(db: Db, kinds: Sequence[str]) -> dict[str, int]:
    cursor = await db.execute(_NEXT, [list(kinds)])
    return {row["kind"]: row["moment_us"] for row in await cursor.fetchall() if row["moment_us"] is not None}


async def _claim(db: Db, changes: list[Change], wanted: ClaimRuns) -> list[Claim]:
    """First a fair share for each kind, the one whose turn is longest ago first; then whatever there is."""
    moments = await _next_by_kind(db, wanted.kinds)
    kinds = [kind for kind in wanted.kinds if moments.get(kind, wanted.now_us + 1) <= wanted.now_us]
    kinds.sort(key=lambda kind: wanted.last_turn.get(kind, 0))
    claims: list[Claim] = []
    plenty: list[str] = []
    for position, kind in enumerate(kinds):
        room = wanted.limit - len(claims)
        share = -(-room // (len(kinds) - position))
        taken = await _take(db, changes, wanted, kind, share) if share else []
        if taken:
            wanted.last_turn[kind] = max(wanted.last_turn.values(), default=0) + 1
        claims += taken
        plenty += [kind] if len(taken) == share else []
    for kind in plenty:
        if len(claims) < wanted.limit:
            claims += await _take(db, changes, wanted, kind, wanted.limit - len(claims))
    return claims


async def _take(db: Db, changes: list[Change], wanted: ClaimRuns, kind: str, limit: int) -> list[Claim]:
    cursor = await db.execute(
        f"""UPDATE calculations SET state = 'RUNNING', owner = %(owner)s, fence = fence + 1,
        lease_until_us = %(until)s, start_time_us = %(now)s, progress_fraction = 0, progress_stage = '',
        revision = revision + 1
        WHERE sequence = ANY(ARRAY(
            SELECT sequence FROM (SELECT sequence FROM calculations
                WHERE kind = %(kind)s AND state = 'RUNNING' AND lease_until_us <= %(now)s
                ORDER BY lease_until_us LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS expired
            UNION ALL
            SELECT sequence FROM (SELECT sequence FROM calculations
                WHERE kind = %(kind)s AND state = 'SCHEDULED' AND due_time_us <= %(now)s
                ORDER BY due_time_us, sequence LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS due
            LIMIT %(limit)s))
        RETURNING {CHANGED}, sequence, {_CLAIMED_TOO}""",
        {
            "owner": wanted.owner,
            "until": wanted.now_us + LEASE_US,
            "now": wanted.now_us,
            "kind": kind,
            "limit": limit,
        },
        binary=True,
    )
    rows = sorted(await cursor.fetchall(), key=lambda row: (row["due_time_us"], row["sequence"]))
    changes += [change_of(row) for row in rows]
    return [Claim(**{name: row[name] for name in CLAIMED}) for row in rows]


async def _stored(db: Db, ids: list[str]) -> dict[str, Row]:
    query = f"SELECT {WHOLE} FROM calculations WHERE calculation_id = ANY(%s)"
    cursor = await db.execute(query, [ids], binary=True)
    return {row["calculation_id"]: row for row in await cursor.fetchall()}


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _noted(rows: Sequence[Row], changes: list[Change]) -> dict[str, Row]:
    changes += [change_of(row) for row in rows]
    return {row["calculation_id"]: row for row in rows}


def _calculation(row: Row) -> Calculation:
    return calculation_of({name: row[name] for name in row if name != "report_due_us"})
