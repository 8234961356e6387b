"""The engine's clock: the wall clock's time without its jumps."""

import time

import pytest

from calc_grpc.calculation import SECOND_US, wall_clock_us
from calc_grpc.clock import SteadyClock

HOUR_US = 3600 * SECOND_US


class Machine:
    """A wall clock that can be set and a steady one that cannot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall_us = self.steady_us = 10**15
        monkeypatch.setattr("calc_grpc.clock.steady_us", lambda: self.steady_us)
        monkeypatch.setattr(time, "time_ns", lambda: self.wall_us * 1000)

    def advance(self, seconds: float) -> None:
        self.wall_us += round(seconds * SECOND_US)
        self.steady_us += round(seconds * SECOND_US)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_the_clock_shows_the_wall_clocks_time() -> None:
    clock = SteadyClock()
    assert abs(clock() - wall_clock_us()) < SECOND_US


def test_the_clock_goes_with_the_wall_clock(machine: Machine) -> None:
    clock = SteadyClock()
    machine.advance(1000)
    assert clock() == machine.wall_us


@pytest.mark.parametrize("jump_us", [HOUR_US, -HOUR_US])
def test_a_jump_does_not_show_and_is_made_up_for_slowly(machine: Machine, jump_us: int) -> None:
    clock = SteadyClock()
    before_us = clock()
    machine.wall_us += jump_us
    assert clock() == before_us
    shown_us = []
    for _ in range(3600):
        machine.advance(1)
        shown_us.append(clock())
    steps = [later - earlier for earlier, later in zip([before_us, *shown_us], shown_us, strict=False)]
    assert set(steps) == {SECOND_US + (SECOND_US // 10 if jump_us > 0 else -SECOND_US // 10)}
    machine.advance(10 * 3600)
    assert clock() == machine.wall_us
