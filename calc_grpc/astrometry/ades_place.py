"""Where the observer of an ADES record was: sys, ctr and pos1 to pos3.

Reference: IAU ADES description, 2022, group Location: ICRF_KM and ICRF_AU are Cartesian from the centre ctr, WGS84 is
east longitude and latitude in degrees and altitude in metres.
"""

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.angles import read_decimal
from calc_grpc.astrometry.findings import Fields, Findings, Span
from calc_grpc.astrometry.second_line import ObserverPlace, ground_place, icrf_place
from calc_grpc.orbits.constants import AU_KM

COORDINATES = ("pos1", "pos2", "pos3")
EARTH = "399"  # SPICE number of the geocentre
UNIT_KM = {"ICRF_KM": 1.0, "ICRF_AU": AU_KM}


def read_observer_place(fields: Fields, span: Span, findings: Findings) -> ObserverPlace | None:
    """Read the position if the record gives one; None where it gives none, or with a problem."""
    given = [name for name in ("sys", *COORDINATES) if name in fields]
    if not given:
        return None
    missing = [name for name in ("sys", *COORDINATES) if name not in fields]
    if missing:
        hint = f"The observer's position lacks {', '.join(missing)}. Give sys, ctr and pos1 to pos3, or none of them."
        findings.error(fields[given[0]], reasons.BAD_POSITION, hint)
        return None
    if not _is_known_system(fields, findings):
        return None
    values = [_read_coordinate(fields[name], findings) for name in COORDINATES]
    if None in values:
        return None
    first, second, third = (value or 0.0 for value in values)
    system = fields["sys"].text
    if system == "WGS84":
        place = ground_place(first, second, third)
    else:
        place = icrf_place(first, second, third, unit_km=UNIT_KM[system])
    if place is None:
        hint = f"Nobody can have observed there. Check pos1 to pos3 and their units in {system}."
        findings.error(fields["pos1"], reasons.BAD_POSITION, hint)
    return place


def _is_known_system(fields: Fields, findings: Findings) -> bool:
    system, centre = fields["sys"], fields.get("ctr")
    if system.text != "WGS84" and system.text not in UNIT_KM:
        hint = "Give the position in ICRF_KM, ICRF_AU or WGS84; ITRF and IAU are not read."
        findings.error(system, reasons.UNSUPPORTED_SYSTEM, hint)
        return False
    if centre is not None and centre.text != EARTH:
        hint = "Positions are geocentric: ctr is 399."
        findings.error(centre, reasons.UNSUPPORTED_SYSTEM, hint)
        return False
    if centre is None and system.text != "WGS84":
        findings.warning(system, reasons.MISSING_FIELD, "ctr is missing and was read as 399, the Earth.")
    return True


def _read_coordinate(field: Span, findings: Findings) -> float | None:
    value = read_decimal(field.text)
    if value is None:
        findings.error(field, reasons.BAD_POSITION, "Write the coordinate as a decimal number without exponent.")
    return value
