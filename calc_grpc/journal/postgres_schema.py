"""The tables of the PostgreSQL journal."""

from collections.abc import Sequence

from calc_grpc.calculation import LONE_KIND
from calc_grpc.journal import postgres_catalogue, postgres_digits
from calc_grpc.journal.port import Change
from calc_grpc.journal.postgres_link import Db, shown
from calc_grpc.journal.versions import refuse_unknown
from calc_grpc.journal.waiting import OF_CREATORS

VERSION = 5
# The order of lists, as the indexes for filters write it. It must not be the primary key's own: believing that columns
# are independent, the planner would walk the primary key for rows that are not there, a million of them.
FILTERED_ORDER = "(sequence + 0)"

# Ids are compared byte by byte: their order only has to be the same for everybody. The blobs come last: large ones
# are kept beside the table, so a row is read without them. Room is left in each page, because rows are changed often.
_SCHEMA = f"""
CREATE TABLE calculations (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    calculation_id TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    creator TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL
        CHECK (state IN ('SCHEDULED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    create_time_us BIGINT NOT NULL,
    due_time_us BIGINT NOT NULL,
    start_time_us BIGINT,
    finish_time_us BIGINT,
    progress_fraction DOUBLE PRECISION NOT NULL DEFAULT 0,
    progress_stage TEXT NOT NULL DEFAULT '',
    revision BIGINT NOT NULL DEFAULT 1,
    error_reason TEXT,
    error_message TEXT,
    owner TEXT NOT NULL DEFAULT '',
    fence BIGINT NOT NULL DEFAULT 0,
    lease_until_us BIGINT,
    crash_count INTEGER NOT NULL DEFAULT 0,
    callback_url TEXT NOT NULL,
    callback_origin TEXT COLLATE "C" NOT NULL,
    report_id TEXT NOT NULL,
    report_state TEXT NOT NULL
        CHECK (report_state IN ('NOT_REQUESTED', 'PENDING', 'DELIVERED', 'REJECTED', 'GIVEN_UP')),
    report_attempt_count INTEGER NOT NULL DEFAULT 0,
    report_last_error TEXT NOT NULL DEFAULT '',
    report_next_time_us BIGINT,  -- what is shown
    report_due_us BIGINT,        -- when it may be claimed: later than shown while an attempt is under way
    report_since_us BIGINT,
    report_fence BIGINT NOT NULL DEFAULT 0,
    input_sha256 BYTEA NOT NULL,
    input BYTEA NOT NULL,
    result BYTEA,
    CHECK ((finish_time_us IS NOT NULL) = (state IN ('SUCCEEDED', 'FAILED', 'CANCELLED'))),
    CHECK ((report_id = '') = (report_state = 'NOT_REQUESTED'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX calculations_due ON calculations (kind, due_time_us, sequence) WHERE state = 'SCHEDULED';
CREATE INDEX calculations_lease ON calculations (kind, lease_until_us) WHERE state = 'RUNNING';
CREATE INDEX calculations_report_due ON calculations (report_due_us, callback_origin) WHERE report_due_us IS NOT NULL;
CREATE INDEX calculations_kind ON calculations (kind, {FILTERED_ORDER});
CREATE INDEX calculations_state ON calculations (state, {FILTERED_ORDER});
CREATE INDEX calculations_kind_state ON calculations (kind, state, {FILTERED_ORDER});
CREATE INDEX calculations_creator ON calculations (creator, {FILTERED_ORDER});
CREATE INDEX calculations_finished ON calculations (finish_time_us) WHERE finish_time_us IS NOT NULL;
CREATE TABLE waiting (kind TEXT COLLATE "C" PRIMARY KEY, at_most BIGINT NOT NULL);
CREATE TABLE journal_version (version INTEGER NOT NULL);
INSERT INTO journal_version VALUES (0);
"""
_CATALOGUE = f"""
ALTER TABLE calculations ADD COLUMN progress_detail BYTEA;
CREATE UNIQUE INDEX calculations_lone ON calculations (kind)
    WHERE kind = '{LONE_KIND}' AND state IN ('SCHEDULED', 'RUNNING');
{postgres_catalogue.TABLES}
"""
# Who asked for it: the ids under which the other rooms log, and trace, the same request.
_ORIGIN = "ALTER TABLE calculations ADD COLUMN request_id TEXT, ADD COLUMN traceparent TEXT;"
_WAITING = f"CREATE INDEX calculations_waiting ON calculations (creator, state) WHERE {OF_CREATORS};"
# From version 0 to 1, and so on. What a step may do: `versions.py`.
_STEPS = (_SCHEMA, postgres_digits.TABLES, _CATALOGUE, _ORIGIN, _WAITING)
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('calc_grpc journal schema'))"  # servers may start at the same time


async def rewrite_version(db: Db, changes: list[Change], asked: Sequence[None]) -> list[None]:
    """Write the version as it is, a write that changes nothing; for `PostgresCommit`."""
    await db.execute("UPDATE journal_version SET version = version")
    return [None for _ in asked]


async def migrate(db: Db, url: str) -> None:
    """Bring the tables up to this version; raises StartRefused for those of a program two releases newer."""
    async with db.transaction():
        await db.execute(_LOCK)
        version = await _version(db)
        refuse_unknown(shown(url), version, known=VERSION)
        if version < VERSION:
            for step in _STEPS[version:]:
                await db.execute(step)
            await db.execute("UPDATE journal_version SET version = %s", [VERSION])


async def _version(db: Db) -> int:
    there = await (await db.execute("SELECT to_regclass('journal_version') AS name")).fetchone()
    if there is None or there["name"] is None:
        return 0
    row = await (await db.execute("SELECT version FROM journal_version")).fetchone()
    return int(row["version"]) if row else 0
