"""The coming nights: times, places, ellipses, and what observing again would bring."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
import pytest

from calc_grpc.orbits.advice import DAYS, FIELD_ARCSEC, NIGHT_COUNT
from calc_grpc.orbits.coming_nights import Nights, coming_nights, first_midnight
from calc_grpc.orbits.constants import ARCSEC_RAD, AU_KM, DEG_RAD, MJD_ZERO_JD
from calc_grpc.orbits.distance import determine_distance
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, state_from_elements
from calc_grpc.orbits.follow_up import (
    Family,
    days_ahead,
    like_and_after,
    plan_follow_up,
    warm_up,
)
from calc_grpc.orbits.night_sky import (
    ellipse_of,
    fill_scatter,
    fill_sight,
    look,
    magnitudes,
    scatter_of,
    sky_motion,
    spread_of,
)
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.observer import observer_track
from calc_grpc.orbits.perturbations import displacements, planet_table
from calc_grpc.orbits.timescale import instants
from calc_grpc.orbits.track import build_track
from calc_grpc.orbits.weights import sigmas_arcsec
from tests.calc_grpc.orbits.conftest import START, START_MJD_TDB

STATION = "F51"
FIRST = first_midnight(STATION, START)
LIKE = Observation(observed_at=START, ra_deg=1.0, dec_deg=1.0, station=STATION, sigma_ra_arcsec=0.5)
EARTH_KM = 5.0  # what the quick theory of the Earth may be off in the listed nights
PLACE_ARCSEC = 0.01  # 5 km at 1 au are 0.007 arcseconds


@pytest.fixture(scope="module")
def state(main_belt) -> np.ndarray:
    return ICRF_TO_ECLIPTIC.T @ state_from_elements(main_belt)


@pytest.fixture(scope="module")
def nights() -> Nights:
    return coming_nights(STATION, FIRST, DAYS, fine_count=NIGHT_COUNT)


def covariance_of(sigma_au: float, *, steadier: float = 1.0) -> np.ndarray:
    """A posterior: the place known to sigma, the velocity to what a month makes of it, or so many times better."""
    return np.diag([sigma_au**2] * 3 + [(sigma_au / 30.0 / steadier) ** 2] * 3)


def plan(state: np.ndarray, covariance: np.ndarray, **changes):
    """A plan for one used observation at the epoch, whose distance is seen along the x axis."""
    values = {
        "state": state,
        "covariance": covariance,
        "epoch_mjd": START_MJD_TDB,
        "range_partials": np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]),
        "distances": np.array([2.0]),
        "relative_sigma": math.sqrt(covariance[0, 0]) / 2.0,
        "like": LIKE,
        "after": START,
    }
    values |= changes
    ahead = min(values["after"] - START, timedelta(days=1000)) / timedelta(days=1) + days_ahead(START, None)
    first, last = sorted((START_MJD_TDB, values["epoch_mjd"]))
    return plan_follow_up(table=planet_table(first, last + ahead), **values)


@pytest.mark.parametrize(
    ("station", "after", "midnight"),
    [
        ("000", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)),
        ("000", datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)),
        ("500", datetime(1801, 2, 11, 23, 59, tzinfo=UTC), datetime(1801, 2, 12, tzinfo=UTC)),
        ("250", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)),  # Hubble: no place
    ],
)
def test_midnight_is_that_of_the_longitude_and_comes_after_the_moment(station, after, midnight) -> None:
    assert abs(first_midnight(station, after) - midnight) <= timedelta(seconds=1)


def test_midnight_at_mauna_kea_is_ten_hours_after_that_of_greenwich() -> None:
    """Longitude 204.528 degrees east: 13 h 38 min 7 s."""
    assert abs(first_midnight("568", START) - datetime(2020, 1, 1, 10, 21, 53, tzinfo=UTC)) < timedelta(seconds=2)


@pytest.mark.parametrize("first", [datetime(1801, 2, 11, tzinfo=UTC), datetime(2024, 6, 3, 7, tzinfo=UTC)])
def test_stations_stand_where_the_good_theories_put_them(first) -> None:
    moments = [first + timedelta(days=float(day)) for day in DAYS]
    seen = [Observation(observed_at=moment, ra_deg=0.0, dec_deg=0.0, station=STATION) for moment in moments]
    true = observer_track(seen, instants(moments)).position
    nights = coming_nights(STATION, first, DAYS, fine_count=NIGHT_COUNT)
    off_km = np.linalg.norm(nights.observer - true, axis=1) * AU_KM
    assert off_km[:NIGHT_COUNT].max() < EARTH_KM
    assert off_km.max() < 20_000.0
    hour = coming_nights(STATION, first + timedelta(hours=1), DAYS, fine_count=NIGHT_COUNT)
    moved = (hour.observer - nights.observer)[:NIGHT_COUNT] * 24.0
    between = (hour.drift + nights.drift)[:NIGHT_COUNT] / 2.0
    assert np.linalg.norm(moved - between, axis=1).max() < 2e-6  # au/day; the Earth's turn bends the path by as much


def test_places_and_distances_are_those_of_an_independent_computation(sky_of, main_belt, state) -> None:
    nights = plan(state, covariance_of(1e-4)).nights
    made, distances = sky_of(main_belt, [(night.at - START) / timedelta(days=1) for night in nights], noise_arcsec=0.0)
    for k, night in enumerate(nights):
        assert abs(night.at - FIRST - timedelta(days=k)) < timedelta(hours=12) and night.at.second == 0
        off_ra = (night.ra_deg - made[k].ra_deg) * math.cos(math.radians(night.dec_deg))
        assert math.hypot(off_ra, night.dec_deg - made[k].dec_deg) * 3600.0 < PLACE_ARCSEC
        assert abs(night.distance_au - distances[k]) < EARTH_KM / AU_KM


def test_motion_is_the_way_made_in_an_hour(state, nights) -> None:
    zero = np.zeros((DAYS.size, 3))
    later = coming_nights(STATION, FIRST + timedelta(hours=1), DAYS, fine_count=NIGHT_COUNT)
    here, there = (look(state, START_MJD_TDB, one, zero) for one in (nights, later))
    way = there.line / np.linalg.norm(there.line, axis=1)[:, None]
    rates = 0.5 * (sky_motion(here, nights) + sky_motion(there, later)) / 24.0
    for axis, rate in ((here.east, rates[:, 0]), (here.north, rates[:, 1])):
        moved = np.einsum("nk,nk->n", way, axis)[:NIGHT_COUNT]
        assert np.abs(moved - rate[:NIGHT_COUNT]).max() < 0.1 * ARCSEC_RAD


@pytest.mark.parametrize(
    ("spread", "major", "minor", "angle_deg"),
    [
        ([[9.0, 0.0], [0.0, 1.0]], 3.0, 1.0, 90.0),
        ([[1.0, 0.0], [0.0, 9.0]], 3.0, 1.0, 0.0),
        ([[5.0, 4.0], [4.0, 5.0]], 3.0, 1.0, 45.0),
        ([[5.0, -4.0], [-4.0, 5.0]], 3.0, 1.0, 135.0),
    ],
)
def test_an_ellipse_is_named_by_its_axes_and_the_angle_from_north_through_east(spread, major, minor, angle_deg) -> None:
    axes = [float(part[0]) for part in ellipse_of(np.array([spread]))]
    assert axes[:2] == pytest.approx([major, minor])
    assert math.degrees(axes[2]) == pytest.approx(angle_deg)


def test_a_random_family_spreads_as_the_covariance_says(state, nights) -> None:
    covariance = covariance_of(1e-4)
    random = np.random.default_rng(3)
    states = random.multivariate_normal(state, covariance, size=4000)
    sight = look(state, START_MJD_TDB, nights, np.zeros((DAYS.size, 3)))
    some = scatter_of(sight, states, np.ones(4000), START_MJD_TDB, nights, np.zeros((DAYS.size, 3)))
    linear = spread_of(sight, covariance)
    assert np.abs(ellipse_of(some)[0] / ellipse_of(linear)[0] - 1.0).max() < 0.04
    assert np.abs(ellipse_of(some)[1] / ellipse_of(linear)[1] - 1.0).max() < 0.04


def test_a_bent_family_widens_the_ellipse_and_its_own_width_is_added(state) -> None:
    """Ranges along one line of sight, to both sides: the ellipse lies along their track on the sky."""
    shares = np.linspace(-0.02, 0.02, 41)
    states = np.stack([state * np.array([1.0 + s] * 3 + [1.0 - 0.5 * s] * 3) for s in shares])
    offsets = states - state
    covariance = offsets.T @ offsets / shares.size
    family = Family(states=states, weights=np.ones(shares.size), within=np.zeros((6, 6)))
    thin, linear = (plan(state, covariance, family=one) for one in (family, None))
    wide = plan(state, covariance, family=replace(family, within=covariance_of(1e-5)))
    for one, other, last in zip(thin.nights, linear.nights, wide.nights, strict=True):
        assert one.ellipse_major_arcsec == pytest.approx(other.ellipse_major_arcsec, rel=0.1)
        assert last.ellipse_minor_arcsec > one.ellipse_minor_arcsec


def test_sigma_after_a_night_is_that_of_the_enlarged_normal_matrix(state) -> None:
    covariance = covariance_of(0.02)
    follow_up = plan(state, covariance)
    days = np.array([(night.at - FIRST) / timedelta(days=1) for night in follow_up.nights])
    there = coming_nights(STATION, FIRST, days, fine_count=NIGHT_COUNT)
    sight = look(state, START_MJD_TDB, there, np.zeros((NIGHT_COUNT, 3)))
    for row in (0, 12, 29):
        gained = 2.0 * sight.partials[row].T @ sight.partials[row] / (0.5 * ARCSEC_RAD) ** 2
        after = np.linalg.inv(np.linalg.inv(covariance) + gained)
        assert follow_up.nights[row].relative_sigma_after == pytest.approx(math.sqrt(after[0, 0]) / 2.0, rel=1e-3)


def test_observing_again_is_advised_from_the_first_night_that_brings_one_percent(state) -> None:
    follow_up = plan(state, covariance_of(0.028, steadier=10.0))
    enough = [night.at for night in follow_up.nights if night.relative_sigma_after <= 0.01]
    assert follow_up.observe_from == enough[0] > FIRST


def test_the_last_night_is_the_last_on_which_the_ellipse_fits_the_field(state) -> None:
    follow_up = plan(state, covariance_of(1.5e-3))
    fits = [night.at for night in follow_up.nights if 4.0 * night.ellipse_major_arcsec <= FIELD_ARCSEC]
    assert 1 <= len(fits) < NIGHT_COUNT and follow_up.observe_by == fits[-1]
    assert follow_up.observe_from is None and follow_up.relative_sigma < 0.01


def test_a_well_known_orbit_needs_nothing(state) -> None:
    follow_up = plan(state, covariance_of(1e-6))
    assert (follow_up.observe_from, follow_up.observe_by, follow_up.note) == (None, None, "")
    assert follow_up.remarks == ()
    assert len(follow_up.nights) == NIGHT_COUNT


def test_an_ellipse_larger_than_the_field_is_named(state) -> None:
    follow_up = plan(state, covariance_of(0.05), like=replace(LIKE, sigma_ra_arcsec=60.0))
    assert follow_up.observe_by is None
    assert "10 arcminutes from the first night on" in follow_up.note and "No single night" in follow_up.note
    assert follow_up.remarks == ("WIDE_ELLIPSE", "SEVERAL_NIGHTS")


@pytest.mark.parametrize("sigma_au", [1.0, 1e3])
def test_without_a_place_to_point_at_there_are_no_nights_but_a_reason(state, sigma_au) -> None:
    follow_up = plan(state, covariance_of(sigma_au))
    assert follow_up.nights == () and follow_up.observe_from is None
    assert "uncertain by" in follow_up.note and follow_up.remarks == ("LOST",)
    assert (follow_up.lost_within_deg is None) == ("most of the sky" in follow_up.note)


def test_warming_up_loads_every_kernel(state, nights) -> None:
    warm_up()
    assert all(kernel.signatures for kernel in (fill_sight, fill_scatter))
    before = [len(kernel.signatures) for kernel in (fill_sight, fill_scatter)]
    family = Family(states=np.stack([state] * 3), weights=np.ones(3), within=covariance_of(1e-5))
    plan(state, covariance_of(1e-4), family=family)
    assert [len(kernel.signatures) for kernel in (fill_sight, fill_scatter)] == before


def test_without_a_finite_covariance_nothing_is_said(state) -> None:
    assert plan(state, np.full((6, 6), np.nan)) is None
    assert plan(state, covariance_of(1e-4), relative_sigma=math.inf) is None


def test_members_that_fly_off_widen_the_ellipse_and_leave_it_finite(state) -> None:
    """Every second member leaves at a tenth of the speed of light, where Kepler's equation cannot be solved."""
    states = np.stack([state, state * np.array([1.0] * 3 + [1500.0] * 3)] * 8)
    family = Family(states=states, weights=np.ones(16), within=covariance_of(1e-5))
    follow_up = plan(state, covariance_of(1e-4), family=family)
    assert follow_up.nights == () and "uncertain by most of the sky" not in follow_up.note


def test_nights_near_the_sun_are_shown_and_not_advised(state) -> None:
    """The object leaves the Sun in the month that begins 400 days later; high before dawn it stands only after it."""
    follow_up = plan(state, covariance_of(0.0205, steadier=1000.0), after=START + timedelta(days=400))
    assert follow_up.nights[0].sun_elongation_deg < 30.0 and follow_up.nights[0].hindrance == "NEAR_SUN"
    assert follow_up.nights[0].relative_sigma_after <= 0.01
    free = [night.at for night in follow_up.nights if night.hindrance == ""]
    if free:
        assert follow_up.observe_from == free[0]
    else:
        assert follow_up.observe_from == follow_up.observable_from > follow_up.nights[-1].at
    hidden = plan(state, covariance_of(1e-6), after=START + timedelta(days=355))
    assert "within 30 degrees of the Sun" in hidden.note and len(hidden.nights) == NIGHT_COUNT
    assert hidden.remarks == ("NEAR_SUN", "OBSERVABLE_LATER")
    assert f"{hidden.observable_from:%Y-%m-%d %H:%M}" in hidden.note
    again = plan(state, covariance_of(1e-6), after=hidden.observable_from - timedelta(hours=12)).nights[0]
    assert again.hindrance == "" and abs(again.at - hidden.observable_from) < timedelta(minutes=40)


def test_a_station_that_never_sees_it_high_in_the_dark_is_told_how_high_it_comes(state) -> None:
    """The object goes through the southern sky; Tautenburg lies 51 degrees north, Tartu 58."""
    low = plan(state, covariance_of(1e-6), like=replace(LIKE, station="033"), after=START + timedelta(days=150))
    altitudes = [night.altitude_deg for night in low.nights]
    assert low.remarks == ("LOW", "NOT_SOON") and {night.hindrance for night in low.nights} == {"LOW"}
    assert low.highest_altitude_deg == max(altitudes) < 20.0 and f"reaches {max(altitudes):.0f} degrees" in low.note
    assert low.observable_from is None
    bright = plan(state, covariance_of(1e-6), like=replace(LIKE, station="075"), after=START + timedelta(days=155))
    assert bright.remarks[0] == "NO_DARKNESS" and "15 degrees below the station's horizon" in bright.note
    mixed = plan(state, covariance_of(1e-6), like=replace(LIKE, station="075"), after=START + timedelta(days=118))
    assert mixed.remarks[0] == "NOT_OBSERVABLE" and len({night.hindrance for night in mixed.nights}) > 1


def test_what_is_advised_is_dark_and_high_and_after_the_question(state) -> None:
    for hours in range(0, 24, 3):
        after = START + timedelta(hours=hours)
        follow_up = plan(state, covariance_of(1e-6), after=after)
        free = [night for night in follow_up.nights if night.hindrance == ""]
        assert free and all(night.altitude_deg > 19.5 and night.sun_altitude_deg < -14.7 for night in free)
        assert all(night.observable_hours > 0.0 for night in free) and follow_up.observable_from == free[0].at
        assert follow_up.nights[0].at >= after
        moments = [night.at for night in follow_up.nights]
        assert moments == sorted(moments)


def test_the_moon_and_the_sun_of_a_night_are_where_an_almanac_has_them(state) -> None:
    """Full Moon 2020-01-10 19:21 UTC; the object then stood 118 degrees from it."""
    night = plan(state, covariance_of(1e-6), after=datetime(2020, 1, 10, 2, tzinfo=UTC)).nights[0]
    assert night.moon_illumination == pytest.approx(1.0, abs=0.01)
    moon = erfa.moon98(MJD_ZERO_JD, START_MJD_TDB + (night.at - START) / timedelta(days=1))["p"]
    place = erfa.s2c(math.radians(night.ra_deg), math.radians(night.dec_deg))
    assert night.moon_separation_deg == pytest.approx(math.degrees(erfa.sepp(moon, place)), abs=1.0)  # its parallax


def test_an_ellipse_that_outgrows_the_field_before_the_sky_allows_is_told(state) -> None:
    hidden = plan(state, covariance_of(3e-4, steadier=2.0), after=START + timedelta(days=355))
    assert hidden.observe_by is None and "OUTGROWN" in hidden.remarks
    assert hidden.nights[0].ellipse_major_arcsec * 4.0 < FIELD_ARCSEC


def test_altitude_is_that_of_the_hour_angle(state) -> None:
    """Against sidereal time and geodetic latitude of F51, 20.707 degrees north, 203.744 degrees east."""
    for night in plan(state, covariance_of(1e-6)).nights:
        ut = START_MJD_TDB + (night.at - START) / timedelta(days=1)
        sidereal = erfa.gmst06(MJD_ZERO_JD, ut, MJD_ZERO_JD, ut) + 203.744 * DEG_RAD
        hour = sidereal - math.radians(night.ra_deg)
        dec, latitude = math.radians(night.dec_deg), 20.707 * DEG_RAD
        sine = math.sin(latitude) * math.sin(dec) + math.cos(latitude) * math.cos(dec) * math.cos(hour)
        assert night.altitude_deg == pytest.approx(math.degrees(math.asin(sine)), abs=0.5)


def test_the_geocentre_has_no_horizon_and_an_unknown_brightness_is_none(state) -> None:
    night = plan(state, covariance_of(1e-6), like=replace(LIKE, station="500")).nights[0]
    assert night.altitude_deg is None and night.magnitude is None and night.hindrance == ""
    assert night.observable_hours is night.sun_altitude_deg is night.moon_separation_deg is None
    assert night.at == first_midnight("500", START)
    assert plan(state, covariance_of(1e-6), h_magnitude=3.3).nights[0].magnitude is not None


def test_at_full_phase_the_magnitude_is_that_of_the_distances_alone(state, nights) -> None:
    sight = look(state, START_MJD_TDB, nights, np.zeros((DAYS.size, 3)))
    full = sight._replace(place=2.0 * sight.line)
    r = np.linalg.norm(sight.line, axis=1)
    assert magnitudes(full, 10.0) == pytest.approx(10.0 + 5.0 * np.log10(2.0 * r * r))
    side = sight._replace(place=np.cross(sight.line, sight.east))
    # A phase angle of 90 degrees at G = 0.15: Bowell et al. 1989 give phi1 = exp(-3.33), phi2 = exp(-1.87).
    fainter = -2.5 * math.log10(0.85 * math.exp(-3.33) + 0.15 * math.exp(-1.87))
    assert magnitudes(side, 10.0) == pytest.approx(10.0 + 5.0 * np.log10(r * r) + fainter)


def observations_at(*rows: tuple[str, int]) -> list[Observation]:
    return [
        Observation(observed_at=START + timedelta(days=day), ra_deg=1.0, dec_deg=1.0, station=station)
        for station, day in rows
    ]


def test_the_last_station_with_a_place_goes_on(state) -> None:
    like, after = like_and_after(observations_at(("F51", 0), ("W84", 5), ("250", 9)), None)
    assert (like.station, after) == ("W84", START + timedelta(days=9))
    roving = [replace(one, observer_position_km=(7000.0, 0.0, 0.0)) for one in observations_at(("250", 9))]
    like, _ = like_and_after(roving, None)
    assert (like.station, like.observer_position_km) == ("500", None)


@pytest.mark.parametrize(("days", "start"), [(10, 10), (600, 600), (900, 0), (-5, 0)])
def test_nights_follow_the_question_unless_it_is_historical(days, start) -> None:
    _, after = like_and_after(observations_at(("F51", 0)), START + timedelta(days=days))
    assert after == START + timedelta(days=start)


def test_the_end_of_the_calendar_is_no_error(state) -> None:
    follow_up = plan(state, covariance_of(1e-6), after=datetime(9999, 12, 30, tzinfo=UTC))
    assert follow_up.nights == () and "calendar" in follow_up.note and follow_up.remarks == ("CALENDAR_ENDS",)


@pytest.mark.parametrize(("name", "days"), [("mpc-146058-w100", 35), ("mpc-599059-w100", 40), ("mpc-47740-w400", 350)])
def test_what_was_observed_later_lies_inside_the_ellipse(cases, observations_of, name, days) -> None:
    """Real arcs cut after some days; the positions of the following month, each with its own error."""
    rows = observations_of(cases[name]["observations"])
    cut = min(one.observed_at for one in rows) + timedelta(days=days)
    late = [one for one in rows if one.observed_at > cut]
    orbit = determine_distance([one for one in rows if one.observed_at <= cut]).orbit
    track = build_track(late)
    there = Nights(track.mjd, track.observer, track.earth_velocity, np.zeros_like(track.observer), np.zeros(3))
    state = np.array(orbit.state_vector)
    pulled = displacements(state, orbit.epoch_mjd_tdb, track.mjd)[:, :3]
    sight = look(state, orbit.epoch_mjd_tdb, there, pulled)
    off = np.stack([np.einsum("nk,nk->n", track.toward, axis) for axis in (sight.east, sight.north)], axis=1)
    own = (sigmas_arcsec(late, track.mjd) * ARCSEC_RAD) ** 2
    spread = spread_of(sight, np.array(orbit.covariance).reshape(6, 6)) + own[:, :, None] * np.eye(2)
    squared = np.einsum("ni,nij,nj->n", off, np.linalg.inv(spread), off)
    assert len(late) >= 3 and np.median(np.sqrt(squared)) < 3.0
    assert np.linalg.norm(off, axis=1).max() < 60.0 * ARCSEC_RAD  # and the ellipse is not as wide as the sky
