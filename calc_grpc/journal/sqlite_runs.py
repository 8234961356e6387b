"""Accepting, claiming and ending calculations in SQLite; each function is one operation of a transaction."""

import sqlite3
from collections.abc import Mapping, Sequence

from calc_grpc.calculation import Calculation
from calc_grpc.journal.port import LEASE_US, Change, Claim, NewCalculation, Outcome
from calc_grpc.journal.rows import CHANGED, CLAIMED, WHOLE, calculation_of

# The end of a run is also the moment its report becomes due, where one is wanted.
_END = """
finish_time_us = :now, revision = revision + 1, owner = '', lease_until_us = NULL,
report_next_time_us = CASE WHEN report_id <> '' THEN :now END,
report_due_us = CASE WHEN report_id <> '' THEN :now END,
report_since_us = CASE WHEN report_id <> '' THEN :now END
"""
_MINE = "calculation_id = :id AND fence = :fence AND state = 'RUNNING'"


def claim(
    db: sqlite3.Connection,
    changes: list[Change],
    *,
    owner: str,
    kinds: Sequence[str],
    limit: int,
    now_us: int,
    last_turn: dict[str, int],
) -> list[Claim]:
    """Take rows in turn over the kinds; last_turn remembers whose turn was when, over calls."""
    waiting = {kind: _claimable(db, kind, limit, now_us) for kind in kinds}
    claims: list[Claim] = []
    while len(claims) < limit and any(waiting.values()):
        kind = min((kind for kind in kinds if waiting[kind]), key=lambda kind: last_turn.get(kind, 0))
        last_turn[kind] = max(last_turn.values(), default=0) + 1
        claims.append(_take(db, changes, waiting[kind].pop(0), owner=owner, now_us=now_us))
    return claims


def finish_new(db: sqlite3.Connection, changes: list[Change], new: NewCalculation) -> Calculation:
    """End at once what was just accepted and whose result is known."""
    row = db.execute(
        f"""UPDATE calculations SET state = 'SUCCEEDED', result = :result, start_time_us = :now,
        progress_fraction = 1, progress_stage = 'done', {_END} WHERE calculation_id = :id
        RETURNING {WHOLE}, report_due_us""",
        {"id": new.calculation_id, "result": new.result, "now": new.create_time_us},
    ).fetchone()
    return _calculation(_noted(row, changes))


def beat(db: sqlite3.Connection, *, owner: str, held: Mapping[str, int], now_us: int) -> set[str]:
    """Renew leases; the ids that were renewed are still the owner's."""
    return {
        calculation_id
        for calculation_id, fence in held.items()
        if db.execute(
            f"UPDATE calculations SET lease_until_us = :until WHERE {_MINE} AND owner = :owner",
            {"until": now_us + LEASE_US, "id": calculation_id, "fence": fence, "owner": owner},
        ).rowcount
    }


def progress(
    db: sqlite3.Connection,
    changes: list[Change],
    calculation_id: str,
    fence: int,
    *,
    fraction: float,
    stage: str,
    detail: bytes | None,
) -> int | None:
    """Store the progress of a run that is still the caller's."""
    row = db.execute(
        f"""UPDATE calculations SET progress_fraction = :fraction, progress_stage = :stage, revision = revision + 1,
        progress_detail = coalesce(:detail, progress_detail)
        WHERE {_MINE} RETURNING {CHANGED}, revision""",
        {"fraction": fraction, "stage": stage, "detail": detail, "id": calculation_id, "fence": fence},
    ).fetchone()
    return int(_noted(row, changes)["revision"]) if row else None


def finish(
    db: sqlite3.Connection, changes: list[Change], calculation_id: str, fence: int, outcome: Outcome, *, now_us: int
) -> bool:
    """End a run that is still the caller's."""
    row = db.execute(
        f"""UPDATE calculations SET state = :state, result = :result, error_reason = :reason, error_message = :message,
        progress_fraction = CASE WHEN :state = 'SUCCEEDED' THEN 1 ELSE progress_fraction END,
        progress_stage = CASE WHEN :state = 'SUCCEEDED' THEN 'done' ELSE progress_stage END, {_END}
        WHERE {_MINE} RETURNING {CHANGED}""",
        {
            "state": outcome.state,
            "result": outcome.result,
            "reason": outcome.error_reason,
            "message": outcome.error_message,
            "now": now_us,
            "id": calculation_id,
            "fence": fence,
        },
    ).fetchone()
    return bool(row and _noted(row, changes))


def hand_back(db: sqlite3.Connection, changes: list[Change], calculation_id: str, fence: int, *, crashed: bool) -> bool:
    """Return a run to the queue."""
    row = db.execute(
        f"""UPDATE calculations SET {_BACK}, crash_count = crash_count + :crashed
        WHERE {_MINE} RETURNING {CHANGED}""",
        {"crashed": int(crashed), "id": calculation_id, "fence": fence},
    ).fetchone()
    return bool(row and _noted(row, changes))


def cancel(db: sqlite3.Connection, changes: list[Change], calculation_id: str, *, now_us: int) -> Calculation | None:
    """Cancel a row that is not final; return the row as it is now."""
    row = db.execute(
        f"""UPDATE calculations SET state = 'CANCELLED', {_END}
        WHERE calculation_id = :id AND state IN ('SCHEDULED', 'RUNNING') RETURNING {WHOLE}, report_due_us""",
        {"now": now_us, "id": calculation_id},
    ).fetchone()
    if row:
        return _calculation(_noted(row, changes))
    query = f"SELECT {WHOLE} FROM calculations WHERE calculation_id = ?"
    row = db.execute(query, (calculation_id,)).fetchone()
    return _calculation(row) if row else None


def next_due_us(db: sqlite3.Connection, kinds: Sequence[str]) -> int | None:
    """When a row of these kinds can be claimed: it becomes due, or its lease ends."""
    moments: list[int] = []
    for kind in kinds:
        for column, state in (("due_time_us", "SCHEDULED"), ("lease_until_us", "RUNNING")):
            query = f"SELECT min({column}) FROM calculations WHERE kind = ? AND state = '{state}'"
            (moment,) = db.execute(query, (kind,)).fetchone()
            moments += [moment] if moment is not None else []
    return min(moments, default=None)


def prune(db: sqlite3.Connection, *, before_us: int, limit: int) -> int:
    """Delete the rows that finished longest ago."""
    return db.execute(
        """DELETE FROM calculations WHERE sequence IN (SELECT sequence FROM calculations
        WHERE finish_time_us < ? AND report_state <> 'PENDING' ORDER BY finish_time_us LIMIT ?)""",
        (before_us, limit),
    ).rowcount


def reclaim_all(db: sqlite3.Connection) -> None:
    """Make every run claimable: the process that held the file before this one is dead."""
    db.execute(f"UPDATE calculations SET {_BACK} WHERE state = 'RUNNING'")


def forget_the_future(db: sqlite3.Connection, *, now_us: int) -> None:
    """Start the delays anew of what was accepted before the clock was set back; it would wait as much longer.

    The second condition keeps a further start from doing it again.
    """
    db.execute(
        """UPDATE calculations SET due_time_us = :now + due_time_us - create_time_us, revision = revision + 1
        WHERE state = 'SCHEDULED' AND create_time_us > :now AND due_time_us >= create_time_us""",
        {"now": now_us},
    )


# The fence stays: whoever ran it may still be alive, and writes into the void.
_BACK = """
state = 'SCHEDULED', revision = revision + 1, owner = '', lease_until_us = NULL, progress_fraction = 0,
progress_stage = '', fence = fence + 1
"""


def _claimable(db: sqlite3.Connection, kind: str, limit: int, now_us: int) -> list[int]:
    expired = db.execute(
        "SELECT sequence FROM calculations WHERE kind = ? AND state = 'RUNNING' AND lease_until_us <= ? "
        "ORDER BY lease_until_us LIMIT ?",
        (kind, now_us, limit),
    ).fetchall()
    due = db.execute(
        "SELECT sequence FROM calculations WHERE kind = ? AND state = 'SCHEDULED' AND due_time_us <= ? "
        "ORDER BY due_time_us LIMIT ?",
        (kind, now_us, limit),
    ).fetchall()
    return [row["sequence"] for row in (*expired, *due)]


def _take(db: sqlite3.Connection, changes: list[Change], sequence: int, *, owner: str, now_us: int) -> Claim:
    row = db.execute(
        f"""UPDATE calculations SET state = 'RUNNING', owner = ?, fence = fence + 1, lease_until_us = ?,
        start_time_us = ?, progress_fraction = 0, progress_stage = '', revision = revision + 1 WHERE sequence = ?
        RETURNING {", ".join(CLAIMED)}, state, report_due_us""",
        (owner, now_us + LEASE_US, now_us, sequence),
    ).fetchone()
    _noted(row, changes)
    return Claim(**{name: row[name] for name in CLAIMED})


def _noted(row: sqlite3.Row, changes: list[Change]) -> sqlite3.Row:
    changes.append(_change(row))
    return row


def _change(row: sqlite3.Row) -> Change:
    due = "report_due_us" in row.keys() and row["report_due_us"] is not None  # noqa: SIM118  # a Row iterates values
    return Change(
        calculation_id=row["calculation_id"],
        kind=row["kind"],
        state=row["state"],
        due_time_us=row["due_time_us"],
        report_is_due=due,
    )


def _calculation(row: sqlite3.Row) -> Calculation:
    wanted = {name: row[name] for name in row.keys() if name not in ("input_sha256", "report_due_us")}  # noqa: SIM118
    return calculation_of(wanted)
