"""The observations as the comparison takes them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from calc_grpc.identification.motion import SIGMAS, Night, best_night
from calc_grpc.orbits.compiled import Floats, Rows
from calc_grpc.orbits.constants import ARCSEC_RAD
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.track import Track, build_track
from calc_grpc.orbits.weights import sigmas_arcsec

COMPARED_MAX = 200
SWEPT_MAX = 3


class Sky(NamedTuple):
    """Those that are compared, in order of time.

    observations, track: n of them; places: in the input (n,); sigmas: as stated, else the usual ones, rad (n,);
    stated: the larger one that the observer stated, rad (n,), 0 where none. swept: which of them the whole catalogue is
    compared with, at most three: first, middle and last. night: None where no night has two.
    """

    observations: Sequence[Observation]
    track: Track
    places: Rows
    sigmas: Floats
    stated: Floats
    swept: Rows
    night: Night | None

    @property
    def scatter(self) -> Floats:
        """How far a measurement of those swept may be off, rad."""
        return np.asarray(SIGMAS * self.sigmas[self.swept])


def build_sky(observations: Sequence[Observation], on_step: Callable[[], None]) -> Sky:
    """Choose and place the observations; raises UnusableObservations where a station has no place."""
    in_time = sorted(range(len(observations)), key=lambda k: observations[k].observed_at)
    places = np.array(in_time)[_spread(len(in_time), COMPARED_MAX)]
    chosen = [observations[k] for k in places]
    track = build_track(chosen, on_step)
    sigmas = sigmas_arcsec(chosen, track.mjd).max(axis=1) * ARCSEC_RAD
    stated = np.array([max(one.sigma_ra_arcsec or 0.0, one.sigma_dec_arcsec or 0.0) for one in chosen]) * ARCSEC_RAD
    night = best_night(track.mjd, track.toward, sigmas)
    return Sky(chosen, track, places, sigmas, stated, _spread(len(chosen), SWEPT_MAX), night)


def _spread(count: int, most: int) -> Rows:
    """At most so many of 0..count-1, evenly, the ends among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))
