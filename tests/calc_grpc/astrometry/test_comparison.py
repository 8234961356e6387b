"""Observations beside each other: repeated, contradicting, lonely, mixed."""

import pytest

from tests.calc_grpc.astrometry.samples import errors, line80, parse, problem, reasons, record, xml

TRIPLET = [line80(date=f"2020 03 {day}") for day in ("01.400000", "01.410000", "05.400000", "05.410000")]


def test_a_repeated_line_is_left_out_and_told():
    parsed = parse("\n".join([*TRIPLET, TRIPLET[1]]))
    found = problem(parsed, "DUPLICATE")
    assert (found.line, found.column_start, found.column_end, found.severity) == (5, 1, 80, "WARNING")
    assert "line 2" in found.hint
    assert [row.line for row in parsed.observations] == [1, 2, 3, 4]


def test_the_same_observation_published_twice_is_a_repetition():
    again = TRIPLET[0][:72] + "AB123" + TRIPLET[0][77:]
    assert "DUPLICATE" in reasons(parse(f"{TRIPLET[0]}\n{again}\n"))


@pytest.mark.parametrize("changed", [{"ra": "10 28 24.01"}, {"dec": "-06 24 00.0"}, {"magnitude": "18.3"}])
def test_a_contradiction_is_an_error_of_the_second(changed):
    parsed = parse("\n".join([*TRIPLET, line80(date="2020 03 01.400000", **changed)]))
    found = problem(parsed, "CONFLICT")
    assert (found.line, found.severity) == (5, "ERROR")
    assert "Line 1" in found.hint
    assert [row.line for row in parsed.observations] == [1, 2, 3, 4]


def test_other_objects_and_stations_at_the_same_time_are_no_contradiction():
    other = [line80(name="00434", date="2020 03 01.400000"), line80(station="G96", date="2020 03 01.400000")]
    parsed = parse("\n".join([*TRIPLET, *other]))
    assert errors(parsed) == []
    assert len(parsed.observations) == 6


def test_several_objects_come_one_after_the_other_and_are_told():
    lines = [
        line80(name=name, date=f"2020 03 0{day}.4") for day in (1, 2) for name in ("00433", "     K20A00B", "00434")
    ]
    parsed = parse("\n".join(lines))
    found = problem(parsed, "MIXED_OBJECTS")
    assert (found.line, found.severity) == (0, "WARNING")
    assert [(row.designation, row.line) for row in parsed.observations] == [
        ("433", 1), ("433", 4), ("2020 AB", 2), ("2020 AB", 5), ("434", 3), ("434", 6),
    ]  # fmt: skip


def test_many_objects_are_counted_and_five_are_named():
    parsed = parse("\n".join(line80(name=f"0043{k}") for k in range(8)))
    hint = problem(parsed, "MIXED_OBJECTS").hint
    assert "8 objects" in hint
    assert "434 and 3 more" in hint


def test_one_object_is_no_mixture():
    assert "MIXED_OBJECTS" not in reasons(parse("\n".join(TRIPLET)))


def test_a_provisional_designation_goes_to_the_number_that_another_line_gives_it():
    lines = [line80(name="     K10F61M", date="2020 03 01.4"), line80(name="j4767K10F61M", date="2020 03 02.4")]
    parsed = parse("\n".join([*lines, line80(name="j4767", date="2020 03 03.4")]))
    assert [row.designation for row in parsed.observations] == ["454767"] * 3


def test_the_same_holds_for_ades():
    rows = [record(permID=None, provID="1898 DQ"), record(provID="1898 DQ", obsTime="2020-03-02T10:00:00Z")]
    parsed = parse(xml(*rows))
    assert [row.designation for row in parsed.observations] == ["433", "433"]


def test_good_nights_need_no_warning():
    assert reasons(parse("\n".join(TRIPLET))) == []


def test_a_single_position_of_a_night_is_told():
    parsed = parse("\n".join([*TRIPLET, line80(date="2020 03 09.400000")]))
    found = problem(parsed, "SINGLE_POSITION")
    assert (found.line, found.severity) == (5, "WARNING")


def test_nights_are_those_of_one_station():
    parsed = parse("\n".join([*TRIPLET, line80(date="2020 03 01.420000", station="F52")]))
    assert problem(parsed, "SINGLE_POSITION").line == 5


def test_the_order_of_the_lines_does_not_make_a_position_single():
    parsed = parse("\n".join([TRIPLET[0], TRIPLET[2], TRIPLET[1], TRIPLET[3]]))
    assert "SINGLE_POSITION" not in reasons(parsed)
    assert [row.line for row in parsed.observations] == [1, 2, 3, 4]


def test_an_arc_of_one_night_is_told_with_its_length():
    parsed = parse("\n".join(line80(date=f"2020 03 01.4{k}0000") for k in range(3)))
    found = problem(parsed, "ARC_TOO_SHORT")
    assert (found.line, found.severity) == (1, "WARNING")
    assert "29 minutes" in found.hint


def test_fewer_than_three_observations_are_told():
    parsed = parse("\n".join(TRIPLET[::2]))
    assert problem(parsed, "TOO_FEW_OBSERVATIONS").severity == "WARNING"


def test_problems_come_in_the_order_of_the_file():
    lines = [line80(name="00434"), "rubbish", *TRIPLET, TRIPLET[0], line80(ra="x", station="!!!")]
    places = [(one.line, one.column_start) for one in parse("\n".join(lines)).problems]
    assert len(places) > 5
    assert places == sorted(places)
