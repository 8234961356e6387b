"""From the clock of the observer to TT, TDB and UT1.

From 1960 on `observed_at` is UTC. Before, it is UT1 and TT follows from a published table of delta T = TT - UT1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import erfa
import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import DAY_S, J2000_MJD, JULIAN_YEAR_DAYS, MJD_ZERO_JD, TT_MINUS_TAI_S

UTC_BEGINS_MJD = 36934.0  # 1960-01-01, where ERFA's table of UTC begins

# (year, delta T in s): knots of the spline of Morrison, Stephenson, Hohenkerk & Zawilski 2021, Proc. R. Soc. A 477,
# 20200776, table S15.2020; uncertain by 15 s in 1600, 1 s in 1770, 0.1 s from 1831.
DELTA_T: tuple[tuple[float, float], ...] = (
    (1500.0, 292.343), (1600.0, 109.127), (1650.0, 43.952), (1720.0, 12.068), (1800.0, 18.367), (1810.0, 15.678),
    (1820.0, 16.516), (1830.0, 10.804), (1840.0, 7.634), (1850.0, 9.338), (1855.0, 10.357), (1860.0, 9.040),
    (1865.0, 8.255), (1870.0, 2.371), (1875.0, -1.126), (1880.0, -3.210), (1885.0, -4.388), (1890.0, -3.884),
    (1895.0, -5.017), (1900.0, -1.977), (1905.0, 4.923), (1910.0, 11.142), (1915.0, 17.479), (1920.0, 21.617),
    (1925.0, 23.789), (1930.0, 24.418), (1935.0, 24.164), (1940.0, 24.426), (1945.0, 27.050), (1950.0, 28.932),
    (1953.0, 30.002), (1956.0, 30.760), (1959.0, 32.652), (1962.0, 33.621),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Instants:
    """Moments on three scales as MJD, each array (n,).

    ut1_mjd after 1960 is UTC: they differ by at most 0.9 s, which moves a station by 0.4 km.
    """

    tt_mjd: Floats
    tdb_mjd: Floats
    ut1_mjd: Floats


def instants(moments: Sequence[datetime]) -> Instants:
    """Place aware datetimes on the scales; naive ones are refused by `validation`."""
    ut = np.array([_calendar_mjd(moment) for moment in moments])
    tt = np.where(ut < UTC_BEGINS_MJD, ut + delta_t_s(ut) / DAY_S, 0.0)
    modern = ut >= UTC_BEGINS_MJD
    if modern.any():
        tt[modern] = _tt_from_utc([moment for moment, late in zip(moments, modern, strict=True) if late])
    return Instants(tt_mjd=tt, tdb_mjd=tt + tdb_minus_tt_s(tt) / DAY_S, ut1_mjd=ut)


def delta_t_s(ut1_mjd: Floats) -> Floats:
    """TT - UT1 in seconds before 1962, by straight lines between the knots (within 1.5 s of the spline from 1800)."""
    year = 2000.0 + (ut1_mjd - J2000_MJD) / JULIAN_YEAR_DAYS
    knots = np.array(DELTA_T)
    return np.asarray(np.interp(year, knots[:, 0], knots[:, 1]))


def tdb_minus_tt_s(tt_mjd: Floats) -> Floats:
    """TDB - TT in seconds, to 30 microseconds from 1800 to 2080.

    Reference: Kaplan 2005, USNO Circular 179, eq. 2.6, its three largest terms.
    """
    centuries = (tt_mjd - J2000_MJD) / 36525.0
    return np.asarray(
        0.001657 * np.sin(628.3076 * centuries + 6.2401)
        + 0.000022 * np.sin(575.3385 * centuries + 4.2970)
        + 0.000014 * np.sin(1256.6152 * centuries + 6.1969)
    )


def _calendar_mjd(moment: datetime) -> float:
    here = moment.astimezone(UTC)
    seconds = here.hour * 3600 + here.minute * 60 + here.second + here.microsecond * 1e-6
    return here.toordinal() - 678576 + seconds / DAY_S  # 678576: ordinal of 1858-11-17


def _tt_from_utc(moments: Sequence[datetime]) -> Any:
    here = [moment.astimezone(UTC) for moment in moments]
    fields = np.array([(moment.year, moment.month, moment.day, moment.hour, moment.minute) for moment in here]).T
    seconds = np.array([moment.second + moment.microsecond * 1e-6 for moment in here])
    # The ufuncs return a status instead of warning of "dubious years" beyond the leap seconds ERFA knows.
    utc1, utc2, _ = erfa.ufunc.dtf2d(b"UTC", *fields, seconds)
    tai1, tai2, _ = erfa.ufunc.utctai(utc1, utc2)
    return (tai1 - MJD_ZERO_JD) + tai2 + TT_MINUS_TAI_S / DAY_S
