r"""What is known of an asteroid before it is observed: a smooth census of the Solar System.

Each population is a bell in 1/a, in the eccentricity vector and in the inclination vector 2 sin(i/2). Those are smooth
through the parabola and through circular orbits, so least squares can use them. A prior matters only where the
observations leave the distance open; `uncertainty` reports what they say without it.
"""

import math

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import OBLIQUITY_J2000_RAD
from calc_grpc.orbits.kepler import MU

COS_OBLIQUITY = math.cos(OBLIQUITY_J2000_RAD)
SIN_OBLIQUITY = math.sin(OBLIQUITY_J2000_RAD)
QUANTITY_COUNT = 6

# Rows: number at equal size (main belt = 1), mean of 1/a, its sigma (1/au), sigma of e and i (rad) in each component.
# Round figures after DeMeo & Carry 2014 (Nature 505, 629; belt, Trojans), Granvik et al. 2018 (Icarus 312, 181;
# near-Earth), Petit et al. 2011 (AJ 142, 131; Kuiper belt). The rare ones count
# more than by number, about as often as observers ask about them: near-Earth objects get most of the follow-up.
CENSUS = np.array(
    [
        [1.0, 0.377, 0.045, 0.11, 0.13],  # main belt
        [0.15, 0.48, 0.10, 0.22, 0.25],  # Mars crossers, Hungarias
        [0.40, 0.60, 0.25, 0.38, 0.25],  # near-Earth
        [0.4, 0.192, 0.004, 0.05, 0.20],  # Jupiter Trojans
        [0.05, 0.253, 0.006, 0.11, 0.13],  # Hildas
        [2.0, 0.10, 0.08, 0.35, 0.30],  # Centaurs, comets of Jupiter's family
        [300.0, 0.0230, 0.005, 0.16, 0.18],  # Kuiper belt, scattered disc
        [1.0, 0.00, 0.05, 0.70, 0.90],  # long-period comets
        [0.05, -0.30, 0.50, 1.5, 0.90],  # visitors
    ]
)
# d(volume) of (1/a, e, i) to that of position and velocity goes as alpha^2.5: Delaunay elements are canonical.
BELL_WIDTHS: Floats = CENSUS[:, 2] * CENSUS[:, 3] ** 2 * CENSUS[:, 4] ** 2
LOG_HEIGHTS: Floats = np.log(CENSUS[:, 0] * np.maximum(CENSUS[:, 1], CENSUS[:, 2]) ** 2.5 / BELL_WIDTHS)
VOLUME_POWER = 6.0  # range^3 in position, range^3 in velocity belong to one step of the fitted parameters
BRIGHTNESS_POWER = 2.5  # at one magnitude the number seen goes as (r rho)^-2.5, for sizes N ~ 10^(0.5 H)
RANGE_SLOPE = -2.0 * (VOLUME_POWER - BRIGHTNESS_POWER)  # of the cost with ln(range)


@compiled
def orbit_quantities(state: Floats, quantities: Floats, partials: Floats) -> None:
    """Fill (6,): 1/a, eccentricity vector, the two ecliptic components of the inclination vector; and partials (6, 6).

    Rows of the partials are quantities, columns the state.
    """
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    r = math.sqrt(x * x + y * y + z * z)
    r3 = r * r * r
    v2 = vx * vx + vy * vy + vz * vz
    rv = x * vx + y * vy + z * vz
    quantities[0] = 2.0 / r - v2 / MU
    for k in range(3):
        quantities[1 + k] = ((v2 - MU / r) * state[k] - rv * state[3 + k]) / MU
        partials[0, k] = -2.0 * state[k] / r3
        partials[0, 3 + k] = -2.0 * state[3 + k] / MU
        for j in range(3):
            partials[1 + k, j] = state[k] * state[j] / r3 - state[3 + k] * state[3 + j] / MU
            partials[1 + k, 3 + j] = (2.0 * state[k] * state[3 + j] - state[j] * state[3 + k]) / MU
        partials[1 + k, k] += v2 / MU - 1.0 / r
        partials[1 + k, 3 + k] -= rv / MU
    inclination_vector(state, quantities, partials)


@compiled
def inclination_vector(state: Floats, quantities: Floats, partials: Floats) -> None:
    """Fill the last two: (h_x, h_y') times sqrt(2 / (h^2 + h h_z')), of the angular momentum h; primed: ecliptic.

    The length of that vector is 2 sin(i/2).
    """
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    hx, hy, hz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    h = math.sqrt(hx * hx + hy * hy + hz * hz) + 1e-30
    up, side = COS_OBLIQUITY * hz - SIN_OBLIQUITY * hy, COS_OBLIQUITY * hy + SIN_OBLIQUITY * hz
    size = h * max(h + up, 1e-6 * h)
    stretch = math.sqrt(2.0 / size)
    quantities[4], quantities[5] = hx * stretch, side * stretch
    turn = np.zeros(3)
    for column in range(6):
        j = column % 3
        k, m = (j + 1) % 3, (j + 2) % 3
        sign, other = (1.0, 3) if column < 3 else (-1.0, 0)  # h = r x v: d h / d r_j = e_j x v, d h / d v_j = -e_j x r
        turn[j], turn[k], turn[m] = 0.0, -sign * state[other + m], sign * state[other + k]
        by_h = (hx * turn[0] + hy * turn[1] + hz * turn[2]) / h
        by_up = COS_OBLIQUITY * turn[2] - SIN_OBLIQUITY * turn[1]
        by_stretch = -0.5 * stretch * ((2.0 * h + up) * by_h + h * by_up) / size
        partials[4, column] = turn[0] * stretch + hx * by_stretch
        partials[5, column] = (COS_OBLIQUITY * turn[1] + SIN_OBLIQUITY * turn[2]) * stretch + side * by_stretch


@compiled
def census_cost(quantities: Floats, pull: Floats, grip: Floats) -> float:
    """Return -2 ln(density) of the census; fill half its gradient `pull` and a positive curvature `grip`, (6,) each.

    Gradient and curvature are those of the bells, each weighted by its share at this place.
    """
    n = CENSUS.shape[0]
    logs = np.empty(n)
    e2 = quantities[1] ** 2 + quantities[2] ** 2 + quantities[3] ** 2
    i2 = quantities[4] ** 2 + quantities[5] ** 2
    highest = -np.inf
    for k in range(n):
        off = (quantities[0] - CENSUS[k, 1]) / CENSUS[k, 2]
        logs[k] = LOG_HEIGHTS[k] - 0.5 * (off * off + e2 / CENSUS[k, 3] ** 2 + i2 / CENSUS[k, 4] ** 2)
        highest = max(highest, logs[k])
    total = 0.0
    for k in range(n):
        logs[k] = math.exp(logs[k] - highest)
        total += logs[k]
    pull[:] = 0.0
    grip[:] = 0.0
    for k in range(n):
        share = logs[k] / total
        pull[0] += share * (quantities[0] - CENSUS[k, 1]) / CENSUS[k, 2] ** 2
        grip[0] += share / CENSUS[k, 2] ** 2
        grip[1] += share / CENSUS[k, 3] ** 2
        grip[4] += share / CENSUS[k, 4] ** 2
    grip[2] = grip[3] = grip[1]
    grip[5] = grip[4]
    for k in range(1, QUANTITY_COUNT):
        pull[k] = grip[k] * quantities[k]
    return -2.0 * (highest + math.log(total))


@compiled
def visibility_cost(state: Floats, log_range: float, slope: Floats) -> float:
    """-2 ln of volume and of how many such objects are bright enough to be seen; fill slope (6,), by the state alone.

    The range's own part of the slope is `RANGE_SLOPE`.
    """
    r2 = state[0] ** 2 + state[1] ** 2 + state[2] ** 2
    for k in range(3):
        slope[k], slope[3 + k] = 2.0 * BRIGHTNESS_POWER * state[k] / r2, 0.0
    return RANGE_SLOPE * log_range + BRIGHTNESS_POWER * math.log(r2)
