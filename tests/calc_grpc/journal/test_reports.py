"""What every journal promises about reports: due once, claimed once, retried later, sent again when asked."""

import dataclasses

import pytest

from calc_grpc.calculation import SECOND_US
from calc_grpc.errors import NotFinished, ReportNotRequested
from calc_grpc.journal.port import LEASE_US, Journal
from tests.calc_grpc.fakes import START_US, FakeClock, new_calculation
from tests.calc_grpc.journal.bench import ID, LONG_S, Bench, finished


async def test_a_report_is_due_when_the_calculation_ends(journal: Journal) -> None:
    accepted = await journal.accept(new_calculation(has_callback=True))
    assert accepted.report.state == "PENDING" and accepted.report.next_time_us is None
    assert await journal.next_report_us() is None
    assert await journal.claim_reports(limit=9, busy={}, per_origin=9) == []
    await journal.cancel(ID)
    assert await journal.next_report_us() == START_US
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert (due.callback_url, due.attempt_count, due.since_us) == ("http://receiver/x", 0, START_US)
    told = await journal.get(ID)
    assert told and due.calculation == dataclasses.replace(told, input=None)


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
    assert not await journal.record_report(old, state="DELIVERED", last_error="", next_time_us=None)
    assert await journal.record_report(new, state="DELIVERED", last_error="", next_time_us=None)
    row = await journal.get(ID)
    assert row and (row.report.state, row.report.attempt_count) == ("DELIVERED", 1)
    assert await journal.next_report_us() is None


async def test_a_report_under_way_stays_claimed_as_long_as_it_is_renewed(journal: Journal, clock: FakeClock) -> None:
    await finished(journal)
    held = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    for _ in range(3):
        clock.now_us += LEASE_US - 1
        await journal.renew_reports(held)
        assert await journal.claim_reports(limit=9, busy={}, per_origin=9) == []
    assert await journal.record_report(held[0], state="DELIVERED", last_error="", next_time_us=None)
    row = await journal.get(ID)
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
    next_us = START_US + 2 * SECOND_US
    assert await journal.record_report(due, state="PENDING", last_error="HTTP 500", next_time_us=next_us)
    row = await journal.get(ID)
    assert row and (row.report.last_error, row.report.next_time_us) == ("HTTP 500", next_us)
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
    assert not await journal.record_report(lost, state="DELIVERED", last_error="", next_time_us=None)


async def test_no_origin_takes_more_than_its_share(journal: Journal) -> None:
    for n in range(6):
        await finished(journal, n, callback_origin="http://dead")
    await finished(journal, 6, callback_origin="http://alive")
    due = await journal.claim_reports(limit=9, busy={"http://dead": 1}, per_origin=3)
    assert sorted(report.callback_origin for report in due) == ["http://alive", "http://dead", "http://dead"]


async def test_resending_starts_anew_under_the_old_report_id(journal: Journal, clock: FakeClock) -> None:
    await finished(journal)
    (due,) = await journal.claim_reports(limit=9, busy={}, per_origin=9)
    assert await journal.record_report(due, state="GIVEN_UP", last_error="HTTP 500", next_time_us=None)
    given_up = await journal.get(ID)
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
    assert not await journal.record_report(due, state="REJECTED", last_error="", next_time_us=None)


async def test_a_report_cannot_be_resent_before_the_end(journal: Journal) -> None:
    await journal.accept(new_calculation(has_callback=True))
    with pytest.raises(NotFinished):
        await journal.resend_report(ID)
