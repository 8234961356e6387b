"""Observations as the arrays that the kernels work on."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats, Rows
from calc_grpc.orbits.constants import ARCSEC_RAD, DEG_RAD
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.observer import observer_track
from calc_grpc.orbits.timescale import instants
from calc_grpc.orbits.weights import sigmas_arcsec


class Track(NamedTuple):
    """Observations of one object in order of time; a named tuple because numba takes those apart.

    mjd: TDB (n,). observer, earth_velocity: heliocentric ICRF, au and au/day (n, 3). toward, east, north: unit vectors
    of the measured direction and of growing RA and Dec there (n, 3). whitening: (n, 3) per radian, rows (p, q, r) that
    turn a residual (x, y) into (p x, q x + r y) of unit variance. displacement: au (n, 3), what is added to the
    two-body place of the object; the seam for perturbations.
    """

    mjd: Floats
    observer: Floats
    earth_velocity: Floats
    toward: Floats
    east: Floats
    north: Floats
    whitening: Floats
    displacement: Floats


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
    )


def select(track: Track, rows: Rows) -> Track:
    """Return the track of some rows (an index or boolean array)."""
    return Track(*(np.ascontiguousarray(column[rows]) for column in track))


def _whitening(observations: Sequence[Observation], mjd: Floats) -> Floats:
    sigmas = sigmas_arcsec(observations, mjd) * ARCSEC_RAD
    correlation = np.array([observation.correlation or 0.0 for observation in observations])
    left = np.sqrt(1.0 - correlation**2)
    return np.stack([1.0 / sigmas[:, 0], -correlation / (sigmas[:, 0] * left), 1.0 / (sigmas[:, 1] * left)], axis=1)
