"""How well the distances can be known from what was observed, and what an optimal fit makes of this very noise."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.observing import OFFSET_ARCSEC, OFFSET_SHARE, STATIONS, Visit
from synthetic.plans import Group

Floats = NDArray[np.float64]

ARCSEC_RAD = np.pi / 648_000.0
STATED_ARCSEC = 0.2


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Largest relative 1-sigma that the noise allows (Cramer-Rao), and largest relative error of the linear fit that
    attains it: it knows how noisy the stations are, how much visits share, and which positions are gross."""

    limit_rel: float
    optimal_rel: float


def weigh(lines: Floats, observations: list[dict[str, Any]], covariance_rad2: Floats) -> Knowledge:
    """From sight lines (n, 13, 3), true and of the clones, and the observations that were made of them."""
    distance = np.linalg.norm(lines[:, 0], axis=1)
    toward = lines[:, 0] / distance[:, None]
    east = np.stack([-toward[:, 1], toward[:, 0], np.zeros(len(toward))], axis=1)
    east /= np.linalg.norm(east, axis=1)[:, None]
    axes = (east, np.cross(toward, east))
    partials = (lines[:, 1:7] - lines[:, 7:13]) / 2.0  # of each clone step
    good = np.array(["gross" not in row for row in observations])
    whitening = np.linalg.inv(np.linalg.cholesky(covariance_rad2[np.ix_(good, good)]))
    reported = directions(observations)
    sky = [np.einsum("nki,ni->nk", partials, axis) / distance[:, None] for axis in axes]
    errors = [np.einsum("ni,ni->n", reported, axis) for axis in axes]
    design = np.concatenate([whitening @ one[good] for one in sky])
    noise = np.concatenate([whitening @ one[good] for one in errors])
    scale = np.linalg.norm(design, axis=0)
    ranges = np.einsum("nki,ni->nk", partials, toward) / distance[:, None]
    spread = (ranges / scale) @ np.linalg.pinv(design / scale, rcond=1e-14)
    return Knowledge(
        limit_rel=float(np.max(np.linalg.norm(spread, axis=1))), optimal_rel=float(np.max(np.abs(spread @ noise)))
    )


def directions(observations: list[dict[str, Any]]) -> Floats:
    """Unit vectors (n, 3) of the reported positions."""
    ra, dec = np.radians([[row["ra_deg"], row["dec_deg"]] for row in observations]).T
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def covariance(group: Group, visits: list[Visit]) -> Floats:
    """Of the errors in one coordinate, rad2, (n, n): a visit shares what offsets it has on average."""
    stations = [one.station for one in visits for _ in one.mjd]
    if group.stated:
        return np.eye(len(stations)) * (STATED_ARCSEC * ARCSEC_RAD) ** 2
    matrix = np.diag([STATIONS[station][0] ** 2 for station in stations])
    first = 0
    for one in visits:
        rows = slice(first, first + len(one.mjd))
        matrix[rows, rows] += OFFSET_SHARE * OFFSET_ARCSEC**2
        first += len(one.mjd)
    return np.asarray(matrix * ARCSEC_RAD**2)
