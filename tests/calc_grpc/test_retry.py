"""When reports are tried again: pure rules, walked through a simulated day."""

import itertools
import math
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc_grpc.calculation import SECOND_US
from calc_grpc.journal.port import DueReport
from calc_grpc.journal.rows import accepted_of
from calc_grpc.retry import Answer, next_step, retry_after_s, verdict_on
from tests.calc_grpc.fakes import new_calculation

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY_S = 86_400.0


def due(attempt_count: int = 0) -> DueReport:
    return DueReport(
        calculation_id="x", callback_url="", callback_origin="", attempt_count=attempt_count, since_us=0, fence=1,
        calculation=accepted_of(new_calculation(), 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, "DELIVERED"), (204, "DELIVERED"), (400, "REJECTED"), (410, "REJECTED"), (413, "REJECTED"),
     (422, "REJECTED"), (301, "PENDING"), (401, "PENDING"), (403, "PENDING"), (404, "PENDING"), (409, "PENDING"),
     (429, "PENDING"), (500, "PENDING"), (503, "PENDING"), (0, "PENDING")],
)  # fmt: skip
def test_an_answer_is_final_only_where_the_contract_says_so(status: int, verdict: str) -> None:
    assert verdict_on(status) == verdict


@pytest.mark.parametrize("seed", range(5))
def test_a_dead_receiver_is_tried_often_at_first_and_given_up_after_a_day(seed: int) -> None:
    chance, now_us, moments = random.Random(seed), 0, [0]
    state: str = "PENDING"
    while state == "PENDING":
        state, next_us = next_step(
            Answer(status=500), due(len(moments) - 1), now_us=now_us, give_up_after_s=DAY_S, chance=chance
        )
        if next_us is not None:
            now_us = next_us
            moments.append(now_us)
    seconds = [moment / SECOND_US for moment in moments]
    gaps = [later - earlier for earlier, later in itertools.pairwise(seconds)]
    assert state == "GIVEN_UP"
    assert seconds[3] <= 1 + 2 + 4
    assert all(gap <= 60.0 for gap, start in zip(gaps, seconds, strict=False) if start < 600.0)
    assert max(gaps) <= 300.0 and min(gaps) > 0.0
    assert DAY_S - 301.0 < seconds[-1] <= DAY_S


def test_waits_are_spread_so_that_receivers_are_not_stormed() -> None:
    waits = {
        next_step(Answer(), due(5), now_us=0, give_up_after_s=DAY_S, chance=random.Random(seed)) for seed in range(50)
    }
    assert len(waits) == 50


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", 7.0),
        ("Fri, 01 May 2026 12:01:30 GMT", 90.0),
        ("Friday, 01-May-26 12:01:30 GMT", 90.0),
        ("Fri May  1 12:01:30 2026", 90.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-7", None),
        (None, None),
        ("Mon, 99 Jan 99999999999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999999999999", None),
    ],
)
def test_retry_after_is_read_from_seconds_and_dates(header: str | None, expected: float | None) -> None:
    assert retry_after_s(header, now=NOW) == expected


DATE_LIKE = st.from_regex(r"(Mon, )?[0-9]{1,30} Jan [0-9]{1,30} [0-9:]{1,20} ([+-][0-9]{1,30}|GMT)?", fullmatch=True)


@given(st.text() | DATE_LIKE)
def test_no_header_that_a_receiver_can_send_upsets_the_reporter(header: str) -> None:
    asked_s = retry_after_s(header, now=NOW)
    assert asked_s is None or 0.0 <= asked_s < math.inf


@pytest.mark.parametrize("status", [429, 503, 500, 409])
def test_retry_after_is_the_least_wait_but_not_for_ever(status: int) -> None:
    for header, asked_s in (("20", 20), ("999999", 3600)):
        answer = Answer(status=status, retry_after=header)
        state, next_us = next_step(answer, due(), now_us=0, give_up_after_s=DAY_S, chance=random.Random(1))
        assert state == "PENDING" and next_us is not None
        assert asked_s <= next_us / SECOND_US <= 1.1 * asked_s


def test_reports_that_were_put_off_together_do_not_return_together() -> None:
    answer = Answer(status=503, retry_after="60")
    waits = {next_step(answer, due(), now_us=0, give_up_after_s=DAY_S, chance=random.Random(n)) for n in range(50)}
    assert len(waits) == 50
