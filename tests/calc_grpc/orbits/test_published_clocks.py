"""Every announced leap second, the drifting UTC before 1972, and TDB, against published tables."""

from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
import pytest

from calc_grpc.orbits.constants import MJD_ZERO_JD
from calc_grpc.orbits.timescale import delta_t_s, instants, tdb_minus_tt_s

TT_MINUS_TAI_S = 32.184
MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
MICROSECOND = 1e-6

# IERS Bulletin C, as listed in IERS `Leap_Second.dat`: from this day on TAI - UTC is so many seconds.
LEAP_SECONDS = (
    ("1972-01-01", 10), ("1972-07-01", 11), ("1973-01-01", 12), ("1974-01-01", 13), ("1975-01-01", 14),
    ("1976-01-01", 15), ("1977-01-01", 16), ("1978-01-01", 17), ("1979-01-01", 18), ("1980-01-01", 19),
    ("1981-07-01", 20), ("1982-07-01", 21), ("1983-07-01", 22), ("1985-07-01", 23), ("1988-01-01", 24),
    ("1990-01-01", 25), ("1991-01-01", 26), ("1992-07-01", 27), ("1993-07-01", 28), ("1994-07-01", 29),
    ("1996-01-01", 30), ("1997-07-01", 31), ("1999-01-01", 32), ("2006-01-01", 33), ("2009-01-01", 34),
    ("2012-07-01", 35), ("2015-07-01", 36), ("2017-01-01", 37),
)  # fmt: skip


def tt_minus_utc_s(moment: datetime) -> float:
    """What `instants` adds to the label of the clock, s."""
    utc_mjd = (moment - MJD_EPOCH) / timedelta(days=1)
    return float(instants([moment]).tt_mjd[0] - utc_mjd) * 86400.0


@pytest.mark.parametrize(("day", "tai_minus_utc_s"), LEAP_SECONDS)
def test_a_leap_second_counts_from_its_midnight_on_and_not_before(day, tai_minus_utc_s):
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert tt_minus_utc_s(midnight) == pytest.approx(TT_MINUS_TAI_S + tai_minus_utc_s, abs=MICROSECOND)
    if day != "1972-01-01":  # before, UTC drifted
        for earlier in (timedelta(seconds=1), timedelta(hours=12), timedelta(hours=24)):
            expected = TT_MINUS_TAI_S + tai_minus_utc_s - 1.0
            assert tt_minus_utc_s(midnight - earlier) == pytest.approx(expected, abs=2.0 * MICROSECOND)


@pytest.mark.parametrize(
    ("moment", "tai_minus_utc_s"),
    [
        (datetime(1961, 1, 1, tzinfo=UTC), 1.4228180),
        (datetime(1964, 1, 1, tzinfo=UTC), 3.2401300 - 366 * 0.001296),
        (datetime(1966, 1, 1, tzinfo=UTC), 4.3131700),
        (datetime(1968, 2, 1, tzinfo=UTC), 4.2131700 + 761 * 0.002592),
        (datetime(1971, 6, 15, tzinfo=UTC), 4.2131700 + 1991 * 0.002592),
    ],
)
def test_utc_drifted_in_the_sixties_as_announced(moment, tai_minus_utc_s):
    """USNO and IERS `tai-utc.dat`: offset and rate of UTC, 1961 to 1972."""
    assert tt_minus_utc_s(moment) == pytest.approx(TT_MINUS_TAI_S + tai_minus_utc_s, abs=2.0 * MICROSECOND)


def test_tdb_is_that_of_the_cookbook():
    """SOFA Time Scale and Calendar Tools, section 2: 2006 January 15, 21:24:37.5 UTC, TDB - TT = 0.000373 s."""
    when = instants([datetime(2006, 1, 15, 21, 24, 37, 500_000, tzinfo=UTC)])
    tt_day_s = float(when.tt_mjd[0] - 53750.0) * 86400.0
    assert tt_day_s == pytest.approx(21 * 3600 + 25 * 60 + 42.684, abs=2.0 * MICROSECOND)
    assert float(when.tdb_mjd[0] - when.tt_mjd[0]) * 86400.0 == pytest.approx(0.000373, abs=10.0 * MICROSECOND)


@pytest.mark.parametrize(
    ("first_mjd", "last_mjd", "microseconds"), [(36934.0, 69000.0, 20.0), (-21000.0, 80000.0, 32.0)]
)
def test_tdb_follows_the_full_series(first_mjd, last_mjd, microseconds):
    """Fairhead & Bretagnon 1990 with 787 terms (SOFA `dtdb`, geocentre); 30 microseconds are a metre of the Earth."""
    tt_mjd = np.linspace(first_mjd, last_mjd, 997)
    series_s = erfa.dtdb(MJD_ZERO_JD, tt_mjd, 0.0, 0.0, 0.0, 0.0)
    assert np.abs(tdb_minus_tt_s(tt_mjd) - series_s).max() < microseconds * MICROSECOND


@pytest.mark.parametrize(
    ("year", "seconds"),
    [(1801.0, 18.010), (1815.0, 16.369), (1845.0, 8.023), (1877.5, -2.223), (1910.0, 11.142), (1927.5, 24.264)],
)
def test_delta_t_stays_near_the_published_spline(year, seconds):
    """Morrison et al. 2021, Proc. R. Soc. A 477, 20200776, table S15.2020: the cubic of the interval of the year."""
    ut1_mjd = np.array([51544.5 + (year - 2000.0) * 365.25])
    assert delta_t_s(ut1_mjd)[0] == pytest.approx(seconds, abs=1.5)
