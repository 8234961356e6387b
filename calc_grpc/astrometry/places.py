"""Roving observers carried from the turning Earth to ICRF axes, all of a file at once."""

from collections.abc import Sequence
from dataclasses import replace

import erfa
import numpy as np

from calc_grpc.astrometry.draft import Draft
from calc_grpc.orbits.constants import MJD_ZERO_JD
from calc_grpc.orbits.timescale import instants


def with_icrf_places(drafts: Sequence[Draft]) -> list[Draft]:
    """Give every roving observation its geocentric ICRF position, as `orbits.observer` does for stations."""
    moving = [k for k, draft in enumerate(drafts) if draft.earth_fixed_km is not None]
    result = list(drafts)
    if not moving:
        return result
    when = instants([drafts[k].observation.observed_at for k in moving])
    fixed = np.array([drafts[k].earth_fixed_km for k in moving])
    turn = erfa.ufunc.c2t00b(MJD_ZERO_JD, when.tt_mjd, MJD_ZERO_JD, when.ut1_mjd, 0.0, 0.0)
    places = np.einsum("nji,nj->ni", turn, fixed)
    for k, place in zip(moving, places, strict=True):
        x, y, z = (float(value) for value in place)
        moved = replace(drafts[k].observation, observer_position_km=(x, y, z))
        result[k] = replace(drafts[k], observation=moved)
    return result
