r"""What the planets do to those that came near, to first order: quick, and enough to leave out most of them.

The pull is taken along the two-body orbit and carried to the observation: \delta r(t) = \int (dr(t)/dv(s)) a(s) ds.
Reference: Battin 1999, section 10.3, variation of parameters.
"""

import math

import numpy as np
from numpy.typing import NDArray

from calc_grpc.identification.cone import DRIFT_AU_PER_DAY, drift_after_pull_au, fits
from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.kepler import MU, kepler_step, kepler_step_with_partials
from calc_grpc.orbits.perturbations import BODY_COUNT, CLOSEST_AU, GM, PlanetTable, place_bodies
from calc_grpc.orbits.tolerance import tolerance_rad

LONGEST_STEP = 40.0  # days
STEP_SHARE = 0.2  # of the time in which the orbit turns by a radian at perihelion
SAME_SHARE = 0.1  # of the cone that is left, by which the shift of one observation may be off at the next
USELESS_AU = 0.3  # what is left of the drift after decades; to work out the pull would leave out nobody
KEPLER_FAILED = 1e-7


@compiled
def check_with_pull(
    table: PlanetTable, states: Floats, epochs: Floats, runoffs: Floats, drifts: Floats, qs: Floats,
    mjd: Floats, observer: Floats, toward: Floats, scatter: Floats, near: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Set near (n,): states (n, 6) at epochs (n,) that still fit once pulled to the times mjd (m,), see `cone.fits`."""
    m = mjd.shape[0]
    offsets, cones, distances = np.empty((m, 3)), np.empty(m), np.empty(m)
    shift, moved, line = np.empty(3), np.empty(6), np.empty(3)
    for i in range(states.shape[0]):
        if drift_after_pull_au(mjd[0] - epochs[i], drifts[i]) > USELESS_AU:
            near[i] = True
            continue
        worked_out = -math.inf  # the time for which `shift` holds
        for k in range(m):
            since = mjd[k] - epochs[i]
            allowed = SAME_SHARE * drift_after_pull_au(since, drifts[i])
            if not abs(mjd[k] - worked_out) * DRIFT_AU_PER_DAY * drifts[i] * drifts[i] < allowed:
                fill_pull(table, states[i], epochs[i], since, qs[i], shift)
                worked_out = mjd[k]
            light, distance, failed = 0.0, 1.0, False
            for _ in range(3):
                failed |= not kepler_step(states[i], since - light, moved) < KEPLER_FAILED
                for j in range(3):
                    line[j] = moved[j] + shift[j] - observer[k, j]
                distance = math.sqrt(line[0] ** 2 + line[1] ** 2 + line[2] ** 2)
                light = distance / LIGHT_AU_PER_DAY
            from_sun = math.sqrt(moved[0] ** 2 + moved[1] ** 2 + moved[2] ** 2)
            distances[k] = distance
            cones[k] = drift_after_pull_au(since, drifts[i]) / distance
            cones[k] += tolerance_rad(runoffs[i], since, from_sun, distance)
            for j in range(3):
                offsets[k, j] = math.inf if failed else line[j] / distance - toward[k, j]
        near[i] = fits(offsets, cones, distances, mjd, scatter)


@compiled
def fill_pull(
    table: PlanetTable, state: Floats, epoch_mjd: float, since_days: float, q_au: float, shift: Floats
) -> None:
    """Fill shift (3,), au: how far the planets carry a state (6,) in some days; Simpson's rule along its conic."""
    shift[:] = 0.0
    step = min(LONGEST_STEP, max(1.0, STEP_SHARE * math.sqrt(q_au * q_au * q_au / MU)))
    count = max(2, 2 * math.ceil(abs(since_days) / step / 2.0))
    step = since_days / count
    here, there, partials = np.empty(6), np.empty(6), np.empty((3, 6))
    places, pull = np.empty((BODY_COUNT, 3)), np.empty(3)
    for node in range(count):  # at the last one, where nothing has time to act, the integrand is zero
        kepler_step(state, node * step, here)
        place_bodies(table, epoch_mjd + node * step, places)
        fill_acceleration(places, here, pull)
        kepler_step_with_partials(here, since_days - node * step, there, partials)
        weight = step / 3.0 * (1.0 if node == 0 else 4.0 if node % 2 == 1 else 2.0)
        for j in range(3):
            shift[j] += weight * (partials[j, 3] * pull[0] + partials[j, 4] * pull[1] + partials[j, 5] * pull[2])


@compiled
def fill_acceleration(places: Floats, state: Floats, pull: Floats) -> None:
    """Fill pull (3,), au/day^2: what the perturbers at places (9, 3) do to an object, less what they do to the Sun."""
    pull[:] = 0.0
    for body in range(BODY_COUNT):
        px, py, pz = places[body, 0], places[body, 1], places[body, 2]
        dx, dy, dz = px - state[0], py - state[1], pz - state[2]
        d2 = dx * dx + dy * dy + dz * dz + CLOSEST_AU * CLOSEST_AU
        p2 = px * px + py * py + pz * pz
        near, far = GM[body] / (d2 * math.sqrt(d2)), GM[body] / (p2 * math.sqrt(p2))
        pull[0] += near * dx - far * px
        pull[1] += near * dy - far * py
        pull[2] += near * dz - far * pz
