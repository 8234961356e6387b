"""When midnight comes to a station, and where the station then stands."""

import math
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import erfa
import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import AU_KM, MJD_ZERO_JD
from calc_grpc.orbits.earth import barycentre, earth_heliocentric
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.timescale import instants

EARTH_FLATTENING = 1.0 / 298.257222101  # GRS80, Moritz 1980
EARTH_TURN_RAD_PER_DAY = 2.0 * math.pi * 1.00273781191135448  # IERS Conventions 2010, eq. 5.15


class Nights(NamedTuple):
    """A station at one moment of each night, one row each, ICRF axes.

    mjd: TDB (n,). observer, drift: heliocentric place and velocity, au and au/day (n, 3). zenith: unit vectors (n, 3),
    geodetic; zeros where there is no ground to stand on. pole: unit vector of the Earth's, in the middle of them (3,).
    """

    mjd: Floats
    observer: Floats
    drift: Floats
    zenith: Floats
    pole: Floats

    def rows(self, which: slice | np.ndarray) -> "Nights":
        """Some of the nights."""
        mjd, observer, drift, zenith = (
            np.ascontiguousarray(part[which]) for part in (self.mjd, self.observer, self.drift, self.zenith)
        )
        return Nights(mjd, observer, drift, zenith, self.pole)


def first_midnight(station: str, after: datetime) -> datetime:
    """First local mean midnight of a station after a moment: by its longitude, to the second; UTC.

    A station without a fixed place has that of Greenwich.
    """
    x, y, _ = station_places_km().get(station) or (1.0, 0.0, 0.0)
    into_day = timedelta(seconds=round(-math.atan2(y, x) / (2.0 * math.pi) % 1.0 * 86_400.0))
    here = after.astimezone(UTC)
    midnight = datetime(here.year, here.month, here.day, tzinfo=UTC) + into_day - timedelta(days=1)
    while midnight <= here:
        midnight += timedelta(days=1)
    return midnight


def coming_nights(station: str, first: datetime, days: Floats, *, fine_count: int) -> Nights:
    """Place a station at moments `days` (n,) after the first; one without a fixed place is put at the geocentre.

    The Earth is that of `earth_heliocentric` for the first `fine_count` nights, and good to 8,000 km later. A leap
    second between the nights is overlooked, and precession stands still at their middle: 0.5 km.
    """
    when = instants([first])
    mjd = when.tdb_mjd[0] + days
    earth = np.concatenate([earth_heliocentric(mjd[:fine_count]), barycentre(mjd[fine_count:])])
    place, zenith = _fixed_to_earth(station)
    eastward = EARTH_TURN_RAD_PER_DAY * np.array([-place[1], place[0], 0.0])
    to_earth = erfa.ufunc.c2i00b(MJD_ZERO_JD, float(when.tt_mjd[0] + 0.5 * days[-1]))
    turned = _to_celestial(when.ut1_mjd[0] + days, to_earth, np.stack([place, eastward, zenith]))
    return Nights(
        mjd=mjd,
        observer=np.ascontiguousarray(earth[:, :3] + turned[:, 0]),
        drift=np.ascontiguousarray(earth[:, 3:] + turned[:, 1]),
        zenith=turned[:, 2],
        pole=np.asarray(to_earth[2]),
    )


def _fixed_to_earth(station: str) -> tuple[Floats, Floats]:
    """Place, au, and zenith of a station in axes that turn with the Earth."""
    x, y, z = station_places_km().get(station) or (0.0, 0.0, 0.0)
    place = np.array([x, y, z]) / AU_KM
    if x == y == z == 0.0:
        return place, np.zeros(3)
    up = np.array([x, y, z / (1.0 - EARTH_FLATTENING) ** 2])
    return place, up / float(np.linalg.norm(up))


def _to_celestial(ut1_mjd: Floats, to_earth: Floats, vectors: Floats) -> Floats:
    """Vectors (m, 3) fixed to the Earth in ICRF axes at each time, (n, m, 3); to_earth: ICRF to equator and CIO."""
    turn = erfa.ufunc.era00(MJD_ZERO_JD, ut1_mjd)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y, z = vectors.T
    turned = np.stack([x * cos - y * sin, x * sin + y * cos, np.broadcast_to(z, (ut1_mjd.size, z.size))], axis=-1)
    return np.asarray(turned @ to_earth)
