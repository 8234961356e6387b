"""Where the observer stood: stations of the MPC, turned with the Earth and carried around the Sun."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import erfa
import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import AU_KM, MJD_ZERO_JD
from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.errors import StationWithoutPosition, UnknownStation
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.timescale import Instants

ROWS_PER_STEP = 300  # the theory of the Earth takes 25 microseconds a night


class Site(Protocol):
    """What places an observer, as an `Observation` does: an MPC code, or a geocentric place (ICRF, km)."""

    @property
    def station(self) -> str:
        """The MPC's code."""

    @property
    def observer_position_km(self) -> tuple[float, float, float] | None:
        """Where the observer was, if the station has no fixed place."""


@dataclass(frozen=True, kw_only=True)
class ObserverTrack:
    """Heliocentric place of the observer and velocity of the geocentre, ICRF axes, au and au/day, both (n, 3)."""

    position: Floats
    earth_velocity: Floats


def observer_track(sites: Sequence[Site], when: Instants, on_step: Callable[[], None] | None = None) -> ObserverTrack:
    """Place every observer, one for each moment. on_step is called every 25 ms or so.

    Raises UnknownStation, StationWithoutPosition.
    """
    parts = []
    for first in range(0, len(sites), ROWS_PER_STEP):
        if on_step is not None:
            on_step()
        parts.append(earth_heliocentric(when.tdb_mjd[first : first + ROWS_PER_STEP]))
    sun_to_earth = np.concatenate(parts)
    from_geocentre = _geocentric_au(sites, when)
    return ObserverTrack(position=sun_to_earth[:, :3] + from_geocentre, earth_velocity=sun_to_earth[:, 3:])


def _geocentric_au(sites: Sequence[Site], when: Instants) -> Floats:
    fixed = np.zeros((len(sites), 3))
    given = np.zeros((len(sites), 3))
    for k, site in enumerate(sites):
        if site.observer_position_km is not None:
            given[k] = site.observer_position_km
        else:
            fixed[k] = _fixed_place_km(site.station)
    # IAU 2000B nutation: a milliarcsecond, 3 cm on the ground; polar motion (10 m) is left out.
    turn = erfa.ufunc.c2t00b(MJD_ZERO_JD, when.tt_mjd, MJD_ZERO_JD, when.ut1_mjd, 0.0, 0.0)
    return np.asarray((np.einsum("nji,nj->ni", turn, fixed) + given) / AU_KM)


def _fixed_place_km(station: str) -> tuple[float, float, float]:
    places = station_places_km()
    if station not in places:
        raise UnknownStation(f"The MPC has no station {station!r}; check the code.")
    place = places[station]
    if place is None:
        raise StationWithoutPosition(f"Station {station} has no fixed place; give observer_position_km.")
    return place
