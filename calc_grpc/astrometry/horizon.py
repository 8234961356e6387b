"""Did the object stand above the horizon, and the Sun below it? Warnings only: it is time or station that is wrong.

The altitude is good to 0.2 degrees: precession without nutation, UTC for UT1 and TT, no refraction, and the Earth-Moon
barycentre for the Earth.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import erfa
import numpy as np

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import Findings
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import DEG_RAD, MJD_ZERO_JD
from calc_grpc.orbits.stations import station_places_km

LOWEST_ALTITUDE_DEG = -1.0
LEAST_RADIUS_KM = 6300.0  # nearer to the geocentre there is no horizon: geocentric codes
WGS84 = 1
EARTH_MOON_BARYCENTRE = 3
MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


def warn_of_horizon(drafts: Sequence[Draft], findings: Findings) -> None:
    """Look at every observation from a fixed place on the ground."""
    places = station_places_km()
    grounded, stood = [], []
    for draft in drafts:
        place = places.get(draft.observation.station)
        if draft.observation.observer_position_km is None and place is not None:
            grounded.append(draft)
            stood.append(place)
    if not grounded:
        return
    object_deg, sun_deg = altitudes_deg(grounded, np.array(stood))
    for k in np.flatnonzero((object_deg < LOWEST_ALTITUDE_DEG) | (sun_deg > 0.0)):
        span, station = grounded[k].span, grounded[k].observation.station
        if object_deg[k] < LOWEST_ALTITUDE_DEG:
            hint = f"It stood {-object_deg[k]:.0f}° below the horizon of {station}. Check time (UTC) and station."
            findings.warning(span, reasons.BELOW_HORIZON, hint)
        if sun_deg[k] > 0.0:
            hint = f"The Sun stood {sun_deg[k]:.0f}° above the horizon of {station}. Check time (UTC) and station."
            findings.warning(span, reasons.SUN_ABOVE_HORIZON, hint)


def altitudes_deg(drafts: Sequence[Draft], places_km: Floats) -> tuple[Floats, Floats]:
    """Altitudes of the objects and of the Sun, degrees, both (n,); without a horizon 90 and -90."""
    days = timedelta(days=1)
    mjd = np.array([(draft.observation.observed_at - MJD_ZERO) / days for draft in drafts])
    ra = np.array([draft.observation.ra_deg for draft in drafts]) * DEG_RAD
    dec = np.array([draft.observation.dec_deg for draft in drafts]) * DEG_RAD
    _, _, precession = erfa.ufunc.bp06(MJD_ZERO_JD, mjd)
    spin = erfa.ufunc.gmst06(MJD_ZERO_JD, mjd, MJD_ZERO_JD, mjd)
    longitude, latitude, _, _ = erfa.ufunc.gc2gd(WGS84, places_km * 1000.0)
    zenith = np.einsum("nji,nj->ni", precession, erfa.ufunc.s2c(longitude + spin, latitude))
    barycentre, _ = erfa.ufunc.plan94(MJD_ZERO_JD, mjd, EARTH_MOON_BARYCENTRE)
    sun = -barycentre["p"] / np.linalg.norm(barycentre["p"], axis=-1, keepdims=True)
    has_horizon = np.linalg.norm(places_km, axis=-1) > LEAST_RADIUS_KM
    return (
        np.where(has_horizon, _altitude_deg(zenith, erfa.ufunc.s2c(ra, dec)), 90.0),
        np.where(has_horizon, _altitude_deg(zenith, sun), -90.0),
    )


def _altitude_deg(zenith: Floats, direction: Floats) -> Floats:
    return np.asarray(np.arcsin(np.clip(np.einsum("ni,ni->n", zenith, direction), -1.0, 1.0)) / DEG_RAD)
