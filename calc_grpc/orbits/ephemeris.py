r"""Where a known orbit puts an object on the sky, for any moments, under the pull of the planets and the Moon.

Encke's method of `perturbations.py`, started anew every thousand days: the displacement stays small against the
distance from the Sun, so that years and centuries can be bridged. What it leaves out is said there.
"""

import math

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.errors import DidNotConverge
from calc_grpc.orbits.kepler import MAX_ITERATIONS, kepler_step
from calc_grpc.orbits.perturbations import PlanetTable, fill_displacements, first_not_before

RESTART_DAYS = 1000.0
LIGHT_PASSES = 3  # each brings the light time nearer by the speed of the object over that of light, 1e-4
KEPLER_FAILED = 1e-7


def carried(table: PlanetTable, state: Floats, epoch_mjd: float, mjd: Floats) -> Floats:
    """Heliocentric states (n, 6) at times (n,), MJD TDB in any order, of an orbit (6,) that osculates at the epoch.

    ICRF, au and au/day. table: covers epoch and times. Raises DidNotConverge. Good to the perturbers' places: a main
    belt object keeps within 1" of a full integration for ten years (tests/calc_grpc/orbits/test_ephemeris.py).
    """
    times = np.ascontiguousarray(mjd, dtype=np.float64)
    out = np.empty((times.size, 6))
    start = np.ascontiguousarray(state, dtype=np.float64)
    residual = fill_carried(table, start, float(epoch_mjd), times, np.argsort(times), out)
    if not residual < KEPLER_FAILED:
        raise DidNotConverge(MAX_ITERATIONS, float(residual))
    return out


def sighted(states: Floats, observer: Floats) -> tuple[Floats, Floats]:
    """Line from the observer to where the object was when the light left it, and its heliocentric place then.

    states: (n, 6) at the moments of observation; observer: heliocentric, au (n, 3). Returns two arrays (n, 3), au.
    The way back of minutes to hours is two-body motion (1e-8 au at half a day). Raises DidNotConverge.
    """
    line, place = np.empty((len(states), 3)), np.empty((len(states), 3))
    residual = fill_sighted(np.ascontiguousarray(states), np.ascontiguousarray(observer), line, place)
    if not residual < KEPLER_FAILED:
        raise DidNotConverge(MAX_ITERATIONS, float(residual))
    return line, place


@compiled
def fill_carried(
    table: PlanetTable, state: Floats, epoch_mjd: float, mjd: Floats, order: np.ndarray, out: Floats
) -> float:
    """Fill out (n, 6), see `carried`; the times `mjd[order]` ascend. Returns the worst residual of Kepler."""
    first = first_not_before(epoch_mjd, mjd, order)
    after = carry(table, state, epoch_mjd, mjd, order[first:], 1.0, out)
    before = carry(table, state, epoch_mjd, mjd, order[:first][::-1].copy(), -1.0, out)
    return max(after, before)


@compiled
def carry(
    table: PlanetTable, state: Floats, epoch_mjd: float, mjd: Floats, order: np.ndarray, direction: float, out: Floats
) -> float:
    """One way of `fill_carried`: from the epoch past every time, starting anew every RESTART_DAYS."""
    start, moved = state.copy(), np.empty(6)
    begin, done, worst = epoch_mjd, 0, 0.0
    while done < order.size:
        end = begin + direction * RESTART_DAYS
        count = 0
        while done + count < order.size and direction * (mjd[order[done + count]] - end) <= 0.0:
            count += 1
        is_last = done + count == order.size
        size = count if is_last else count + 1
        times, shifts, rows = np.empty(size), np.zeros((size, 6)), np.arange(size)
        for k in range(count):
            times[k] = mjd[order[done + k]]
        if not is_last:
            times[count] = end
        if direction < 0.0:
            rows = rows[::-1].copy()  # times descend here, and `fill_displacements` wants them to ascend
        fill_displacements(table, start, begin, times, rows, shifts)
        for k in range(count):
            residual = kepler_step(start, times[k] - begin, moved)
            worst = max(worst, residual) if residual == residual else math.inf
            for j in range(6):
                out[order[done + k], j] = moved[j] + shifts[k, j]
        if not is_last:
            residual = kepler_step(start, end - begin, moved)
            worst = max(worst, residual) if residual == residual else math.inf
            for j in range(6):
                start[j] = moved[j] + shifts[count, j]
        begin = end
        done += count
    return worst


@compiled
def fill_sighted(states: Floats, observer: Floats, line: Floats, place: Floats) -> float:
    """Fill line and place (n, 3), see `sighted`; returns the worst residual of Kepler's equation."""
    moved, worst = np.empty(6), 0.0
    for row in range(states.shape[0]):
        light = 0.0
        for _ in range(LIGHT_PASSES):
            residual = kepler_step(states[row], -light, moved) if light > 0.0 else 0.0
            worst = max(worst, residual) if residual == residual else math.inf
            square = 0.0
            for k in range(3):
                place[row, k] = moved[k] if light > 0.0 else states[row, k]
                line[row, k] = place[row, k] - observer[row, k]
                square += line[row, k] * line[row, k]
            light = math.sqrt(square) / LIGHT_AU_PER_DAY
    return worst
