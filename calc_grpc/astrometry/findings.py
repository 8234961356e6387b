"""Collecting problems while a file is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from calc_grpc.astrometry.parsed import Problem, Severity

LONGEST_TEXT = 200  # characters of the offending text that are quoted
MOST_PROBLEMS = 250_000  # more than the 25,000 lines of 2 MB can sensibly have; bounds time and memory on rubbish


class TooManyProblemsError(Exception):
    """The file has more problems than anybody reads."""


class Span(NamedTuple):
    """A piece of the file: line and columns from 1, the last included, and what stands there."""

    line: int
    start: int
    end: int
    text: str


# The non-empty fields of an ADES record by name.
Fields = Mapping[str, Span]

WHOLE_FILE = Span(line=0, start=0, end=0, text="")


@dataclass(kw_only=True, slots=True)
class Findings:
    """The problems found so far; error_count tells a reader whether its record survived."""

    problems: list[Problem] = field(default_factory=list)
    error_count: int = 0

    def error(self, span: Span, reason: str, hint: str) -> None:
        """Name something that cannot be used; raises TooManyProblemsError, as warning does."""
        self.error_count += 1
        self._add(span, reason, "ERROR", hint)

    def warning(self, span: Span, reason: str, hint: str) -> None:
        """Name something that deserves a look."""
        self._add(span, reason, "WARNING", hint)

    def _add(self, span: Span, reason: str, severity: Severity, hint: str) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise TooManyProblemsError
        text = span.text if len(span.text) <= LONGEST_TEXT else span.text[: LONGEST_TEXT - 1] + "…"
        self.problems.append(
            Problem(
                line=span.line,
                column_start=span.start,
                column_end=span.end,
                text=text,
                reason=reason,
                severity=severity,
                hint=hint,
            )
        )
