"""Which cases are made: who is observed, how long, in how many nights."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calc_grpc.orbits.earth import earth_heliocentric
from synthetic import populations
from synthetic.observing import EVERY_TEN_MINUTES, Limits, Visit, geocentric, is_visible, look, survey, visit
from synthetic.populations import Random, Target

Plan = tuple[Target, list[Visit]]
Draw = Callable[[Random], Target]
Planner = Callable[[Random], Plan | None]

STATED_DAYS: dict[str, tuple[float, ...]] = {
    "4d": (0.0, 2.0, 4.0), "10d": (0.0, 4.0, 8.0, 10.0), "30d": (0.0, 6.0, 10.0, 14.0, 20.0, 30.0),
}  # fmt: skip
NIGHT_MINUTES = (16.0, 45.0, 90.0, 180.0)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Cases of one kind and arc: how one is drawn and how many are wanted."""

    kind: str
    arc: str
    plan: Planner
    stated: bool = False


def groups(near_earth_table: Path) -> list[Group]:
    """All that are made."""
    neos = populations.near_earth(near_earth_table)
    opposed, wide = Limits(faintest=21.3, elongation_deg=110.0), Limits(faintest=21.3, elongation_deg=60.0)
    bright = Limits(faintest=20.0, elongation_deg=60.0, farthest_au=2.5)
    near = surveyed_near(neos)
    kinds: tuple[Draw, ...] = (
        populations.atira, near, populations.main_belt, populations.trojan, populations.centaur,
        populations.trans_neptunian, populations.interstellar,
    )  # fmt: skip
    made = [
        Group(kind="belt", arc="w10", plan=surveyed(populations.main_belt, 10.0, (3, 5), opposed)),
        Group(kind="belt", arc="w30", plan=surveyed(populations.main_belt, 30.0, (4, 7), opposed)),
        Group(kind="belt", arc="w100", plan=surveyed(populations.main_belt, 100.0, (6, 12), wide)),
        Group(kind="belt", arc="w400", plan=surveyed(populations.main_belt, 400.0, (9, 16), wide)),
    ]
    for arc, nights in (("3d", (2, 3)), ("7d", (3, 4)), ("15d", (3, 6)), ("30d", (4, 8))):
        made.append(Group(kind="neo", arc=arc, plan=surveyed(neos, float(arc[:-1]), nights, bright)))
    made += [Group(kind="stated", arc=arc, plan=stated(kinds, days), stated=True) for arc, days in STATED_DAYS.items()]
    made.append(Group(kind="night", arc="one", plan=one_night((populations.main_belt, neos))))
    made.append(Group(kind="night", arc="impactor", plan=two_stations))
    return made


def surveyed_near(population: Draw) -> Draw:
    """Near-Earth objects while they are near: within 2 au, as ephemerides of them are asked for."""
    near = Limits(faintest=23.0, elongation_deg=25.0, farthest_au=2.0)

    def draw(random: Random) -> Target:
        while True:
            target = population(random)
            if is_visible(target, np.array([target.epoch_mjd]), near).all():
                return target

    return draw


def surveyed(population: Draw, arc_days: float, nights: tuple[int, int], limits: Limits) -> Planner:
    """Draw a target and strew nights over the arc."""

    def plan(random: Random) -> Plan | None:
        target = population(random)
        visits = survey(random, target, arc_days, int(random.integers(nights[0], nights[1] + 1)), limits)
        return (target, visits) if visits else None

    return plan


def stated(drawers: tuple[Draw, ...], days: tuple[float, ...]) -> Planner:
    """Three positions half an hour apart in every night, day or night, at X05, as ephemerides give them."""

    def plan(random: Random) -> Plan | None:
        target = drawers[random.integers(len(drawers))](random)
        begin = target.epoch_mjd + 1.0
        near = Limits(faintest=30.0, elongation_deg=15.0 if target.name == "atira" else 25.0)
        if not is_visible(target, np.array([begin, begin + days[-1]]), near).all():
            return None
        return target, [Visit(station="X05", mjd=tuple(begin + day + np.array([0.0, 1.0, 2.0]) / 48.0)) for day in days]

    return plan


def one_night(drawers: tuple[Draw, ...]) -> Planner:
    """Four to six positions of one station within 16 minutes to 3 hours."""
    limits = Limits(faintest=21.0, elongation_deg=90.0)

    def plan(random: Random) -> Plan | None:
        target = drawers[random.integers(len(drawers))](random)
        hours = target.epoch_mjd + 1.0 + EVERY_TEN_MINUTES
        if not is_visible(target, hours[:1], limits).all():
            return None
        seen = visit(random, target, hours, float(random.choice(NIGHT_MINUTES)), int(random.integers(4, 7)))
        return (target, [seen]) if seen else None

    return plan


def two_stations(random: Random) -> Plan | None:
    """An impactor seen by two stations far from one another within three hours."""
    target = populations.impactor(earth_heliocentric)(random)
    hours = target.epoch_mjd + 0.02 + EVERY_TEN_MINUTES[:18]
    seen = [visit(random, target, hours, random.uniform(20.0, 60.0), 4) for _ in range(2)]
    if seen[0] is None or seen[1] is None:
        return None
    first, second = (geocentric(look(one.station, hours[:1]))[0] for one in seen if one)
    apart_km = float(np.linalg.norm(first - second)) * populations.AU_KM
    return (target, [one for one in seen if one]) if apart_km > 1000.0 else None
