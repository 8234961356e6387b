"""One page of a source: which request asks for it, and what makes its answer a page."""

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calc_grpc.catalogue.fields import FIELDS, SPKID

VERSION = "1.0"
MAX_OBJECT_COUNT = 20_000_000
MAX_SPKID = 2**31 - 1


class Unreadable(Exception):
    """The answer is no page. is_final: asking again will not help."""

    def __init__(self, what: str, *, is_final: bool = False) -> None:
        super().__init__(what)
        self.is_final = is_final


@dataclass(frozen=True, kw_only=True)
class Page:
    """object_count: how many objects the source said it has, on this page. rows: values in the order of FIELDS."""

    number: int
    object_count: int
    rows: Sequence[Sequence[Any]]

    def spkids(self) -> "array[int]":
        """The ids of the rows, in their order."""
        return array("i", [row[SPKID] for row in self.rows])


def parameters_of(number: int, page_size: int) -> dict[str, str]:
    """The query for a page, numbered from 1. Sorted, since the order is free otherwise; in full precision, since four
    digits of an axis are arcminutes within a year; asteroids only."""
    return {
        "fields": ",".join(FIELDS),
        "sort": "spkid",
        "limit": str(page_size),
        "limit-from": str((number - 1) * page_size),
        "full-prec": "true",
        "sb-kind": "a",
    }


def page_count_for(object_count: int, page_size: int) -> int:
    """How many pages there are; the first one always is, even without rows."""
    return max(1, -(-object_count // page_size))


def read_page(body: bytes, *, content_type: str, number: int, page_size: int) -> Page:
    """Read an answer with status 200 whole; raises Unreadable."""
    document = _json(body, content_type)
    signature = document.get("signature")
    version = signature.get("version") if isinstance(signature, dict) else None
    if version != VERSION:
        raise Unreadable(
            f"has signature.version {version!r}, this program knows {VERSION!r}: the format may have changed",
            is_final=True,
        )
    count = document.get("count")
    if type(count) is not int or not 0 <= count <= MAX_OBJECT_COUNT:
        raise Unreadable(f"has no usable count: {str(count)[:40]!r}")
    rows = document.get("data") or []
    if rows and document.get("fields") != list(FIELDS):
        raise Unreadable("has other fields than were asked for", is_final=True)
    due_count = min(max(count - (number - 1) * page_size, 0), page_size)
    if not isinstance(rows, list) or len(rows) != due_count:
        held = len(rows) if isinstance(rows, list) else "no list of"
        raise Unreadable(f"holds {held} rows where {due_count} were due")
    for place, row in enumerate(rows):
        _check_row(place, row)
    return Page(number=number, object_count=count, rows=rows)


def _json(body: bytes, content_type: str) -> dict[str, Any]:
    start = body[:200].lstrip().lower()
    if "html" in content_type.lower() or start.startswith(b"<"):
        raise Unreadable("is a web page (HTML) and no JSON")
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is no JSON or was cut off after {len(body):,} bytes: {error}") from error
    if not isinstance(document, dict):
        raise Unreadable("is JSON, but no object")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _check_row(place: int, row: Any) -> None:
    if not isinstance(row, list) or len(row) != len(FIELDS):
        count = len(row) if isinstance(row, list) else "no"
        raise Unreadable(f"has {count} values in row {place}, {len(FIELDS)} were asked for")
    spkid = row[SPKID]
    if type(spkid) is not int or not 0 < spkid <= MAX_SPKID:
        raise Unreadable(f"has no usable spkid in row {place}: {str(spkid)[:40]!r}")
