"""What is special about the PostgreSQL journal: many processes on it, and a server that goes away and comes back."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import pytest

from calc_grpc.calculation import SECOND_US, wall_clock_us
from calc_grpc.errors import JournalUnavailable, QueueFull, StartRefused
from calc_grpc.journal.listing import list_query
from calc_grpc.journal.port import LEASE_US, Change, DueReport, Filter, Outcome
from calc_grpc.journal.postgres import PostgresJournal
from calc_grpc.journal.postgres_accepting import _OF_CREATORS
from calc_grpc.journal.postgres_hints import CHANGES_PER_MESSAGE, CHANNEL, decode, encode
from calc_grpc.journal.postgres_schema import FILTERED_ORDER, VERSION
from calc_grpc.journal.rows import accepted_of
from tests.calc_grpc.fakes import TIMEOUT_S, FakeClock, new_calculation, soon
from tests.postgres import PostgresServer

ID = new_calculation().calculation_id
DONE = Outcome(state="SUCCEEDED", result=b"result")

Open = Callable[[], Awaitable[PostgresJournal]]


@pytest.fixture
async def join(postgres_url: str, clock: FakeClock) -> AsyncIterator[Open]:
    """Open one more journal on the same database, as one more process would."""
    journals: list[PostgresJournal] = []

    async def join() -> PostgresJournal:
        journals.append(await PostgresJournal.open(postgres_url, clock=clock))
        return journals[-1]

    yield join
    for journal in journals:
        await journal.close()


async def heard_from(
    journal: PostgresJournal, act: Callable[[], Awaitable[object]], *, states: tuple[str, ...], count: int = 1
) -> list[Change]:
    """The hints that a journal gives while something is done elsewhere; late ones of earlier changes left out."""
    hints: asyncio.Queue[Change] = asyncio.Queue()
    end = journal.listen(lambda changes: [hints.put_nowait(change) for change in changes if change.state in states])
    await act()
    heard = [await soon(hints.get()) for _ in range(count)]
    end()
    return heard


async def until_it_works(call: Callable[[], Awaitable[object]]) -> None:
    """Call until the journal is available again; between calls it says itself that it is not."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            try:
                await call()
                return
            except JournalUnavailable:
                await asyncio.sleep(0.05)


# --- many processes ---


async def test_a_change_is_hinted_to_the_other_processes(join: Open) -> None:
    one, other = await join(), await join()
    (change,) = await heard_from(other, lambda: one.accept(new_calculation()), states=("SCHEDULED",))
    assert change.calculation_id == ID
    (claim,) = await other.claim(owner="other", kinds=["distance"], limit=1)
    (change,) = await heard_from(other, lambda: one.cancel(ID), states=("CANCELLED",))
    assert change.calculation_id == ID
    assert not await other.finish(ID, claim.fence, DONE)


async def test_many_changes_at_once_are_hinted_in_several_messages(join: Open) -> None:
    one, other = await join(), await join()
    count = CHANGES_PER_MESSAGE * 2 + 1
    news = [new_calculation(n) for n in range(count)]
    changes = await heard_from(
        other, lambda: asyncio.gather(*(one.accept(new) for new in news)), states=("SCHEDULED",), count=count
    )
    assert {change.calculation_id for change in changes} == {new.calculation_id for new in news}


def test_a_message_with_as_many_changes_as_fit_is_short_enough_for_postgresql() -> None:
    change = Change(calculation_id=ID, kind="identification", state="SCHEDULED", due_time_us=10**17, report_is_due=True)
    (message,) = encode([change] * CHANGES_PER_MESSAGE, "tag" * 4)
    assert len(message) < 8000
    assert decode(message, own_tag="other") == [change] * CHANGES_PER_MESSAGE
    assert decode(message, own_tag="tag" * 4) == []


async def test_listening_goes_on_after_a_message_that_nobody_here_wrote(join: Open, postgres_url: str) -> None:
    one, other = await join(), await join()
    missed = asyncio.Event()
    other.listen(lambda changes: None if changes else missed.set())
    with psycopg.connect(postgres_url, autocommit=True) as stranger:
        stranger.execute(f"NOTIFY {CHANNEL}, 'hello'")
    await soon(missed.wait())
    (change,) = await heard_from(other, lambda: one.accept(new_calculation()), states=("SCHEDULED",))
    assert change.calculation_id == ID


async def test_what_processes_claim_at_the_same_time_is_shared_without_overlap(join: Open) -> None:
    journals = [await join() for _ in range(3)]
    for n in range(60):
        await journals[n % 3].accept(new_calculation(n, kind="pi" if n % 2 else "distance"))
    rounds = [
        await asyncio.gather(*(journal.claim(owner=str(id(journal)), kinds=["distance", "pi"], limit=4)
                               for journal in journals))
        for _ in range(5)
    ]  # fmt: skip
    claimed = [claim.calculation_id for claims in rounds for batch in claims for claim in batch]
    assert len(claimed) == 60 and len(set(claimed)) == 60


async def test_the_work_of_a_process_that_fell_silent_is_taken_over_once(join: Open, clock: FakeClock) -> None:
    dead, *heirs = [await join() for _ in range(3)]
    await dead.accept(new_calculation())
    (old,) = await dead.claim(owner="dead", kinds=["distance"], limit=1)
    clock.now_us += LEASE_US
    taken = await asyncio.gather(*(heir.claim(owner="heir", kinds=["distance"], limit=1) for heir in heirs))
    (new,) = [claim for claims in taken for claim in claims]
    assert new.fence > old.fence
    assert not await dead.finish(ID, old.fence, Outcome(state="FAILED", error_reason="LATE"))
    assert await heirs[0].finish(ID, new.fence, DONE)
    ended = await heirs[0].get(ID)
    assert ended and ended.result == b"result"


async def test_a_report_is_claimed_by_one_process(join: Open) -> None:
    journals = [await join() for _ in range(3)]
    for n in range(9):
        await journals[0].accept(new_calculation(n, has_callback=True))
        await journals[0].cancel(new_calculation(n).calculation_id)
    claims = await asyncio.gather(*(journal.claim_reports(limit=9, busy={}, per_origin=9) for journal in journals))
    claimed = [due.calculation_id for claim in claims for due in claim]
    assert len(claimed) == len(set(claimed)) == 9


async def test_the_same_calculation_created_at_two_processes_at_once_is_one(join: Open) -> None:
    one, other = await join(), await join()
    answers = await asyncio.gather(
        *(journal.accept(new_calculation(n % 5)) for n in range(50) for journal in (one, other))
    )
    assert len({answer.sequence for answer in answers}) == 5


async def test_batches_that_change_the_same_rows_in_every_order_do_not_lock_each_other_out(join: Open) -> None:
    one, other = await join(), await join()
    news = [new_calculation(n, has_callback=True) for n in range(40)]
    await asyncio.gather(*(one.accept(new) for new in news))
    held = {claim.calculation_id: claim.fence for claim in await one.claim(owner="me", kinds=["distance"], limit=40)}

    async def disturb(journal: PostgresJournal, ids: list[str]) -> None:
        await asyncio.gather(
            journal.beat(owner="me", held=held),
            *(journal.progress(row_id, held[row_id], fraction=0.5, stage="x") for row_id in ids[::2]),
            *(journal.cancel(row_id) for row_id in ids[1::2]),
        )

    ids = list(held)
    await asyncio.gather(
        *(disturb(journal, ids[::step]) for _ in range(10) for journal in (one, other) for step in (1, -1))
    )
    rows = await other.list_calculations(Filter(), before=None, limit=99)
    assert [row.state for row in rows] == ["CANCELLED"] * 40


async def test_the_bound_on_what_waits_is_exact_whichever_processes_accept(postgres_url: str, clock: FakeClock) -> None:
    journals = [await PostgresJournal.open(postgres_url, clock=clock, queue_max=30) for _ in range(3)]
    answers = await asyncio.gather(
        *(journals[n % 3].accept(new_calculation(n)) for n in range(90)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, QueueFull)]
    rows = await journals[0].list_calculations(Filter(), before=None, limit=99)
    assert (len(rows), len(refused)) == (30, 60)
    for journal in journals:
        await journal.close()


async def test_a_fault_of_one_operation_does_not_fail_its_neighbours(join: Open) -> None:
    journal = await join()
    news = [new_calculation(n, creator="NUL \0" if n == 3 else "anna") for n in range(6)]
    answers = await asyncio.gather(*(journal.accept(new) for new in news), return_exceptions=True)
    assert [n for n, answer in enumerate(answers) if isinstance(answer, Exception)] == [3]
    assert isinstance(answers[3], psycopg.DataError)
    assert len(await journal.list_calculations(Filter(), before=None, limit=9)) == 5


async def test_a_fault_of_the_program_reaches_its_caller_and_the_journal_goes_on(join: Open) -> None:
    journal = await join()
    due = DueReport(
        calculation_id=ID, callback_url="", callback_origin="", attempt_count=0, since_us=0, fence="no number",  # type: ignore[arg-type]
        calculation=accepted_of(new_calculation(), 1),
    )  # fmt: skip
    with pytest.raises(psycopg.Error):
        await soon(journal.record_report(due, state="DELIVERED", last_error="", next_time_us=None))
    with pytest.raises(TypeError):
        await soon(journal.accept(new_calculation(kind=[])))
    await journal.accept(new_calculation())


async def test_while_the_server_is_away_nobody_is_told_to_look_again_and_afterwards_once(
    join: Open, postgres_server: PostgresServer
) -> None:
    journal = await join()
    await journal.accept(new_calculation())
    await journal._hints.close()
    told: list[int] = []
    journal.listen(lambda changes: told.append(len(changes)))
    await asyncio.to_thread(postgres_server.stop)
    try:
        for _ in range(3):
            with pytest.raises(JournalUnavailable):
                await journal.cancel(ID)
    finally:
        await asyncio.to_thread(postgres_server.start)
    assert told == []
    await until_it_works(lambda: journal.cancel(ID))
    assert told == [1, 0]


async def test_a_server_that_became_read_only_is_unavailable(join: Open, postgres_url: str) -> None:
    journal = await join()
    name = postgres_url.rpartition("/")[2]
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'calc_grpc'")
        for _ in range(2):  # the first call finds its connection dead
            with pytest.raises(JournalUnavailable):
                await journal.accept(new_calculation())


# --- the server goes away ---


async def test_a_restarted_server_is_unavailable_meanwhile_and_has_lost_nothing(
    join: Open, postgres_server: PostgresServer
) -> None:
    one, other = await join(), await join()
    await one.accept(new_calculation())
    missed = asyncio.Event()
    other.listen(lambda changes: None if changes else missed.set())
    await asyncio.to_thread(postgres_server.stop)
    try:
        with pytest.raises(JournalUnavailable):
            await one.accept(new_calculation(1))
        with pytest.raises(JournalUnavailable):
            await one.get(ID)
    finally:
        await asyncio.to_thread(postgres_server.start)
    await until_it_works(lambda: one.accept(new_calculation(1)))
    assert [row.sequence for row in await one.get_many([ID])] == [1]
    await soon(missed.wait())
    (change,) = await heard_from(other, lambda: one.cancel(ID), states=("CANCELLED",))
    assert change.calculation_id == ID


async def test_a_read_on_a_connection_that_died_is_repeated_and_a_write_says_unavailable_once(
    join: Open, postgres_url: str
) -> None:
    journal = await join()
    await journal.accept(new_calculation())
    await journal.get(ID)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'calc_grpc'")
    row = await journal.get(ID)
    assert row and row.calculation_id == ID
    with pytest.raises(JournalUnavailable):
        await journal.accept(new_calculation(1))
    await journal.accept(new_calculation(1))


async def test_a_server_that_hangs_is_unavailable_and_the_journal_recovers(
    join: Open, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.journal.postgres_link.OPERATION_TIMEOUT_S", 0.3)
    journal = await join()
    with psycopg.connect(postgres_url) as other:
        await asyncio.to_thread(other.execute, "LOCK TABLE calculations IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(JournalUnavailable):
            await soon(journal.accept(new_calculation()))
    await until_it_works(lambda: journal.accept(new_calculation()))


# --- the start ---


async def test_tables_of_the_next_release_serve_beside_its_processes_and_stay_what_they_are(
    join: Open, postgres_url: str
) -> None:
    newer = await join()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        await asyncio.to_thread(admin.execute, "ALTER TABLE calculations ADD COLUMN of_the_next INTEGER")
        admin.execute("UPDATE journal_version SET version = %s", [VERSION + 1])
        journal = await join()
        accepted = await journal.accept(new_calculation())
        (claim,) = await newer.claim(owner="newer", kinds=["distance"], limit=1)
        assert claim.calculation_id == accepted.calculation_id
        await journal.write_nothing()
        assert admin.execute("SELECT version FROM journal_version").fetchall() == [(VERSION + 1,)]


async def test_tables_two_releases_newer_are_refused_by_name(join: Open, postgres_url: str) -> None:
    await join()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("UPDATE journal_version SET version = %s", [VERSION + 2])
    with pytest.raises(StartRefused, match=rf"CALC_DATABASE_URL: postgresql://127.* has version {VERSION + 2}"):
        await PostgresJournal.open(postgres_url)


async def test_tables_of_the_version_before_are_brought_up_to_date_and_keep_their_rows(
    join: Open, postgres_url: str
) -> None:
    journal = await join()
    accepted = await journal.accept(new_calculation())
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        # In threads: what holds the locks, if anything does, ends in this test's own loop.
        await asyncio.to_thread(
            admin.execute, "ALTER TABLE calculations DROP COLUMN request_id, DROP COLUMN traceparent"
        )
        await asyncio.to_thread(admin.execute, "DROP INDEX calculations_waiting")
        admin.execute("UPDATE journal_version SET version = 3")
    newer = await join()
    assert await newer.get(accepted.calculation_id) == accepted
    (claim,) = await newer.claim(owner="me", kinds=["distance"], limit=1)
    assert (claim.request_id, claim.traceparent) == (None, None)


async def test_servers_that_start_at_the_same_time_make_the_tables_once(join: Open) -> None:
    journals = await asyncio.gather(*(join() for _ in range(4)))
    await journals[0].accept(new_calculation())
    assert all([await journal.get(ID) for journal in journals])


@pytest.mark.parametrize(
    "url", ["postgresql://u:p4ssword@127.0.0.1:9/calc", "postgresql://u:p4ssword@127.0.0.1:9/calc?no_such=option"]
)
async def test_a_database_that_cannot_be_reached_is_refused_by_name_without_its_password(url: str) -> None:
    with pytest.raises(StartRefused, match=r"CALC_DATABASE_URL: postgresql://127.0.0.1:9/calc cannot be used") as told:
        await PostgresJournal.open(url)
    assert "p4ssword" not in str(told.value)


async def test_the_clock_is_the_databases_whatever_this_machine_says(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_us = wall_clock_us()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    journal = await PostgresJournal.open(postgres_url)
    assert 0 <= journal.clock() - real_us < TIMEOUT_S * SECOND_US
    await journal.close()


# --- lists ---


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(kinds=("pi", "distance"), states=("RUNNING", "FAILED")),
        Filter(creator="anna"),
        Filter(visible_to="anna", states=("SUCCEEDED",)),
    ],
)
async def test_no_list_scans_the_table_or_sorts_all_that_match(join: Open, postgres_url: str, wanted: Filter) -> None:
    await join()
    query, values = list_query(wanted, before=10_000, limit=50, filtered_order=FILTERED_ORDER)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(FILL)
        admin.execute("ANALYZE calculations")
        explain = f"EXPLAIN ANALYZE {query.replace('?', '%s')}"
        plan = "\n".join(row[0] for row in admin.execute(explain, values))
    assert "Seq Scan" not in plan, plan
    assert all(int(count) < 500 for count in re.findall(r"Rows Removed by Filter: (\d+)", plan)), plan


async def test_what_waits_of_a_creator_is_counted_in_an_index(join: Open, postgres_url: str) -> None:
    await join()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(FILL)
        admin.execute("ANALYZE calculations")
        query = _OF_CREATORS.replace("%s", "ARRAY['anna', 'boris']")
        plan = "\n".join(row[0] for row in admin.execute(f"EXPLAIN {query}"))
    assert "calculations_waiting" in plan, plan


FILL = """
INSERT INTO calculations (calculation_id, kind, creator, state, create_time_us, due_time_us, finish_time_us,
    callback_url, callback_origin, report_id, report_state, input_sha256, input)
SELECT gen_random_uuid(), (ARRAY['pi', 'distance', 'catalogue_sync'])[1 + n % 3],
    (ARRAY['anna', 'boris', 'clara', 'dora', 'emil'])[1 + n % 5],
    (ARRAY['SUCCEEDED', 'FAILED', 'CANCELLED'])[1 + n % 3], n, n, n, '', '', '', 'NOT_REQUESTED', '', ''
FROM generate_series(1, 20000) AS n
"""
