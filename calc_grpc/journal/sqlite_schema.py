"""The tables of the SQLite journal."""

import sqlite3
from pathlib import Path

from calc_grpc.calculation import LONE_KIND
from calc_grpc.journal import sqlite_catalogue, sqlite_digits
from calc_grpc.journal.versions import refuse_unknown
from calc_grpc.journal.waiting import OF_CREATORS

VERSION = 6

# The blobs come last: a row is read without them, so lists never touch their pages.
_TABLES = """
CREATE TABLE calculations (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    calculation_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    creator TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('SCHEDULED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    create_time_us INTEGER NOT NULL,
    due_time_us INTEGER NOT NULL,
    start_time_us INTEGER,
    finish_time_us INTEGER,
    progress_fraction REAL NOT NULL DEFAULT 0,
    progress_stage TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 1,
    error_reason TEXT,
    error_message TEXT,
    owner TEXT NOT NULL DEFAULT '',
    fence INTEGER NOT NULL DEFAULT 0,
    lease_until_us INTEGER,
    crash_count INTEGER NOT NULL DEFAULT 0,
    callback_url TEXT NOT NULL,
    callback_origin TEXT NOT NULL,
    report_id TEXT NOT NULL,
    report_state TEXT NOT NULL
        CHECK (report_state IN ('NOT_REQUESTED', 'PENDING', 'DELIVERED', 'REJECTED', 'GIVEN_UP')),
    report_attempt_count INTEGER NOT NULL DEFAULT 0,
    report_last_error TEXT NOT NULL DEFAULT '',
    report_next_time_us INTEGER,  -- what is shown
    report_due_us INTEGER,        -- when it may be claimed: later than shown while an attempt is under way
    report_since_us INTEGER,
    report_fence INTEGER NOT NULL DEFAULT 0,
    input_sha256 BLOB NOT NULL,
    input BLOB NOT NULL,
    result BLOB,
    CHECK ((finish_time_us IS NOT NULL) = (state IN ('SUCCEEDED', 'FAILED', 'CANCELLED'))),
    CHECK ((report_id = '') = (report_state = 'NOT_REQUESTED'))
);
CREATE INDEX calculations_due ON calculations (kind, due_time_us) WHERE state = 'SCHEDULED';
CREATE INDEX calculations_lease ON calculations (kind, lease_until_us) WHERE state = 'RUNNING';
CREATE INDEX calculations_report_due ON calculations (report_due_us, callback_origin) WHERE report_due_us IS NOT NULL;
CREATE INDEX calculations_kind ON calculations (kind, sequence);
CREATE INDEX calculations_state ON calculations (state, sequence);
CREATE INDEX calculations_kind_state ON calculations (kind, state, sequence);
CREATE INDEX calculations_creator ON calculations (creator, sequence);
"""
_FINISHED = "CREATE INDEX calculations_finished ON calculations (finish_time_us) WHERE finish_time_us IS NOT NULL;"
_CATALOGUE = f"""
ALTER TABLE calculations ADD COLUMN progress_detail BLOB;
CREATE UNIQUE INDEX calculations_lone ON calculations (kind)
    WHERE kind = '{LONE_KIND}' AND state IN ('SCHEDULED', 'RUNNING');
{sqlite_catalogue.TABLES}
"""
# Who asked for it: the ids under which the other rooms log, and trace, the same request.
_ORIGIN = "ALTER TABLE calculations ADD COLUMN request_id TEXT; ALTER TABLE calculations ADD COLUMN traceparent TEXT;"
_WAITING = f"CREATE INDEX calculations_waiting ON calculations (creator, state) WHERE {OF_CREATORS};"
# From version 0 to 1, and so on. What a step may do: `versions.py`.
_STEPS = (_TABLES, _FINISHED, sqlite_digits.TABLES, _CATALOGUE, _ORIGIN, _WAITING)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the journal: WAL, and every commit on disk before it returns."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA query_only = {int(read_only)}")
    return connection


def rewrite_version(connection: sqlite3.Connection) -> None:
    """Write the page that holds the version, as it is: a write that changes nothing."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {int(version)}")


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the tables up to this version; raises StartRefused for those of a program two releases newer."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    refuse_unknown(str(path), version, known=VERSION)
    if version < VERSION:
        steps = " ".join(_STEPS[version:])
        connection.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {VERSION}; COMMIT;")
