"""Files as messages: what is listed, what is counted, and that any text fits."""

from datetime import UTC, datetime
from typing import Any

import pytest
from astrodist.calc.v1 import calculation_service_pb2 as pb2
from hypothesis import example, given
from hypothesis import strategies as st

from calc_grpc.astrometry.parsed import Parsed, ParsedObservation, Problem
from calc_grpc.convert import observation_of
from calc_grpc.convert_astrometry import KINDS, PROBLEMS_LISTED_MAX, parse_response_of
from calc_grpc.orbits.observation import Observation
from calc_grpc.reading import KIND

NOW = datetime(2024, 5, 1, tzinfo=UTC)
OBSERVATION = Observation(
    observed_at=datetime(2024, 1, 5, 2, 57, 46, 80_001, tzinfo=UTC),
    ra_deg=48.75975,
    dec_deg=-0.1,
    station="C51",
    sigma_ra_arcsec=0.3,
    sigma_dec_arcsec=0.2,
    correlation=-0.5,
    magnitude=17.5,
    band="G",
    mode="CCD",
    catalogue="Gaia2",
    program="1",
    observer_position_km=(1.0, -2.0, 3.5),
)


def problem(severity: Any = "ERROR", **values: Any) -> Problem:
    defaults = {"line": 1, "column_start": 1, "column_end": 80, "text": "x", "reason": "BAD_RA", "hint": "Why."}
    return Problem(severity=severity, **{**defaults, **values})


def never(*_: object) -> bool:
    return False


def read(content: bytes) -> pb2.ParseAstrometryResponse:
    """What the reading process answers."""
    run: Any = KINDS[KIND].compute
    read_now = run(content, created_at=datetime.now(UTC), report=never, cancelled=never)
    return pb2.ParseAstrometryResponse.FromString(read_now)


def test_every_field_of_an_observation_and_of_a_problem_is_carried() -> None:
    row = ParsedObservation(designation="2024 AB12", observation=OBSERVATION, line=7)
    found = problem("WARNING", line=9, column_start=33, column_end=44)
    message = parse_response_of(Parsed(observations=(row,), problems=(found,)))
    (carried,) = message.observations
    assert (carried.designation, carried.line) == ("2024 AB12", 7)
    assert observation_of(carried.observation) == OBSERVATION
    (told,) = message.problems
    assert (told.line, told.column_start, told.column_end) == (9, 33, 44)
    assert (told.text, told.reason, told.hint) == ("x", "BAD_RA", "Why.")
    assert told.severity == pb2.ParseProblem.Severity.WARNING
    assert (message.problem_count, message.error_count) == (1, 0)


def test_a_thousand_problems_are_listed_all_are_counted_and_no_error_hides_behind_warnings() -> None:
    warnings = [problem("WARNING", line=line) for line in range(1, 1501)]
    errors = [problem(line=line) for line in (1200, 1600)]
    in_order = sorted([*warnings, *errors], key=lambda found: found.line)
    message = parse_response_of(Parsed(observations=(), problems=tuple(in_order)))
    assert (message.problem_count, message.error_count) == (1502, 2)
    lines = [found.line for found in message.problems]
    assert lines == [*range(1, 999), 1200, 1600] and len(lines) == PROBLEMS_LISTED_MAX


def test_of_many_errors_the_first_are_listed() -> None:
    found = tuple(problem(line=line) for line in range(1, 2001))
    message = parse_response_of(Parsed(observations=(), problems=found))
    assert [told.line for told in message.problems] == list(range(1, 1001))
    assert (message.problem_count, message.error_count) == (2000, 2000)


def test_a_text_that_no_message_can_hold_is_carried_as_far_as_possible() -> None:
    message = parse_response_of(Parsed(observations=(), problems=(problem(text="\udcff" + "x" * 500),)))
    assert message.problems[0].text == "?" + "x" * 199


@given(st.binary(max_size=400) | st.text(alphabet="0123456789 .+-|CVH\n#", max_size=400).map(str.encode))
@example(b"")
@example(b"\xff\xfe")
@example(b"# version=2017\n\xed\xa0\x80|ra\n1|2\n")
def test_any_bytes_give_a_message_with_an_observation_or_an_error(content: bytes) -> None:
    message = read(content)
    assert message.observations or message.error_count
    assert len(message.problems) <= message.problem_count


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_lines_told_are_those_of_the_file(ending: str) -> None:
    good = "00001         C2024 01 05.12345 03 15 02.34 +21 10 45.6          12.3 V      535"
    message = read(ending.join([good, "nonsense", good.replace("05.12345", "06.12345")]).encode())
    assert [row.line for row in message.observations] == [1, 3]
    assert {told.line for told in message.problems if told.severity == pb2.ParseProblem.Severity.ERROR} == {2}
