"""The bookkeeping of reports in SQLite; each function is one operation of a transaction."""

import sqlite3
from collections.abc import Mapping, Sequence

from calc_grpc.calculation import SECOND_US, Calculation, ReportState
from calc_grpc.errors import NotFinished, ReportNotRequested
from calc_grpc.journal.port import LEASE_US, Change, DueReport
from calc_grpc.journal.rows import CHANGED, REPORTED, WHOLE, calculation_of, change_of, due_report_of
from calc_grpc.retry import LONGEST_PATIENT_WAIT_S


def claim_reports(
    db: sqlite3.Connection, *, limit: int, busy: Mapping[str, int], per_origin: int, now_us: int
) -> list[DueReport]:
    """Take due reports, one by one, passing over origins that have enough in flight."""
    in_flight = dict(busy)
    taken: list[DueReport] = []
    while len(taken) < limit:
        full = [origin for origin, count in in_flight.items() if count >= per_origin]
        row = db.execute(
            f"""UPDATE calculations SET report_due_us = ?, report_fence = report_fence + 1 WHERE sequence = (
                SELECT sequence FROM calculations WHERE report_due_us <= ?
                AND callback_origin NOT IN ({",".join("?" * len(full))}) ORDER BY report_due_us LIMIT 1)
            RETURNING {REPORTED}""",
            (now_us + LEASE_US, now_us, *full),
        ).fetchone()
        if row is None:
            break
        in_flight[row["callback_origin"]] = in_flight.get(row["callback_origin"], 0) + 1
        taken.append(due_report_of(row))
    return taken


def renew_reports(db: sqlite3.Connection, held: Sequence[DueReport], *, now_us: int) -> None:
    """Renew the leases of attempts; one that was recorded meanwhile is due when it says."""
    db.executemany(
        """UPDATE calculations SET report_due_us = ?
        WHERE calculation_id = ? AND report_fence = ? AND report_due_us > report_next_time_us""",
        [(now_us + LEASE_US, due.calculation_id, due.fence) for due in held],
    )


def record_report(
    db: sqlite3.Connection,
    changes: list[Change],
    due: DueReport,
    *,
    state: ReportState,
    last_error: str,
    next_time_us: int | None,
) -> bool:
    """Store how an attempt ended, if the report is still the caller's."""
    row = db.execute(
        f"""UPDATE calculations SET report_state = :state, report_attempt_count = report_attempt_count + 1,
        report_last_error = :last_error, report_next_time_us = :next, report_due_us = :next, revision = revision + 1
        WHERE calculation_id = :id AND report_fence = :fence AND report_state = 'PENDING' RETURNING {CHANGED}""",
        {
            "state": state,
            "last_error": last_error,
            "next": next_time_us,
            "id": due.calculation_id,
            "fence": due.fence,
        },
    ).fetchone()
    if row:
        changes.append(change_of(row))
    return bool(row)


def resend_report(
    db: sqlite3.Connection, changes: list[Change], calculation_id: str, *, now_us: int
) -> Calculation | None:
    """Start the report of a finished calculation anew; raises ReportNotRequested, NotFinished."""
    row = db.execute(
        "SELECT report_id, finish_time_us FROM calculations WHERE calculation_id = ?", (calculation_id,)
    ).fetchone()
    if row is None:
        return None
    if not row["report_id"]:
        raise ReportNotRequested(metadata={"calculation_id": calculation_id})
    if row["finish_time_us"] is None:
        raise NotFinished(metadata={"calculation_id": calculation_id})
    row = db.execute(
        f"""UPDATE calculations SET report_state = 'PENDING', report_attempt_count = 0, report_last_error = '',
        report_next_time_us = :now, report_due_us = :now, report_since_us = :now, report_fence = report_fence + 1,
        revision = revision + 1 WHERE calculation_id = :id RETURNING {WHOLE}, report_due_us""",
        {"now": now_us, "id": calculation_id},
    ).fetchone()
    changes.append(change_of(row))
    return calculation_of({name: row[name] for name in row.keys() if name != "report_due_us"})  # noqa: SIM118


def next_report_us(db: sqlite3.Connection) -> int | None:
    """When the next report can be claimed."""
    query = "SELECT min(report_due_us) FROM calculations WHERE report_due_us IS NOT NULL"
    (moment,) = db.execute(query).fetchone()
    return None if moment is None else int(moment)


def release_all(db: sqlite3.Connection, *, now_us: int) -> None:
    """Take back the attempts of a dead process, which nobody will record."""
    db.execute(
        "UPDATE calculations SET report_due_us = min(report_next_time_us, ?), report_fence = report_fence + 1 "
        "WHERE report_due_us > report_next_time_us",
        (now_us,),
    )


def forget_the_future(db: sqlite3.Connection, *, now_us: int) -> None:
    """Make due what is to be tried later than any wait that is drawn: the clock was set back since.

    A Retry-After as long is disobeyed once by this, which is better than a report that is held up by an hour.
    """
    db.execute(
        """UPDATE calculations SET report_next_time_us = :now, report_due_us = :now,
        report_since_us = min(report_since_us, :now) WHERE report_due_us > :now + :longest""",
        {"now": now_us, "longest": round(LONGEST_PATIENT_WAIT_S * SECOND_US)},
    )
