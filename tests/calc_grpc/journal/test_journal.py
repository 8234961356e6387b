"""What every journal promises, SQLite's and PostgreSQL's alike."""

import asyncio
import uuid

import pytest

from calc_grpc.calculation import SECOND_US, Calculation
from calc_grpc.errors import CalculationConflict, JournalUnavailable
from calc_grpc.journal.port import LEASE_US, Filter, Journal, Outcome
from tests.calc_grpc.fakes import START_US, FakeClock, new_calculation
from tests.calc_grpc.journal.bench import DONE, ID, LONG_S, Bench, claim_one, finished

FAILED = Outcome(state="FAILED", error_reason="COMPUTATION_FAILED", error_message="It failed.")


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
    assert not await journal.finish(ID, old.fence, DONE)
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
    assert await journal.finish(ID, claim.fence, DONE)
    ended = await journal.get(ID)
    assert ended and (ended.state, ended.result, ended.progress_fraction) == ("SUCCEEDED", b"result", 1.0)
    assert ended.finish_time_us == START_US + 2 * SECOND_US
    clock.advance(LONG_S)
    assert await journal.claim(owner="me", kinds=["distance"], limit=9) == []
    assert not await journal.finish(ID, claim.fence, FAILED)
    assert await journal.get(ID) == ended


async def test_a_failure_keeps_its_reason(journal: Journal) -> None:
    await journal.accept(new_calculation())
    assert await journal.finish(ID, (await claim_one(journal)).fence, FAILED)
    ended = await journal.get(ID)
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
        assert not await journal.finish(ID, claim.fence, DONE)
        assert await journal.beat(owner="me", held={ID: claim.fence}) == set()
    assert await journal.claim(owner="me", kinds=["distance"], limit=1) == []


async def test_cancelling_leaves_a_finished_calculation_as_it_is(journal: Journal) -> None:
    await journal.accept(new_calculation())
    assert await journal.finish(ID, (await claim_one(journal)).fence, DONE)
    ended = await journal.get(ID)
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
    assert not await journal.finish(claim.calculation_id, claim.fence, DONE)


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


async def test_a_closed_journal_refuses_by_name(bench: Bench) -> None:
    await bench.journal.close()
    with pytest.raises(JournalUnavailable):
        await bench.journal.accept(new_calculation())
    with pytest.raises(JournalUnavailable):
        await bench.journal.get(ID)
    bench.journal = await bench.open()


# --- who asked for it ---

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_who_asked_for_a_calculation_is_known_to_whoever_runs_it_also_after_a_restart(
    bench: Bench, clock: FakeClock
) -> None:
    asked = new_calculation(request_id="from-the-gateway", traceparent=TRACEPARENT, has_callback=True)
    accepted = await bench.journal.accept(asked)
    assert (accepted.request_id, accepted.traceparent) == ("from-the-gateway", TRACEPARENT)
    journal = await bench.reopen()
    clock.advance(3.0)
    claim = await claim_one(journal)
    assert (claim.request_id, claim.traceparent) == ("from-the-gateway", TRACEPARENT)
    assert (claim.due_time_us, claim.start_time_us) == (asked.due_time_us, clock())
    clock.advance(LONG_S)
    taken_over = await claim_one(journal, owner="another")
    assert taken_over.traceparent == TRACEPARENT
    await journal.finish(claim.calculation_id, taken_over.fence, DONE)
    row = await journal.get(claim.calculation_id)
    assert row is not None and (row.request_id, row.traceparent) == ("from-the-gateway", TRACEPARENT)


async def test_where_nobody_is_named_nothing_is_stored(journal: Journal) -> None:
    accepted = await journal.accept(new_calculation())
    row = await journal.get(accepted.calculation_id)
    assert row is not None and (row.request_id, row.traceparent) == (None, None)
    assert row == accepted
