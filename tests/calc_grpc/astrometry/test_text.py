"""Bytes that are no text, or not the text they seem."""

import pytest

from calc_grpc.astrometry import findings
from tests.calc_grpc.astrometry.samples import errors, line80, parse, problem, psv, reasons, record, xml

GOOD = line80()
MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("content", [b"", b" \n\r\n\t\x0c ", MARK, MARK + b"\n"])
def test_an_empty_file_is_an_error(content):
    parsed = parse(content)
    assert errors(parsed) == ["EMPTY_FILE"]
    found = problem(parsed, "EMPTY_FILE")
    assert (found.line, found.column_start, found.column_end, found.text) == (0, 0, 0, "")


@pytest.mark.parametrize("content", ["COM nothing here\n", "# version=2022\n", '<ades version="2022"></ades>'])
def test_a_file_without_observations_is_an_error(content):
    assert errors(parse(content)) == ["NO_OBSERVATIONS"]


@pytest.mark.parametrize("text", [GOOD, psv(record()), xml(record())])
def test_the_mark_of_utf_8_is_passed_over(text):
    parsed = parse(MARK + text.encode())
    assert errors(parsed) == []
    assert len(parsed.observations) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_with_a_mark_are_refused(encoding):
    assert errors(parse(GOOD.encode(encoding))) == ["BAD_ENCODING"]


def test_utf_16_without_its_mark_is_refused_character_by_character():
    assert "BAD_CHARACTER" in errors(parse(GOOD.encode("utf-16-le")))


def test_latin_1_is_taken_in_comments_with_a_warning_where_it_begins():
    parsed = parse(f"COM x\r\nOBS José\n{GOOD}\n".encode("latin-1"))
    found = problem(parsed, "BAD_ENCODING")
    assert (found.line, found.column_start, found.text, found.severity) == (2, 8, "é", "WARNING")
    assert errors(parsed) == []
    assert len(parsed.observations) == 1


def test_latin_1_is_not_taken_in_80_column_data():
    parsed = parse((GOOD[:60] + "é" + GOOD[61:]).encode("latin-1"))
    assert errors(parsed) == ["BAD_CHARACTER"]


def test_latin_1_is_taken_in_names_of_ades():
    for text in (psv(record(remarks="José")), xml(record(remarks="José"))):
        parsed = parse(text.encode("latin-1"))
        assert errors(parsed) == []
        assert "BAD_ENCODING" in reasons(parsed)


def test_a_zero_byte_is_named_in_every_format():
    assert errors(parse(GOOD[:30] + "\0" + GOOD[31:])) == ["BAD_CHARACTER"]
    assert errors(parse(psv(record()).replace("157.1", "157\0.1"))) == ["BAD_CHARACTER"]
    assert errors(parse(xml(record()).replace("157.1", "157\0.1"))) == ["BAD_XML"]


def test_long_offending_texts_are_shortened_but_their_columns_are_not():
    found = problem(parse("x" * 5_000), "BAD_COLUMNS")
    assert (len(found.text), found.column_end) == (200, 5_000)
    assert found.text.endswith("…")


def test_reading_stops_where_nobody_reads_on(monkeypatch):
    monkeypatch.setattr(findings, "MOST_PROBLEMS", 100)
    parsed = parse("#\n" * 102)
    assert parsed.problems[0].reason == "TOO_MANY_PROBLEMS"
    assert (parsed.problems[0].line, parsed.problems[0].severity) == (0, "ERROR")
    assert [one.line for one in parsed.problems[1:]] == list(range(1, 101))
    assert parsed.observations == ()
