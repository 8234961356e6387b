"""What of a file is sent: nothing when the client has it (304), a part when it asks for one (206), or all of it.

RFC 9110, sections 13 and 14. One range of bytes is understood; several, or other units, are answered with the whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Status, and which bytes go with it; a 416 and a 304 carry none."""

    status: int
    start: int
    stop: int


def part_of(headers: Mapping[str, str], *, etag: str, modified_s: int, byte_count: int) -> Part:
    """What to answer a GET or HEAD. etag: strong, of the encoded form that has `byte_count` bytes.

    modified_s: when the file was last changed, Unix time.
    """
    if is_known(headers, etag=etag, modified_s=modified_s):
        return Part(status=304, start=0, stop=0)
    found = ONE_RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if found is None or found[0] == "bytes=-" or not _range_holds(headers.get("if-range"), etag, modified_s):
        return Part(status=200, start=0, stop=byte_count)
    first, last = found[1], found[2]
    if not first:
        start, stop = max(0, byte_count - int(last)), byte_count
    else:
        start, stop = int(first), min(byte_count, int(last) + 1 if last else byte_count)
        if last and int(last) < int(first):
            return Part(status=200, start=0, stop=byte_count)
    return Part(status=206, start=start, stop=stop) if start < stop else Part(status=416, start=0, stop=0)


def is_known(headers: Mapping[str, str], *, etag: str, modified_s: int | None = None) -> bool:
    """Whether the client has this content already. modified_s: as in `part_of`; None: only the tag counts."""
    if "if-none-match" in headers:
        tags = [tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")]
        return etag in tags or "*" in tags
    since = _seconds(headers.get("if-modified-since", ""))
    return since is not None and modified_s is not None and modified_s <= since


def _range_holds(condition: str | None, etag: str, modified_s: int) -> bool:
    """Whether the part fits what the client has: by the strong tag, or the exact moment."""
    return condition is None or condition.strip() == etag or _seconds(condition) == modified_s


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError):
        return None
