"""How an object moves in the sky within a night, observed and predicted, by straight lines through its positions."""

import math
from typing import NamedTuple

import numpy as np

from calc_grpc.identification.cone import turned
from calc_grpc.identification.result import SkyMotion
from calc_grpc.orbits.compiled import Floats, Rows
from calc_grpc.orbits.constants import ARCSEC_RAD
from calc_grpc.orbits.track import night_starts

SHORTEST_DAYS = 1.0 / 1440.0
SIGMAS = 5.0
DAY_MINUTES = 1440.0


class Night(NamedTuple):
    """The night that tells the motion best.

    rows: of the track; days: from their weighted mean, weights: summing to 1, both of these rows; observed: rate of
    (RA cos Dec, Dec), rad/day (2,); sigma: of such a rate, rad/day.
    """

    rows: Rows
    days: Floats
    weights: Floats
    observed: Floats
    sigma: float


def best_night(mjd: Floats, toward: Floats, sigmas_rad: Floats) -> Night | None:
    """Find the night whose positions give the motion with the smallest error; None without two in one night.

    mjd: (n,) in order; toward: observed unit vectors (n, 3); sigmas_rad: of each position (n,).
    """
    nights = np.searchsorted(night_starts(mjd), mjd, side="right")
    found = [_night(np.flatnonzero(nights == night), mjd, toward, sigmas_rad) for night in np.unique(nights)]
    return min((night for night in found if night is not None), key=lambda night: night.sigma, default=None)


def rate_of(night: Night, toward: Floats) -> Floats:
    """Rate of (RA cos Dec, Dec), rad/day (2,), of unit vectors (n, 3) at the moments of the whole track."""
    here = toward[night.rows]
    middle = here.mean(axis=0)
    middle /= np.linalg.norm(middle)
    east = np.array([-middle[1], middle[0], 0.0]) / (math.hypot(middle[0], middle[1]) + 1e-300)
    north = np.cross(middle, east)
    spread = float(night.weights @ night.days**2)
    slope = (night.weights * night.days) @ here / spread
    return np.array([slope @ east, slope @ north])


def is_alike(night: Night, rate: Floats, *, tolerance_rad: float, distance_au: float) -> bool:
    """Whether a predicted rate agrees: within the errors, and what the tolerance of the place may change in a day."""
    allowed = SIGMAS * night.sigma + tolerance_rad * turned(1.0, distance_au)
    return float(np.hypot(*(rate - night.observed))) <= allowed


def sky_motion(rate: Floats) -> SkyMotion:
    """The same in arcseconds a minute."""
    ra, dec = (float(value) / ARCSEC_RAD / DAY_MINUTES for value in rate)
    return SkyMotion(ra_arcsec_per_min=ra, dec_arcsec_per_min=dec)


def _night(rows: Rows, mjd: Floats, toward: Floats, sigmas_rad: Floats) -> Night | None:
    if rows.size < 2 or mjd[rows[-1]] - mjd[rows[0]] < SHORTEST_DAYS:
        return None
    inverse = 1.0 / sigmas_rad[rows] ** 2
    weights = inverse / inverse.sum()
    days = mjd[rows] - weights @ mjd[rows]
    sigma = 1.0 / math.sqrt(float(inverse @ days**2))
    night = Night(rows, days, weights, np.zeros(2), sigma)
    return night._replace(observed=rate_of(night, toward))
