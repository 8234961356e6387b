"""Where an orbit puts an object on the sky of coming nights, and how far its uncertainty spreads it there."""

import math
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.coming_nights import Nights
from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.kepler import kepler_step, kepler_step_with_partials

PASSES = 2  # over the light time of the night before; its error falls by the speed over that of light, 1e-4, each time
SLOPE = 0.15  # G, where nobody has measured it; IAU Commission 20, 1985


class Sight(NamedTuple):
    """What a station sees, one row a night, ICRF axes.

    line: observer to object when the light left it, au (n, 3). place, velocity: heliocentric, of the object then, au
    and au/day (n, 3). east, north: unit vectors of growing RA and Dec (n, 3). partials: rad of (RA cos Dec, Dec) per
    unit of the state, (n, 2, 6).
    """

    line: Floats
    place: Floats
    velocity: Floats
    east: Floats
    north: Floats
    partials: Floats


def look(state: Floats, epoch_mjd: float, nights: Nights, displacement: Floats) -> Sight | None:
    """See a heliocentric state (6,) from each night; None when Kepler's equation cannot be solved.

    displacement: au (n, 3), added to the two-body place. Astrometric: with light time, without aberration.
    """
    n = nights.mjd.size
    line, moved, steps = np.empty((n, 3)), np.empty((n, 6)), np.empty((n, 3, 6))
    start = np.ascontiguousarray(state, dtype=np.float64)
    if not fill_sight(start, epoch_mjd, nights.mjd, nights.observer, displacement, line, moved, steps):
        return None
    distance = np.sqrt(np.einsum("nk,nk->n", line, line))
    across = np.hypot(line[:, 0], line[:, 1]) + 1e-300
    zero = np.zeros(n)
    east = np.stack([-line[:, 1] / across, line[:, 0] / across, zero], axis=1)
    north = np.cross(line / distance[:, None], east)
    axes = np.stack([east, north], axis=1) / distance[:, None, None]
    return Sight(line, moved[:, :3], moved[:, 3:], east, north, axes @ steps)


@compiled
def fill_sight(
    state: Floats, epoch_mjd: float, mjd: Floats, observer: Floats, displacement: Floats,
    line: Floats, moved: Floats, steps: Floats,
) -> bool:  # fmt: skip
    """Fill line (n, 3), moved (n, 6) and steps (n, 3, 6) of `look`; False when a night could not be reached."""
    light = 0.0
    for n in range(mjd.shape[0]):
        for _ in range(PASSES if n > 0 else 2 * PASSES):
            if not kepler_step_with_partials(state, mjd[n] - light - epoch_mjd, moved[n], steps[n]) < 1e-7:
                return False
            distance2 = 0.0
            for k in range(3):
                line[n, k] = moved[n, k] + displacement[n, k] - observer[n, k]
                distance2 += line[n, k] * line[n, k]
            light = math.sqrt(distance2) / LIGHT_AU_PER_DAY
    return True


def spread_of(sight: Sight, covariance: Floats) -> Floats:
    """Covariance (n, 2, 2) of (RA cos Dec, Dec), rad^2, from that of the state (6, 6)."""
    return np.asarray(sight.partials @ covariance @ sight.partials.transpose(0, 2, 1))


def scatter_of(
    sight: Sight, states: Floats, weights: Floats, epoch_mjd: float, nights: Nights, displacement: Floats
) -> Floats:
    """Mean square offsets of a family (m, 6) from the object on each night: (n, 2, 2), rad^2, east and north."""
    out = np.zeros((nights.mjd.size, 2, 2))
    fill_scatter(
        np.ascontiguousarray(states), weights / weights.sum(), epoch_mjd, nights.mjd, nights.observer - displacement,
        sight.line, sight.east, sight.north, out,
    )  # fmt: skip
    return out


@compiled
def fill_scatter(
    states: Floats, weights: Floats, epoch_mjd: float, mjd: Floats, observer: Floats, line: Floats, east: Floats,
    north: Floats, out: Floats,
) -> None:  # fmt: skip
    """Add up out (n, 2, 2) of `scatter_of`; members that cannot be followed count as far off as can be."""
    moved, offset = np.empty(6), np.empty(3)
    for n in range(mjd.shape[0]):
        nominal = math.sqrt(line[n, 0] ** 2 + line[n, 1] ** 2 + line[n, 2] ** 2)
        for m in range(states.shape[0]):
            light = nominal / LIGHT_AU_PER_DAY
            residual = kepler_step(states[m], mjd[n] - light - epoch_mjd, moved)
            distance2 = 0.0
            for k in range(3):
                offset[k] = moved[k] - observer[n, k]
                distance2 += offset[k] * offset[k]
            distance = math.sqrt(distance2) + 1e-300
            x, y, ahead = 0.0, 0.0, 0.0
            for k in range(3):
                # The member's own light time differs by some minutes: carry it along its velocity.
                seen = (offset[k] - moved[3 + k] * (distance / LIGHT_AU_PER_DAY - light)) / distance
                x += seen * east[n, k]
                y += seen * north[n, k]
                ahead += seen * line[n, k]
            if not residual < 1e-7:
                x, y = math.pi, math.pi
            elif ahead < 0.0:  # behind the observer's back: as far off as can be
                x, y = math.pi * x, math.pi * y
            out[n, 0, 0] += weights[m] * x * x
            out[n, 0, 1] += weights[m] * x * y
            out[n, 1, 1] += weights[m] * y * y
        out[n, 1, 0] = out[n, 0, 1]


def ellipse_of(spread: Floats) -> tuple[Floats, Floats, Floats]:
    """Semi-axes, rad, and position angle of the major one east of north, rad in [0, pi), of covariances (n, 2, 2)."""
    ra2, both, dec2 = spread[:, 0, 0], spread[:, 0, 1], spread[:, 1, 1]
    middle, half = 0.5 * (ra2 + dec2), np.hypot(0.5 * (dec2 - ra2), both)
    major, minor = np.sqrt(middle + half), np.sqrt(np.maximum(middle - half, 0.0))
    return major, minor, 0.5 * np.arctan2(2.0 * both, dec2 - ra2) % math.pi


def sky_motion(sight: Sight, nights: Nights) -> Floats:
    """Rates of (RA cos Dec, Dec), rad/day, (n, 2), to 1e-4 of themselves: the change of the light time is left out."""
    distance = np.sqrt(np.einsum("nk,nk->n", sight.line, sight.line))
    across = sight.velocity - nights.drift
    rates = [np.einsum("nk,nk->n", across, axis) / distance for axis in (sight.east, sight.north)]
    return np.stack(rates, axis=1)


def angle_between(first: Floats, second: Floats) -> Floats:
    """Angle between vectors (n, 3), rad, good to 1e-8."""
    squares = np.einsum("nk,nk->n", first, first) * np.einsum("nk,nk->n", second, second)
    return np.asarray(np.arccos(np.clip(np.einsum("nk,nk->n", first, second) / np.sqrt(squares), -1.0, 1.0)))


def magnitudes(sight: Sight, h_magnitude: float) -> Floats:
    """Predicted V, (n,), by the H, G system with G = 0.15; infinite towards a phase angle of 180 degrees.

    Reference: Bowell et al. 1989, Asteroids II, 524, eq. A4; meant for phase angles below 120 degrees.
    """
    distance = np.sqrt(np.einsum("nk,nk->n", sight.line, sight.line))
    from_sun = np.sqrt(np.einsum("nk,nk->n", sight.place, sight.place))
    tangent = np.tan(0.5 * angle_between(sight.line, sight.place))
    first, second = np.exp(-3.33 * tangent**0.63), np.exp(-1.87 * tangent**1.22)
    with np.errstate(divide="ignore"):
        dimming = -2.5 * np.log10((1.0 - SLOPE) * first + SLOPE * second)
    return np.asarray(h_magnitude + 5.0 * np.log10(distance * from_sun) + dimming)
