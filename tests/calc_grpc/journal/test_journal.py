"""What every journal promises, SQLite's and PostgreSQL's alike."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from calc_grpc.calculation import SECOND_US, Calculation
from calc_grpc.errors import CalculationConflict, JournalUnavailable, NotFinished, QueueFull, ReportNotRequested
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import LEASE_US, Change, Claim, Filter, Journal, Outcome
from tests.calc_grpc.fakes import START_US, FakeClock, new_calculation

DONE = Outcome(state="SUCCEEDED", result=b"result")
FAILED = Outcome(state="FAILED", error_reason="COMPUTATION_FAILED", error_message="It failed.")
LONG_S = 3600.0  # longer than any lease
ID = new_calculation().calculation_id


@dataclass
class Bench:
    """A journal that can be closed and opened again, as a restart would."""

    open: Callable[[], Awaitable[Journal]]
    journal: Journal
    heard: list[Change] = field(default_factory=list)

    async def reopen(self) -> Journal:
        await self.journal.close()
        self.journal = await self.open()
        return self.journal


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def bench(url: str, clock: FakeClock) -> AsyncIterator[Bench]:
    async def opener() -> Journal:
        return await open_journal(url, clock=clock)

    bench = Bench(opener, await opener())
    bench.journal.listen(bench.heard.extend)
    yield bench
    await bench.journal.close()


@pytest.fixture
def journal(bench: Bench) -> Journal:
    return bench.journal


async def claim_one(journal: Journal, owner: str = "me") -> Claim:
    (claim,) = await journal.claim(owner=owner, kinds=["distance"], limit=1)
    return claim


async def test_an_accepted_calculation_is_scheduled_and_whole(journal: Journal) -> None:
    accepted = await journal.accept(new_calculation(creator="anna", due_time_us=START_US + 5))
    assert (accepted.state, accepted.revision, accepted.creator, accepted.input) == ("SCHEDULED", 1, "anna", b"input")
    assert (accepted.create_time_us, accepted.due_time_us) == (START_US, START_US + 5)
    assert accepted.report.state == "NOT_REQUESTED" and accepted.report.report_id == ""
    assert await journal.get(ID) == accepted


async def test_the_same_id_and_input_is_the_stored_calculation_whatever_else_differs(journal: Journal) -> None:
    first = await journal.accept(new_calculation(creator="anna"))
    again = await journal.accept(new_calculation(creator="boris", due_time_us=START_US + 99, has_callback=True))
    assert again == first


@pytest.mark.parametrize("other", [{"input_sha256": b"another"}, {"kind": "pi"}])
async def test_the_same_id_with_another_input_is_a_conflict(journal: Journal, other: dict[str, object]) -> None:
    first = await journal.accept(new_calculation())
    with pytest.raises(CalculationConflict):
        await journal.accept(new_calculation(**other))
    assert await journal.get(ID) == first


async def test_many_at_once_are_all_stored_and_one_conflict_harms_no_neighbour(journal: Journal) -> None:
    await journal.accept(new_calculation(7))
    results = await asyncio.gather(
        *(journal.accept(new_calculation(n, input_sha256=b"new")) for n in range(20)), return_exceptions=True
    )
    assert [n for n, result in enumerate(results) if isinstance(result, CalculationConflict)] == [7]
    assert len(await journal.list_calculations(Filter(), before=None, limit=100)) == 20


async def test_what_comes_at_once_is_answered_as_if_one_after_another(journal: Journal) -> None:
    asked = [new_calculation(1), new_calculation(2), new_calculation(1), new_calculation(2, input_sha256=b"other")]
    first, second, again, conflict = await asyncio.gather(
        *(journal.accept(new) for new in asked), return_exceptions=True
    )
    assert isinstance(first, Calculation) and isinstance(second, Calculation) and again == first
    assert isinstance(conflict, CalculationConflict)
    assert [await journal.get(row.calculation_id) for row in (first, second)] == [first, second]


async def test_nothing_is_claimed_before_it_is_due(journal: Journal, clock: FakeClock) -> None:
    await journal.accept(new_calculation(due_time_us=START_US + 5 * SECOND_US))
    assert await journal.claim(owner="me", kinds=["distance"], limit=1) == []
    assert await journal.next_due_us(["distance"]) == START_US + 5 * SECOND_US
    clock.advance(5)
    assert (await claim_one(journal)).calculation_id == ID


async def test_a_claimed_calculation_runs_and_is_not_claimed_twice(journal: Journal) -> None:
    await journal.accept(new_calculation(create_time_us=START_US - 7))
    claim = await claim_one(journal)
    assert (claim.kind, claim.input, claim.create_time_us) == ("distance", b"input", START_US - 7)
    assert (claim.input, claim.fence, claim.crash_count) == (b"input", 1, 0)
    running = await journal.get(ID)
    assert running and (running.state, running.revision, running.start_time_us) == ("RUNNING", 2, START_US)
    assert await journal.claim(owner="other", kinds=["distance"], limit=1) == []


async def test_only_the_kinds_asked_for_are_claimed_up_to_the_limit(journal: Journal) -> None:
    for n in range(4):
        await journal.accept(new_calculation(n, kind="pi" if n == 0 else "distance"))
    claims = await journal.claim(owner="me", kinds=["distance"], limit=2)
    assert [uuid.UUID(claim.calculation_id).int for claim in claims] == [1, 2]
    assert await journal.next_due_us(["catalogue_sync"]) is None


async def test_a_flood_of_one_kind_does_not_starve_another(journal: Journal) -> None:
    for n in range(10):
        await journal.accept(new_calculation(n, kind="pi", due_time_us=START_US - 10))
    await journal.accept(new_calculation(10, kind="distance"))
    kinds = [(await journal.claim(owner="me", kinds=["distance", "pi"], limit=1))[0].kind for _ in range(2)]
    assert sorted(kinds) == ["distance", "pi"]


async def test_a_lease_that_ends_is_taken_over_and_the_old_owner_writes_into_the_void(
    journal: Journal, clock: FakeClock
) -> None:
    await journal.accept(new_calculation())
    old = await claim_one(journal, "old")
    clock.advance(LONG_S)
    new = await claim_one(journal, "new")
    assert new.fence > old.fence
    assert await journal.beat(owner="old", held={ID: old.fence}) == set()
    assert await journal.progress(ID, old.fence, fraction=0.5, stage="late") is None
    assert await journal.finish(ID, old.fence, DONE) is None
    assert await journal.hand_back(ID, old.fence, crashed=False) is False
    assert await journal.beat(owner="new", held={ID: new.fence}) == {ID}


async def test_a_beat_keeps_the_lease(journal: Journal, clock: FakeClock) -> None:
    await journal.accept(new_calculation())
    claim = await claim_one(journal)
    first_end_us = await journal.next_due_us(["distance"])
    clock.advance(1)
    assert await journal.beat(owner="me", held={ID: claim.fence}) == {ID}
    assert await journal.next_due_us(["distance"]) == (first_end_us or 0) + SECOND_US


async def test_progress_grows_the_revision(journal: Journal) -> None:
    await journal.accept(new_calculation())
    claim = await claim_one(journal)
    assert await journal.progress(ID, claim.fence, fraction=0.25, stage="scanning") == 3
    row = await journal.get(ID)
    assert row and (row.progress_fraction, row.progress_stage, row.revision) == (0.25, "scanning", 3)


async def test_a_finished_calculation_keeps_its_result_and_is_never_claimed_again(
    journal: Journal, clock: FakeClock
) -> None:
    await journal.accept(new_calculation())
    claim = await claim_one(journal)
    clock.advance(2)
    ended = await journal.finish(ID, claim.fence, DONE)
    assert ended and (ended.state, ended.result, ended.progress_fraction) == ("SUCCEEDED", b"result", 1.0)
    assert ended.finish_time_us == START_US + 2 * SECOND_US
    clock.advance(LONG_S)
    assert await journal.claim(owner="me", kinds=["distance"], limit=9) == []
    assert await journal.finish(ID, claim.fence, FAILED) is None
    assert await journal.get(ID) == ended


async def test_a_failure_keeps_its_reason(journal: Journal) -> None:
    await journal.accept(new_calculation())
    ended = await journal.finish(ID, (await claim_one(journal)).fence, FAILED)
    assert ended and (ended.state, ended.error_reason, ended.error_message) == (
        "FAILED",
        "COMPUTATION_FAILED",
        "It failed.",
    )


async def test_a_run_handed_back_is_claimable_at_once_and_crashes_are_counted(journal: Journal) -> None:
    await journal.accept(new_calculation())
    claim = await claim_one(journal)
    await journal.progress(ID, claim.fence, fraction=0.5, stage="half")
    assert await journal.hand_back(ID, claim.fence, crashed=True)
    row = await journal.get(ID)
    assert row and (row.state, row.progress_fraction, row.progress_stage) == ("SCHEDULED", 0.0, "")
    assert (await claim_one(journal)).crash_count == 1


@pytest.mark.parametrize("started", [False, True])
async def test_cancelling_is_final_at_once_and_harmless_twice(journal: Journal, started: bool) -> None:
    await journal.accept(new_calculation())
    claim = await claim_one(journal) if started else None
    cancelled = await journal.cancel(ID)
    assert cancelled and cancelled.state == "CANCELLED" and cancelled.finish_time_us == START_US
    assert await journal.cancel(ID) == cancelled
    if claim:
        assert await journal.finish(ID, claim.fence, DONE) is None
        assert await journal.beat(owner="me", held={ID: claim.fence}) == set()
    assert await journal.claim(owner="me", kinds=["distance"], limit=1) == []


async def test_cancelling_leaves_a_finished_calculation_as_it_is(journal: Journal) -> None:
    await journal.accept(new_calculation())
    ended = await journal.finish(ID, (await claim_one(journal)).fence, DONE)
    assert await journal.cancel(ID) == ended


async def test_what_does_not_exist_is_none(journal: Journal) -> None:
    assert await journal.get(ID) is None
    assert await journal.cancel(ID) is None
    assert await journal.resend_report(ID) is None
    assert await journal.get_many([ID]) == []


async def test_everything_survives_a_restart_and_what_ran_is_claimable_when_its_lease_ended(
    bench: Bench, clock: FakeClock
) -> None:
    before = [await bench.journal.accept(new_calculation(n)) for n in range(2)]
    claim = await claim_one(bench.journal)
    journal = await bench.reopen()
    assert await journal.get(before[1].calculation_id) == before[1]
    clock.now_us += LEASE_US
    assert len(await journal.claim(owner="next", kinds=["distance"], limit=9)) == 2
    assert await journal.finish(claim.calculation_id, claim.fence, DONE) is None


async def test_lists_are_newest_first_light_and_paged(journal: Journal) -> None:
    for n in range(5):
        await journal.accept(new_calculation(n))
    first = await journal.list_calculations(Filter(), before=None, limit=3)
    rest = await journal.list_calculations(Filter(), before=first[-1].sequence, limit=3)
    assert [uuid.UUID(row.calculation_id).int for row in (*first, *rest)] == [4, 3, 2, 1, 0]
    assert all(row.input is None and row.result is None for row in first)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), {0, 1, 2, 3}),
        (Filter(kinds=("pi",)), {1, 3}),
        (Filter(kinds=("pi", "distance")), {0, 1, 2, 3}),
        (Filter(states=("CANCELLED",)), {2, 3}),
        (Filter(states=("CANCELLED", "SCHEDULED")), {0, 1, 2, 3}),
        (Filter(creator="anna"), {0, 1}),
        (Filter(visible_to="anna"), {0, 1, 3}),
        (Filter(visible_to="stranger"), {1, 3}),
        (Filter(kinds=("distance",), states=("CANCELLED",), creator="boris"), {2}),
        (Filter(creator="boris", visible_to="anna"), {3}),
        (Filter(kinds=("distance",), visible_to="stranger"), set()),
    ],
)
async def test_filters_mean_the_same_in_a_list_and_for_a_row(
    journal: Journal, wanted: Filter, expected: set[int]
) -> None:
    for n in range(4):
        kind, creator = ("pi" if n % 2 else "distance"), ("anna" if n < 2 else "boris")
        await journal.accept(new_calculation(n, kind=kind, creator=creator))
    for n in (2, 3):
        await journal.cancel(str(uuid.UUID(int=n)))
    everything = await journal.list_calculations(Filter(), before=None, limit=9)
    listed = await journal.list_calculations(wanted, before=None, limit=9)
    assert {uuid.UUID(row.calculation_id).int for row in listed} == expected
    assert [row for row in everything if wanted.matches(row)] == listed


async def test_rows_are_read_by_id_oldest_first(journal: Journal) -> None:
    ids = [(await journal.accept(new_calculation(n))).calculation_id for n in range(3)]
    assert [row.calculation_id for row in await journal.get_many([ids[2], "unknown", ids[0]])] == [ids[0], ids[2]]


async def test_every_change_is_hinted_after_its_commit(bench: Bench) -> None:
    journal = bench.journal
    await journal.accept(new_calculation(has_callback=True, due_time_us=START_US))
    claim = await claim_one(journal)
    await journal.progress(ID, claim.fence, fraction=0.5, stage="half")
    await journal.finish(ID, claim.fence, DONE)
    hints = [(change.state, change.report_is_due) for change in bench.heard]
    assert hints == [("SCHEDULED", False), ("RUNNING", False), ("RUNNING", False), ("SUCCEEDED", True)]
    assert {change.calculation_id for change in bench.heard} == {ID}


# --- the bound on what waits ---


@pytest.fixture
async def narrow(url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Journal]:
    """A journal in which two of a kind may wait, and which counts anew whenever it is asked."""
    monkeypatch.setattr("calc_grpc.journal.waiting.RECOUNT_INTERVAL_S", 0.0)
    journal = await open_journal(url, clock=clock, queue_max=2)
    yield journal
    await journal.close()


async def test_no_more_of_a_kind_wait_than_may_and_another_kind_has_its_own_room(narrow: Journal) -> None:
    for n in range(2):
        await narrow.accept(new_calculation(n))
    with pytest.raises(QueueFull) as refusal:
        await narrow.accept(new_calculation(2))
    assert refusal.value.metadata == {"kind": "distance"}
    assert await narrow.get(new_calculation(2).calculation_id) is None
    assert (await narrow.accept(new_calculation(3, kind="pi"))).state == "SCHEDULED"


async def test_what_is_stored_already_is_returned_although_there_is_no_room(narrow: Journal) -> None:
    first = [await narrow.accept(new_calculation(n)) for n in range(2)]
    assert [await narrow.accept(new_calculation(n)) for n in range(2)] == first
    with pytest.raises(CalculationConflict):
        await narrow.accept(new_calculation(0, input_sha256=b"another"))


async def test_what_starts_or_is_cancelled_makes_room(narrow: Journal) -> None:
    for n in range(2):
        await narrow.accept(new_calculation(n))
    claim = await claim_one(narrow)
    await narrow.accept(new_calculation(2))
    with pytest.raises(QueueFull):
        await narrow.accept(new_calculation(3))
    assert await narrow.hand_back(claim.calculation_id, claim.fence, crashed=False)
    await narrow.cancel(new_calculation(2).calculation_id)
    with pytest.raises(QueueFull):
        await narrow.accept(new_calculation(3))
    await narrow.cancel(claim.calculation_id)
    assert (await narrow.accept(new_calculation(3))).state == "SCHEDULED"


async def test_of_many_that_come_at_once_as_many_are_accepted_as_there_is_room_for(narrow: Journal) -> None:
    answers = await asyncio.gather(
        *(narrow.accept(new_calculation(n, kind="pi" if n % 2 else "distance")) for n in range(40)),
        return_exceptions=True,
    )
    accepted = [answer.kind for answer in answers if isinstance(answer, Calculation)]
    assert sorted(accepted) == ["distance", "distance", "pi", "pi"]
    assert sum(isinstance(answer, QueueFull) for answer in answers) == 36
    assert len(await narrow.list_calculations(Filter(), before=None, limit=99)) == 4


# --- retention ---


async def test_what_finished_long_ago_is_deleted_in_batches_and_nothing_else(
    journal: Journal, clock: FakeClock
) -> None:
    for n in range(3):
        await journal.accept(new_calculation(n))
        await journal.cancel(new_calculation(n).calculation_id)
    await finished(journal, 3)  # its report is still to be sent
    await journal.accept(new_calculation(4))
    clock.advance(10)
    await journal.accept(new_calculation(5))
    await journal.cancel(new_calculation(5).calculation_id)
    before_us = START_US + SECOND_US
    assert [await journal.prune(before_us=before_us, limit=2) for _ in range(3)] == [2, 1, 0]
    rows = await journal.list_calculations(Filter(), before=None, limit=9)
    assert [uuid.UUID(row.calculation_id).int for row in rows] == [5, 4, 3]
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    await journal.record_report(due, state="DELIVERED", last_error="", next_time_us=None)
    assert await journal.prune(before_us=before_us, limit=9) == 1


# --- reports ---


async def finished(journal: Journal, number: int = 0, **values: object) -> None:
    await journal.accept(new_calculation(number, has_callback=True, **values))
    await journal.cancel(str(uuid.UUID(int=number)))


async def test_a_report_is_due_when_the_calculation_ends(journal: Journal) -> None:
    accepted = await journal.accept(new_calculation(has_callback=True))
    assert accepted.report.state == "PENDING" and accepted.report.next_time_us is None
    assert await journal.next_report_us() is None
    assert await journal.claim_reports(limit=9, busy={}, per_origin=9) == []
    await journal.cancel(ID)
    assert await journal.next_report_us() == START_US
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert (due.callback_url, due.attempt_count, due.since_us) == ("http://receiver/x", 0, START_US)


async def test_a_calculation_without_callback_has_no_report(journal: Journal) -> None:
    await journal.accept(new_calculation())
    await journal.cancel(ID)
    assert await journal.next_report_us() is None
    with pytest.raises(ReportNotRequested):
        await journal.resend_report(ID)


async def test_a_report_under_way_is_not_claimed_twice_until_its_lease_ends(journal: Journal, clock: FakeClock) -> None:
    await finished(journal)
    (old,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert await journal.claim_reports(limit=9, busy={}, per_origin=9) == []
    clock.advance(LONG_S)
    (new,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert await journal.record_report(old, state="DELIVERED", last_error="", next_time_us=None) is None
    row = await journal.record_report(new, state="DELIVERED", last_error="", next_time_us=None)
    assert row and (row.report.state, row.report.attempt_count) == ("DELIVERED", 1)
    assert await journal.next_report_us() is None


async def test_a_report_under_way_stays_claimed_as_long_as_it_is_renewed(journal: Journal, clock: FakeClock) -> None:
    await finished(journal)
    held = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    for _ in range(3):
        clock.now_us += LEASE_US - 1
        await journal.renew_reports(held)
        assert await journal.claim_reports(limit=9, busy={}, per_origin=9) == []
    row = await journal.record_report(held[0], state="DELIVERED", last_error="", next_time_us=None)
    assert row and row.report.state == "DELIVERED"


async def test_a_renewal_that_comes_late_does_not_change_when_the_report_is_due_again(
    journal: Journal, clock: FakeClock
) -> None:
    await finished(journal)
    held = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    next_us = START_US + int(LONG_S) * SECOND_US
    await journal.record_report(held[0], state="PENDING", last_error="HTTP 500", next_time_us=next_us)
    await journal.renew_reports(held)
    assert await journal.next_report_us() == next_us


async def test_a_failed_attempt_is_visible_and_due_again_later(journal: Journal, clock: FakeClock) -> None:
    await finished(journal)
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    row = await journal.record_report(
        due, state="PENDING", last_error="HTTP 500", next_time_us=START_US + 2 * SECOND_US
    )
    assert row and (row.report.last_error, row.report.next_time_us) == ("HTTP 500", START_US + 2 * SECOND_US)
    assert row.revision == 3
    assert await journal.claim_reports(limit=9, busy={}, per_origin=9) == []
    clock.advance(2)
    (again,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert (again.attempt_count, again.since_us) == (1, START_US)


async def test_reports_survive_a_restart_and_those_under_way_are_due_when_their_lease_ended(
    bench: Bench, clock: FakeClock
) -> None:
    await finished(bench.journal)
    (lost,) = await bench.journal.claim_reports(limit=9, busy={}, per_origin=9)
    journal = await bench.reopen()
    clock.now_us += LEASE_US
    assert (await journal.next_report_us() or 0) <= clock()
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert due.calculation_id == lost.calculation_id
    assert await journal.record_report(lost, state="DELIVERED", last_error="", next_time_us=None) is None


async def test_no_origin_takes_more_than_its_share(journal: Journal) -> None:
    for n in range(6):
        await finished(journal, n, callback_origin="http://dead")
    await finished(journal, 6, callback_origin="http://alive")
    due = await journal.claim_reports(limit=9, busy={"http://dead": 1}, per_origin=3)
    assert sorted(report.callback_origin for report in due) == ["http://alive", "http://dead", "http://dead"]


async def test_resending_starts_anew_under_the_old_report_id(journal: Journal, clock: FakeClock) -> None:
    await finished(journal)
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    given_up = await journal.record_report(due, state="GIVEN_UP", last_error="HTTP 500", next_time_us=None)
    clock.advance(LONG_S)
    again = await journal.resend_report(ID)
    assert given_up and again and again.report.report_id == given_up.report.report_id
    assert (again.report.state, again.report.attempt_count, again.report.last_error) == ("PENDING", 0, "")
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert due.since_us == START_US + int(LONG_S) * SECOND_US


async def test_an_attempt_under_way_while_resending_does_not_count(journal: Journal) -> None:
    await finished(journal)
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    await journal.resend_report(ID)
    assert await journal.record_report(due, state="REJECTED", last_error="", next_time_us=None) is None


async def test_a_report_cannot_be_resent_before_the_end(journal: Journal) -> None:
    await journal.accept(new_calculation(has_callback=True))
    with pytest.raises(NotFinished):
        await journal.resend_report(ID)


async def test_a_closed_journal_refuses_by_name(bench: Bench) -> None:
    await bench.journal.close()
    with pytest.raises(JournalUnavailable):
        await bench.journal.accept(new_calculation())
    with pytest.raises(JournalUnavailable):
        await bench.journal.get(ID)
    bench.journal = await bench.open()
