"""What is refused, and in which words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.validation import find_problems

NOW = datetime(2025, 1, 1, tzinfo=UTC)
GOOD = [
    Observation(observed_at=datetime(2020, 1, 1 + k, tzinfo=UTC), ra_deg=10.0 + k, dec_deg=5.0, station="F51")
    for k in range(4)
]


def reasons(changed: Observation) -> list[tuple[str, str]]:
    rows = [*GOOD[:3], changed]
    return [(problem.path, problem.reason) for problem in find_problems(rows, now=NOW)]


def test_good_observations_have_no_problems():
    assert find_problems(GOOD, now=NOW) == []


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("ra_deg", 360.0, "OUT_OF_RANGE"),
        ("ra_deg", -0.001, "OUT_OF_RANGE"),
        ("ra_deg", float("nan"), "OUT_OF_RANGE"),
        ("dec_deg", 90.5, "OUT_OF_RANGE"),
        ("dec_deg", float("inf"), "OUT_OF_RANGE"),
        ("sigma_ra_arcsec", 0.0, "OUT_OF_RANGE"),
        ("sigma_dec_arcsec", -1.0, "OUT_OF_RANGE"),
        ("sigma_dec_arcsec", float("nan"), "OUT_OF_RANGE"),
        ("correlation", 1.0, "OUT_OF_RANGE"),
        ("correlation", float("nan"), "OUT_OF_RANGE"),
        ("observer_position_km", (1.0, float("nan"), 2.0), "OUT_OF_RANGE"),
        ("observer_position_km", (8e8, 8e8, 0.0), "OUT_OF_RANGE"),
        ("observer_position_km", (float("inf"), 0.0, 0.0), "OUT_OF_RANGE"),
        ("magnitude", float("nan"), "OUT_OF_RANGE"),
        ("magnitude", float("inf"), "OUT_OF_RANGE"),
        ("magnitude", -30.1, "OUT_OF_RANGE"),
        ("magnitude", 40.1, "OUT_OF_RANGE"),
        ("band", "B" * 9, "TOO_LONG"),
        ("mode", "M" * 9, "TOO_LONG"),
        ("catalogue", "C" * 17, "TOO_LONG"),
        ("program", "P" * 9, "TOO_LONG"),
        ("band", "V\n", "INVALID_FORMAT"),
        ("mode", "\x00", "INVALID_FORMAT"),
        ("catalogue", "Gaia\t2", "INVALID_FORMAT"),
        ("program", "\x85", "INVALID_FORMAT"),
        ("station", "F51 F", "TOO_LONG"),
        ("observed_at", datetime(1599, 12, 31, 23, 59, tzinfo=UTC), "OUT_OF_RANGE"),
        ("observed_at", NOW + timedelta(days=1), "FUTURE_TIME"),
        ("observed_at", datetime(1300, 1, 1, tzinfo=UTC), "OUT_OF_RANGE"),
        ("observed_at", datetime(2020, 1, 1), "OUT_OF_RANGE"),
        ("station", "ZZZZ", "UNKNOWN_STATION"),
        ("station", "", "REQUIRED"),
        ("station", "247", "STATION_WITHOUT_POSITION"),
        ("station", "270", "STATION_WITHOUT_POSITION"),
        ("station", "C51", "STATION_WITHOUT_POSITION"),
    ],
)
def test_each_bad_field_is_named(field, value, reason):
    assert reasons(replace(GOOD[3], **{field: value})) == [(f"observations[3].{field}", reason)]


def test_values_at_their_bounds_are_accepted():
    widest = replace(
        GOOD[3], magnitude=40.0, band="B" * 8, mode="M" * 8, catalogue="C" * 16, program="\u044f" * 8,
        observer_position_km=(1e9, 0.0, 0.0), observed_at=datetime(1600, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert reasons(widest) == []
    assert reasons(replace(widest, magnitude=-30.0, observed_at=NOW)) == []


@pytest.mark.parametrize(
    ("field", "value", "bound"),
    [("magnitude", 41.0, "40"), ("band", "B" * 9, "8"), ("catalogue", "C" * 17, "16"), ("station", "F51 F", "4"),
     ("observer_position_km", (0.0, 0.0, 2e9), "1e+09"), ("observed_at", datetime(1300, 1, 1, tzinfo=UTC), "1600")],
)  # fmt: skip
def test_the_message_names_the_bound(field, value, bound):
    (problem,) = find_problems([*GOOD[:3], replace(GOOD[3], **{field: value})], now=NOW)
    assert bound in problem.message


def test_a_moving_station_with_its_place_is_accepted():
    assert reasons(replace(GOOD[3], station="C51", observer_position_km=(6900.0, 0.0, 0.0))) == []


@pytest.mark.parametrize(("station", "reason"), [("ZZZ", "UNKNOWN_STATION"), ("", "REQUIRED")])
def test_a_place_does_not_excuse_the_station(station, reason):
    placed = replace(GOOD[3], station=station, observer_position_km=(6900.0, 0.0, 0.0))
    assert reasons(placed) == [("observations[3].station", reason)]


def test_a_repeated_station_and_time_is_named_once():
    assert reasons(replace(GOOD[0], ra_deg=99.0)) == [("observations[3].observed_at", "DUPLICATE_OBSERVATION")]


def test_an_id_given_twice_is_named_and_missing_ids_are_not():
    rows = [replace(one, id=number) for one, number in zip(GOOD, (7, None, 7, None), strict=True)]
    (problem,) = find_problems(rows, now=NOW)
    assert (problem.path, problem.reason) == ("observations[2].id", "DUPLICATE_OBSERVATION")
    assert "observations[0]" in problem.message and "id 7" in problem.message


def test_too_few_and_too_many_are_refused():
    assert [problem.reason for problem in find_problems(GOOD[:2], now=NOW)] == ["TOO_FEW_OBSERVATIONS"]
    assert [problem.reason for problem in find_problems([GOOD[0]] * 5001, now=NOW)] == ["TOO_MANY_OBSERVATIONS"]


def test_every_message_says_what_to_do():
    bad = replace(GOOD[3], ra_deg=400.0, dec_deg=-91.0, station="nope", correlation=2.0)
    problems = find_problems([bad], now=NOW)
    assert len(problems) == 5
    assert all(any(word in problem.message for word in ("Give", "Check", "Add")) for problem in problems)
