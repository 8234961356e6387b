"""Between files with observations and messages; what the reading process runs, as `reading.py` asks it to."""

from collections.abc import Sequence
from datetime import UTC, datetime

from astrodist.calc.v1 import calculation_service_pb2 as pb2

from calc_grpc.astrometry.parsed import Parsed, ParsedObservation, Problem
from calc_grpc.astrometry.read import parse_astrometry
from calc_grpc.convert import observation_message_of
from calc_grpc.worker_process import CancelledBy, ComputedKind, ReportTo

PROBLEMS_LISTED_MAX = 1_000
TEXT_LENGTH_MAX = 200  # a file without a line end is one offending text of 2 MB


class AstrometryFile:
    """A file's bytes in, a serialised ParseAstrometryResponse out."""

    def warm_up(self) -> None:
        """Read once: the list of stations is loaded on first use."""
        parse_astrometry(b"", now=datetime.now(UTC))

    def compute(self, input_bytes: bytes, *, created_at: datetime, report: ReportTo, cancelled: CancelledBy) -> bytes:
        """Read a file; nothing interrupts it but the end of its process. created_at: no later moment is taken."""
        parsed = parse_astrometry(input_bytes, now=created_at)
        return parse_response_of(parsed).SerializeToString()


def parse_response_of(parsed: Parsed) -> pb2.ParseAstrometryResponse:
    """Write what was read: every observation, the first problems, and how many there were."""
    return pb2.ParseAstrometryResponse(
        observations=map(_observation, parsed.observations),
        problems=map(_problem, _listed(parsed.problems)),
        problem_count=len(parsed.problems),
        error_count=sum(problem.severity == "ERROR" for problem in parsed.problems),
    )


def _listed(problems: Sequence[Problem]) -> list[Problem]:
    """Choose those to list: an error is not hidden behind a thousand warnings."""
    by_weight = sorted(range(len(problems)), key=lambda k: problems[k].severity != "ERROR")
    return [problems[k] for k in sorted(by_weight[:PROBLEMS_LISTED_MAX])]


def _observation(row: ParsedObservation) -> pb2.ParsedObservation:
    return pb2.ParsedObservation(
        designation=_unicode(row.designation), observation=observation_message_of(row.observation), line=row.line
    )


def _problem(problem: Problem) -> pb2.ParseProblem:
    return pb2.ParseProblem(
        line=problem.line,
        column_start=problem.column_start,
        column_end=problem.column_end,
        text=_unicode(problem.text[:TEXT_LENGTH_MAX]),
        reason=problem.reason,
        severity=problem.severity,
        hint=_unicode(problem.hint),
    )


def _unicode(text: str) -> str:
    """Replace halves of surrogate pairs, which stand for bytes that were no text and which no message can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


KINDS: dict[str, ComputedKind] = {"astrometry": AstrometryFile()}
