"""What the calculation service read in a file, and what an import makes of it, as plain values."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from main_api.requests.models import Observation

ERROR = "error"
WARNING = "warning"
PROBLEMS_LISTED_MAX = 1_000


@dataclass(frozen=True, kw_only=True)
class FileProblem:
    """Something in a file that cannot be used (error) or deserves a look (warning).

    line, column_start, column_end: from 1, the last column included; 0 means the whole file, or the whole line.
    """

    line: int
    column_start: int = 0
    column_end: int = 0
    text: str
    reason: str
    severity: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """An observation, not saved; whose it is, and the line it stands on."""

    designation: str
    line: int
    observation: Observation


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """A file as it was read. problems: the first ones; the counts are of all."""

    rows: Sequence[FileRow]
    problems: Sequence[FileProblem]
    problem_count: int
    error_count: int


@dataclass(frozen=True, kw_only=True)
class Import:
    """What an import did or would do. rows: those appended, or to be appended; designations: all of the file."""

    rows: Sequence[FileRow]
    designations: Counter[str]
    problems: Sequence[FileProblem]
    problem_count: int
    error_count: int

    @property
    def is_refused(self) -> bool:
        """Nothing is stored when anything is wrong."""
        return self.error_count > 0


def listed(problems: Sequence[FileProblem]) -> list[FileProblem]:
    """In the order of the file, at most PROBLEMS_LISTED_MAX; warnings make room for errors."""
    errors_first = sorted(problems, key=lambda problem: problem.severity != ERROR)[:PROBLEMS_LISTED_MAX]
    return sorted(errors_first, key=lambda problem: (problem.line, problem.column_start))
