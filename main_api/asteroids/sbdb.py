"""A page of the source as rows of the catalogue: SBDB's fields in, our columns and units out.

One validator takes the whole page, column by column: some 14 microseconds an object with its hash, where a serializer
for each row takes a millisecond.
"""

import hashlib
import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from main_api.asteroids.columns import Reader, Values, counts, numbers, read_column, texts, truths
from main_api.asteroids.names import name_key, provisional_of
from main_api.errors import FieldError, InvalidPage

ROWS_MAX = 50_000
CELLS_LISTED_MAX = 30
MJD_ZERO_JD = 2_400_000.5
DAYS_PER_YEAR = 365.25
AU_MAX = 1e6
JD_MAX = 1e8

# SBDB's field -> how it is read.
READERS: dict[str, Reader] = {
    "spkid": counts(1, required=True),
    "full_name": texts(100, required=True),
    "pdes": texts(32, required=True),
    "name": texts(64),
    "neo": truths(),
    "pha": truths(),
    "class": texts(8),
    "orbit_id": texts(32),
    "epoch": numbers(-JD_MAX, JD_MAX),
    "a": numbers(-AU_MAX, AU_MAX),  # below 0 for a hyperbola
    "e": numbers(0, 1e4),
    "i": numbers(0, 180),
    "om": numbers(0, 360),
    "w": numbers(0, 360),
    "ma": numbers(-1e9, 1e9),  # of a hyperbola, not an angle
    "q": numbers(0, AU_MAX),
    "tp": numbers(-JD_MAX, JD_MAX),
    "per": numbers(0, 1e12),
    "H": numbers(-50, 50),
    "G": numbers(-10, 10),
    "diameter": numbers(0, 1e5),
    "albedo": numbers(0, 10),
    "moid": numbers(0, AU_MAX),
    "condition_code": texts(4),
    "data_arc": counts(),
    "first_obs": texts(16),
    "last_obs": texts(16),
    "n_obs_used": counts(),
    "rms": numbers(0, 1e9),
}
FIELDS = tuple(READERS)

# Columns of Asteroid in the order of Page.rows, but for `updated_at`; those from "number" on follow from the others.
COLUMNS = (
    *("spkid", "full_name", "designation", "name", "neo", "pha", "orbit_class", "orbit_id", "epoch_mjd_tdb", "a_au"),
    *("e", "i_deg", "node_deg", "peri_deg", "mean_anomaly_deg", "q_au", "tp_mjd_tdb", "period_years", "h_magnitude"),
    *("g_slope", "diameter_km", "albedo", "moid_au", "condition_code", "data_arc_days", "first_obs", "last_obs"),
    *("observation_count", "rms_arcsec", "number", "name_key", "designation_key", "content_hash"),
)
_HASH = COLUMNS.index("content_hash")


@dataclass(frozen=True, kw_only=True)
class Page:
    """The rows of a page, values in the order of COLUMNS, by spkid; `row_count` counts repeated ones, too."""

    rows: dict[int, tuple[Any, ...]]
    row_count: int

    @property
    def digest(self) -> bytes:
        """Changes with anything in the rows."""
        hashes = b"".join(row[_HASH].to_bytes(8, "little", signed=True) for row in self.rows.values())
        return hashlib.blake2b(hashes, digest_size=16).digest()

    def content_hash(self, spkid: int) -> int:
        """Of one of the rows."""
        value: int = self.rows[spkid][_HASH]
        return value


def read_page(fields: Sequence[Any], rows: Sequence[Any]) -> Page:
    """The rows of a page, `fields` naming their values; raises InvalidPage, which names the refused cells."""
    _refuse_other_fields(fields)
    _refuse_other_shapes(rows, len(fields))
    columns = dict(zip(fields, zip(*rows, strict=True), strict=True)) if rows else {field: () for field in FIELDS}
    values: dict[str, Values] = {}
    refused: list[FieldError] = []
    for field, reader in READERS.items():
        values[field], wrong = read_column(reader, columns[field])
        refused += [_refusal(f"rows.{cell.index}.{field}", cell.reason, cell.message) for cell in wrong]
    if refused:
        raise _invalid(refused)
    return Page(rows=_rows(values), row_count=len(rows))


def _rows(values: dict[str, Values]) -> dict[int, tuple[Any, ...]]:
    for field in ("epoch", "tp"):
        values[field] = [None if jd is None else jd - MJD_ZERO_JD for jd in values[field]]
    values["per"] = [None if days is None else days / DAYS_PER_YEAR for days in values["per"]]
    designations = values["pdes"]
    given = list(zip(*values.values(), strict=True))
    derived = (
        [_number(text) for text in designations],
        [name_key(name) if name else None for name in values["name"]],
        list(map(provisional_of, values["full_name"], designations)),
        list(map(_content_hash, given)),
    )
    return {row[0]: tuple(chain(row, more)) for row, more in zip(given, zip(*derived, strict=True), strict=True)}


def _number(designation: str) -> int | None:
    is_number = designation.isascii() and designation.isdigit() and len(designation) < 10
    return int(designation) or None if is_number else None


def _content_hash(row: tuple[Any, ...]) -> int:
    """64 bits of a row's values. Version 2 of marshal depends on nothing but the values, and is six times as quick as
    writing the numbers out; should another Python write it otherwise, one sync would call everything updated."""
    return int.from_bytes(hashlib.blake2b(marshal.dumps(row, 2), digest_size=8).digest(), "little", signed=True)


def _refuse_other_fields(fields: Sequence[Any]) -> None:
    names = [field if isinstance(field, str) else repr(field) for field in fields]
    missing = [
        _refusal(f"fields.{name}", "REQUIRED", "The page lacks this field.") for name in FIELDS if name not in names
    ]
    unknown = [
        _refusal(f"fields.{name}", "UNKNOWN_FIELD", "There is no such field, or it stands here twice.")
        for index, name in enumerate(names)
        if name not in READERS or name in names[:index]
    ]
    if missing or unknown:
        raise _invalid(missing + unknown)


def _refuse_other_shapes(rows: Sequence[Any], length: int) -> None:
    if len(rows) > ROWS_MAX:
        raise _invalid([_refusal("rows", "TOO_LONG", f"Expected at most {ROWS_MAX} rows.")])
    if set(map(type, rows)) <= {list} and set(map(len, rows)) <= {length}:
        return
    raise _invalid(
        [
            _refusal(f"rows.{index}", "WRONG_TYPE", f"Expected a list of {length} values.")
            for index, row in enumerate(rows)
            if not isinstance(row, list) or len(row) != length
        ]
    )


def _refusal(path: str, reason: str, message: str) -> FieldError:
    return FieldError(path=path, reason=reason, message=message)


def _invalid(refused: list[FieldError]) -> InvalidPage:
    first, others = refused[0], len(refused) - 1
    more = f" {others} more {'was' if others == 1 else 'were'} refused." if others else ""
    return InvalidPage(
        f"Nothing of the page was stored: {first.path}: {first.message}{more}", errors=refused[:CELLS_LISTED_MAX]
    )
