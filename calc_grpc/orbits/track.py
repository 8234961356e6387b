"""Observations as the arrays that the kernels work on."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats, Rows
from calc_grpc.orbits.constants import ARCSEC_RAD, DEG_RAD
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.observer import observer_track
from calc_grpc.orbits.timescale import instants
from calc_grpc.orbits.weights import sigmas_arcsec

NIGHT_DAYS = 0.6
ROUGHEST = 25.0  # chi-squared over degrees of freedom; as rough as an orbit may be


class Track(NamedTuple):
    """Observations of one object in order of time; a named tuple because numba takes those apart.

    mjd: TDB (n,). observer, earth_velocity: heliocentric ICRF, au and au/day (n, 3). toward, east, north: unit vectors
    of the measured direction and of growing RA and Dec there (n, 3). whitening: (n, 3) per radian, rows (p, q, r) that
    turn a residual (x, y) into (p x, q x + r y) of unit variance. displacement: au (n, 3), what the planets add to the
    two-body place of the object; it belongs to one orbit, see `prediction.displaced`. bending: (n, 3, 6), the partials
    of that by the state of the orbit, or (0, 3, 6) where they are neglected.
    """

    mjd: Floats
    observer: Floats
    earth_velocity: Floats
    toward: Floats
    east: Floats
    north: Floats
    whitening: Floats
    displacement: Floats
    bending: Floats


def build_track(observations: Sequence[Observation], on_step: Callable[[], None] | None = None) -> Track:
    """Work out times, places, directions and weights; raises UnusableObservations where a station has no place."""
    when = instants([observation.observed_at for observation in observations])
    places = observer_track(observations, when, on_step)
    ra = np.array([observation.ra_deg for observation in observations]) * DEG_RAD
    dec = np.array([observation.dec_deg for observation in observations]) * DEG_RAD
    zero = np.zeros_like(ra)
    return Track(
        mjd=when.tdb_mjd,
        observer=np.ascontiguousarray(places.position),
        earth_velocity=np.ascontiguousarray(places.earth_velocity),
        toward=np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1),
        east=np.stack([-np.sin(ra), np.cos(ra), zero], axis=1),
        north=np.stack([-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)], axis=1),
        whitening=_whitening(observations, when.tdb_mjd),
        displacement=np.zeros((len(observations), 3)),
        bending=np.zeros((0, 3, 6)),
    )


def select(track: Track, rows: Rows) -> Track:
    """Return the track of some rows (an index or boolean array)."""
    bending = track.bending if track.bending.size == 0 else track.bending[rows]
    columns = (np.ascontiguousarray(column[rows]) for column in track._replace(bending=track.mjd))
    return Track(*columns)._replace(bending=bending)


def motion(track: Track) -> float:
    """Chi-squared, in rescaled residuals, that a steady motion on the sky gains over one fixed place.

    Infinite where no fixed place comes near, whatever the motion.
    """
    place = track.toward.mean(axis=0)
    offsets = track.toward - place / max(float(np.linalg.norm(place)), 1e-9)
    x, y = np.einsum("nk,nk->n", offsets, track.east), np.einsum("nk,nk->n", offsets, track.north)
    p, q, r = track.whitening.T
    days = (track.mjd - track.mjd.mean()) / max(float(np.ptp(track.mjd)), 1e-9)
    nothing = np.zeros_like(days)
    design = np.concatenate(
        [np.stack([p, nothing, p * days, nothing], axis=1), np.stack([q, r, q * days, r * days], axis=1)]
    )
    values = np.concatenate([p * x, q * x + r * y])
    still, moving = (
        float(np.sum((values - columns @ np.linalg.lstsq(columns, values)[0]) ** 2))
        for columns in (design[:, :2], design)
    )
    if still > ROUGHEST * (values.size - 2):
        return math.inf
    return (still - moving) / max(1.0, moving / max(values.size - 4, 1))


def night_starts(mjd: Floats) -> Floats:
    """Begin of each night, whatever the longitude: with the first position after the last night has passed."""
    starts: list[float] = []
    for moment in np.sort(mjd):
        if not starts or moment > starts[-1] + NIGHT_DAYS:
            starts.append(float(moment))
    return np.array(starts)


def night_count(mjd: Floats) -> int:
    """Nights of observation."""
    return int(night_starts(mjd).size)


def densest_days(mjd: Floats, *, nights: int = 3) -> float:
    """Shortest time that holds so many nights, or all of them when there are fewer."""
    starts = night_starts(mjd)
    apart = min(nights, starts.size) - 1
    return float(np.min(starts[apart:] - starts[: starts.size - apart]))


def fit_sigmas_arcsec(track: Track) -> Floats:
    """What the positions are weighted with: 1-sigma in RA*cos(Dec) and Dec, arcsec, (n, 2)."""
    p, q, r = track.whitening.T
    return np.asarray(np.stack([1.0 / p, np.hypot(1.0, q / p) / r], axis=1) / ARCSEC_RAD)


def _whitening(observations: Sequence[Observation], mjd: Floats) -> Floats:
    sigmas = sigmas_arcsec(observations, mjd) * ARCSEC_RAD
    correlation = np.array([observation.correlation or 0.0 for observation in observations])
    left = np.sqrt(1.0 - correlation**2)
    return np.stack([1.0 / sigmas[:, 0], -correlation / (sigmas[:, 0] * left), 1.0 / (sigmas[:, 1] * left)], axis=1)
