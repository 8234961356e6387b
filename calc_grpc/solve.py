"""From the bytes of an observation file to distances on stdout: `python -m calc_grpc solve FILE`.

The JSON is written by `convert`, as the server's answers are, so the two cannot come to differ.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import Any, TextIO

from astrodist.calc.v1 import calculation_service_pb2 as pb2

from calc_grpc.astrometry.parsed import Parsed, ParsedObservation
from calc_grpc.astrometry.read import parse_astrometry
from calc_grpc.convert import distance_result_message_of, json_of
from calc_grpc.convert_astrometry import parse_response_of
from calc_grpc.orbits.distance import determine_distance
from calc_grpc.orbits.validation import DUPLICATE_OBSERVATION, find_problems
from calc_grpc.solve_table import SolvedObject, object_text, problem_lines, summary_text

SOLVED, NOT_ALL = 0, 1
WIDEST_PROGRESS = 78
Tell = Callable[[float, str], None]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The observations of one object, and where they stand among those of the file."""

    designation: str
    positions: tuple[int, ...]
    rows: tuple[ParsedObservation, ...]


def solve_content(content: bytes, *, name: str, as_json: bool, is_quiet: bool) -> int:
    """Read a file, work out every object of it and print what was found; returns the exit code."""
    now = datetime.now(UTC)
    line = ProgressLine(sys.stderr if sys.stderr.isatty() and not is_quiet else None)
    line.show("reading")
    parsed = parse_astrometry(content, now=now)
    found = _solve_all(parsed, now, line)
    write = _write_json if as_json else _write_text
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of another character set loses signs, not the answer
    failed_count = write(found, parsed, name, line)
    sys.stdout.flush()
    return NOT_ALL if failed_count or any(problem.severity == "ERROR" for problem in parsed.problems) else SOLVED


def groups_of(parsed: Parsed) -> list[Group]:
    """Observations by object, in the order of the file."""
    positions: dict[str, list[int]] = {}
    for position, row in enumerate(parsed.observations):
        positions.setdefault(row.designation, []).append(position)
    return [
        Group(
            designation=designation,
            positions=tuple(these),
            rows=tuple(parsed.observations[position] for position in these),
        )
        for designation, these in positions.items()
    ]


def solve_group(group: Group, *, now: datetime, tell: Tell) -> SolvedObject:
    """Work out one object; what goes wrong is told in the answer, so that it does not stop the others."""
    observations = [row.observation for row in group.rows]
    # The reader names duplicates and leaves them out; the few it may keep, the solver can bear.
    problems = [one for one in find_problems(observations, now=now) if one.reason != DUPLICATE_OBSERVATION]
    solved = SolvedObject(designation=group.designation, observations=tuple(observations))
    if problems:
        return solved.failed(problems[0].reason, " ".join(one.message for one in problems[:3]))
    try:
        return solved.succeeded(determine_distance(observations, as_of=now, report=tell))
    except Exception:
        # The outermost edge, as in a worker: a fault of the program with one object does not hide the others.
        logger.exception("solving %s failed", ascii(group.designation))
        return solved.failed("COMPUTATION_FAILED", "The computation failed by a fault of the program; see the trace.")


def _solve_all(parsed: Parsed, now: datetime, line: "ProgressLine") -> Iterator[tuple[Group, SolvedObject]]:
    groups = groups_of(parsed)
    for number, group in enumerate(groups, 1):
        head = f"{group.designation} ({number} of {len(groups)})"
        line.show(f"{head}: loading the solver" if number == 1 else head)  # compiling it, once, takes a minute

        def tell(fraction: float, stage: str, head: str = head) -> None:
            line.show(f"{head}: {stage}, {100.0 * fraction:.0f} %")

        solved = solve_group(group, now=now, tell=tell)
        line.clear()
        yield group, solved


def _write_text(found: Iterator[tuple[Group, SolvedObject]], parsed: Parsed, name: str, line: "ProgressLine") -> int:
    failed = []
    for _, solved in found:
        sys.stdout.write(object_text(solved) + "\n")
        sys.stdout.flush()
        failed.append(solved.result is None)
    line.clear()
    response = parse_response_of(parsed)
    for told in problem_lines(response.problems, name):
        sys.stderr.write(told + "\n")
    sys.stderr.write(summary_text(response, name, object_count=len(failed), failed_count=sum(failed)) + "\n")
    return sum(failed)


def _write_json(found: Iterator[tuple[Group, SolvedObject]], parsed: Parsed, name: str, line: "ProgressLine") -> int:
    response = parse_response_of(parsed)
    solved = [(one, _object_json(one, [response.observations[k] for k in group.positions])) for group, one in found]
    line.clear()
    answer = {
        "objects": [body for _, body in solved],
        "problems": [json_of(problem) for problem in response.problems],
        "problem_count": response.problem_count,
        "error_count": response.error_count,
    }
    sys.stdout.write(json.dumps(answer, indent=2, allow_nan=False) + "\n")
    return sum(one.result is None for one, _ in solved)


def _object_json(solved: SolvedObject, rows: Sequence[pb2.ParsedObservation]) -> dict[str, Any]:
    """The result as the server writes it, each row with its observation and line before it."""
    given = [{"line": row.line} | json_of(row.observation) for row in rows]
    head = {"designation": rows[0].designation}
    if solved.result is None:
        error = {"reason": solved.reason, "message": solved.message}
        return head | {"state": "FAILED", "error": error, "observations": given}
    result = json_of(distance_result_message_of(solved.result))
    together = [seen | worked_out for seen, worked_out in zip(given, result["observations"], strict=True)]
    return head | {"state": "SUCCEEDED"} | result | {"observations": together}


class ProgressLine:
    """One line on a terminal, written over; nothing without one."""

    def __init__(self, terminal: TextIO | None) -> None:
        self._terminal = terminal
        self._is_shown = False

    def show(self, text: str) -> None:
        """Write over what was shown before."""
        if self._terminal is not None:
            self._terminal.write(f"\r{''.join(filter(str.isprintable, text))[:WIDEST_PROGRESS]}\x1b[K")
            self._terminal.flush()
            self._is_shown = True

    def clear(self) -> None:
        """Leave the line empty for what follows."""
        if self._terminal is not None and self._is_shown:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()
            self._is_shown = False
