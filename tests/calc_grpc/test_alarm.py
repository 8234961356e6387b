"""The one timer."""

import asyncio
import time

import pytest

from calc_grpc import alarm
from calc_grpc.alarm import Alarm
from calc_grpc.calculation import SECOND_US, wall_clock_us
from tests.calc_grpc.fakes import START_US, FakeClock, soon


async def test_it_wakes_at_the_moment_set() -> None:
    timer = Alarm(wall_clock_us)
    began_at = time.monotonic()
    await soon(timer.wait_until(timer.in_seconds(0.1)))
    assert 0.09 <= time.monotonic() - began_at < 2.0


async def test_a_moment_that_passed_does_not_wait(clock: FakeClock) -> None:
    await asyncio.wait_for(Alarm(clock).wait_until(START_US - SECOND_US), 1.0)


@pytest.mark.parametrize(
    ("hint_us", "wakes"),
    [(START_US + 3 * SECOND_US, True), (START_US + 5 * SECOND_US, False)],
)
async def test_a_hint_wakes_it_only_when_it_is_earlier(clock: FakeClock, hint_us: int, wakes: bool) -> None:
    timer = Alarm(clock)
    waiting = asyncio.create_task(timer.wait_until(START_US + 4 * SECOND_US))
    await asyncio.sleep(0)
    timer.ring_by(hint_us)
    done, _ = await asyncio.wait({waiting}, timeout=0.2)
    assert bool(done) is wakes
    waiting.cancel()


async def test_a_hint_that_comes_while_nobody_waits_is_not_lost(clock: FakeClock) -> None:
    timer = Alarm(clock)
    timer.ring_by(START_US + 3600 * SECOND_US)
    await asyncio.wait_for(timer.wait_until(None), 1.0)


async def test_it_looks_at_the_clock_again_now_and_then(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "LONGEST_SLEEP_S", 0.05)
    await asyncio.wait_for(Alarm(clock).wait_until(START_US + 3600 * SECOND_US), 1.0)
