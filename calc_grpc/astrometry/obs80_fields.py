"""The fields of an 80-column line."""

import re
from datetime import datetime
from typing import NamedTuple

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.angles import Angle, read_decimal
from calc_grpc.astrometry.designation import unpack
from calc_grpc.astrometry.field_values import BANDS_80, CATALOGUE_OF_LETTER
from calc_grpc.astrometry.findings import Findings, Span
from calc_grpc.astrometry.magnitudes import BRIGHTEST, FAINTEST
from calc_grpc.astrometry.moments import Moment
from calc_grpc.orbits.validation import CLOCK_TOLERANCE

WIDTH = 80
DISCOVERY_MARKS = " *+"

_MAGNITUDE = re.compile(r" *-?[0-9]{1,2}(?:\.[0-9]{0,3})? *")


class Line(NamedTuple):
    """A data line: its number from 1 and its 80 characters."""

    number: int
    text: str

    def cut(self, start: int, end: int) -> str:
        """Take the columns from start to end, counted from 1, the last included."""
        return self.text[start - 1 : end]

    def span(self, start: int = 1, end: int = WIDTH) -> Span:
        """Name these columns in a problem."""
        return Span(line=self.number, start=start, end=end, text=self.cut(start, end))


def check_time(line: Line, moment: Moment, now: datetime, findings: Findings) -> None:
    """Report a date that cannot be used, lies in the future or was corrected."""
    if moment.at is None:
        findings.error(line.span(16, 32), reasons.BAD_DATE, moment.fault)
        return
    if moment.at - CLOCK_TOLERANCE > now:
        hint = "The time lies in the future. Check the date, and that it is UTC."
        findings.error(line.span(16, 32), reasons.FUTURE_TIME, hint)
    if moment.repaired:
        findings.warning(line.span(16, 32), reasons.REPAIRED, _repaired(moment.repaired))


def check_angle(line: Line, columns: tuple[int, int], angle: Angle, reason: str, findings: Findings) -> None:
    """Report an angle that cannot be used or was corrected."""
    if angle.deg is None:
        findings.error(line.span(*columns), reason, angle.fault)
    elif angle.repaired:
        findings.warning(line.span(*columns), reasons.REPAIRED, _repaired(angle.repaired))


def check_unused_columns(line: Line, findings: Findings) -> None:
    """Report what stands in columns 13 and 57, where a field that is too long would lose its end.

    Filed data may use columns 58-65; they are passed over.
    """
    if line.cut(13, 13) not in DISCOVERY_MARKS:
        hint = "Column 13 is blank or holds * for a discovery. Is the designation too long, or are columns shifted?"
        findings.error(line.span(13, 13), reasons.BAD_COLUMNS, hint)
    if line.cut(57, 57) != " ":
        hint = "What follows column 56 was left out. Is the declination too long?"
        findings.warning(line.span(57, 65), reasons.REPAIRED, hint)


def read_designation(line: Line, findings: Findings) -> tuple[str, str | None]:
    """Read columns 1-12: the object's name, and its provisional designation where a number stands too."""
    found = unpack(line.cut(1, 12))
    if found is None:
        hint = "Name the object: a packed number in columns 1-5, or a designation without blanks from column 6 on."
        findings.error(line.span(1, 12), reasons.BAD_DESIGNATION, hint)
        return "", None
    if found.doubt:
        findings.warning(line.span(1, 12), reasons.REPAIRED, _repaired(found.doubt))
    return found.name, found.other


def read_magnitude(line: Line, findings: Findings) -> tuple[float | None, str | None]:
    """Read columns 66-71: magnitude and band."""
    text, band = line.cut(66, 70), line.cut(71, 71).strip()
    if not text.strip():
        return None, None
    magnitude = read_decimal(text.strip()) if _MAGNITUDE.fullmatch(text) else None
    if magnitude is None or not BRIGHTEST <= magnitude <= FAINTEST:
        hint = f"Write the magnitude as 18.93 in columns 66-70, from {BRIGHTEST:g} to {FAINTEST:g}, or leave it blank."
        findings.error(line.span(66, 70), reasons.BAD_MAGNITUDE, hint)
    if band and band not in BANDS_80:
        hint = f"Use a band of the MPC ({''.join(sorted(BANDS_80))}), or leave magnitude and band blank."
        findings.error(line.span(71, 71), reasons.UNKNOWN_BAND, hint)
    return magnitude, band or None


def read_catalogue(line: Line, findings: Findings) -> str | None:
    """Read column 72: the star catalogue, as ADES calls it."""
    letter = line.cut(72, 72)
    if letter == " ":
        return None
    if letter not in CATALOGUE_OF_LETTER:
        hint = "Column 72 is not a catalogue code of the MPC. Leave it blank if the catalogue is not known."
        findings.error(line.span(72, 72), reasons.UNKNOWN_CATALOGUE, hint)
    return CATALOGUE_OF_LETTER.get(letter)


def _repaired(what: str) -> str:
    return f"It was read all the same, but {what}; the MPC would reject it."
