"""Lines and records that are right unless a test says otherwise."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from calc_grpc.astrometry.parsed import Parsed, Problem
from calc_grpc.astrometry.read import parse_astrometry

STABLE = settings(deadline=None, derandomize=True, database=None, max_examples=100)  # the same examples everywhere
NOW = datetime(2026, 11, 21, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "data" / "astrometry"

CONTEXT_XML = """\
<obsContext><observatory><mpcCode>F51</mpcCode></observatory><submitter><name>P. Villa</name></submitter>
<measurers><name>P. Villa</name></measurers><telescope><design>Reflector</design></telescope></obsContext>
"""
CONTEXT_PSV = """\
# observatory
! mpcCode F51
# submitter
! name P. Villa
# measurers
! name P. Villa
# telescope
! design Reflector
"""
FIELDS = {
    "permID": "433", "mode": "CCD", "stn": "F51", "obsTime": "2020-03-01T10:00:00Z", "ra": "157.1", "dec": "6.4",
    "astCat": "Gaia2",
}  # fmt: skip


def parse(content: str | bytes, now: datetime = NOW) -> Parsed:
    return parse_astrometry(content if isinstance(content, bytes) else content.encode("utf-8"), now=now)


def reasons(parsed: Parsed, severity: str | None = None) -> list[str]:
    return [problem.reason for problem in parsed.problems if severity in (None, problem.severity)]


def errors(parsed: Parsed) -> list[str]:
    return reasons(parsed, "ERROR")


def problem(parsed: Parsed, reason: str) -> Problem:
    """Give the one problem of this reason."""
    (found,) = [one for one in parsed.problems if one.reason == reason]
    return found


def line80(
    *, name: str = "00433", flag: str = " ", program: str = " ", note: str = "C", date: str = "2020 03 01.416667",
    ra: str = "10 28 24.00", dec: str = "+06 24 00.0", magnitude: str = "", band: str = "", catalogue: str = "",
    station: str = "F51",
) -> str:  # fmt: skip
    """Set one 80-column line; every field in its columns."""
    position = f"{date:17}{ra:12}{dec:12}"
    return f"{name:12}{flag}{program}{note}{position}{'':9}{magnitude:>5}{band:1}{catalogue:1}{'':5}{station}"


def second_line(first: str, note: str, body: str) -> str:
    """Set the second of two lines; body: from column 33 on."""
    return f"{first[:12]} {first[13]}{note}{first[15:32]}{body:45}{first[77:]}"


def record(**changed: str | None) -> dict[str, str]:
    """Give the fields of a record; None leaves one out."""
    fields = FIELDS | changed
    return {name: text for name, text in fields.items() if text is not None}


def psv(*records: dict[str, str], version: str = "# version=2022\n", context: str = CONTEXT_PSV) -> str:
    """Set records of the same fields."""
    names = list(records[0])
    rows = ["|".join(names)] + ["|".join(fields[name] for name in names) for fields in records]
    return version + context + "\n".join(rows) + "\n"


def xml(
    *records: dict[str, str], version: str = ' version="2022"', context: str = CONTEXT_XML, kind: str = "optical"
) -> str:
    """Set records as one obsBlock."""
    return (
        f"<ades{version}>\n<obsBlock>\n{context}<obsData>\n{elements(*records, kind=kind)}</obsData></obsBlock></ades>"
    )


def elements(*records: dict[str, str], kind: str = "optical") -> str:
    """Set records as elements."""
    rows = ["".join(f"<{name}>{text}</{name}>" for name, text in fields.items()) for fields in records]
    return "".join(f"<{kind}>{row}</{kind}>\n" for row in rows)


SETTERS = pytest.mark.parametrize("setter", [psv, xml])  # the same records in both dresses
