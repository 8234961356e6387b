"""Any byte sequence gives observations or problems, never a traceback, and in a time that grows with its length."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc_grpc.astrometry.parsed import Parsed
from calc_grpc.astrometry.reasons import MEANINGS
from calc_grpc.orbits.validation import find_problems
from tests.calc_grpc.astrometry.samples import DATA, FIELDS, NOW, STABLE, line80, parse, psv, record, xml

EXAMPLES = [path.read_bytes() for path in sorted(DATA.iterdir()) if path.suffix != ".md"]
SMALL = [psv(record()).encode(), xml(record()).encode(), (line80() + "\n").encode() * 2]
HARMLESS = {"TOO_FEW_OBSERVATIONS", "TOO_MANY_OBSERVATIONS", "DUPLICATE_OBSERVATION"}


def check(content: bytes) -> Parsed:
    """Parse and hold what the room promises for any content."""
    parsed = parse(content)
    lines = content.count(b"\n") + content.count(b"\r") + 1
    for one in parsed.problems:
        assert one.reason in MEANINGS
        assert one.severity in ("ERROR", "WARNING")
        assert one.hint
        assert 0 <= one.line <= lines
        assert one.column_start <= one.column_end
        assert (one.line == 0) == (one.column_start == 0)
    assert parsed.observations or any(one.severity == "ERROR" for one in parsed.problems)
    assert [(one.line, one.column_start) for one in parsed.problems] == sorted(
        (one.line, one.column_start) for one in parsed.problems
    )
    for row in parsed.observations:
        assert row.designation
        assert 1 <= row.line <= lines
    found = find_problems([row.observation for row in parsed.observations], now=NOW + timedelta(minutes=1))
    assert {one.reason for one in found} <= HARMLESS
    return parsed


@STABLE
@given(st.binary(max_size=600))
def test_raw_bytes(content):
    check(content)


@STABLE
@given(st.text(st.sampled_from("<>/!?&;|# \n\r\t=\"'[]adesoptical0123456789.-+SsVvé\0"), max_size=400))
def test_characters_that_mean_something_somewhere(text):
    check(text.encode())


@STABLE
@given(st.sampled_from(EXAMPLES + SMALL), st.data())
def test_good_files_with_some_bytes_changed(content, data):
    changed = bytearray(content[: data.draw(st.integers(1, len(content)))])
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not changed:
            changed = bytearray(b" ")
    check(bytes(changed))


@STABLE
@given(st.lists(st.sampled_from(b"".join(EXAMPLES).split(b"\n")), max_size=30))
def test_lines_of_all_formats_mixed(lines):
    check(b"\n".join(lines))


CELL = st.one_of(
    st.sampled_from(
        ["", "0", "-0", "360", "90.", "1e3", "nan", "2016-12-31T23:59:60Z", "399", "ICRF_AU", "WGS84", "X"]
    ),
    st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{0,12})?", fullmatch=True),
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs",)), max_size=12),
)
NAMES = [*FIELDS, "provID", "trkSub", "sys", "ctr", "pos1", "pos2", "pos3", "mag", "band", "rmsRA", "rmsCorr", "prog"]
RECORDS = st.dictionaries(st.sampled_from(NAMES), CELL, max_size=10).map(lambda changed: FIELDS | changed)


@STABLE
@given(RECORDS)
def test_records_with_odd_fields(fields):
    check(psv(fields).encode())
    check(xml(fields).encode())


@STABLE
@given(st.lists(RECORDS, min_size=2, max_size=3))
def test_records_with_odd_fields_and_different_columns(records):
    check("".join(psv(fields, version="") for fields in records).encode())


COLUMNS = {
    "name": st.text(st.sampled_from(" ~_0123456789ABJKPSTabcz"), min_size=12, max_size=12),
    "note": st.sampled_from(" ACPTSsVvWwXxRrOt?"),
    "date": st.from_regex(r"[0-9 ]{4} [ 0-9][0-9] [ 0-9][0-9][. ][0-9 ]{6}", fullmatch=True),
    "ra": st.from_regex(r"[ 0-9][0-9] [ 0-6][0-9] [ 0-6][0-9][. ][0-9 ]{3}", fullmatch=True),
    "dec": st.from_regex(r"[+ -][0-9]{2} [ 0-6][0-9] [ 0-6][0-9][. ][0-9 ]{2}", fullmatch=True),
    "magnitude": st.from_regex(r"[ 0-9.-]{5}", fullmatch=True),
    "band": st.sampled_from(" VGQ"),
    "catalogue": st.sampled_from(" V%"),
    "station": st.sampled_from(["F51", "500", "247", "C51", "XXX", "   "]),
}


@STABLE
@given(st.lists(st.fixed_dictionaries({}, optional=COLUMNS), min_size=1, max_size=5))
def test_lines_with_odd_columns(rows):
    check("\n".join(line80(**row) for row in rows).encode())


# Each grew with the square of its length in some draft of this room, or does so in readers elsewhere.
TRAPS = {
    "one long line": b"x" * 1_000_000,
    "columns that repeat behind many": b"# version=2022\n" + b"x|" * 40_000 + b"ra|" * 40_000 + b"obsTime",
    "one long number": b"# version=2022\npermID|stn|obsTime|ra|dec\n" + b"|".join([b"1" * 200_000] * 5),
    "deep elements": b'<ades version="2022">' + b"<a>" * 300_000,
    "a field of many lines": b'<ades version="2022"><optical><ra>' + b"1\n" * 400_000,
    "many fields": b'<ades version="2022"><optical>' + b"<ra>1</ra>" * 60_000,
    "a ruler": b"123456789|" * 100_000 + b"x",
    "dashes": b"-" * 1_000_000 + b"x",
    "first halves": (line80(note="S") + "\n").encode() * 10_000,
    "the same line": (line80() + "\n").encode() * 10_000,
    "as many objects as lines": "\n".join(line80(name=f"     T{k:05d}") for k in range(10_000)).encode(),
    "carriage returns": b"\r" * 1_000_000,
}
MOST_CPU_S = 10.0  # they take 0.01 to 1 s; the square of such lengths takes minutes


@pytest.mark.parametrize("content", TRAPS.values(), ids=TRAPS)
def test_rubbish_costs_no_more_than_its_length(content):
    began = time.process_time()
    parse(content)
    assert time.process_time() - began < MOST_CPU_S
