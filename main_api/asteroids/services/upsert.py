"""Writes the rows of a page into the catalogue, in bulk: only those that are new or that changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from main_api.asteroids.models import Asteroid
from main_api.asteroids.sbdb import COLUMNS, Page

CACHE_KIB = 64 * 1024
LOG_PAGES = 50_000  # 200 MB
# What SQLite has without being told.
SQLITE_CACHE_KIB = 2_000
SQLITE_LOG_PAGES = 1_000
# SQLite takes 32,766 parameters in a statement.
IDS_AT_ONCE = 10_000

_TABLE = Asteroid._meta.db_table
_WRITTEN = (*COLUMNS, "updated_at")
_NAMES = ", ".join(_WRITTEN)
_ON_CONFLICT = f"ON CONFLICT (spkid) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _WRITTEN[1:])}"
# SQLite runs this prepared, row after row. bulk_create(update_conflicts=True) builds a model instance for every row and
# a text of a thousand parameters for every thirty, and takes eight times as long (benchmarks/catalogue_pages.py).
_UPSERT = f"INSERT INTO {_TABLE} ({_NAMES}) VALUES ({', '.join(['%s'] * len(_WRITTEN))}) {_ON_CONFLICT}"
# PostgreSQL takes rows fastest by COPY, which knows no conflicts: through a table of the transaction's own.
_CREATE_RECEIVED = f"CREATE TEMPORARY TABLE received ON COMMIT DROP AS SELECT {_NAMES} FROM {_TABLE} WITH NO DATA"
_COPY_RECEIVED = f"COPY received ({_NAMES}) FROM STDIN"
_UPSERT_RECEIVED = f"INSERT INTO {_TABLE} ({_NAMES}) SELECT {_NAMES} FROM received ORDER BY spkid {_ON_CONFLICT}"
_DROP_RECEIVED = "DROP TABLE received"


def upsert(page: Page, *, now: datetime) -> tuple[int, int]:
    """How many rows were added, and how many changed; belongs into the transaction that counts them."""
    known = _known_hashes(list(page.rows))
    changed = [row for spkid, row in page.rows.items() if known.get(spkid) != row[-1]]
    if changed:
        moment = connection.ops.adapt_datetimefield_value(now)
        _write([(*row, moment) for row in changed])
    added_count = len(page.rows) - len(known)
    return added_count, len(changed) - added_count


def _write(rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(_UPSERT, rows)
            return
        cursor.execute(_CREATE_RECEIVED)
        with cursor.copy(_COPY_RECEIVED) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_UPSERT_RECEIVED)
        cursor.execute(_DROP_RECEIVED)


@contextmanager
def bulk_writing() -> Iterator[None]:
    """Has SQLite write a page of rows in less than half the time; belongs around the transaction.

    Designations and magnitudes come in no order, so a page of rows changes most pages of their indexes, tens of
    megabytes. With the usual cache of 2 MB, SQLite writes each of them several times; it is filled by who holds the
    lock of writers, and given back with it. And what is written goes into the log first: copied into the database
    after every page of rows, the same pages of the indexes would be copied again and again.
    """
    if connection.vendor != "sqlite":
        yield
        return
    _set_pragmas(cache_size=-CACHE_KIB, wal_autocheckpoint=LOG_PAGES)
    try:
        yield
    finally:
        _set_pragmas(cache_size=-SQLITE_CACHE_KIB, wal_autocheckpoint=SQLITE_LOG_PAGES)


def copy_log() -> None:
    """Has SQLite copy its log into the database, as far as no reader is in the way, so that nobody else has to."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _set_pragmas(**values: int) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute(f"PRAGMA {name} = {value}")


def _known_hashes(spkids: list[int]) -> dict[int, int]:
    known: dict[int, int] = {}
    for start in range(0, len(spkids), IDS_AT_ONCE):
        ids = spkids[start : start + IDS_AT_ONCE]
        known.update(Asteroid.objects.filter(pk__in=ids).values_list("spkid", "content_hash"))
    return known
