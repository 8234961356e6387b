"""What reading an observation file gives: observations, and every problem with its place in the text."""

from dataclasses import dataclass
from typing import Literal

from calc_grpc.orbits.observation import Observation

Severity = Literal["ERROR", "WARNING"]


@dataclass(frozen=True, kw_only=True)
class ParsedObservation:
    """An observation, whose it is (as the file names the object, unpacked) and the line it stands on, from 1."""

    designation: str
    observation: Observation
    line: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that could not be used (ERROR) or deserves a look (WARNING).

    line, column_start, column_end: counted from 1, the last column included; 0 where the whole file is meant.
    text: the offending text. reason: a stable word. hint: what to do about it.
    """

    line: int
    column_start: int
    column_end: int
    text: str
    reason: str
    severity: Severity
    hint: str


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """Observations in the order of the file, object by object; problems in the order of the file."""

    observations: tuple[ParsedObservation, ...]
    problems: tuple[Problem, ...]
