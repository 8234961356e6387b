"""MPC 80-column observations: fields are cut by column, never split at blanks.

Reference: MPC documentation, "Format for Astrometric Observations" (MPC1992), with the extensions for roving
observers and satellites that `second_line` reads.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.angles import read_dec, read_ra
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.field_values import MODE_OF_NOTE_2
from calc_grpc.astrometry.findings import Findings, Span
from calc_grpc.astrometry.moments import read_day_fraction
from calc_grpc.astrometry.obs80_fields import (
    WIDTH,
    Line,
    check_angle,
    check_time,
    check_unused_columns,
    read_catalogue,
    read_designation,
    read_magnitude,
)
from calc_grpc.astrometry.second_line import PAIRS, ObserverPlace, fits, read_place
from calc_grpc.astrometry.stations import station_fault
from calc_grpc.orbits.observation import Observation

# Column 15 of lines that are well-formed but give no position to use -> reason and hint.
_REPLACED = (reasons.SUPERSEDED, "Column 15 marks an observation that the MPC has replaced. It is left out.")
_RADAR = (
    reasons.RADAR_RECORD,
    "Radar measures delay and Doppler, not a sky position. Remove both of its lines.",
)
_OFFSET = (
    reasons.OFFSET_RECORD,
    "An offset from a planet is not a sky position. Give the position itself, or remove the line.",
)
UNUSED_NOTES = dict.fromkeys("xX", _REPLACED) | dict.fromkeys("RrQq", _RADAR) | {"O": _OFFSET}
NOTHING_IN_PLACE = "Neither date nor position stand in their columns (16-32, 33-44, 45-56). Is this an observation?"

_HEADER = re.compile(r"(?:COD|OBS|MEA|TEL|NET|BND|COM|NUM|ACK|AC2|CON)(?: |$)")
_RULER = re.compile(r"[<-]*ObjDesig.*YYYY MM DD.*|(?:123456789.)+[0-9]*|-{3,40}[ A-Za-z]{0,60}-{3,40}")
_UNUSUAL = re.compile(r"[^ -~]")


def read_obs80(lines: Sequence[str], findings: Findings, *, now: datetime) -> list[Draft]:
    """Read a whole file; a line of two that lost its other half is reported."""
    sheet = list(_data_lines(lines, findings))
    drafts = []
    k = 0
    while k < len(sheet):
        first = sheet[k]
        second = sheet[k + 1] if k + 1 < len(sheet) else None
        draft, used = _read_record(first, second, findings, now)
        if draft is not None:
            drafts.append(draft)
        k += used
    return drafts


def _data_lines(lines: Sequence[str], findings: Findings) -> Iterator[Line]:
    for number, text in enumerate(lines, start=1):
        if not text or text.isspace():
            continue
        whole = Span(line=number, start=1, end=len(text), text=text)
        if _HEADER.match(text):
            if "\0" in text:
                findings.warning(whole, reasons.BAD_CHARACTER, "The header holds a zero byte. Remove it.")
            continue
        if text.startswith("#") or _RULER.fullmatch(text):
            hint = "Read as a comment without effect. Begin comments with COM to have them ignored in silence."
            findings.warning(whole, reasons.IGNORED_LINE, hint)
        elif _has_80_columns(text, whole, findings):
            yield Line(number, text[:WIDTH])


def _has_80_columns(text: str, whole: Span, findings: Findings) -> bool:
    if odd := _UNUSUAL.search(text):
        at = odd.start() + 1
        span = Span(line=whole.line, start=at, end=at, text=odd[0])
        if odd[0] == "\t":
            findings.error(span, reasons.TAB_FOUND, "Replace tabulators by blanks, so that columns can be counted.")
        else:
            findings.error(span, reasons.BAD_CHARACTER, "Remove this character; observations are plain ASCII.")
        return False
    if len(text) < WIDTH:
        hint = f"The line has {len(text)} columns instead of 80. Restore what is missing; the station ends it."
        findings.error(whole, reasons.BAD_COLUMNS, hint)
        return False
    if len(text) > WIDTH:
        rest = Span(line=whole.line, start=WIDTH + 1, end=len(text), text=text[WIDTH:])
        if not rest.text.isspace():
            hint = f"The line has {len(text)} columns instead of 80. Are two lines joined, or columns shifted?"
            findings.error(whole, reasons.BAD_COLUMNS, hint)
            return False
        findings.warning(rest, reasons.REPAIRED, "Blanks after column 80 were left out.")
    return True


def _read_record(first: Line, second: Line | None, findings: Findings, now: datetime) -> tuple[Draft | None, int]:
    """Read one observation; also says how many lines it took."""
    note = first.cut(15, 15)
    wanted = PAIRS.get(note)
    paired = wanted is not None and second is not None and second.cut(15, 15) == wanted
    if note not in MODE_OF_NOTE_2 and _has_nothing_in_place(first):
        findings.error(first.span(), reasons.BAD_COLUMNS, NOTHING_IN_PLACE)
    elif note in UNUSED_NOTES:
        _report_unused(first, note, findings)
    elif paired and second is not None and fits(first.text, second.text):
        return _read_pair(first, second, findings, now), 2
    elif note == "T" and not paired:
        return _read_line(first, findings, now, mode="MER"), 1
    elif wanted is not None or note in "svwt":
        _report_lost_half(first, wanted, findings)
    elif note not in MODE_OF_NOTE_2:
        hint = "Column 15 is not a note of the MPC. Write C for a CCD, B for a CMOS camera."
        findings.error(first.span(15, 15), reasons.BAD_MODE, hint)
    else:
        return _read_line(first, findings, now, mode=MODE_OF_NOTE_2[note]), 1
    return None, 1


def _has_nothing_in_place(line: Line) -> bool:
    if read_day_fraction(line.cut(16, 32)).at is not None:
        return False
    return read_ra(line.cut(33, 44)).deg is None and read_dec(line.cut(45, 56)).deg is None


def _report_unused(line: Line, note: str, findings: Findings) -> None:
    reason, hint = UNUSED_NOTES[note]
    if reason == reasons.SUPERSEDED:
        findings.warning(line.span(), reason, hint)
    else:
        findings.error(line.span(), reason, hint)


def _report_lost_half(line: Line, wanted: str | None, findings: Findings) -> None:
    if wanted is None:
        hint = "The first line of this pair (capital letter in column 15) is missing or does not fit."
    else:
        hint = f"The second line ({wanted} in column 15, same object, date and station) is missing or does not fit."
    findings.error(line.span(), reasons.MISSING_SECOND_LINE, hint)


def _read_pair(first: Line, second: Line, findings: Findings, now: datetime) -> Draft | None:
    before = findings.error_count
    place = read_place(second.text, second.number, findings)
    draft = _read_line(first, findings, now, mode="UNK", place=place or ObserverPlace())
    return draft if findings.error_count == before else None


def _read_line(
    line: Line, findings: Findings, now: datetime, *, mode: str, place: ObserverPlace | None = None
) -> Draft | None:
    moment, ra, dec = read_day_fraction(line.cut(16, 32)), read_ra(line.cut(33, 44)), read_dec(line.cut(45, 56))
    if moment.at is None and ra.deg is None and dec.deg is None:
        findings.error(line.span(), reasons.BAD_COLUMNS, NOTHING_IN_PLACE)
        return None
    before = findings.error_count
    check_time(line, moment, now, findings)
    check_angle(line, (33, 44), ra, reasons.BAD_RA, findings)
    check_angle(line, (45, 56), dec, reasons.BAD_DEC, findings)
    name = read_designation(line, findings)
    check_unused_columns(line, findings)
    magnitude, band = read_magnitude(line, findings)
    catalogue = read_catalogue(line, findings)
    station = line.cut(78, 80)
    if fault := station_fault(station, placed=place is not None):
        findings.error(line.span(78, 80), *fault)
    if findings.error_count > before or moment.at is None or ra.deg is None or dec.deg is None:
        return None
    observation = Observation(
        observed_at=moment.at,
        ra_deg=ra.deg,
        dec_deg=dec.deg,
        station=station,
        magnitude=magnitude,
        band=band,
        mode=mode,
        catalogue=catalogue,
        program=line.cut(14, 14).strip() or None,
        observer_position_km=place.icrf_km if place else None,
    )
    return Draft(
        designation=name[0],
        other_designation=name[1],
        observation=observation,
        span=line.span(),
        earth_fixed_km=place.earth_fixed_km if place else None,
    )
