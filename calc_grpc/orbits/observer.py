"""Where the observer stood: stations of the MPC, turned with the Earth and carried around the Sun."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import erfa
import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import AU_KM, MJD_ZERO_JD
from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.errors import StationWithoutPosition, UnknownStation
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.timescale import Instants

ROWS_PER_STEP = 300  # the theory of the Earth takes 25 microseconds a night


@dataclass(frozen=True, kw_only=True)
class ObserverTrack:
    """Heliocentric place of the observer and velocity of the geocentre, ICRF axes, au and au/day, both (n, 3)."""

    position: Floats
    earth_velocity: Floats


def observer_track(
    observations: Sequence[Observation], when: Instants, on_step: Callable[[], None] | None = None
) -> ObserverTrack:
    """Place every observer; raises UnknownStation, StationWithoutPosition. on_step is called every 25 ms or so."""
    parts = []
    for first in range(0, len(observations), ROWS_PER_STEP):
        if on_step is not None:
            on_step()
        parts.append(earth_heliocentric(when.tdb_mjd[first : first + ROWS_PER_STEP]))
    sun_to_earth = np.concatenate(parts)
    from_geocentre = _geocentric_au(observations, when)
    return ObserverTrack(position=sun_to_earth[:, :3] + from_geocentre, earth_velocity=sun_to_earth[:, 3:])


def _geocentric_au(observations: Sequence[Observation], when: Instants) -> Floats:
    fixed = np.zeros((len(observations), 3))
    given = np.zeros((len(observations), 3))
    for k, observation in enumerate(observations):
        if observation.observer_position_km is not None:
            given[k] = observation.observer_position_km
        else:
            fixed[k] = _fixed_place_km(observation.station)
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
