"""How people write which asteroid they mean, and the keys under which the catalogue finds it."""

import re
import string
import unicodedata
from dataclasses import dataclass

NAME_KEY_LENGTH_MAX = 64
DESIGNATION_KEY_LENGTH_MAX = 32
# "1898 DQ", "A898 PA", "2010 AB123", "2040 P-L", "A/2017 U1": year and half-month, survey, comet-like.
_PROVISIONAL = re.compile(
    r"(?:[A-Z]/ ?)?(?:A[89]|1[89]|20)\d\d ?[A-Z]{1,2}\d{0,4}|\d{4} ?(?:P-L|T-[123])", re.IGNORECASE
)
_NUMBERED = re.compile(r"\((\d{1,7})\)(.*)|(\d{1,7})(?: (.*))?")
_REMARK = re.compile(r"(.*?) ?\(([^()]*)\)")
_PACKED_PROVISIONAL = re.compile(r"([IJK])(\d\d)([A-HJ-Y])([0-9A-Za-z])(\d)([A-HJ-Z])")
_PACKED_SURVEY = re.compile(r"(PL|T[123])S(\d{4})")
_PACKED_NUMBER = re.compile(r"([A-Za-z])(\d{4})")
_CENTURIES = {"I": 18, "J": 19, "K": 20}
# The MPC's digits beyond 9: A is 10, a is 36.
_PACKED_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True, kw_only=True)
class AsteroidName:
    """What a text says of an asteroid; whatever it says must be true of the one that is meant.

    name, designation: keys; empty where the text gives none.
    """

    number: int | None = None
    name: str = ""
    designation: str = ""


def name_key(name: str) -> str:
    """A name without accents and in capitals."""
    plain = name if name.isascii() else _without_accents(name)
    return " ".join(plain.upper().split())[:NAME_KEY_LENGTH_MAX]


def designation_key(designation: str) -> str:
    """A provisional designation without blanks and in capitals."""
    return designation.replace(" ", "").upper()[:DESIGNATION_KEY_LENGTH_MAX]


def provisional_of(full_name: str, designation: str) -> str:
    """The key of the provisional designation of a row of the source, which stands in the brackets of its full name."""
    start = full_name.rfind("(")
    if start >= 0:
        return designation_key(full_name[start + 1 :].rstrip(") "))
    return "" if designation.isdigit() else designation_key(designation)


def read_asteroid_name(text: str) -> AsteroidName | None:
    """Reads "433", "(433) Eros", "Eros", "433 Eros (1898 DQ)", "1898 DQ", and the MPC's packed "00433", "J98D00Q".

    What stands in brackets at the end and is no designation is a remark and passed over. None: it says nothing.
    """
    text = " ".join(text.split())
    provisional = _unpacked(text) or (designation_key(text) if _PROVISIONAL.fullmatch(text) else "")
    if provisional:
        return AsteroidName(designation=provisional)
    if packed := _PACKED_NUMBER.fullmatch(text):
        return AsteroidName(number=_PACKED_DIGITS.index(packed[1]) * 10_000 + int(packed[2]))
    number, rest = _split_number(text)
    name, designation = _split_brackets(rest)
    if number is None and not name and not designation:
        return None
    return AsteroidName(number=number, name=name_key(name), designation=designation)


def _split_number(text: str) -> tuple[int | None, str]:
    found = _NUMBERED.fullmatch(text)
    if not found:
        return None, text
    return int(found[1] or found[3]), (found[2] or found[4] or "").strip()


def _split_brackets(text: str) -> tuple[str, str]:
    """The text before the brackets at the end, and the key of the designation in them."""
    found = _REMARK.fullmatch(text)
    name, inner = (found[1], found[2].strip()) if found else (text, "")
    if _PROVISIONAL.fullmatch(name):
        # "433 1898 DQ"
        return "", designation_key(name)
    return name, designation_key(inner) if _PROVISIONAL.fullmatch(inner) else ""


def _unpacked(text: str) -> str:
    """The key of a packed provisional designation, empty where it is none.

    Minor Planet Center, "Packed Provisional and Permanent Designations".
    """
    if found := _PACKED_PROVISIONAL.fullmatch(text):
        century, year, half_month, tens, units, second = found.groups()
        count = _PACKED_DIGITS.index(tens) * 10 + int(units)
        return f"{_CENTURIES[century]}{year}{half_month}{second}{count or ''}"
    if found := _PACKED_SURVEY.fullmatch(text):
        survey, number = found.groups()
        return f"{number}{survey[0]}-{survey[1]}"
    return ""


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
