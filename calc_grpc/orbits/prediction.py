"""From six parameters to the directions in which an object would be seen.

The parameters x are those an observer measures: gnomonic offsets (a, d) from a reference direction, the logarithm of
the range, and the rates of all three divided by the range. At a fixed range the sky is almost linear in the others,
which is what makes the scan over ranges quick and safe.
"""

import math
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.kepler import kepler_step, kepler_step_with_partials
from calc_grpc.orbits.perturbations import PlanetTable, fill_displacements
from calc_grpc.orbits.track import Track

LOG_RANGE = 2  # index of the logarithm of the range among the parameters


class Frame(NamedTuple):
    """Where the parameters are counted from: mjd TDB, place and drift of the observer (au, au/day), three axes."""

    mjd: float
    origin: Floats
    drift: Floats
    toward: Floats
    east: Floats
    north: Floats


class Prediction(NamedTuple):
    """Of each observation: residual observed minus computed, rad (n, 2); range, au (n,); its partials (n, 6);
    distance from the Sun when the light left, au (n,)."""

    residuals: Floats
    ranges: Floats
    range_partials: Floats
    sun_distances: Floats


def frame_at(track: Track, row: int) -> Frame:
    """Count the parameters from one observation."""
    return Frame(
        float(track.mjd[row]),
        track.observer[row].copy(),
        track.earth_velocity[row].copy(),
        track.toward[row].copy(),
        track.east[row].copy(),
        track.north[row].copy(),
    )


@compiled
def along(line: Floats, axes: Floats, row: int) -> float:
    """Component of a vector (3,) along one row of axes (n, 3); written out, since calling BLAS costs more."""
    return float(line[0] * axes[row, 0] + line[1] * axes[row, 1] + line[2] * axes[row, 2])


@compiled
def chain(across: Floats, steps: Floats, basis: Floats, rows: Floats) -> None:
    """Fill rows (m, 6) with across (m, 3) times steps (3, 6) times basis (6, 6), loops for the same reason."""
    by_state = np.empty(6)
    for m in range(across.shape[0]):
        for j in range(6):
            by_state[j] = across[m, 0] * steps[0, j] + across[m, 1] * steps[1, j] + across[m, 2] * steps[2, j]
        for j in range(6):
            total = 0.0
            for k in range(6):
                total += by_state[k] * basis[k, j]
            rows[m, j] = total


@compiled
def emission_mjd(frame: Frame, x: Floats) -> float:
    """Epoch of the state of x: when the light seen at the reference left, TDB."""
    return frame.mjd - math.exp(x[LOG_RANGE]) / LIGHT_AU_PER_DAY


@compiled
def fill_state(frame: Frame, x: Floats, state: Floats) -> None:
    """Heliocentric state (6,) of the parameters x, at `emission_mjd`."""
    rho = math.exp(x[LOG_RANGE])
    for k in range(3):
        state[k] = frame.origin[k] + rho * (frame.toward[k] + x[0] * frame.east[k] + x[1] * frame.north[k])
        state[3 + k] = frame.drift[k] + rho * (x[5] * frame.toward[k] + x[3] * frame.east[k] + x[4] * frame.north[k])


@compiled
def fill_state_partials(frame: Frame, x: Floats, state: Floats, partials: Floats) -> None:
    """d state / d x, (6, 6). The epoch moves with the range as the light time does, and the two cancel to 1e-4."""
    rho = math.exp(x[LOG_RANGE])
    partials[:, :] = 0.0
    for k in range(3):
        partials[k, 0] = partials[3 + k, 3] = rho * frame.east[k]
        partials[k, 1] = partials[3 + k, 4] = rho * frame.north[k]
        partials[k, 2] = state[k] - frame.origin[k]
        partials[3 + k, 2] = state[3 + k] - frame.drift[k]
        partials[3 + k, 5] = rho * frame.toward[k]


@compiled
def sight(
    track: Track, row: int, state: Floats, epoch: float, light: Floats, moved: Floats, steps: Floats, line: Floats
) -> float:
    """Place the object for one observation; return its range in au, or -1 where Kepler's equation failed.

    light: days (n,), the light time of the last visit, improved here; one Kepler step serves, since the place is then
    carried along its velocity by the change of light time (error: half the acceleration times the change squared, which
    vanishes as a fit converges). moved (6,): heliocentric state at emission; steps (3, 6): d place / d state;
    line (3,): observer to object, au.
    """
    residual = kepler_step_with_partials(state, track.mjd[row] - light[row] - epoch, moved, steps)
    if not residual < 1e-7:
        return -1.0
    distance2, closing, speed = 0.0, 0.0, 0.0
    for k in range(3):
        line[k] = moved[k] + track.displacement[row, k] - track.observer[row, k]
        distance2 += line[k] * line[k]
    distance = math.sqrt(distance2) + 1e-30
    for k in range(3):
        closing += line[k] * moved[3 + k]
        speed += moved[3 + k] * moved[3 + k]
    if speed > 1.0:  # au/day; light goes 173
        return -1.0
    late = distance / LIGHT_AU_PER_DAY - light[row]
    late /= 1.0 + closing / distance / LIGHT_AU_PER_DAY
    light[row] += late
    distance2 = 0.0
    for k in range(3):
        moved[k] -= late * moved[3 + k]
        line[k] -= late * moved[3 + k]
        distance2 += line[k] * line[k]
    return math.sqrt(distance2)


@compiled
def predict(track: Track, frame: Frame, x: Floats) -> Prediction:
    """Residuals, ranges and their partials for every observation; rows that could not be reached hold infinity."""
    n = track.mjd.shape[0]
    state, moved, line = np.empty(6), np.empty(6), np.empty(3)
    basis, steps, direction = np.empty((6, 6)), np.empty((3, 6)), np.empty((1, 3))
    fill_state(frame, x, state)
    fill_state_partials(frame, x, state, basis)
    epoch = emission_mjd(frame, x)
    light = np.full(n, math.exp(x[LOG_RANGE]) / LIGHT_AU_PER_DAY)
    out = Prediction(np.full((n, 2), np.inf), np.full(n, np.inf), np.zeros((n, 6)), np.full(n, np.inf))
    for row in range(n):
        distance = -1.0
        for _ in range(3):
            distance = sight(track, row, state, epoch, light, moved, steps, line)
        if distance <= 0.0:
            continue
        out.ranges[row] = distance
        out.sun_distances[row] = math.sqrt(moved[0] ** 2 + moved[1] ** 2 + moved[2] ** 2)
        depth = along(line, track.toward, row)
        if depth > 0.0:
            out.residuals[row, 0] = -along(line, track.east, row) / depth
            out.residuals[row, 1] = -along(line, track.north, row) / depth
        for k in range(3):
            direction[0, k] = line[k] / distance
        chain(direction, steps, basis, out.range_partials[row : row + 1])
    return out


@compiled
def displaced(track: Track, table: PlanetTable, frame: Frame, x: Floats) -> Floats:
    """What the planets do to the orbit of x until each observation, au (n, 3): the track's displacement for it."""
    state, out = np.empty(6), np.zeros((track.mjd.shape[0], 6))
    fill_state(frame, x, state)
    ranges = predict(track, frame, x).ranges
    left = track.mjd - np.where(np.isfinite(ranges), ranges, math.exp(x[LOG_RANGE])) / LIGHT_AU_PER_DAY
    fill_displacements(table, state, emission_mjd(frame, x), left, np.argsort(left), out)
    return out[:, :3].copy()


@compiled
def conic_at(frame: Frame, x: Floats, mjd: float) -> Floats:
    """Two-body heliocentric state (6,) of the parameters x at a time, MJD TDB."""
    state, moved = np.empty(6), np.empty(6)
    fill_state(frame, x, state)
    kepler_step(state, mjd - emission_mjd(frame, x), moved)
    return moved


@compiled
def state_at(table: PlanetTable, frame: Frame, x: Floats, mjd: float) -> Floats:
    """Heliocentric state (6,) of the parameters x at a time, MJD TDB, the pull of the planets included."""
    state, displacement = np.empty(6), np.zeros((1, 6))
    fill_state(frame, x, state)
    fill_displacements(table, state, emission_mjd(frame, x), np.array([mjd]), np.array([0]), displacement)
    moved = conic_at(frame, x, mjd)
    moved += displacement[0]
    return moved
