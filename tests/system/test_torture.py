"""A short torture on every test run; `make torture` is the long one."""

import subprocess
import sys

import pytest

from tests.system.deployment import ROOT
from tests.torture.plan import make_plan

LONGEST_S = 1200
SHORT = ("--seed", "4", "--kills", "15", "--minutes", "0.4")


@pytest.mark.timeout(LONGEST_S + 60)
def test_a_short_torture_loses_nothing_repeats_nothing_and_leaves_nothing_stuck() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/torture.py", *SHORT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-5_000:]
    assert "lost 0, doubled 0, stuck 0, wrong 0" in done.stdout


def test_the_schedule_follows_from_the_seed() -> None:
    first, again, other = (
        make_plan(seed, kill_count=50, duration_s=100, database="sqlite", can_jump=True) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert sum(event.action == "kill" for event in first) == 50


def test_every_fault_of_the_schedule_ends_and_no_two_of_the_road_overlap() -> None:
    plan = make_plan(3, kill_count=0, duration_s=300, database="postgresql", can_jump=True)
    begun: list[str] = []
    for event in plan:
        (begun.append if event.action == "begin" else begun.remove)(event.what)
        assert len([fault for fault in begun if fault.startswith(("main_", "callback_"))]) <= 1
    assert begun == []
