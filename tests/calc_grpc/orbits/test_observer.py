"""Places of observers against published values."""

from datetime import UTC, datetime

import numpy as np
import pytest

from calc_grpc.orbits.constants import AU_KM
from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.errors import StationWithoutPosition, UnknownStation
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.observer import observer_track
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.timescale import instants


def seen_from(station: str, moment: datetime, **more) -> np.ndarray:
    observation = Observation(observed_at=moment, ra_deg=0.0, dec_deg=0.0, station=station, **more)
    when = instants([moment])
    place = observer_track([observation], when).position[0]
    return (place - earth_heliocentric(when.tdb_mjd)[0, :3]) * AU_KM


def test_the_earth_stands_where_the_almanac_says():
    """Meeus 1998, Astronomical Algorithms, example 26.b: the Sun on 1992 October 13.0 TD, equinox J2000 (VSOP87)."""
    earth = earth_heliocentric(np.array([48908.0]))[0, :3]
    assert -earth == pytest.approx([-0.93739590, -0.31316793, -0.13577924], abs=2e-6)


def test_greenwich_points_to_the_sidereal_time():
    """Meeus 1998, example 12.a: 1987 April 10, 0h UT, sidereal time 197.6922 deg; 12.7 years of precession apart."""
    place = seen_from("000", datetime(1987, 4, 10, tzinfo=UTC))
    precession_deg = 12.73 * 46.1 / 3600.0  # to J2000 the right ascension grows by about 46.1 arcsec a year
    right_ascension_deg = np.degrees(np.arctan2(place[1], place[0])) % 360.0
    assert right_ascension_deg == pytest.approx(197.6922 + precession_deg, abs=0.03)


def test_a_station_is_carried_around_in_a_sidereal_day():
    first = seen_from("F51", datetime(2020, 3, 1, 0, 0, 0, tzinfo=UTC))
    later = seen_from("F51", datetime(2020, 3, 1, 23, 56, 4, 90500, tzinfo=UTC))
    assert np.linalg.norm(first - later) < 0.1  # km; nutation and precession of a day
    assert np.linalg.norm(first) == pytest.approx(6381.0, abs=3.0)  # Haleakala, 3 km above the ellipsoid at 20 deg


def test_the_geocentre_needs_no_turning_and_a_given_place_is_taken():
    moment = datetime(2020, 3, 1, tzinfo=UTC)
    assert np.linalg.norm(seen_from("500", moment)) < 1e-6
    given = (1000.0, -2000.0, 3000.0)
    assert seen_from("C51", moment, observer_position_km=given) == pytest.approx(given, abs=1e-4)


def test_stations_without_a_place_are_named():
    moment = datetime(2020, 3, 1, tzinfo=UTC)
    with pytest.raises(StationWithoutPosition, match="270"):
        seen_from("270", moment)
    with pytest.raises(UnknownStation, match="~~~"):
        seen_from("~~~", moment)
    assert station_places_km()["247"] is None
