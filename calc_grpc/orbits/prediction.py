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
STATE_STEP = 1e-4  # of the range, au; a tenth of it for a velocity, au/day


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
def chain(across: Floats, depth: float, steps: Floats, basis: Floats, row: Floats) -> None:
    """Fill row (6,) with across (3,) / depth times steps (3, 6) times basis (6, 6) of `fill_state_partials`.

    Written out, since calling BLAS costs more.
    """
    x, y, z = across[0] / depth, across[1] / depth, across[2] / depth
    px = x * steps[0, 0] + y * steps[1, 0] + z * steps[2, 0]
    py = x * steps[0, 1] + y * steps[1, 1] + z * steps[2, 1]
    pz = x * steps[0, 2] + y * steps[1, 2] + z * steps[2, 2]
    vx = x * steps[0, 3] + y * steps[1, 3] + z * steps[2, 3]
    vy = x * steps[0, 4] + y * steps[1, 4] + z * steps[2, 4]
    vz = x * steps[0, 5] + y * steps[1, 5] + z * steps[2, 5]
    by_parameters(px, py, pz, vx, vy, vz, basis, row)


@compiled
def by_parameters(px: float, py: float, pz: float, vx: float, vy: float, vz: float, basis: Floats, row: Floats) -> None:
    """Fill row (6,) with partials by place and velocity times basis (6, 6), whose zeros are left out."""
    for j in range(2):
        row[j] = px * basis[0, j] + py * basis[1, j] + pz * basis[2, j]
    along_range = px * basis[0, 2] + py * basis[1, 2] + pz * basis[2, 2]
    row[2] = along_range + vx * basis[3, 2] + vy * basis[4, 2] + vz * basis[5, 2]
    for j in range(3, 6):
        row[j] = vx * basis[3, j] + vy * basis[4, j] + vz * basis[5, j]


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
    state: Floats, elapsed: float, light: float, from_x: float, from_y: float, from_z: float,
    moved: Floats, steps: Floats, line: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Place the object for one observation; return range in au and light time, or -1 where Kepler's equation failed.

    elapsed: days from the state to the observation. light: days, the light time of the last visit, improved here; one
    Kepler step serves, since the place is then carried along its velocity by the change of light time (error: half the
    acceleration times the change squared, which vanishes as a fit converges). from: the observer, less what the
    planets do to the object, au; as numbers, since handing over a track costs as much as the Kepler step. moved (6,):
    heliocentric state at emission; steps (3, 6): d place / d state; line (3,): observer to object, au.
    """
    residual = kepler_step_with_partials(state, elapsed - light, moved, steps)
    if not residual < 1e-7:
        return -1.0, light
    line[0], line[1], line[2] = moved[0] - from_x, moved[1] - from_y, moved[2] - from_z
    distance = math.sqrt(line[0] * line[0] + line[1] * line[1] + line[2] * line[2]) + 1e-30
    closing = line[0] * moved[3] + line[1] * moved[4] + line[2] * moved[5]
    if moved[3] * moved[3] + moved[4] * moved[4] + moved[5] * moved[5] > 1.0:  # au/day; light goes 173
        return -1.0, light
    late = distance / LIGHT_AU_PER_DAY - light
    late /= 1.0 + closing / distance / LIGHT_AU_PER_DAY
    for k in range(3):
        moved[k] -= late * moved[3 + k]
        line[k] -= late * moved[3 + k]
    return math.sqrt(line[0] * line[0] + line[1] * line[1] + line[2] * line[2]), light + late


@compiled
def add_bending(steps: Floats, bending: Floats, row: int) -> None:
    """Add to d place / d state (3, 6) how what the planets do depends on the state, where that is known."""
    if bending.shape[0] > 0:
        steps += bending[row]


@compiled
def predict(track: Track, frame: Frame, x: Floats) -> Prediction:
    """Residuals, ranges and their partials for every observation; rows that could not be reached hold infinity."""
    n = track.mjd.shape[0]
    state, moved, line = np.empty(6), np.empty(6), np.empty(3)
    basis, steps = np.empty((6, 6)), np.empty((3, 6))
    fill_state(frame, x, state)
    fill_state_partials(frame, x, state, basis)
    epoch = emission_mjd(frame, x)
    out = Prediction(np.full((n, 2), np.inf), np.full(n, np.inf), np.zeros((n, 6)), np.full(n, np.inf))
    for row in range(n):
        distance, late = -1.0, math.exp(x[LOG_RANGE]) / LIGHT_AU_PER_DAY
        from_x = track.observer[row, 0] - track.displacement[row, 0]
        from_y = track.observer[row, 1] - track.displacement[row, 1]
        from_z = track.observer[row, 2] - track.displacement[row, 2]
        for _ in range(2):
            distance, late = sight(state, track.mjd[row] - epoch, late, from_x, from_y, from_z, moved, steps, line)
        add_bending(steps, track.bending, row)
        if distance <= 0.0:
            continue
        out.ranges[row] = distance
        out.sun_distances[row] = math.sqrt(moved[0] ** 2 + moved[1] ** 2 + moved[2] ** 2)
        depth = along(line, track.toward, row)
        if depth > 0.0:
            out.residuals[row, 0] = -along(line, track.east, row) / depth
            out.residuals[row, 1] = -along(line, track.north, row) / depth
        chain(line, distance, steps, basis, out.range_partials[row])
    return out


@compiled
def displaced(track: Track, table: PlanetTable, frame: Frame, x: Floats, use: Floats) -> Floats:
    """What the planets do to the orbit of x until each row in use, au (n, 3): the track's displacement for it."""
    state, out = np.empty(6), np.zeros((track.mjd.shape[0], 6))
    fill_state(frame, x, state)
    ranges = predict(track, frame, x).ranges
    left = track.mjd - np.where(np.isfinite(ranges), ranges, math.exp(x[LOG_RANGE])) / LIGHT_AU_PER_DAY
    order = np.argsort(left)
    fill_displacements(table, state, emission_mjd(frame, x), left, order[use[order] > 0.0], out)
    return out[:, :3].copy()


@compiled
def bent(track: Track, table: PlanetTable, frame: Frame, x: Floats, displacement: Floats) -> Floats:
    """Partials of `displaced` by the state of the orbit, (n, 3, 6), by forward differences."""
    n = track.mjd.shape[0]
    state, moved, out = np.empty(6), np.empty(6), np.zeros((n, 6))
    fill_state(frame, x, state)
    left = track.mjd - predict(track, frame, x).ranges / LIGHT_AU_PER_DAY
    order = np.argsort(left)
    partials = np.empty((n, 3, 6))
    for k in range(6):
        step = STATE_STEP * math.exp(x[LOG_RANGE]) * (1.0 if k < 3 else 0.1)
        moved[:] = state
        moved[k] += step
        fill_displacements(table, moved, emission_mjd(frame, x), left, order, out)
        partials[:, :, k] = (out[:, :3] - displacement) / step
    return partials


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
