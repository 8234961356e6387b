"""When a station can observe: darkness, altitude and Moon, against almanacs and spherical trigonometry."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
import pytest

from calc_grpc.orbits.coming_nights import Nights, coming_nights, first_midnight
from calc_grpc.orbits.constants import DEG_RAD, MJD_ZERO_JD
from calc_grpc.orbits.visibility import (
    DARK_SUN_DEG,
    LOWEST_DEG,
    NEAR_MOON_DEG,
    dark_spans,
    hour_angles,
    lit_share,
    moon_from,
    visibility,
)

GREENWICH, MAUNA_KEA, LA_SILLA, TARTU = "000", "568", "809", "075"
FAR_AU = 1e5  # a star: no parallax


@dataclass
class Place:
    """A station's nights, and geodetic coordinates to compute altitudes from in another way."""

    station: str
    latitude_deg: float
    longitude_deg: float

    def nights(self, first: datetime, count: int) -> Nights:
        return coming_nights(self.station, first, np.arange(float(count)), fine_count=1)

    def altitude_deg(self, at: datetime, ra_deg: float, dec_deg: float) -> float:
        """By sidereal time and spherical trigonometry; ra, dec: of date."""
        ut = 51544.5 + (at - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
        hour = erfa.gmst06(MJD_ZERO_JD, ut, MJD_ZERO_JD, ut) + (self.longitude_deg - ra_deg) * DEG_RAD
        latitude, dec = self.latitude_deg * DEG_RAD, dec_deg * DEG_RAD
        sine = math.sin(latitude) * math.sin(dec) + math.cos(latitude) * math.cos(dec) * math.cos(hour)
        return math.degrees(math.asin(sine))

    def sun_altitude_deg(self, at: datetime) -> float:
        """By the formulae of the Astronomical Almanac, page C5, good to 0.01 degrees from 1950 to 2050."""
        n = (at - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
        anomaly = math.radians(357.528 + 0.9856003 * n)
        longitude = math.radians(280.460 + 0.9856474 * n + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly))
        tilt = math.radians(23.439 - 4e-7 * n)
        ra = math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude))
        dec = math.asin(math.sin(tilt) * math.sin(longitude))
        return self.altitude_deg(at, math.degrees(ra), math.degrees(dec))


PLACES = [
    Place(GREENWICH, 51.4779, 0.0),
    Place(MAUNA_KEA, 19.8261, 204.5278),
    Place(LA_SILLA, -29.2567, 289.2663),
]


def toward(ra_deg: float, dec_deg: float) -> np.ndarray:
    return FAR_AU * np.asarray(erfa.s2c(math.radians(ra_deg), math.radians(dec_deg)))


def seen(nights: Nights, line: np.ndarray, *, not_before_days: float = -1.0):
    lines = np.broadcast_to(line, (nights.mjd.size, 3))
    return visibility(nights, lines, np.zeros_like(lines), not_before_days=not_before_days)


def separation_from_moon_deg(nights: Nights, line: np.ndarray) -> float:
    moon, _ = moon_from(nights)
    return math.degrees(float(erfa.sepp(moon[0], line)))


def opposite_the_sun(nights: Nights) -> np.ndarray:
    """Where the night of these nights' middle has its south at midnight."""
    return nights.observer[nights.mjd.size // 2] * FAR_AU


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.station)
@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_darkness_falls_and_ends_when_the_sun_stands_so_low(place, month) -> None:
    first = first_midnight(place.station, datetime(2026, month, 10, tzinfo=UTC))
    start, length = dark_spans(place.nights(first, 3))
    if place.station == GREENWICH and month == 7:
        assert np.all(length * 24.0 < 4.0)
    for night in range(3):
        for days in (start[night], start[night] + length[night]):
            at = first + timedelta(days=night + float(days))
            assert place.sun_altitude_deg(at) == pytest.approx(DARK_SUN_DEG, abs=0.15)


def test_the_sun_of_greenwich_is_where_the_almanac_has_it() -> None:
    """Meridian passage of 2026-11-21 at Greenwich: 11:46, by an equation of time of +14 min; declination -19.9."""
    nights = PLACES[0].nights(datetime(2026, 11, 21, 11, 46, tzinfo=UTC), 1)
    sun = -nights.observer / np.linalg.norm(nights.observer)
    assert abs(math.degrees(float(hour_angles(nights, sun)[0]))) < 0.3
    altitude = 90.0 - math.degrees(math.acos(float((sun * nights.zenith).sum())))
    assert altitude == pytest.approx(90.0 - 51.48 - 19.9, abs=0.2)


def test_nights_are_short_in_june_and_long_in_december() -> None:
    """51.5 degrees north: at the June solstice the Sun sinks to 15.1 degrees below the horizon."""
    june, december = (PLACES[0].nights(datetime(2026, month, 21, tzinfo=UTC), 1) for month in (6, 12))
    assert 0.0 < dark_spans(june)[1][0] * 24.0 < 1.2
    circumpolar = seen(december, toward(90.0, 60.0))
    assert circumpolar.hindrances == ("",)
    assert circumpolar.hours[0] == pytest.approx(24.0 * dark_spans(december)[1][0]) and circumpolar.hours[0] > 12.0


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.station)
def test_a_star_that_culminates_in_the_dark_is_best_on_the_meridian(place) -> None:
    first = first_midnight(place.station, datetime(2026, 3, 20, tzinfo=UTC))
    nights = place.nights(first, 5)
    line = opposite_the_sun(nights)
    offer = seen(nights, line)
    assert set(offer.hindrances) == {""} and np.all(offer.hours > 3.0)
    unit = np.broadcast_to(line / np.linalg.norm(line), (5, 3))
    passage_days = -hour_angles(nights, unit) / (2.0 * math.pi * 1.0027379)
    assert np.abs(offer.offset_days - passage_days).max() * 1440.0 < 12.0  # half of the step between the moments


def test_every_moment_that_is_offered_is_dark_and_high_and_none_better_is_left_out() -> None:
    """For many places on the sky at many stations and seasons, against spherical trigonometry every ten minutes."""
    random = np.random.default_rng(11)
    checked = 0
    for place in PLACES:
        for month in (2, 5, 8, 11):
            first = first_midnight(place.station, datetime(2026, month, 3, tzinfo=UTC))
            nights = place.nights(first, 1)
            for ra_deg, dec_deg in zip(random.uniform(0, 360, 12), random.uniform(-60, 60, 12), strict=True):
                offer = seen(nights, toward(ra_deg, dec_deg))
                if offer.hindrances[0] in ("NEAR_SUN", "NEAR_MOON", "NO_DARKNESS"):
                    continue
                at = first + timedelta(days=float(offer.offset_days[0]))
                assert place.sun_altitude_deg(at) < DARK_SUN_DEG + 0.2
                grid = [first + timedelta(minutes=10 * k) for k in range(-72, 73)]
                dark = [moment for moment in grid if place.sun_altitude_deg(moment) < DARK_SUN_DEG]
                altitudes = [place.altitude_deg(moment, ra_deg, dec_deg) for moment in dark]
                best = place.altitude_deg(at, ra_deg, dec_deg)
                if separation_from_moon_deg(nights, toward(ra_deg, dec_deg)) < NEAR_MOON_DEG + 10.0:
                    continue
                assert best > max(altitudes) - 1.0  # precession since J2000 and the steps
                high = sum(altitude >= LOWEST_DEG for altitude in altitudes) / 6.0
                if offer.hindrances[0] == "LOW":
                    assert max(altitudes) < LOWEST_DEG + 0.5
                else:
                    assert offer.hours[0] == pytest.approx(high, abs=0.6) and best > LOWEST_DEG - 0.5
                    checked += 1
    assert checked > 40


def test_what_has_passed_of_a_night_is_not_offered() -> None:
    nights = PLACES[1].nights(first_midnight(MAUNA_KEA, datetime(2026, 3, 20, tzinfo=UTC)), 2)
    _, length = dark_spans(nights)
    setting = toward(60.0, 20.0)  # in the west after sunset, down before midnight
    evening = seen(nights, setting)
    assert evening.hindrances == ("", "") and np.all(evening.offset_days < -0.1)
    late = seen(nights, setting, not_before_days=-0.02)
    assert late.hindrances == ("LOW", "") and late.offset_days[0] >= -0.02
    assert 0.0 < length[0] < 0.5


def test_an_object_that_never_rises_is_low_and_one_at_the_sun_is_near_it() -> None:
    nights = PLACES[0].nights(first_midnight(GREENWICH, datetime(2026, 12, 1, tzinfo=UTC)), 2)
    south = seen(nights, toward(90.0, -60.0))
    assert south.hindrances == ("LOW", "LOW") and np.all(south.hours == 0.0)
    sun = seen(nights, -nights.observer[0] * FAR_AU)
    assert sun.hindrances == ("NEAR_SUN", "NEAR_SUN") and not sun.is_free.any()


def test_a_night_that_does_not_get_dark_offers_its_midnight_and_says_why() -> None:
    """Tartu, 58 degrees north: around the solstice the Sun sinks to 8 degrees below the horizon."""
    nights = coming_nights(TARTU, datetime(2026, 6, 20, 22, tzinfo=UTC), np.arange(3.0), fine_count=1)
    offer = seen(nights, opposite_the_sun(nights) + toward(0.0, 85.0))
    assert offer.hindrances == ("NO_DARKNESS",) * 3 and np.all(offer.offset_days == 0.0) and not offer.hours.any()


def test_full_and_new_moon_are_those_of_the_almanac_and_a_full_one_hides_what_stands_beside_it() -> None:
    """Full Moon 2026-11-24 14:53 UTC, new Moon 2026-12-09 00:52 UTC (Meeus 1998, ch. 49)."""
    for at, share in ((datetime(2026, 11, 24, 15, tzinfo=UTC), 1.0), (datetime(2026, 12, 9, 1, tzinfo=UTC), 0.0)):
        nights = coming_nights(GREENWICH, at, np.arange(1.0), fine_count=1)
        moon, _ = moon_from(nights)
        assert float(lit_share(moon, -nights.observer)[0]) == pytest.approx(share, abs=0.003)
    first = first_midnight(GREENWICH, datetime(2026, 11, 24, 12, tzinfo=UTC))
    full = PLACES[0].nights(first, 1)
    moon, _ = moon_from(full)
    beside = moon[0] / np.linalg.norm(moon[0]) * FAR_AU
    assert seen(full, beside).hindrances == ("NEAR_MOON",) and seen(full, beside).hours[0] == 0.0
    pole = np.array([0.0, 0.0, FAR_AU])
    assert seen(full, pole).hindrances == ("",)


def test_what_culminates_beside_the_moon_is_offered_when_the_moon_has_gone_on() -> None:
    """Three days after the full Moon, 27 degrees ahead of it: by dawn it has moved away, lower than at its highest."""
    first = first_midnight(MAUNA_KEA, datetime(2026, 11, 26, 12, tzinfo=UTC))
    nights = PLACES[1].nights(first, 1)
    moon, motion = moon_from(nights)
    ra, dec = erfa.c2s(moon[0])
    line = toward(math.degrees(ra) - 27.0, math.degrees(dec))
    reach_deg = NEAR_MOON_DEG * float(lit_share(moon, -nights.observer)[0])
    assert separation_from_moon_deg(nights, line) < reach_deg
    offer = seen(nights, line)
    assert offer.hindrances == ("",) and 0.0 < offer.hours[0] < 4.0
    then = moon[0] + motion[0] * offer.offset_days[0]
    assert math.degrees(float(erfa.sepp(then, line))) > reach_deg - 1.2  # the Moon's parallax


def test_the_moon_between_the_nodes_is_that_of_the_theory() -> None:
    nights = PLACES[0].nights(datetime(2026, 1, 1, tzinfo=UTC), 180)
    true = erfa.moon98(MJD_ZERO_JD, nights.mjd)
    moon, motion = moon_from(nights)
    assert np.degrees(erfa.sepp(moon, true["p"])).max() < 0.15
    assert np.abs(motion - true["v"]).max() < 0.01 * np.abs(true["v"]).max()


@pytest.mark.parametrize(("degrees", "hindrance"), [(5.0, "NEAR_MOON"), (20.0, "")])
def test_a_half_moon_hides_what_stands_within_half_of_the_angle(degrees, hindrance) -> None:
    """First quarter 2026-11-17; the Moon stands in the south at dusk."""
    nights = PLACES[1].nights(first_midnight(MAUNA_KEA, datetime(2026, 11, 17, 11, tzinfo=UTC)), 1)
    moon, _ = moon_from(nights)
    assert float(lit_share(moon, -nights.observer)[0]) == pytest.approx(0.55, abs=0.1)
    toward_moon = moon[0] / np.linalg.norm(moon[0])
    north = nights.pole - (nights.pole @ toward_moon) * toward_moon
    line = toward_moon + math.tan(math.radians(degrees)) * north / np.linalg.norm(north)
    assert seen(nights, FAR_AU * line).hindrances == (hindrance,)


def test_an_object_that_moves_fast_is_best_where_it_will_be() -> None:
    """Ten degrees an hour eastward keep it on the meridian for longer: the best moment comes later by as much."""
    nights = PLACES[1].nights(first_midnight(MAUNA_KEA, datetime(2026, 3, 20, tzinfo=UTC)), 1)
    line = nights.observer[0] / np.linalg.norm(nights.observer[0])
    east = np.cross(nights.pole, line)
    rows = line[None], east[None] * 24.0 * math.radians(3.0)
    still = visibility(nights, rows[0], np.zeros((1, 3)), not_before_days=-1.0)
    moving = visibility(nights, rows[0] + east * math.radians(15.0), rows[1], not_before_days=-1.0)
    # 15 degrees east of the meridian at midnight: an hour late, and a quarter more for its own way.
    assert (moving.offset_days[0] - still.offset_days[0]) * 24.0 == pytest.approx(1.25, abs=0.4)


def test_without_a_ground_everything_is_offered_at_midnight_but_near_the_sun() -> None:
    nights = coming_nights("500", datetime(2026, 6, 21, tzinfo=UTC), np.arange(2.0), fine_count=1)
    offer = seen(nights, opposite_the_sun(nights))
    assert offer.hindrances == ("", "") and not offer.offset_days.any()
    assert seen(nights, -opposite_the_sun(nights)).hindrances == ("NEAR_SUN", "NEAR_SUN")
