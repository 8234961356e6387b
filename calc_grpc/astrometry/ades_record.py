"""One ADES record, from PSV or XML, to an observation.

Reference: IAU ADES description, versions 2017 and 2022, and submit.xsd (IAU-ADES/ADES-Master, 2025).
"""

from datetime import datetime
from typing import NamedTuple

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.ades_identity import read_designation
from calc_grpc.astrometry.ades_place import read_observer_place
from calc_grpc.astrometry.ades_stated import read_stated
from calc_grpc.astrometry.angles import is_usual_decimal, read_decimal
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import Fields, Findings, Span
from calc_grpc.astrometry.moments import read_iso
from calc_grpc.astrometry.stations import station_fault
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.validation import CLOCK_TOLERANCE

NEEDED = ("stn", "obsTime", "ra", "dec")
EXPECTED = ("mode", "astCat")
MOST_ANGLE_DECIMALS = 9

# Fields that only one type of record has -> the type.
TYPE_OF_FIELD = {
    "trx": "radar", "rcv": "radar", "delay": "radar", "doppler": "radar", "frq": "radar",
    "raStar": "occultation", "decStar": "occultation", "shapeOcc": "occultation",
    "obsCenter": "offset", "deltaRA": "offset", "deltaDec": "offset", "dist": "offset", "pa": "offset",
}  # fmt: skip
REFUSALS: dict[str, tuple[str, str]] = {
    "radar": (reasons.RADAR_RECORD, "Radar measures delay and Doppler, not a sky position. Remove the record."),
    "offset": (reasons.OFFSET_RECORD, "An offset is not a sky position. Give ra and dec, or remove the record."),
    "occultation": (
        reasons.OCCULTATION_RECORD,
        "An offset from an occulted star is not a sky position. Give ra and dec, or remove the record.",
    ),
}


class Reading(NamedTuple):
    """What reading one record needs beside its fields."""

    span: Span
    findings: Findings
    now: datetime


def record_type(fields: Fields) -> str:
    """Tell the type of a record from its fields; an occultation has offsets too, so it is asked first."""
    types = {TYPE_OF_FIELD[name] for name in fields if name in TYPE_OF_FIELD}
    return next((kind for kind in ("radar", "occultation", "offset") if kind in types), "optical")


def read_record(fields: Fields, kind: str, span: Span, findings: Findings, now: datetime) -> Draft | None:
    """Read the non-empty fields of one record; span: where it stands."""
    if kind in REFUSALS:
        findings.error(span, *REFUSALS[kind])
        return None
    if "deprecated" in fields:
        findings.warning(
            fields["deprecated"], reasons.SUPERSEDED, "The MPC has deprecated this record. It is left out."
        )
        return None
    reading = Reading(span, findings, now)
    before = findings.error_count
    _check_presence(fields, reading)
    name, other = read_designation(fields, span, findings)
    observed_at = _read_time(fields.get("obsTime"), reading)
    ra = _read_ra(fields.get("ra"), reading)
    dec = _read_dec(fields.get("dec"), reading)
    stated = read_stated(fields, findings)
    place = read_observer_place(fields, span, findings)
    if "stn" in fields and (fault := station_fault(fields["stn"].text, placed="pos1" in fields)):
        findings.error(fields["stn"], *fault)
    if findings.error_count > before or observed_at is None or ra is None or dec is None:
        return None
    observation = Observation(
        observed_at=observed_at,
        ra_deg=ra,
        dec_deg=dec,
        station=fields["stn"].text,
        observer_position_km=place.icrf_km if place else None,
        sigma_ra_arcsec=stated.sigma_ra_arcsec,
        sigma_dec_arcsec=stated.sigma_dec_arcsec,
        correlation=stated.correlation,
        magnitude=stated.magnitude,
        band=stated.band,
        mode=stated.mode,
        catalogue=stated.catalogue,
        program=stated.program,
    )
    return Draft(
        designation=name,
        other_designation=other,
        observation=observation,
        span=span,
        earth_fixed_km=place.earth_fixed_km if place else None,
    )


def _check_presence(fields: Fields, reading: Reading) -> None:
    for name in NEEDED:
        if name not in fields:
            hint = f"The record has no {name}. Give it, or remove the record."
            reading.findings.error(reading.span, reasons.MISSING_FIELD, hint)
    for name in EXPECTED:
        if name not in fields:
            hint = f"The record has no {name}. It was read all the same; the MPC would reject it."
            reading.findings.warning(reading.span, reasons.MISSING_FIELD, hint)
    if "mag" in fields and "band" not in fields:
        hint = "The magnitude has no band and is kept without one; the MPC would reject it."
        reading.findings.warning(fields["mag"], reasons.UNKNOWN_BAND, hint)


def _read_time(field: Span | None, reading: Reading) -> datetime | None:
    if field is None:
        return None
    moment = read_iso(field.text)
    if moment.at is None:
        reading.findings.error(field, reasons.BAD_DATE, moment.fault)
    elif moment.at - CLOCK_TOLERANCE > reading.now:
        hint = "The time lies in the future. Check the date, and that it is UTC."
        reading.findings.error(field, reasons.FUTURE_TIME, hint)
    if moment.repaired:
        hint = f"It was read all the same, but {moment.repaired}."
        reading.findings.warning(field, reasons.REPAIRED, hint)
    return moment.at


def _read_ra(field: Span | None, reading: Reading) -> float | None:
    if field is None:
        return None
    value = _angle(field, reading)
    if value is None or not 0.0 <= value < 360.0:
        hint = "ra is in degrees (not hours), from 0 up to but not including 360, at most nine decimals."
        reading.findings.error(field, reasons.BAD_RA, hint)
    return value


def _read_dec(field: Span | None, reading: Reading) -> float | None:
    if field is None:
        return None
    value = _angle(field, reading)
    if value is None or not -90.0 <= value <= 90.0:
        reading.findings.error(field, reasons.BAD_DEC, "dec is in degrees from -90 to 90, at most nine decimals.")
    return value


def _angle(field: Span, reading: Reading) -> float | None:
    value = read_decimal(field.text)
    if value is not None and not is_usual_decimal(field.text, MOST_ANGLE_DECIMALS):
        hint = "It was read all the same, but has leading zeros or more than nine decimals; the MPC would reject it."
        reading.findings.warning(field, reasons.REPAIRED, hint)
    return value
