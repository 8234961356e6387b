"""The one timer."""

import asyncio
import time

import pytest

from calc_grpc import alarm
from calc_grpc.alarm import Alarm
from calc_grpc.calculation import SECOND_US, wall_clock_us
from tests.calc_grpc.fakes import START_US, FakeClock, soon

SOONER_S = 3.5  # than what it would wait for otherwise


async def test_it_wakes_at_the_moment_set() -> None:
    timer = Alarm(wall_clock_us)
    began_at = time.monotonic()
    await soon(timer.wait_until(timer.in_seconds(0.1)))
    assert 0.09 <= time.monotonic() - began_at < 20.0


async def test_a_moment_that_passed_does_not_wait(clock: FakeClock) -> None:
    await soon(Alarm(clock).wait_until(START_US - SECOND_US), SOONER_S)


@pytest.mark.parametrize("wanted_us", [START_US + 4 * SECOND_US, None])
@pytest.mark.parametrize(("hint_us", "wakes"), [(START_US + SECOND_US // 20, True), (START_US + 5 * SECOND_US, False)])
async def test_a_hint_moves_it_forward_but_not_back(
    clock: FakeClock, wanted_us: int | None, hint_us: int, wakes: bool
) -> None:
    timer = Alarm(clock)
    waiting = asyncio.create_task(timer.wait_until(wanted_us))
    await asyncio.sleep(0)
    began_at = time.monotonic()
    timer.ring_by(hint_us)
    done, _ = await asyncio.wait({waiting}, timeout=SOONER_S if wakes else 0.3)
    assert bool(done) is wakes
    assert time.monotonic() - began_at > 0.04  # a hint at what is not due yet is no reason to wake at once
    waiting.cancel()


@pytest.mark.parametrize("wanted_us", [START_US + 4 * SECOND_US, None])
async def test_a_hint_that_comes_while_nobody_waits_is_not_lost(clock: FakeClock, wanted_us: int | None) -> None:
    timer = Alarm(clock)
    timer.ring_by(START_US + SECOND_US // 20)
    await soon(timer.wait_until(wanted_us), SOONER_S)


async def test_a_hint_holds_for_one_wait(clock: FakeClock) -> None:
    timer = Alarm(clock)
    timer.ring_by(START_US)
    await soon(timer.wait_until(None), SOONER_S)
    done, waiting = await asyncio.wait({asyncio.create_task(timer.wait_until(None))}, timeout=0.2)
    assert not done
    waiting.pop().cancel()


async def test_it_looks_at_the_clock_again_now_and_then(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "LONGEST_SLEEP_S", 0.05)
    await soon(Alarm(clock).wait_until(START_US + 3600 * SECOND_US), SOONER_S)
