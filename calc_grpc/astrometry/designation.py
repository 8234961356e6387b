"""Designations: the packed forms of columns 1-12, and those that ADES spells out.

Reference: MPC documentation, "Packed Provisional and Permanent Designations" and "Extended Packed Provisional
Designation Scheme" (Smithsonian/mpc-public, 2026).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from calc_grpc.astrometry.field_values import DIGITS_62

FIRST_TILDE_NUMBER = 620_000
FIRST_EXTENDED_ORDER = 15_500  # objects of a half-month that the older form can hold
HALF_MONTH_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # no I
PLANETS = {"J": "Jupiter", "S": "Saturn", "U": "Uranus", "N": "Neptune", "M": "Mars"}

_NUMBER = re.compile(r"([0-9A-Za-z])([0-9]{4})")
_TILDE_NUMBER = re.compile(r"~([0-9A-Za-z]{4})")
_COMET_NUMBER = re.compile(r"([0-9]{4})([PDI])")
_MOON_NUMBER = re.compile(r"([JSUNM])([0-9]{3})S")
_PROVISIONAL = re.compile(r"([I-L])([0-9]{2})([A-HJ-Y])([0-9A-Za-z])([0-9])([A-HJ-Z])")
_EXTENDED = re.compile(r"_([A-Z])([A-HJ-Y])([0-9A-Za-z]{4})")
_SURVEY = re.compile(r"(PL|T1|T2|T3)S([0-9]{4})")
_COMET_PROVISIONAL = re.compile(r"([0-9A-Za-z])([0-9]{2})([A-HJ-Y])([0-9A-Za-z])([0-9])([0a-z])")
_MOON_PROVISIONAL = re.compile(r"([I-L])([0-9]{2})([JSUNM])([0-9A-Za-z])([0-9])0")
_FRAGMENT = re.compile(r" {5}([a-z ][a-z])")
_TEMPORARY = re.compile(r"[0-9A-Za-z_-]{1,7} *")
_LOOSE = re.compile(r" *[0-9A-Za-z_.+-]+ *")

_PERM_ID = re.compile(
    r"0{0,5}[1-9][0-9]{0,8}(?:[IPD](?:-[A-Z]{1,2})?)?|(?:Mars|Jupiter|Saturn|Uranus|Neptune) [1-9][0-9]{0,2}"
    r"|\([1-9][0-9]{0,8}\) [1-9][0-9]{0,2}"
)
_PROV_ID = re.compile(
    r"[0-9]{4} [A-HJ-Y][A-HJ-Z][0-9]{0,5}|[0-9]{4} (?:P-L|T-[123])|A[0-9]{3} [A-HJ-Y][A-HJ-Z]"
    r"|[ADCPXI]/[0-9]{4} [A-Z]{1,2}[0-9]{0,5}(?:-[A-Z]{1,2})?"
    r"|S/[0-9]{4} (?:[MJSUN]|\((?:[0-9]{1,9}|[0-9]{4} [A-HJ-Y][A-HJ-Z]?[0-9]{1,5})\)) [0-9]{1,3}"
)
_TRK_SUB = re.compile(r"[- ?+@.()/\\A-Za-z0-9_]{1,8}")
_ART_SAT = re.compile(r"[ -{}~]{1,25}")


class Designation(NamedTuple):
    """What an object is called: its first name, the provisional one beside a number, and a doubt, if any."""

    name: str
    other: str | None = None
    doubt: str | None = None


@lru_cache(maxsize=4096)
def unpack(packed: str) -> Designation | None:
    """Read the 12 columns of an 80-column line; None when they name no object."""
    number, rest = packed[:5], packed[5:]
    permanent = _permanent(number) if number.strip() else None
    provisional = provisional_name(rest, kind=number[4])
    if permanent is not None:
        return _numbered(permanent, rest, provisional)
    if provisional is not None and not number[:4].strip():
        return Designation(provisional)
    if not number.strip() and _TEMPORARY.fullmatch(rest):
        return Designation(rest.strip())
    if _LOOSE.fullmatch(packed):
        return Designation(
            packed.strip(), doubt="a temporary designation starts in column 6 and has at most 7 characters"
        )
    return None


def _numbered(permanent: str, rest: str, provisional: str | None) -> Designation:
    if found := _FRAGMENT.fullmatch(rest):
        return Designation(f"{permanent}-{found[1].strip().upper()}")
    unread = provisional is None and rest.strip()
    return Designation(permanent, provisional, "columns 6-12 hold no provisional designation" if unread else None)


def provisional_name(packed: str, *, kind: str = " ") -> str | None:
    """Spell out a packed provisional designation of 7 characters; kind: column 5, as comets and moons have one."""
    if kind == "S" and (found := _MOON_PROVISIONAL.fullmatch(packed)):
        century, year, planet, tens, unit = found.groups()
        return f"S/{_year(century, year)} {planet} {_cycle(tens, unit)}"
    if found := _PROVISIONAL.fullmatch(packed):
        century, year, half, tens, unit, order = found.groups()
        name = f"{_year(century, year)} {half}{order}{_cycle(tens, unit) or ''}"
        return f"{kind}/{name}" if kind in "CPDXAI" else name
    if found := _EXTENDED.fullmatch(packed):
        letter, half, order = found.groups()
        cycle, place = divmod(FIRST_EXTENDED_ORDER + _base_62(order), 25)
        return f"{2000 + DIGITS_62.index(letter)} {half}{HALF_MONTH_LETTERS[place]}{cycle}"
    if found := _SURVEY.fullmatch(packed):
        return f"{found[2]} {found[1][0]}-{found[1][1]}"
    return _comet_name(packed, kind)


def is_perm_id(text: str) -> bool:
    """Tell whether ADES takes this as permID."""
    return _PERM_ID.fullmatch(text) is not None


def is_prov_id(text: str) -> bool:
    """Tell whether ADES takes this as provID."""
    return _PROV_ID.fullmatch(text) is not None


def is_trk_sub(text: str) -> bool:
    """Tell whether ADES takes, or in 2017 took, this as trkSub."""
    return _TRK_SUB.fullmatch(text) is not None


def is_art_sat(text: str) -> bool:
    """Tell whether this may name an artificial satellite."""
    return _ART_SAT.fullmatch(text) is not None


def _permanent(packed: str) -> str | None:
    if found := _NUMBER.fullmatch(packed):
        number = DIGITS_62.index(found[1]) * 10_000 + int(found[2])
        return str(number) if number else None
    if found := _TILDE_NUMBER.fullmatch(packed):
        return str(FIRST_TILDE_NUMBER + _base_62(found[1]))
    if found := _COMET_NUMBER.fullmatch(packed):
        return f"{int(found[1])}{found[2]}" if int(found[1]) else None
    if found := _MOON_NUMBER.fullmatch(packed):
        return f"{PLANETS[found[1]]} {int(found[2])}" if int(found[2]) else None
    return None


def _comet_name(packed: str, kind: str) -> str | None:
    found = _COMET_PROVISIONAL.fullmatch(packed)
    if found is None or kind not in "CPDXAI":
        return None
    century, year, half, tens, unit, fragment = found.groups()
    part = "" if fragment == "0" else f"-{fragment.upper()}"
    return f"{kind}/{_year(century, year)} {half}{_cycle(tens, unit) or ''}{part}"


def _year(century: str, year: str) -> int:
    return DIGITS_62.index(century) * 100 + int(year)


def _cycle(tens: str, unit: str) -> int:
    return DIGITS_62.index(tens) * 10 + int(unit)


def _base_62(text: str) -> int:
    value = 0
    for character in text:
        value = value * 62 + DIGITS_62.index(character)
    return value
