"""80-column lines: what they give, and every way they can be wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.calc_grpc.astrometry.samples import NOW, errors, line80, parse, problem, reasons

GOOD = line80()


def test_the_sample_line_is_80_columns_wide_and_clean():
    assert len(GOOD) == 80
    assert errors(parse(GOOD)) == []


def test_all_fields_of_a_line_are_read():
    text = line80(
        name="j4767K10F61M", flag="*", program="2", note="B", date="2020 03 01.416667", ra="10 28 24.000",
        dec="-00 24 00.00", magnitude="18.93", band="G", catalogue="V", station="F51",
    )  # fmt: skip
    parsed = parse(text)
    (found,) = parsed.observations
    observation = found.observation
    assert errors(parsed) == []
    assert (found.designation, found.line) == ("454767", 1)
    assert observation.observed_at == datetime(2020, 3, 1, 10, 0, 0, 28_800, tzinfo=UTC)
    assert (observation.ra_deg, observation.dec_deg) == (157.1, -0.4)
    assert (observation.station, observation.magnitude, observation.band) == ("F51", 18.93, "G")
    assert (observation.mode, observation.catalogue, observation.program) == ("CMO", "Gaia2", "2")
    assert observation.observer_position_km is None
    assert observation.sigma_ra_arcsec is None


def test_fields_are_cut_by_column_where_date_and_right_ascension_touch():
    text = line80(date="2024 07 15.815272", ra="20 06 39.103", dec="-56 39 51.72")
    (found,) = parse(text).observations
    assert found.observation.ra_deg == pytest.approx(301.662929166667, abs=1e-12)
    assert found.observation.dec_deg == pytest.approx(-56.6643666667, abs=1e-10)


def test_blank_optional_fields_stay_empty():
    (found,) = parse(line80(note=" ")).observations
    observation = found.observation
    empty = (observation.magnitude, observation.band, observation.catalogue, observation.program)
    assert empty == (None, None, None, None)
    assert observation.mode == "UNK"


@pytest.mark.parametrize(
    ("changed", "reason", "columns", "text"),
    [
        ({"date": "2020 02 30.416667"}, "BAD_DATE", (16, 32), "2020 02 30.416667"),
        ({"date": "2020 03 01       "}, "BAD_DATE", (16, 32), "2020 03 01       "),
        ({"date": "2027 03 01.416667"}, "FUTURE_TIME", (16, 32), "2027 03 01.416667"),
        ({"ra": "10:28:24.00"}, "BAD_RA", (33, 44), "10:28:24.00 "),
        ({"ra": "25 28 24.00"}, "BAD_RA", (33, 44), "25 28 24.00 "),
        ({"dec": " 06 24 00.0"}, "BAD_DEC", (45, 56), " 06 24 00.0 "),
        ({"dec": "+96 24 00.0"}, "BAD_DEC", (45, 56), "+96 24 00.0 "),
        ({"station": "!!!"}, "UNKNOWN_STATION", (78, 80), "!!!"),
        ({"station": "XXX"}, "UNKNOWN_STATION", (78, 80), "XXX"),
        ({"station": "247"}, "SITE_WITHOUT_POSITION", (78, 80), "247"),
        ({"station": "C51"}, "SITE_WITHOUT_POSITION", (78, 80), "C51"),
        ({"magnitude": "1O.3"}, "BAD_MAGNITUDE", (66, 70), " 1O.3"),
        ({"magnitude": "99.9"}, "BAD_MAGNITUDE", (66, 70), " 99.9"),
        ({"magnitude": "18.3", "band": "Q"}, "UNKNOWN_BAND", (71, 71), "Q"),
        ({"catalogue": "%"}, "UNKNOWN_CATALOGUE", (72, 72), "%"),
        ({"name": ""}, "BAD_DESIGNATION", (1, 12), " " * 12),
        ({"name": "     a b c"}, "BAD_DESIGNATION", (1, 12), "     a b c  "),
        ({"flag": "x"}, "BAD_COLUMNS", (13, 13), "x"),
        ({"note": "k"}, "BAD_MODE", (15, 15), "k"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_its_columns(changed, reason, columns, text):
    parsed = parse(f"{GOOD}\n\n{line80(**changed)}\n")
    found = problem(parsed, reason)
    assert [row.line for row in parsed.observations] == [1]
    assert (found.line, found.column_start, found.column_end) == (3, *columns)
    assert (found.text, found.severity) == (text, "ERROR")
    assert found.hint


def test_all_wrong_fields_of_a_line_are_named_at_once():
    parsed = parse(line80(ra="25 28 24.00", station="!!!", catalogue="%"))
    assert errors(parsed) == ["BAD_RA", "UNKNOWN_CATALOGUE", "UNKNOWN_STATION"]


def test_a_time_within_a_minute_of_now_is_not_future():
    date = "2026 11 21.000694"  # 59.96 s after midnight
    assert errors(parse(line80(date=date), now=NOW)) == []
    assert errors(parse(line80(date=date), now=NOW - timedelta(seconds=1))) == ["FUTURE_TIME"]


@pytest.mark.parametrize(
    ("text", "reason", "columns"),
    [
        (GOOD[:79], "BAD_COLUMNS", (1, 79)),
        (GOOD[:40], "BAD_COLUMNS", (1, 40)),
        (GOOD + "x", "BAD_COLUMNS", (1, 81)),
        (GOOD + GOOD, "BAD_COLUMNS", (1, 160)),
        ("x" * 80, "BAD_COLUMNS", (1, 80)),
        (f"{'This sentence looks as long as an observation is, and is nothing of it.':80}", "BAD_COLUMNS", (1, 80)),
        ("rubbish", "BAD_COLUMNS", (1, 7)),
        (GOOD[:59] + "\t" + GOOD[60:], "TAB_FOUND", (60, 60)),
        ("\0" + GOOD[1:], "BAD_CHARACTER", (1, 1)),
        (GOOD[:13] + "é" + GOOD[14:], "BAD_CHARACTER", (14, 14)),
        (GOOD[:60] + "\u2028" + GOOD[61:], "BAD_CHARACTER", (61, 61)),
        (GOOD[:60] + "\x0c" + GOOD[61:], "BAD_CHARACTER", (61, 61)),
    ],
)
def test_a_line_of_another_shape_is_named(text, reason, columns):
    parsed = parse(f"{text}\n{GOOD}\n")
    found = problem(parsed, reason)
    assert (found.line, found.column_start, found.column_end, found.severity) == (1, *columns, "ERROR")
    assert [row.line for row in parsed.observations] == [2]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_lines_alike(end):
    parsed = parse(end.join([GOOD, "", "rubbish", ""]))
    assert problem(parsed, "BAD_COLUMNS").line == 3


def test_blanks_after_column_80_are_left_out_and_told():
    parsed = parse(GOOD + "   \n")
    found = problem(parsed, "REPAIRED")
    assert (found.column_start, found.column_end, found.severity) == (81, 83, "WARNING")
    assert len(parsed.observations) == 1


@pytest.mark.parametrize(
    ("changed", "columns"),
    [
        ({"date": "2020  3  1.416667"}, (16, 32)),
        ({"ra": " 3 49  9.89"}, (33, 44)),
        ({"dec": "+20  7 27.3"}, (45, 56)),
        ({"name": "    Example2"}, (1, 12)),
    ],
)
def test_a_small_deviation_is_read_and_told(changed, columns):
    parsed = parse(line80(**changed))
    found = problem(parsed, "REPAIRED")
    assert (found.column_start, found.column_end, found.severity) == (*columns, "WARNING")
    assert len(parsed.observations) == 1


def test_a_declination_that_runs_out_of_its_columns_is_told():
    parsed = parse(GOOD[:44] + "+06 24 00.1234567" + GOOD[61:])
    found = problem(parsed, "REPAIRED")
    assert (found.column_start, found.column_end, found.text) == (57, 65, "34567    ")
    assert parsed.observations[0].observation.dec_deg == pytest.approx(6.4 + 0.12 / 3600, abs=1e-13)


HEADER = """\
COD F51
OBS P. Villa, José Müller
MEA P. Villa
TEL 1.8-m reflector + CCD, a line that is longer than eighty columns because its author had much to tell
NET Gaia-DR2
BND G
COM
COM Ωmega
NUM 1
ACK thanks
AC2 someone@example.org
CON P. Villa
"""


def test_headers_and_their_comments_are_passed_over_in_silence():
    parsed = parse(HEADER + GOOD + "\n" + HEADER)
    assert reasons(parsed) == ["TOO_FEW_OBSERVATIONS", "SINGLE_POSITION"]
    assert parsed.observations[0].line == 13


def test_a_zero_byte_in_a_header_is_told():
    parsed = parse(f"COM a\0b\n{GOOD}\n")
    assert problem(parsed, "BAD_CHARACTER").severity == "WARNING"
    assert len(parsed.observations) == 1


def test_a_word_that_only_begins_like_a_header_is_no_header():
    assert errors(parse("COMet seen\n" + GOOD)) == ["BAD_COLUMNS"]


@pytest.mark.parametrize("text", ["#Time sigma .001", "123456789|123456789|", "----- end -----"])
def test_other_comments_and_rulers_are_told(text):
    parsed = parse(f"{text}\n{GOOD}\n")
    assert problem(parsed, "IGNORED_LINE").severity == "WARNING"
    assert len(parsed.observations) == 1


@pytest.mark.parametrize("note", ["x", "X"])
def test_replaced_observations_are_left_out_and_told(note):
    parsed = parse(f"{line80(note=note)}\n{line80(date='2020 03 02.416667')}\n")
    assert problem(parsed, "SUPERSEDED").severity == "WARNING"
    assert [row.line for row in parsed.observations] == [2]


@pytest.mark.parametrize(("note", "reason"), [("R", "RADAR_RECORD"), ("r", "RADAR_RECORD"), ("O", "OFFSET_RECORD")])
def test_what_is_no_sky_position_is_refused_by_name(note, reason):
    parsed = parse(line80(note=note))
    assert errors(parsed) == [reason]
    assert problem(parsed, reason).hint


def test_notes_of_filed_data_give_their_mode():
    modes = {note: parse(line80(note=note)).observations[0].observation.mode for note in " APeCBTMcEHNnDZ"}
    assert modes == {
        " ": "UNK", "A": "UNK", "P": "PHO", "e": "ENC", "C": "CCD", "B": "CMO", "T": "MER", "M": "MIC", "c": "CCD",
        "E": "OCC", "H": "PMT", "N": "UNK", "n": "VID", "D": "CCD", "Z": "PHO",
    }  # fmt: skip
