"""The second of two 80-column lines: where a satellite or a roving observer was.

Reference: MPC documentation, "Roving Observer Extensions" and "Satellite-based observations" (2026).
"""

import math
import re
from typing import NamedTuple

import erfa

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.angles import read_decimal
from calc_grpc.astrometry.findings import Findings, Span
from calc_grpc.orbits.constants import AU_KM, DEG_RAD
from calc_grpc.orbits.validation import FARTHEST_OBSERVER_KM

# Column 15 of the first line -> of the second. W and T: what the MPC makes of ADES records.
PAIRS = {"S": "s", "V": "v", "W": "w", "T": "t"}
SMALLEST_RADIUS_KM = 6300.0  # below the surface of the Earth nobody observes
LOWEST_ALTITUDE_M, HIGHEST_ALTITUDE_M = -500.0, 20_000.0
WGS84 = 1  # number of the ellipsoid in ERFA

_SIGNED = re.compile(r"[+-] *[0-9]*\.?[0-9]* *")


class ObserverPlace(NamedTuple):
    """Geocentric place in km, on ICRF axes or on those of the Earth."""

    icrf_km: tuple[float, float, float] | None = None
    earth_fixed_km: tuple[float, float, float] | None = None


def fits(first: str, second: str) -> bool:
    """Tell whether two lines name the same object, date and station."""
    return first[:12] == second[:12] and first[15:32] == second[15:32] and first[77:] == second[77:]


def read_place(text: str, number: int, findings: Findings) -> ObserverPlace | None:
    """Read the second line; None with a problem when it cannot be used."""
    if text[14] in "vw":
        return _read_rover(text, number, findings)
    return _read_satellite(text, number, findings)


def icrf_place(x: float, y: float, z: float, *, unit_km: float) -> ObserverPlace | None:
    """Check and scale a geocentric vector; None when nobody can have been there."""
    place = (x * unit_km, y * unit_km, z * unit_km)
    return ObserverPlace(icrf_km=place) if SMALLEST_RADIUS_KM <= math.hypot(*place) <= FARTHEST_OBSERVER_KM else None


def ground_place(longitude_deg: float, latitude_deg: float, altitude_m: float) -> ObserverPlace | None:
    """Turn WGS84 coordinates into a place on the axes of the Earth; None when out of range."""
    if not (-180.0 <= longitude_deg <= 360.0 and -90.0 <= latitude_deg <= 90.0):
        return None
    if not LOWEST_ALTITUDE_M <= altitude_m <= HIGHEST_ALTITUDE_M:
        return None
    x, y, z = erfa.gd2gc(WGS84, longitude_deg * DEG_RAD, latitude_deg * DEG_RAD, altitude_m) / 1000.0
    return ObserverPlace(earth_fixed_km=(float(x), float(y), float(z)))


def _read_satellite(text: str, number: int, findings: Findings) -> ObserverPlace | None:
    units = {"1": 1.0, "2": AU_KM}
    if text[32] not in units:
        span = Span(line=number, start=33, end=33, text=text[32])
        findings.error(span, reasons.BAD_POSITION, "Write 1 in column 33 for kilometres, 2 for astronomical units.")
        return None
    values = [_signed(text[start - 1 : start + 10]) for start in (35, 47, 59)]
    span = Span(line=number, start=35, end=69, text=text[34:69])
    if None in values or not _are_blank(text, 34, 46, 58):
        hint = "Write x, y, z in columns 35-45, 47-57 and 59-69, each beginning with its sign."
        findings.error(span, reasons.BAD_POSITION, hint)
        return None
    x, y, z = (value or 0.0 for value in values)
    place = icrf_place(x, y, z, unit_km=units[text[32]])
    if place is None:
        hint = "No observer can have been there. Check the unit in column 33; the position is geocentric."
        findings.error(span, reasons.BAD_POSITION, hint)
    return place


def _read_rover(text: str, number: int, findings: Findings) -> ObserverPlace | None:
    span = Span(line=number, start=35, end=61, text=text[34:61])
    longitude, latitude, altitude = (read_decimal(text[a:b].strip()) for a, b in ((34, 44), (45, 55), (56, 61)))
    if longitude is None or latitude is None or altitude is None or not _are_blank(text, 34, 45, 56):
        hint = "Write east longitude, latitude (degrees) and altitude (m) in columns 35-44, 46-55 and 57-61."
        findings.error(span, reasons.BAD_POSITION, hint)
        return None
    place = ground_place(longitude, latitude, altitude)
    if place is None:
        hint = "Longitude, latitude or altitude is out of range. Longitude is counted to the east, altitude in metres."
        findings.error(span, reasons.BAD_POSITION, hint)
    return place


def _are_blank(text: str, *columns: int) -> bool:
    return all(text[column - 1] == " " for column in columns)


def _signed(text: str) -> float | None:
    return read_decimal(text.replace(" ", "")) if _SIGNED.fullmatch(text) else None
