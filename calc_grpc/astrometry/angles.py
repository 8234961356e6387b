"""Right ascensions and declinations as text: sexagesimal in columns, degrees in ADES."""

import re
from typing import NamedTuple

_RA = re.compile(r"([ 0-9][0-9]) ([ 0-9][0-9]) ([ 0-9][0-9])(?:\.([0-9]{0,3}))? *")
_RA_MINUTES = re.compile(r"([ 0-9][0-9]) ([ 0-9][0-9])\.([0-9]{1,6}) *")
_DEC = re.compile(r"([+-])([ 0-9][0-9]) ([ 0-9][0-9]) ([ 0-9][0-9])(?:\.([0-9]{0,2}))? *")
_DEC_MINUTES = re.compile(r"([+-])([ 0-9][0-9]) ([ 0-9][0-9])\.([0-9]{1,5}) *")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_USUAL_DECIMAL = re.compile(r"[+-]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?")


class Angle(NamedTuple):
    """Degrees that were read, or why not; repaired: what was corrected."""

    deg: float | None
    fault: str = ""
    repaired: str = ""


def read_ra(text: str) -> Angle:
    """Read columns 33-44, `HH MM SS.ddd`; old data may give fewer decimals or decimals of a minute."""
    parts = _sexagesimal(text, _RA, _RA_MINUTES, signed=False)
    if parts is None:
        return Angle(None, "Write the right ascension as HH MM SS.ddd in columns 33-44.")
    hours, minutes, units, scale, repaired, _ = parts
    if hours > 23 or minutes > 59 or units >= 60 * scale:
        return Angle(None, "Hours go to 23, minutes and seconds to 59.")
    return Angle(((hours * 60 + minutes) * 60 * scale + units) / (240 * scale), repaired=repaired)


def read_dec(text: str) -> Angle:
    """Read columns 45-56, `sDD MM SS.dd`; the sign counts also before 00."""
    parts = _sexagesimal(text, _DEC, _DEC_MINUTES, signed=True)
    if parts is None:
        fault = "Write the declination as sDD MM SS.dd in columns 45-56"
        return Angle(None, fault + (" with its sign, + or -." if text[:1] not in "+-" else "."))
    degrees, minutes, units, scale, repaired, sign = parts
    total = (degrees * 60 + minutes) * 60 * scale + units
    if minutes > 59 or units >= 60 * scale or total > 90 * 3600 * scale:
        return Angle(None, "Degrees go to 90, minutes and seconds to 59.")
    return Angle(sign * total / (3600 * scale), repaired=repaired)


def read_decimal(text: str) -> float | None:
    """Read a decimal number without exponent; None when it is none (also nan, inf and digits of other scripts).

    There is no negative zero.
    """
    return float(text) + 0.0 if _DECIMAL.fullmatch(text) else None


def is_usual_decimal(text: str, most_decimals: int) -> bool:
    """Tell whether a decimal number is written as ADES wants it: no leading zeros, not too many decimals."""
    return _USUAL_DECIMAL.fullmatch(text) is not None and len(text.partition(".")[2]) <= most_decimals


def _sexagesimal(
    text: str, usual: re.Pattern[str], with_minutes: re.Pattern[str], *, signed: bool
) -> tuple[int, int, int, int, str, int] | None:
    """Split into wholes, minutes, seconds times scale, scale, what was corrected, sign: whole numbers only."""
    seconds, found = "00", usual.fullmatch(text)
    if found is None:
        found = with_minutes.fullmatch(text)
        if found is None:
            return None
    groups = list(found.groups())
    sign = -1 if signed and groups.pop(0) == "-" else 1
    wholes, minutes = groups[0], groups[1]
    if len(groups) == 4:
        seconds, fraction = groups[2], groups[3] or ""
        scale = 10 ** len(fraction)
        units = int(seconds) * scale + int(fraction or "0")
    else:
        scale = 10 ** len(groups[2])
        units = int(groups[2]) * 60
    repaired = "a leading zero is missing" if " " in wholes + minutes + seconds else ""
    return int(wholes), int(minutes), units, scale, repaired, sign
