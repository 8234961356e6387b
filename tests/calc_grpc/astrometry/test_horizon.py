"""Altitudes, against the whole theory of the Earth and against real nights."""

from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
import pytest

from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import WHOLE_FILE
from calc_grpc.astrometry.horizon import altitudes_deg
from calc_grpc.orbits.constants import DEG_RAD, MJD_ZERO_JD
from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.timescale import instants
from tests.calc_grpc.astrometry.samples import DATA, errors, line80, parse, problem, reasons

DEGREE = 1.0
STATED_ERROR = 0.2 * DEGREE
MOMENTS = [
    datetime(year, month, 7, hour, 13, tzinfo=UTC)
    for year in (1801, 1936, 2026)
    for month in (2, 8)
    for hour in (3, 15)
]
STATIONS = ["000", "413", "F51", "G96", "535", "W84"]


def test_altitudes_agree_with_the_whole_theory_within_the_stated_error():
    """ERFA c2t00b with nutation, delta T and UT1, the Sun from epv00; vertical after gc2gd of the place in ICRF."""
    rows = [(moment, station) for moment in MOMENTS for station in STATIONS]
    observations = [Observation(observed_at=at, ra_deg=10.0 * k % 360, dec_deg=k % 80 - 40.0, station=station)
                    for k, (at, station) in enumerate(rows)]  # fmt: skip
    places = np.array([station_places_km()[station] for _, station in rows])
    drafts = [Draft(designation="", other_designation=None, observation=one, span=WHOLE_FILE) for one in observations]
    object_deg, sun_deg = altitudes_deg(drafts, places)

    when = instants([at for at, _ in rows])
    turn = erfa.ufunc.c2t00b(MJD_ZERO_JD, when.tt_mjd, MJD_ZERO_JD, when.ut1_mjd, 0.0, 0.0)
    longitude, latitude, _, _ = erfa.ufunc.gc2gd(1, places * 1000.0)
    zenith = np.einsum("nji,nj->ni", turn, erfa.ufunc.s2c(longitude, latitude))
    objects = erfa.ufunc.s2c(
        np.array([one.ra_deg for one in observations]) * DEG_RAD,
        np.array([one.dec_deg for one in observations]) * DEG_RAD,
    )
    suns = -earth_heliocentric(when.tdb_mjd)[:, :3]
    suns /= np.linalg.norm(suns, axis=1, keepdims=True)
    assert np.abs(object_deg - _altitude(zenith, objects)).max() < STATED_ERROR
    assert np.abs(sun_deg - _altitude(zenith, suns)).max() < STATED_ERROR


def _altitude(zenith: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return np.degrees(np.arcsin(np.sum(zenith * direction, axis=1)))


@pytest.mark.parametrize("name", ["outfit_8467.obs", "oorb_K08K42V_lsl.mpc", "layup_example.psv"])
def test_observations_of_real_nights_give_no_warning(name):
    found = reasons(parse((DATA / name).read_bytes()))
    assert "SUN_ABOVE_HORIZON" not in found
    assert "BELOW_HORIZON" not in found


def test_the_same_nights_half_a_day_later_are_days():
    lines = (DATA / "outfit_8467.obs").read_text().splitlines()
    moved = [line[:25] + f"{(int(line[26:32]) + 500_000) / 1e6:.6f}"[1:8] + line[32:] for line in lines]
    parsed = parse("\n".join(moved))
    assert errors(parsed) == []
    assert reasons(parsed).count("SUN_ABOVE_HORIZON") > 40
    assert len(parsed.observations) == len(lines)


def test_an_object_below_the_horizon_is_told_with_its_depth():
    zenith = line80(station="413", date="2020 03 01.5", ra="08 35 00.00", dec="-31 16 38.4")
    nadir = line80(station="413", date="2020 03 01.6", ra="23 00 00.00", dec="+31 16 38.4")
    parsed = parse(f"{zenith}\n{nadir}\n")
    found = problem(parsed, "BELOW_HORIZON")
    assert (found.line, found.severity) == (2, "WARNING")
    assert "below the horizon of 413" in found.hint
    assert len(parsed.observations) == 2


def test_the_sun_at_noon_stands_as_high_as_the_seasons_say():
    """At Greenwich at the June solstice: 90 - 51.48 + 23.44 degrees."""
    parsed = parse(line80(station="000", date="2020 06 21.5014"))
    assert "The Sun stood 62°" in problem(parsed, "SUN_ABOVE_HORIZON").hint


@pytest.mark.parametrize("station", ["500", "248"])
def test_the_geocentre_has_no_horizon(station):
    days = [line80(station=station, date=f"2020 03 01.{tenth}") for tenth in range(10)]
    assert not {"BELOW_HORIZON", "SUN_ABOVE_HORIZON"} & set(reasons(parse("\n".join(days))))


def test_observers_on_the_move_have_none_either():
    found = reasons(parse((DATA / "layup_j4767_wise_excerpt.txt").read_bytes()))
    assert found == ["SUPERSEDED"]


def test_each_observation_is_measured_at_its_own_time():
    first = datetime(2020, 3, 1, 6, tzinfo=UTC)
    lines = [
        line80(
            station="F51", date=f"2020 03 {(at := first + timedelta(hours=k)).day:02d}.{at.hour * 1_000_000 // 24:06d}"
        )
        for k in range(24)
    ]
    daylight = [one.line for one in parse("\n".join(lines)).problems if one.reason == "SUN_ABOVE_HORIZON"]
    assert daylight == list(range(12, 24))  # sunrise in Hawaii at 16:44, sunset at 4:25 UTC
