"""Rows of the stand-in as JSON text, by their place in the order of the ids.

Three of five asteroids are numbered, and those come first; an asteroid stays who it is when the catalogue grows.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache

from calc_grpc.catalogue.standin.population import (
    EPOCH_JD,
    LETTERS,
    MASK,
    PROTOTYPE_COUNT,
    SYLLABLES,
    Prototype,
    full_text,
    json_text,
    prototypes,
    real_ones,
    reduced_text,
)

NUMBERED_ID = 20_000_000
UNNUMBERED_ID = 54_000_000
NAMED_COUNT = 24_000  # of the first numbers, as in life
OWN_FIELDS = ("spkid", "full_name", "pdes", "name", "om", "w", "ma", "tp")  # all others are the prototype's


class Rows:
    """An asteroid's row for each place, 0 to count - 1."""

    def __init__(self, count: int) -> None:
        self._numbered_count = 3 * (count // 5) + min(count % 5, 3)

    def texts(self, places: Sequence[int], fields: Sequence[str], *, full: bool) -> Iterator[str]:
        """Yield the rows at these places as JSON arrays, values in the order of the fields."""
        formats = _formats(tuple(fields), full)
        angle = repr_of_angle if full else "{:.2f}".format
        moment = full_text if full else "{:.3f}".format
        for place in places:
            is_numbered = place < self._numbered_count
            rank = place if is_numbered else place - self._numbered_count
            if is_numbered and rank + 1 in real_ones():
                yield _real(rank + 1, fields, full=full)
                continue
            key = ((2 * rank + is_numbered + 1) * 0x9E3779B97F4A7C15 & MASK) ^ 0x5DEECE66D
            number = (key >> 20) % PROTOTYPE_COUNT
            node_deg, peri_deg = (key & 0xFFFFF) * 360.0 / 0x100000, (key >> 32 & 0xFFFFF) * 360.0 / 0x100000
            anomaly_deg, perihelion_jd = _place_in_orbit(prototypes()[number], (key >> 44) / 0x100000)
            spkid, full_name, designation, name = _identity(rank, is_numbered)
            yield formats[number] % {
                "spkid": spkid,
                "full_name": full_name,
                "pdes": designation,
                "name": name,
                "om": angle(node_deg),
                "w": angle(peri_deg),
                "ma": angle(anomaly_deg),
                "tp": moment(perihelion_jd),
            }

    def prototype_at(self, place: int) -> Prototype:
        """Whose class and magnitude the asteroid at this place has."""
        is_numbered = place < self._numbered_count
        rank = place if is_numbered else place - self._numbered_count
        if is_numbered and rank + 1 in real_ones():
            return real_ones()[rank + 1]
        key = ((2 * rank + is_numbered + 1) * 0x9E3779B97F4A7C15 & MASK) ^ 0x5DEECE66D
        return prototypes()[(key >> 20) % PROTOTYPE_COUNT]

    def is_numbered(self, place: int) -> bool:
        """Whether the asteroid at this place has a number."""
        return place < self._numbered_count


def repr_of_angle(degrees: float) -> str:
    """All digits; the SBDB writes no nought before the point."""
    text = repr(degrees)
    return text[1:] if text[0] == "0" else text


@lru_cache(maxsize=8)
def _formats(fields: tuple[str, ...], full: bool) -> list[str]:
    """For each prototype its row, with places for what is an asteroid's own."""
    return ["[" + ",".join(_cell(one, field, full) for field in fields) + "]" for one in prototypes()]


def _cell(prototype: Prototype, field: str, full: bool) -> str:
    if field == "spkid":
        return "%(spkid)d"
    if field == "name":
        return "%(name)s"  # null, or in quotation marks
    if field in OWN_FIELDS:
        return f'"%({field})s"'
    return json_text(field, prototype.values[field], full=full).replace("%", "%%")


def _place_in_orbit(prototype: Prototype, share: float) -> tuple[float, float]:
    """Mean anomaly in degrees, and the moment of the perihelion closest to the epoch, JD."""
    if prototype.period_d is None:
        offset_d = (share - 0.5) * 2000.0
        a = prototype.values["a"]
        assert isinstance(a, float)
        return -offset_d * 360.0 / (365.2568983 * abs(a) ** 1.5), EPOCH_JD + offset_d
    since = share if share <= 0.5 else share - 1.0
    return share * 360.0, EPOCH_JD - since * prototype.period_d


def _identity(rank: int, is_numbered: bool) -> tuple[int, str, str, str]:
    """spkid, full name as the SBDB pads it, designation, name as JSON."""
    provisional = _provisional(rank, first_year=1950 if is_numbered else 1995)
    if not is_numbered:
        return UNNUMBERED_ID + rank, f"       ({provisional})", provisional, "null"
    number = rank + 1
    if number > NAMED_COUNT:
        return NUMBERED_ID + number, f"{number:6d} ({provisional})", str(number), "null"
    name = _name(number)
    return NUMBERED_ID + number, f"{number:6d} {name} ({provisional})", str(number), f'"{name}"'


def _provisional(rank: int, *, first_year: int) -> str:
    year, rest = first_year + rank % 30, rank // 30
    half, rest = LETTERS[rest % 24], rest // 24
    second, cycle = LETTERS[rest % 25], rest // 25
    return f"{year} {half}{second}{cycle or ''}"


def _name(number: int) -> str:
    text, rest = "", number + 256
    while rest:
        text, rest = text + SYLLABLES[rest % 16], rest // 16
    return text.capitalize()


def _real(number: int, fields: Sequence[str], *, full: bool) -> str:
    prototype = real_ones()[number]
    values = prototype.values
    anomaly_deg = values["ma"]
    epoch_jd, period_d = values["epoch"], prototype.period_d
    assert isinstance(anomaly_deg, float) and isinstance(epoch_jd, float) and period_d is not None
    since_d = (anomaly_deg if anomaly_deg <= 180.0 else anomaly_deg - 360.0) / 360.0 * period_d
    own: dict[str, float | int | str | None] = {
        "spkid": NUMBERED_ID + number,
        "full_name": f"{number:6d} {values['name']}",
        "pdes": str(number),
        "tp": epoch_jd - since_d,
    }

    def cell(field: str) -> str:
        value = own.get(field, values.get(field))
        if field in ("om", "w", "ma", "tp") and isinstance(value, float):
            return json.dumps(
                full_text(value) if full else reduced_text(field, value) if field != "tp" else f"{value:.3f}"
            )
        return json_text(field, value, full=full)

    return "[" + ",".join(map(cell, fields)) + "]"
