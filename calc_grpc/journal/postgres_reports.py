"""The bookkeeping of reports in PostgreSQL; handlers as in postgres_runs.py."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from calc_grpc.calculation import Calculation, ReportState
from calc_grpc.errors import CalcError, NotFinished, ReportNotRequested
from calc_grpc.journal.port import LEASE_US, Change, DueReport
from calc_grpc.journal.postgres_link import Db
from calc_grpc.journal.rows import CHANGED, REPORTED, WHOLE, calculation_of, change_of, due_report_of


class ClaimReports(NamedTuple):
    """How many attempts fit; busy: those under way, by origin."""

    limit: int
    busy: Mapping[str, int]
    per_origin: int
    now_us: int


class Renewal(NamedTuple):
    """The attempts under way."""

    held: Sequence[DueReport]
    now_us: int


class Recorded(NamedTuple):
    """How an attempt ended."""

    due: DueReport
    state: ReportState
    last_error: str
    next_time_us: int | None


class Resend(NamedTuple):
    """Which report to start anew, and when."""

    calculation_id: str
    now_us: int


async def claim_reports(db: Db, changes: list[Change], claims: list[ClaimReports]) -> list[list[DueReport] | CalcError]:
    """Take due reports, passing over origins that have enough in flight and rows that others are taking."""
    return [await _claim_reports(db, wanted) for wanted in claims]


async def renew_reports(db: Db, changes: list[Change], renewals: list[Renewal]) -> list[CalcError | None]:
    """Renew the leases of attempts; one that was recorded meanwhile is due when it says."""
    for held, now_us in renewals:
        await db.execute(
            """UPDATE calculations SET report_due_us = %s FROM unnest(%s::text[], %s::bigint[]) AS mine (id, held)
            WHERE calculation_id = mine.id AND report_fence = mine.held AND report_due_us > report_next_time_us""",
            [now_us + LEASE_US, [due.calculation_id for due in held], [due.fence for due in held]],
        )
    return [None for _ in renewals]


async def record_report(db: Db, changes: list[Change], attempts: list[Recorded]) -> list[bool | CalcError]:
    """Store how attempts ended, of reports that are still the callers'."""
    cursor = await db.execute(
        f"""UPDATE calculations SET report_state = mine.new_state, report_attempt_count = report_attempt_count + 1,
        report_last_error = mine.problem, report_next_time_us = mine.next_us, report_due_us = mine.next_us,
        revision = revision + 1
        FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])
            AS mine (id, held, new_state, problem, next_us)
        WHERE calculation_id = mine.id AND report_fence = mine.held AND report_state = 'PENDING' RETURNING {CHANGED}""",
        [
            [one.due.calculation_id for one in attempts],
            [one.due.fence for one in attempts],
            [one.state for one in attempts],
            [one.last_error for one in attempts],
            [one.next_time_us for one in attempts],
        ],
        binary=True,
    )
    rows = await cursor.fetchall()
    changes += [change_of(row) for row in rows]
    recorded = {row["calculation_id"] for row in rows}
    return [one.due.calculation_id in recorded for one in attempts]


async def resend_report(db: Db, changes: list[Change], resends: list[Resend]) -> list[Calculation | CalcError | None]:
    """Start the reports of finished calculations anew; ReportNotRequested, NotFinished for others."""
    return [await _resend(db, changes, resend) for resend in resends]


async def next_report_us(db: Db) -> int | None:
    """When the next report can be claimed."""
    query = "SELECT min(report_due_us) AS moment_us FROM calculations WHERE report_due_us IS NOT NULL"
    row = await (await db.execute(query)).fetchone()
    return row["moment_us"] if row else None


async def _claim_reports(db: Db, wanted: ClaimReports) -> list[DueReport]:
    in_flight = dict(wanted.busy)
    taken: dict[int, Mapping[str, Any]] = {}
    while len(taken) < wanted.limit:
        full = [origin for origin, count in in_flight.items() if count >= wanted.per_origin]
        cursor = await db.execute(
            """SELECT sequence, callback_origin FROM calculations
            WHERE report_due_us <= %s AND callback_origin <> ALL(%s) AND sequence <> ALL(%s)
            ORDER BY report_due_us LIMIT %s FOR UPDATE SKIP LOCKED""",
            [wanted.now_us, full, list(taken), wanted.limit - len(taken)],
        )
        rows = await cursor.fetchall()
        if not rows:
            break
        for row in rows:
            if in_flight.get(row["callback_origin"], 0) < wanted.per_origin:
                in_flight[row["callback_origin"]] = in_flight.get(row["callback_origin"], 0) + 1
                taken[row["sequence"]] = row
    return await _lease(db, list(taken), wanted.now_us) if taken else []


async def _lease(db: Db, sequences: Sequence[int], now_us: int) -> list[DueReport]:
    cursor = await db.execute(
        f"""UPDATE calculations SET report_due_us = %s, report_fence = report_fence + 1 WHERE sequence = ANY(%s)
        RETURNING {REPORTED}""",
        [now_us + LEASE_US, sequences],
        binary=True,
    )
    return [due_report_of(row) for row in await cursor.fetchall()]


async def _resend(db: Db, changes: list[Change], resend: Resend) -> Calculation | CalcError | None:
    calculation_id, now_us = resend
    query = "SELECT report_id, finish_time_us FROM calculations WHERE calculation_id = %s FOR UPDATE"
    row = await (await db.execute(query, [calculation_id])).fetchone()
    if row is None:
        return None
    if not row["report_id"]:
        return ReportNotRequested(metadata={"calculation_id": calculation_id})
    if row["finish_time_us"] is None:
        return NotFinished(metadata={"calculation_id": calculation_id})
    cursor = await db.execute(
        f"""UPDATE calculations SET report_state = 'PENDING', report_attempt_count = 0, report_last_error = '',
        report_next_time_us = %(now)s, report_due_us = %(now)s, report_since_us = %(now)s,
        report_fence = report_fence + 1, revision = revision + 1 WHERE calculation_id = %(id)s RETURNING {WHOLE}""",
        {"now": now_us, "id": calculation_id},
        binary=True,
    )
    changed = await cursor.fetchone()
    return _noted(changed, changes) if changed else None


def _noted(row: Mapping[str, Any], changes: list[Change]) -> Calculation:
    changes.append(change_of({**row, "report_due_us": row["report_next_time_us"]}))
    return calculation_of(row)
