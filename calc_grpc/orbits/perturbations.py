r"""What the planets and the Moon do to an orbit about the Sun: Encke's method.

Planets follow the mean elements of Simon et al. 1994 (ERFA plan94), good to 10 arcseconds for the inner ones and 90
for Jupiter and Saturn; Earth and Moon stand where `earth.py` has them, as for the observers. Perturbers that far off
change a refitted distance of a 400-day arc by 1e-7 (benchmarks/perturbations.py). Gravity of points only: nothing that
outgassing does (1e-4 of the distance of 1I), no relativity (1e-8 per au), no minor planets. Heliocentric ICRF, au, day,
MJD TDB.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import erfa
import numpy as np

from calc_grpc.orbits import constants
from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import MJD_ZERO_JD
from calc_grpc.orbits.earth import earth_and_moon
from calc_grpc.orbits.kepler import MU, kepler_step

PLAN94_NUMBERS = (1, 2, 4, 5, 6, 7, 8)
EARTH, MOON, BODY_COUNT = 2, 8, 9  # places in the table; the others stand where plan94 numbers them, less one
GM: Floats = (
    np.array(
        [
            constants.MERCURY_GM_KM3_PER_S2,
            constants.VENUS_GM_KM3_PER_S2,
            constants.EARTH_GM_KM3_PER_S2,
            constants.MARS_GM_KM3_PER_S2,
            constants.JUPITER_GM_KM3_PER_S2,
            constants.SATURN_GM_KM3_PER_S2,
            constants.URANUS_GM_KM3_PER_S2,
            constants.NEPTUNE_GM_KM3_PER_S2,
            constants.MOON_GM_KM3_PER_S2,
        ]
    )
    * MU
    / constants.SUN_GM_KM3_PER_S2
)

# Days. At 4, a cubic between nodes misses Mercury by 7e-6 au, the Moon by 5e-6 and the Earth by 1e-7; at 2, by 1/16.
LONGEST_TABLE_STEP = 4.0
SHORTEST_TABLE_STEP = 2.0
TABLE_STEPS = 20  # at least, where they would not be shorter
STEP_SHARE = 0.03  # of the time in which the orbit turns by a radian; the displacement is then good to 1e-5 of itself
LONGEST_STEP = 10.0  # days; however far the object, the planets pull the Sun to and fro as quickly as they turn
NEAR_SHARE = 0.10  # of the time in which a perturber is passed
NEAR_AU = 0.2  # where passing a perturber begins to matter
CLOSEST_AU = 2e-5  # inside a planet; the pull is not followed farther
SHORTEST_STEP = 1e-3  # days
MOST_STEPS = 20_000  # one way, a tenth of a second; orbits that would need more are no asteroid's


class PlanetTable(NamedTuple):
    """Perturbers at evenly spaced times: heliocentric ICRF places and velocities, au and au/day, (m, 9, 3) each."""

    start_mjd: float
    step_days: float
    places: Floats
    velocities: Floats


def planet_table(first_mjd: float, last_mjd: float, on_step: Callable[[], None] | None = None) -> PlanetTable:
    """Work out where the perturbers are from one time to another, MJD TDB."""
    step = min(LONGEST_TABLE_STEP, max(SHORTEST_TABLE_STEP, (last_mjd - first_mjd) / TABLE_STEPS))
    count = max(2, math.ceil((last_mjd - first_mjd) / step) + 1)
    mjd = np.asarray(first_mjd + step * np.arange(count), dtype=np.float64)
    both = np.empty((2, count, BODY_COUNT, 3))
    for number in PLAN94_NUMBERS:
        planet, _ = erfa.ufunc.plan94(MJD_ZERO_JD, mjd, number)
        both[0, :, number - 1], both[1, :, number - 1] = planet["p"], planet["v"]
        if on_step is not None:
            on_step()
    earth, moon = earth_and_moon(mjd)
    for k, part in enumerate((slice(0, 3), slice(3, 6))):
        both[k, :, EARTH] = earth[:, part]
        both[k, :, MOON] = earth[:, part] + moon[:, part]
    return PlanetTable(first_mjd, step, both[0], both[1])


def displacements(state: Floats, epoch_mjd: float, mjd: Floats, table: PlanetTable | None = None) -> Floats:
    """How far the planets have carried an object from the two-body orbit that osculates at the epoch.

    state: (6,). mjd: (n,), in any order. table: covers epoch and times; made here when absent. Returns (n, 6), au and
    au/day, to be added to `kepler.propagate`. Good to 1e-5 of itself while it is small against the distances from the
    Sun; years of a close approach are not.
    """
    times = np.ascontiguousarray(mjd, dtype=np.float64)
    if table is None:
        table = planet_table(min(epoch_mjd, float(times.min())), max(epoch_mjd, float(times.max())))
    out = np.zeros((times.size, 6))
    order = np.argsort(times)
    fill_displacements(table, np.ascontiguousarray(state, dtype=np.float64), float(epoch_mjd), times, order, out)
    return out


@compiled
def fill_displacements(
    table: PlanetTable, state: Floats, epoch_mjd: float, mjd: Floats, order: np.ndarray, out: Floats
) -> None:
    """Fill the rows `order` of out (n, 6), whose times `mjd[order]` ascend; see `displacements`."""
    first = first_not_before(epoch_mjd, mjd, order)
    march(table, state, epoch_mjd, mjd, order[first:], 1.0, out)
    march(table, state, epoch_mjd, mjd, order[:first][::-1], -1.0, out)


@compiled
def first_not_before(epoch_mjd: float, mjd: Floats, order: np.ndarray) -> int:
    """Where in `order`, by which the times ascend, the first one stands that is not before the epoch."""
    for k in range(order.size):
        if mjd[order[k]] >= epoch_mjd:
            return k
    return int(order.size)


@compiled
def march(
    table: PlanetTable, state: Floats, epoch_mjd: float, mjd: Floats, order: np.ndarray, direction: float, out: Floats
) -> None:
    """Integrate from the epoch past every time, one way, by the classical Runge-Kutta method of fourth order."""
    places = np.empty((BODY_COUNT, 3))
    conic = np.empty(6)
    here, there = np.zeros(6), np.empty(6)
    slopes, trial = np.empty((4, 6)), np.empty(6)
    at, done = epoch_mjd, 0
    shortest = abs(mjd[order[order.size - 1]] - epoch_mjd) / MOST_STEPS if order.size > 0 else 0.0
    while done < order.size:
        longest = slope(table, state, epoch_mjd, at, here, places, conic, slopes[0])
        step = direction * min(max(longest, shortest), max(abs(mjd[order[order.size - 1]] - at), SHORTEST_STEP))
        for k in range(6):
            trial[k] = here[k] + 0.5 * step * slopes[0, k]
        slope(table, state, epoch_mjd, at + 0.5 * step, trial, places, conic, slopes[1])
        for k in range(6):
            trial[k] = here[k] + 0.5 * step * slopes[1, k]
        slope(table, state, epoch_mjd, at + 0.5 * step, trial, places, conic, slopes[2])
        for k in range(6):
            trial[k] = here[k] + step * slopes[2, k]
        slope(table, state, epoch_mjd, at + step, trial, places, conic, slopes[3])
        for k in range(6):
            there[k] = here[k] + step / 6.0 * (slopes[0, k] + 2.0 * (slopes[1, k] + slopes[2, k]) + slopes[3, k])
        while done < order.size and direction * (mjd[order[done]] - at) <= direction * step:
            share = (mjd[order[done]] - at) / step
            between(here, there, step, share, out[order[done]])
            done += 1
        here[:] = there
        at += step


@compiled
def between(here: Floats, there: Floats, step: float, share: float, out: Floats) -> None:
    """Fill out (6,) at a share of the step between two displacements (6,), by the cubic through both."""
    back = 1.0 - share
    for k in range(3):
        chord = there[k] - here[k]
        out[k] = (
            here[k] + share * chord
            + share * back * (back * (step * here[3 + k] - chord) - share * (step * there[3 + k] - chord))
        )  # fmt: skip
        out[3 + k] = (
            6.0 * share * back * chord / step
            + back * (1.0 - 3.0 * share) * here[3 + k]
            + share * (3.0 * share - 2.0) * there[3 + k]
        )


@compiled
def slope(
    table: PlanetTable, state: Floats, epoch_mjd: float, at: float, displacement: Floats, places: Floats,
    conic: Floats, out: Floats,
) -> float:  # fmt: skip
    """Fill out (6,), the rate of change of a displacement (6,); return how long a step may be, days."""
    kepler_step(state, at - epoch_mjd, conic)
    place_bodies(table, at, places)
    x, y, z = conic[0] + displacement[0], conic[1] + displacement[1], conic[2] + displacement[2]
    conic2 = conic[0] * conic[0] + conic[1] * conic[1] + conic[2] * conic[2]
    r2 = x * x + y * y + z * z
    conic3, r3 = conic2 * math.sqrt(conic2), r2 * math.sqrt(r2)
    ax, ay, az = MU * (conic[0] / conic3 - x / r3), MU * (conic[1] / conic3 - y / r3), MU * (conic[2] / conic3 - z / r3)
    longest = min(LONGEST_STEP, STEP_SHARE * math.sqrt(r3 / MU))
    speed = math.sqrt(conic[3] ** 2 + conic[4] ** 2 + conic[5] ** 2) + 1e-4
    for body in range(BODY_COUNT):
        px, py, pz = places[body, 0], places[body, 1], places[body, 2]
        dx, dy, dz = px - x, py - y, pz - z
        d2 = dx * dx + dy * dy + dz * dz + CLOSEST_AU * CLOSEST_AU
        p2 = px * px + py * py + pz * pz
        d, p3 = math.sqrt(d2), p2 * math.sqrt(p2)
        pull, fall = GM[body] / (d2 * d), GM[body] / p3
        ax += pull * dx - fall * px
        ay += pull * dy - fall * py
        az += pull * dz - fall * pz
        if d < NEAR_AU:
            longest = min(longest, NEAR_SHARE * d / speed)
    for k in range(3):
        out[k] = displacement[3 + k]
    out[3], out[4], out[5] = ax, ay, az
    return max(longest, SHORTEST_STEP)


@compiled
def place_bodies(table: PlanetTable, at: float, places: Floats) -> None:
    """Fill places (9, 3) of the perturbers at a time, by a cubic between the nodes of the table."""
    count = table.places.shape[0]
    row = min(max(int((at - table.start_mjd) / table.step_days), 0), count - 2)
    h = table.step_days
    share = (at - table.start_mjd) / h - row
    back = 1.0 - share
    for body in range(BODY_COUNT):
        for k in range(3):
            first, last = table.places[row, body, k], table.places[row + 1, body, k]
            chord = last - first
            places[body, k] = (
                first + share * chord
                + share * back * (
                    back * (h * table.velocities[row, body, k] - chord)
                    - share * (h * table.velocities[row + 1, body, k] - chord)
                )
            )  # fmt: skip
