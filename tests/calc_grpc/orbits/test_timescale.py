"""Clocks against published values."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from calc_grpc.orbits.timescale import delta_t_s, instants, tdb_minus_tt_s


@pytest.mark.parametrize(
    ("moment", "tt_minus_utc_s"),
    [
        (datetime(1972, 1, 1, tzinfo=UTC), 42.184),
        (datetime(1999, 1, 1, tzinfo=UTC), 64.184),
        (datetime(2016, 12, 31, 12, tzinfo=UTC), 68.184),
        (datetime(2017, 1, 1, tzinfo=UTC), 69.184),
        (datetime(2026, 6, 1, tzinfo=UTC), 69.184),
    ],
)
def test_leap_seconds_are_those_announced(moment, tt_minus_utc_s):
    """IERS Bulletin C 52 and its forerunners: TAI - UTC 10, 32, 36, 37 s; TT = TAI + 32.184 s."""
    when = instants([moment])
    utc_mjd = (moment - datetime(1858, 11, 17, tzinfo=UTC)) / timedelta(days=1)
    tolerance_s = 1e-6 if moment.hour == 0 else 1.0  # ERFA stretches the day that ends in a leap second
    assert (when.tt_mjd[0] - utc_mjd) * 86400.0 == pytest.approx(tt_minus_utc_s, abs=tolerance_s + 1e-6)


@pytest.mark.parametrize(
    ("year", "seconds", "tolerance_s"),
    [
        (1800, 13.7, 6.0),
        (1850, 7.1, 3.0),
        (1900, -2.72, 1.0),
        (1920, 21.16, 0.6),
        (1940, 24.33, 0.4),
        (1950, 29.15, 0.4),
    ],
)
def test_delta_t_agrees_with_the_almanac(year, seconds, tolerance_s):
    """Astronomical Almanac, table K8; tolerances: how far the revisions of 1984 and 2021 differ."""
    mjd = np.array([51544.5 + (year - 2000.0) * 365.25])
    assert delta_t_s(mjd)[0] == pytest.approx(seconds, abs=tolerance_s)


def test_before_1960_the_clock_is_ut1_and_after_it_is_utc():
    when = instants([datetime(1959, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1960, 1, 1, tzinfo=UTC)])
    steps_s = np.diff(when.tt_mjd) * 86400.0
    assert steps_s[0] == pytest.approx(1.0, abs=0.3)  # no gap beyond the uncertainty of delta T
    assert np.allclose(when.ut1_mjd, [36934.0 - 1.0 / 86400.0, 36934.0])


def test_tdb_stays_within_two_milliseconds_of_tt():
    """Kaplan 2005, USNO Circular 179, section 2.2: the difference is periodic, at most 1.7 ms."""
    offsets = tdb_minus_tt_s(np.linspace(-70000.0, 100000.0, 5000))
    assert 0.0016 < np.abs(offsets).max() < 0.0018


def test_other_time_zones_name_the_same_moment():
    east = timezone(timedelta(hours=3))
    both = instants([datetime(2020, 5, 1, 3, tzinfo=east), datetime(2020, 5, 1, tzinfo=UTC)])
    assert both.tdb_mjd[0] == both.tdb_mjd[1]
