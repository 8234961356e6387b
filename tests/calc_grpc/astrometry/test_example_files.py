"""Files as people have them (`tests/data/astrometry/README.md`)."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from calc_grpc.orbits.validation import find_problems
from tests.calc_grpc.astrometry.samples import DATA, NOW, errors, parse, reasons

FILES = {
    "findorb_example.txt": {"Example2": 20, "Jupiter 9": 32, "Example1": 37, "Mir": 10},
    "outfit_8467.obs": {"8467": 61},
    "oorb_K08K42V_lsl.mpc": {"2008 KV42": 15},
    "layup_j4767_wise_excerpt.txt": {"454767": 12},
    "layup_example.psv": {"3666": 26},
    "layup_ades_sample.xml": {"3666": 2, "2014 XX": 1},
    "outfit_example_ades.xml": {"1234456": 1, "1234457": 1, "1234458": 1, "1234459": 1},
}


@pytest.mark.parametrize("name", FILES)
def test_every_observation_is_read_and_nothing_is_refused(name):
    parsed = parse((DATA / name).read_bytes())
    assert errors(parsed) == []
    assert Counter(row.designation for row in parsed.observations) == FILES[name]


@pytest.mark.parametrize("name", FILES)
def test_what_is_read_suits_the_solver(name):
    parsed = parse((DATA / name).read_bytes())
    by_object: dict[str, list] = {}
    for row in parsed.observations:
        by_object.setdefault(row.designation, []).append(row.observation)
    found = [one for rows in by_object.values() for one in find_problems(rows, now=NOW)]
    assert {one.reason for one in found} <= {"TOO_FEW_OBSERVATIONS"}


@pytest.mark.parametrize("name", FILES)
def test_windows_and_old_mac_line_ends_change_nothing(name):
    content = (DATA / name).read_bytes()
    for end in (b"\r\n", b"\r"):
        assert parse(content.replace(b"\n", end)) == parse(content)


def test_comments_rulers_and_old_digits_of_find_orb_are_told():
    found = Counter(reasons(parse((DATA / "findorb_example.txt").read_bytes())))
    assert found["IGNORED_LINE"] == 4  # the ruler, the template and two "#Time sigma"
    assert found["REPAIRED"] == 57 + 6  # Example1 and Example2 begin in column 5; blanks for zeros in 381 and 711


def test_the_space_telescope_stands_where_its_second_lines_say():
    parsed = parse((DATA / "layup_j4767_wise_excerpt.txt").read_bytes())
    assert reasons(parsed) == ["SUPERSEDED"]
    first, last = parsed.observations[0], parsed.observations[-1]
    assert (first.line, last.line) == (1, 24)
    assert first.observation.observer_position_km == (504.4738, 5046.9579, 4682.8243)
    assert last.observation.observer_position_km == (398.3093, 5038.1741, 4702.1523)


def test_date_and_right_ascension_that_touch_are_told_apart():
    row = parse((DATA / "outfit_8467.obs").read_bytes()).observations[0].observation
    assert row.observed_at == datetime(2024, 12, 3, 1, 15, 29, 952_000, tzinfo=UTC)
    assert row.ra_deg == pytest.approx((23 * 60 + 45.348) / 240, abs=1e-13)
    assert (row.magnitude, row.band, row.catalogue, row.station) == (18.93, "c", "Gaia2", "W68")


def test_a_deprecated_record_of_the_archive_is_left_out():
    parsed = parse((DATA / "layup_example.psv").read_bytes())
    assert "SUPERSEDED" in reasons(parsed)
    assert 5 not in [row.line for row in parsed.observations]
