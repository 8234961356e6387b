r"""What the planets do to those that came near, to first order: quick, and enough to leave out most of them.

The pull is taken along the two-body orbit and carried to the observation: \delta r(t) = \int (dr(t)/dv(s)) a(s) ds.
Reference: Battin 1999, section 10.3, variation of parameters.
"""

import math

import numpy as np
from numpy.typing import NDArray

from calc_grpc.identification.cone import DRIFT_AU_PER_DAY, drift_after_pull_au, fits, length
from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.ephemeris import KEPLER_FAILED
from calc_grpc.orbits.kepler import (
    MAX_ITERATIONS,
    MU,
    SQRT_MU,
    TOLERANCE,
    kepler_step,
    stumpff,
    universal_anomaly,
)
from calc_grpc.orbits.perturbations import BODY_COUNT, CLOSEST_AU, GM, PlanetTable, place_bodies
from calc_grpc.orbits.tolerance import tolerance_rad

LONGEST_STEP = 40.0  # days
STEP_SHARE = 0.1  # of the time in which the orbit turns by a radian at perihelion; elsewhere the steps are longer
FARTHEST_SHARE = 4.0  # how much farther than in the mean over chi an object comes, at most, on a parabola
SAME_SHARE = 0.1  # of the cone that is left, by which the shift of one observation may be off at the next
USELESS_AU = 0.3  # what is left of the drift after decades; to work out the pull would leave out nobody


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
    """Fill shift (3,), au: how far the planets carry a state (6,) of perihelion distance q in some days.

    Simpson's rule along its conic, evenly in the universal anomaly chi: the nodes lie close where the object is fast,
    and none needs Kepler's equation, since chi adds up along an orbit.
    """
    shift[:] = 0.0
    r0 = length(state[0], state[1], state[2])
    sigma0 = (state[0] * state[3] + state[1] * state[4] + state[2] * state[5]) / SQRT_MU
    alpha = 2.0 / r0 - (state[3] ** 2 + state[4] ** 2 + state[5] ** 2) / MU
    end, _, _ = universal_anomaly(since_days, r0, sigma0, alpha, MAX_ITERATIONS, TOLERANCE)
    if end == 0.0:
        return
    count = node_count(end, since_days, alpha, q_au)
    here, there, places, pull = np.empty(6), np.empty(6), np.empty((BODY_COUNT, 3)), np.empty(3)
    fill_on_conic(state, r0, sigma0, alpha, end, there)
    for node in range(count):  # at the last one, where nothing has time to act, the integrand is zero
        days = fill_on_conic(state, r0, sigma0, alpha, end * node / count, here)
        place_bodies(table, epoch_mjd + days, places)
        fill_acceleration(places, here, pull)
        weight = end / count / 3.0 * (1.0 if node == 0 else 4.0 if node % 2 == 1 else 2.0)
        add_effect(here, there, alpha, end * (count - node) / count, since_days - days, pull, weight, shift)


@compiled
def node_count(chi: float, days: float, alpha: float, q_au: float) -> int:
    """How many steps make the way to chi, reached after so many days: an even number."""
    mean = SQRT_MU * days / chi  # distance from the Sun, since dt = r dchi / sqrt(mu)
    farthest = FARTHEST_SHARE * mean
    if alpha > 0.0:
        farthest = min(farthest, 2.0 / alpha - q_au)
    step = min(STEP_SHARE * math.sqrt(q_au), LONGEST_STEP * SQRT_MU / farthest)
    return max(2, 2 * math.ceil(abs(chi) / step / 2.0))


@compiled
def fill_on_conic(state: Floats, r0: float, sigma0: float, alpha: float, chi: float, moved: Floats) -> float:
    """Fill moved (6,), where a state is at chi, and return after how many days; Battin 1999, section 4.5."""
    c0, c1, c2, c3, _, _ = stumpff(alpha * chi * chi)
    u1, u2, u3 = chi * c1, chi * chi * c2, chi * chi * chi * c3
    r = r0 * c0 + sigma0 * u1 + u2
    f, g = 1.0 - u2 / r0, (r0 * u1 + sigma0 * u2) / SQRT_MU
    ft, gt = -SQRT_MU * u1 / (r * r0), 1.0 - u2 / r
    for j in range(3):
        moved[j] = f * state[j] + g * state[3 + j]
        moved[3 + j] = ft * state[j] + gt * state[3 + j]
    return float((r0 * u1 + sigma0 * u2 + u3) / SQRT_MU)


@compiled
def add_effect(
    here: Floats, there: Floats, alpha: float, chi: float, days: float, pull: Floats, weight: float, shift: Floats
) -> None:
    r"""Add to shift (3,) what a pull (3,) at a state `here`, for a weight in chi, does at `there`, chi and days later.

    \partial r / \partial v0 of Battin 1999, eq. 9.84 and 9.85, as in `kepler_step_with_partials`, times the pull.
    """
    r0 = length(here[0], here[1], here[2])
    sigma0 = (here[0] * here[3] + here[1] * here[4] + here[2] * here[5]) / SQRT_MU
    _, c1, c2, _, c4, c5 = stumpff(alpha * chi * chi)
    u2, chi4 = chi * chi * c2, chi * chi * chi * chi
    g = (r0 * chi * c1 + sigma0 * u2) / SQRT_MU
    c = (3.0 * chi4 * chi * c5 - chi * chi4 * c4) / SQRT_MU - days * u2
    along_v = (here[3] * pull[0] + here[4] * pull[1] + here[5] * pull[2]) / MU
    along_r = (here[0] * pull[0] + here[1] * pull[1] + here[2] * pull[2]) / MU
    weight *= r0 / SQRT_MU  # of days
    for j in range(3):
        effect = u2 * ((there[j] - here[j]) * along_v - (there[3 + j] - here[3 + j]) * along_r)
        shift[j] += weight * (effect + c * there[3 + j] * along_v + g * pull[j])


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
