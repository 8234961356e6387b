"""Observations on two lines: satellites and roving observers."""

import erfa
import numpy as np
import pytest

from calc_grpc.orbits.constants import AU_KM
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.observer import observer_track
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.timescale import instants
from tests.calc_grpc.astrometry.samples import errors, line80, parse, problem, second_line

KILOMETRE = 1.0
FIRST = line80(note="S", station="C51")
ROVER = line80(note="V", station="247")
IN_KM = "1 +  504.4738 - 5046.9579 + 4682.8243"


def pair(body: str, note: str = "s", first: str = FIRST) -> str:
    return f"{first}\n{second_line(first, note, body)}\n"


def test_a_satellite_gives_its_geocentric_position():
    parsed = parse(pair(IN_KM))
    (found,) = parsed.observations
    assert errors(parsed) == []
    assert found.line == 1
    assert found.observation.observer_position_km == (504.4738, -5046.9579, 4682.8243)


def test_a_position_in_astronomical_units_is_scaled():
    (found,) = parse(pair("2 -0.00964100 +0.00123456 -0.00000100 ")).observations
    expected = tuple(value * AU_KM for value in (-0.009641, 0.00123456, -0.000001))
    assert found.observation.observer_position_km == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        ("3 +  504.4738 + 5046.9579 + 4682.8243", (33, 33)),
        ("1    504.4738 + 5046.9579 + 4682.8243", (35, 69)),
        ("1 +  504.4738 + 5O46.9579 + 4682.8243", (35, 69)),
        ("1 +  504.4738 + 50.6.9579 + 4682.8243", (35, 69)),
        ("1++  504.4738 + 5046.9579 + 4682.8243", (35, 69)),
        ("1 +  504.47381+ 5046.9579 + 4682.8243", (35, 69)),
        ("1 +         . + 5046.9579 + 4682.8243", (35, 69)),
        ("1 +    0.0000 +    0.0000 +    0.0000", (35, 69)),
        ("2 +  504.4738 + 5046.9579 + 4682.8243", (35, 69)),
    ],
)
def test_a_position_that_cannot_be_is_refused(body, columns):
    parsed = parse(pair(body))
    found = problem(parsed, "BAD_POSITION")
    assert parsed.observations == ()
    assert (found.line, found.column_start, found.column_end) == (2, *columns)


def test_a_fault_of_the_first_line_spoils_the_pair():
    first = line80(note="S", station="C51", ra="25 00 00.00")
    parsed = parse(pair(IN_KM, first=first))
    assert parsed.observations == ()
    assert errors(parsed) == ["BAD_RA"]


def test_a_rover_stands_where_a_station_of_its_place_would():
    """The same place given as that of station 413 (Siding Spring) must turn with the Earth in the same way."""
    place = np.array(station_places_km()["413"])
    longitude, latitude, altitude_m = erfa.gc2gd(1, place * 1000.0)
    body = f"1 {np.degrees(longitude):10.6f} {np.degrees(latitude):+10.6f} {altitude_m:5.0f}"
    (found,) = parse(pair(body, note="v", first=ROVER)).observations
    assert _position_km(found.observation) == pytest.approx(_position_km(_moved(found.observation)), abs=KILOMETRE)


def _moved(observation: Observation) -> Observation:
    return Observation(observed_at=observation.observed_at, ra_deg=0.0, dec_deg=0.0, station="413")


def _position_km(observation: Observation) -> np.ndarray:
    when = instants([observation.observed_at])
    geocentre = Observation(observed_at=observation.observed_at, ra_deg=0.0, dec_deg=0.0, station="500")
    from_sun = observer_track([observation], when).position - observer_track([geocentre], when).position
    return from_sun[0] * AU_KM


def test_rovers_of_a_file_keep_their_order_among_others():
    fixed = line80(station="F51", date="2020 03 01.500000")
    parsed = parse(pair("1   149.0642 -31.2773   1165", note="v", first=ROVER) + fixed)
    assert [row.observation.station for row in parsed.observations] == ["247", "F51"]
    assert parsed.observations[1].observation.observer_position_km is None
    assert np.linalg.norm(parsed.observations[0].observation.observer_position_km) == pytest.approx(6373.0, abs=3.0)


@pytest.mark.parametrize(
    "body",
    ["1   149.0642 -91.2773   1165", "1   449.0642 -31.2773   1165", "1   149.0642 -31.2773  99999",
     "1   149.0642 -31.2773   -999", "1   149.0642+-31.2773   1165",
     "1   149.O642 -31.2773   1165", "1            -31.2773   1165", "1   149.0642 -31.2773       "],
)  # fmt: skip
def test_a_rover_out_of_range_is_refused(body):
    parsed = parse(pair(body, note="v", first=ROVER))
    found = problem(parsed, "BAD_POSITION")
    assert parsed.observations == ()
    assert (found.line, found.column_start, found.column_end) == (2, 35, 61)


@pytest.mark.parametrize(("first", "second"), [("S", "s"), ("V", "v"), ("W", "w"), ("T", "t")])
def test_all_kinds_of_pairs_are_read(first, second):
    station, body = ("247", "1   149.0642 -31.2773   1165") if second in "vw" else ("C51", IN_KM)
    parsed = parse(pair(body, note=second, first=line80(note=first, station=station)))
    assert errors(parsed) == []
    assert len(parsed.observations) == 1


@pytest.mark.parametrize("changed", [{"name": "00434"}, {"date": "2020 03 01.416668"}, {"station": "C57"}])
def test_lines_that_do_not_belong_together_are_both_reported(changed):
    other = second_line(line80(note="S", **({"station": "C51"} | changed)), "s", IN_KM)
    parsed = parse(f"{FIRST}\n{other}\n")
    assert [(one.reason, one.line) for one in parsed.problems] == [
        ("MISSING_SECOND_LINE", 1),
        ("MISSING_SECOND_LINE", 2),
    ]
    assert parsed.observations == ()


def test_a_lost_half_does_not_spoil_its_neighbours():
    later = FIRST.replace("2020 03 01", "2020 03 02")
    good = f"{later}\n{second_line(later, 's', IN_KM)}\n"
    parsed = parse(f"{FIRST}\n{good}{second_line(FIRST, 's', IN_KM)}\n")
    assert [one.line for one in parsed.problems if one.reason == "MISSING_SECOND_LINE"] == [1, 4]
    assert [row.line for row in parsed.observations] == [2]


def test_a_second_line_that_was_cut_short_is_named_twice():
    parsed = parse(f"{FIRST}\n{second_line(FIRST, 's', IN_KM)[:70]}\n")
    assert [(one.reason, one.line) for one in parsed.problems] == [("MISSING_SECOND_LINE", 1), ("BAD_COLUMNS", 2)]


def test_a_transit_circle_needs_no_second_line():
    parsed = parse(line80(note="T"))
    assert errors(parsed) == []
    assert parsed.observations[0].observation.mode == "MER"
