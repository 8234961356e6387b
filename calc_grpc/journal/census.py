"""How many calculations wait and run, counted from small indexes: as quick beside a million finished ones as alone."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calc_grpc.journal.postgres_link import Db


@dataclass(frozen=True, kw_only=True)
class Census:
    """waiting, running: by kind. pending_report_count: reports of finished calculations that are still to be delivered.

    digit_count: of pi that are kept. object_count: asteroids whose orbits are published.
    """

    waiting: Mapping[str, int]
    running: Mapping[str, int]
    pending_report_count: int
    digit_count: int
    object_count: int


KINDS = ("distance", "pi", "identification", "catalogue_sync")
_REPORTS = "SELECT count(*) AS n FROM calculations WHERE report_due_us IS NOT NULL"
_DIGITS = "SELECT coalesce(max(digit_count), 0) AS n FROM digit_sets WHERE is_complete"
_OBJECTS = """SELECT coalesce(sum(row_count), 0) AS n FROM catalogue_pages JOIN catalogue_version
    USING (calculation_id, pass_number)"""


def _by_state(state: str) -> str:
    rows = ", ".join(f"('{kind}')" for kind in KINDS)
    return f"""SELECT kind, (SELECT count(*) FROM calculations AS c WHERE c.kind = kinds.kind AND c.state = '{state}')
        AS n FROM (SELECT column1 AS kind FROM (VALUES {rows}) AS listed) AS kinds"""


QUERIES = (_by_state("SCHEDULED"), _by_state("RUNNING"), _REPORTS, _DIGITS, _OBJECTS)


def read_sqlite(db: sqlite3.Connection) -> Census:
    """Count in a reader of the SQLite journal."""
    return _census([db.execute(query).fetchall() for query in QUERIES])


async def read_postgres(db: Db) -> Census:
    """Count in a reader of the PostgreSQL journal."""
    return _census([await (await db.execute(query)).fetchall() for query in QUERIES])


def _census(answers: list[list[Any]]) -> Census:
    waiting, running, reports, digits, objects = answers
    return Census(
        waiting=_by_kind(waiting),
        running=_by_kind(running),
        pending_report_count=int(reports[0]["n"]),
        digit_count=int(digits[0]["n"]),
        object_count=int(objects[0]["n"]),
    )


def _by_kind(rows: Iterable[Any]) -> dict[str, int]:
    return {row["kind"]: int(row["n"]) for row in rows}
