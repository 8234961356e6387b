"""What is special about the SQLite journal: its file, its lock, its version, its disk."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from calc_grpc.calculation import SECOND_US
from calc_grpc.errors import JournalUnavailable, StartRefused
from calc_grpc.journal.listing import list_query
from calc_grpc.journal.port import Filter
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.journal.sqlite_schema import VERSION
from calc_grpc.journal.waiting import OF_CREATORS
from tests.calc_grpc.fakes import START_US, FakeClock, new_calculation


async def test_a_second_server_on_the_same_file_is_refused_by_name(
    sqlite_journal: SqliteJournal, tmp_path: Path
) -> None:
    with pytest.raises(StartRefused, match=r"CALC_DATABASE_URL: .*journal.sqlite3 is in use .*process \d+"):
        await SqliteJournal.open(tmp_path / "journal.sqlite3")


async def test_after_a_restart_what_ran_is_claimable_at_once(tmp_path: Path, clock: FakeClock) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.sqlite3", clock=clock)
    for n in range(2):
        await journal.accept(new_calculation(n, has_callback=True))
    await journal.cancel(new_calculation(1).calculation_id)
    (claim,) = await journal.claim(owner="me", kinds=["distance"], limit=1)
    await journal.progress(claim.calculation_id, claim.fence, fraction=0.5, stage="half")
    (lost,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    ran = await journal.get(claim.calculation_id)
    await journal.close()
    journal = await SqliteJournal.open(tmp_path / "journal.sqlite3", clock=clock)
    reclaimed = await journal.get(claim.calculation_id)
    assert reclaimed and ran and reclaimed.state == "SCHEDULED" and reclaimed.revision > ran.revision
    assert await journal.next_report_us() == START_US
    assert [due.calculation_id for due in await journal.claim_reports(limit=9, busy={}, per_origin=9)] == [
        lost.calculation_id
    ]
    await journal.close()


async def test_after_the_clock_was_set_back_nothing_waits_for_the_time_that_was(
    tmp_path: Path, clock: FakeClock
) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.sqlite3", clock=clock)
    delayed, reported = new_calculation(0, due_time_us=START_US + 30 * SECOND_US), new_calculation(1, has_callback=True)
    for new in (delayed, reported):
        await journal.accept(new)
    await journal.cancel(reported.calculation_id)
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    await journal.record_report(due, state="PENDING", last_error="no", next_time_us=clock() + 60 * SECOND_US)
    for _ in range(2):  # the second start must not shorten the delay
        await journal.close()
        clock.now_us = START_US - 3600 * SECOND_US
        journal = await SqliteJournal.open(tmp_path / "journal.sqlite3", clock=clock)
        assert await journal.next_due_us(["distance"]) == clock() + 30 * SECOND_US
        assert await journal.next_report_us() == clock()
    (again,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert (again.calculation_id, again.since_us) == (reported.calculation_id, clock())
    await journal.close()


async def test_a_file_of_the_next_release_serves_and_stays_what_it_is(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "newer.sqlite3"
    await (await SqliteJournal.open(path, clock=clock)).close()
    with sqlite3.connect(path) as connection:
        connection.executescript(
            f"ALTER TABLE calculations ADD COLUMN of_the_next INTEGER; PRAGMA user_version = {VERSION + 1};"
        )
    connection.close()
    journal = await SqliteJournal.open(path, clock=clock)
    accepted = await journal.accept(new_calculation())
    (claim,) = await journal.claim(owner="me", kinds=["distance"], limit=1)
    assert claim.calculation_id == accepted.calculation_id
    await journal.write_nothing()
    await journal.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    connection.close()


async def test_a_file_two_releases_newer_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "newer.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 2}")
    connection.close()
    with pytest.raises(StartRefused, match=rf"CALC_DATABASE_URL: .* has version {VERSION + 2}"):
        await SqliteJournal.open(path)


CATALOGUE_TABLES = ("runs", "pages", "elements", "rows", "version")


async def test_a_file_of_the_first_version_is_brought_up_to_date_and_keeps_its_rows(
    tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "older.sqlite3"
    journal = await SqliteJournal.open(path, clock=clock)
    accepted = await journal.accept(new_calculation())
    await journal.close()
    with sqlite3.connect(path) as connection:
        tables = ("digit_sets", "digit_chunks", *(f"catalogue_{name}" for name in CATALOGUE_TABLES))
        connection.executescript(
            "DROP INDEX calculations_finished; DROP INDEX calculations_lone; DROP INDEX calculations_waiting;"
            "PRAGMA user_version = 1;"
            "ALTER TABLE calculations DROP COLUMN request_id; ALTER TABLE calculations DROP COLUMN traceparent;"
            "ALTER TABLE calculations DROP COLUMN progress_detail;" + "".join(f"DROP TABLE {name};" for name in tables)
        )
    connection.close()
    journal = await SqliteJournal.open(path, clock=clock)
    assert await journal.get(accepted.calculation_id) == accepted
    for condition, index in (
        ("finish_time_us < 5", "calculations_finished"),
        (f"creator = 'anna' AND {OF_CREATORS}", "COVERING INDEX calculations_waiting"),
    ):
        query = f"EXPLAIN QUERY PLAN SELECT count(*) FROM calculations WHERE {condition}"
        plan = await journal._read(lambda db, query=query: [row["detail"] for row in db.execute(query)])
        assert index in plan[0]
    await journal.close()


async def test_a_file_that_is_no_database_is_refused_by_name_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite3"
    path.write_text("This is not a database, whatever its name says. " * 40)
    with pytest.raises(StartRefused, match=r"CALC_DATABASE_URL: .*text\.sqlite3 cannot be used"):
        await SqliteJournal.open(path)
    assert path.read_text().startswith("This is not")


async def test_the_folder_is_made_and_commits_wait_for_the_disk(tmp_path: Path, clock: FakeClock) -> None:
    journal = await SqliteJournal.open(tmp_path / "a" / "b" / "journal.sqlite3", clock=clock)
    mode, synchronous = await journal._writer.write(
        lambda db, _: (
            db.execute("PRAGMA journal_mode").fetchone()[0],
            db.execute("PRAGMA synchronous").fetchone()[0],
        )
    )
    await journal.close()
    assert (mode, synchronous) == ("wal", 2)


async def test_a_full_disk_is_unavailable_and_afterwards_all_is_well(sqlite_journal: SqliteJournal) -> None:
    pages = await sqlite_journal._writer.write(lambda db, _: db.execute("PRAGMA page_count").fetchone()[0])
    await sqlite_journal._writer.write(lambda db, _: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    refused = await asyncio.gather(
        *(sqlite_journal.accept(new_calculation(n, input=bytes(100_000))) for n in range(3)), return_exceptions=True
    )
    assert all(isinstance(error, JournalUnavailable) for error in refused)
    await sqlite_journal._writer.write(lambda db, _: db.execute("PRAGMA max_page_count = 100000").fetchone())
    assert await sqlite_journal.list_calculations(Filter(), before=None, limit=9) == []
    await sqlite_journal.accept(new_calculation(1))


async def test_a_database_locked_by_another_program_is_unavailable(
    sqlite_journal: SqliteJournal, tmp_path: Path
) -> None:
    await sqlite_journal._writer.write(lambda db, _: db.execute("PRAGMA busy_timeout = 10").fetchone())
    other = sqlite3.connect(tmp_path / "journal.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalUnavailable):
        await sqlite_journal.accept(new_calculation())
    other.execute("ROLLBACK")
    other.close()
    await sqlite_journal.accept(new_calculation())


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(kinds=("pi", "distance"), states=("RUNNING", "FAILED")),
        Filter(creator="anna"),
        Filter(visible_to="anna", states=("SUCCEEDED",)),
    ],
)
async def test_no_list_scans_the_table_or_sorts_all_that_match(sqlite_journal: SqliteJournal, wanted: Filter) -> None:
    query, values = list_query(wanted, before=10, limit=50)
    plan = await sqlite_journal._read(
        lambda db: [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", tuple(values))]
    )
    searches = [step for step in plan if "calculations" in step and "SUBQUERY" not in step]
    assert searches
    assert all(step.startswith("SEARCH calculations") for step in searches), plan
