"""The schedule of faults: it follows from the seed alone, so a run that found something can be repeated."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Whole process groups, but for the workers, which are killed alone.
KILLS = {"calc_grpc": 3, "calc_worker": 4, "main_api": 3, "main_worker": 3, "gateway": 5, "repair": 2}
SECOND_CALC = {"calc_grpc_b": 3}
CALLBACK_FAULTS = (
    "main_500",
    "main_429",
    "main_garbage",
    "main_hangs",
    "callback_answer_lost",
    "callback_doubled",
    "callback_late",
)
STORE_FAULTS = {
    "sqlite": ("disk_full", "database_locked", "calc_frozen"),
    "postgresql": ("database_restarted", "database_locked", "calc_frozen"),
}
CLOCK_FAULTS = ("clock_ahead", "clock_behind")

CALLBACK_SLOT_S = 12.0
STORE_SLOT_S = 18.0
LONGEST_FAULT_S = 9.0
LARGEST_SHARE = 0.6  # of its slot: between two faults the system gets some air


@dataclass(frozen=True, order=True)
class Event:
    """`action`: kill, begin or end; `what`: the victim or the fault."""

    at_s: float
    action: str
    what: str

    def __str__(self) -> str:
        return f"{self.at_s:7.2f} s  {self.action:5} {self.what}"


def make_plan(seed: int, *, kill_count: int, duration_s: float, database: str, can_jump: bool) -> list[Event]:
    """Returns what happens when; can_jump: whether the clock can be changed."""
    chance = random.Random(seed)
    victims = KILLS | (SECOND_CALC if database == "postgresql" else {})
    kills = chance.choices(list(victims), weights=list(victims.values()), k=kill_count)
    events = [Event(round(chance.uniform(0, duration_s), 2), "kill", victim) for victim in kills]
    events += _windows(chance, CALLBACK_FAULTS, duration_s, CALLBACK_SLOT_S)
    others = STORE_FAULTS[database] + (CLOCK_FAULTS if can_jump else ())
    events += _windows(chance, others, duration_s, STORE_SLOT_S)
    return sorted(events)


def _windows(chance: random.Random, faults: Sequence[str], duration_s: float, slot_s: float) -> Iterator[Event]:
    """One fault after the other, each kind once before any comes again."""
    rounds = max(1, round(duration_s / slot_s / len(faults)))
    order = [fault for _ in range(rounds) for fault in chance.sample(faults, len(faults))]
    slot_s = duration_s / len(order)
    for index, fault in enumerate(order):
        length_s = min(chance.uniform(2.0, LONGEST_FAULT_S), LARGEST_SHARE * slot_s)
        begin_s = index * slot_s + chance.uniform(0, slot_s - length_s)
        yield Event(round(begin_s, 2), "begin", fault)
        yield Event(round(begin_s + length_s, 2), "end", fault)
