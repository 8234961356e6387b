"""Appends the observations of a file to a draft, all of them or none.

The file is read by the calculation service before any transaction is open; what it found is judged here by the same
rules as an observation typed by hand.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from main_api import calc_client
from main_api.accounts.models import User
from main_api.requests.astrometry import ERROR, WARNING, FileProblem, FileRow, Import, ReadFile, listed
from main_api.requests.models import Observation, Request
from main_api.requests.observation_rules import key_of, refusals
from main_api.requests.selectors import MEASURED_COLUMNS
from main_api.requests.services.drafts import lock_draft, refuse_unless_draft, touch
from main_api.turns import writing

MIXED_OBJECTS = "MIXED_OBJECTS"
NAMED_MAX = 10

logger = logging.getLogger(__name__)


def read_import(*, user: User, request_id: int, content: bytes, designation: str = "") -> Import:
    """Reads a file that is to be appended to a draft, and judges it without looking at what the draft holds.

    designation: the one object to take, as the file names it; without it a file of several objects is refused.
    Raises NotFound, Forbidden, NotADraft, CalcUnavailable.
    """
    refuse_unless_draft(user=user, request_id=request_id)
    return _judged(calc_client.parse_astrometry(content), designation)


def preview_import(*, request_id: int, file: Import, designation: str = "") -> Import:
    """What appending the file would do. Asked for while somebody types: it waits for no writer."""
    return file if _is_mixed(file, designation) else _beside(file, _present(request_id))


def append_import(*, user: User, request_id: int, file: Import, designation: str = "") -> Import:
    """Appends the observations of a file that was read, unless a problem is an error."""
    # Two objects of one exposure share station and moment, so the rows of several are no duplicates.
    return file if _is_mixed(file, designation) else _append(user, request_id, file)


def preview_file(*, content: bytes, designation: str = "") -> Import:
    """What a new request of this file would hold; stores nothing and needs no request. Raises CalcUnavailable."""
    judged = _judged(calc_client.parse_astrometry(content), designation)
    return judged if _is_mixed(judged, designation) else _beside(judged, [])


def _is_mixed(file: Import, designation: str) -> bool:
    return len(file.designations) > 1 and not designation


def _present(request_id: int) -> list[Observation]:
    return list(Observation.objects.filter(request_id=request_id))


def _judged(file: ReadFile, designation: str) -> Import:
    """What can be said of a file without looking at the draft."""
    # That there are several objects is judged here; for the reader it is nothing but a warning.
    read = [problem for problem in file.problems if problem.reason != MIXED_OBJECTS]
    rows = [row for row in file.rows if designation in ("", row.designation)]
    outcome = Import(
        rows=rows,
        designations=Counter(row.designation for row in file.rows),
        problems=read,
        problem_count=file.problem_count - (len(file.problems) - len(read)),
        error_count=file.error_count,
    )
    return _with(outcome, [*_object_problems(outcome, designation), *_rule_problems(rows, timezone.now())])


@writing()
def _append(user: User, request_id: int, judged: Import) -> Import:
    request = lock_draft(user, request_id)
    outcome = _beside(judged, _present(request_id))
    if outcome.rows and not outcome.is_refused:
        _store(request, [row.observation for row in outcome.rows])
        logger.info("observations imported", extra={"request_pk": request_id, "observation_count": len(outcome.rows)})
    return outcome


def _beside(judged: Import, present: Sequence[Observation]) -> Import:
    """What is left of a file beside the observations that the request has."""
    fresh, repeated = _without_repeated(judged.rows, present)
    return replace(_with(judged, [*repeated, *_count_problems(len(present) + len(fresh))]), rows=fresh)


def _store(request: Request, observations: Sequence[Observation]) -> None:
    for observation in observations:
        observation.request = request
    Observation.objects.bulk_create(observations)
    touch(request, timezone.now())


def _with(outcome: Import, problems: Sequence[FileProblem]) -> Import:
    return replace(
        outcome,
        problems=listed([*outcome.problems, *problems]),
        problem_count=outcome.problem_count + len(problems),
        error_count=outcome.error_count + sum(problem.severity == ERROR for problem in problems),
    )


def _object_problems(outcome: Import, wanted: str) -> Iterator[FileProblem]:
    designations, found = outcome.designations, _named(outcome.designations)
    if not designations:
        if outcome.is_refused:
            return  # the errors say why
        hint = "Nothing in the file is an observation. Send 80-column or ADES text (PSV or XML)."
        yield FileProblem(line=0, text="", reason="NO_OBSERVATIONS", severity=ERROR, hint=hint)
    elif wanted and wanted not in designations:
        hint = f"The file has no such object. It holds {found}."
        yield FileProblem(line=0, text=wanted, reason="UNKNOWN_DESIGNATION", severity=ERROR, hint=hint)
    elif len(designations) > 1 and not wanted:
        hint = "A request is about one object. Split the file, or choose an object with ?designation="
        yield FileProblem(line=0, text=found, reason=MIXED_OBJECTS, severity=ERROR, hint=hint)


def _named(designations: Counter[str]) -> str:
    names = [f"{name} ({count})" for name, count in designations.most_common(NAMED_MAX)]
    others = len(designations) - len(names)
    return ", ".join(names) + (f" and {others} more" if others else "")


def _rule_problems(rows: Sequence[FileRow], now: datetime) -> Iterator[FileProblem]:
    for row in rows:
        for field, reason, message in refusals(row.observation, now):
            text = f"{field} {getattr(row.observation, field)}"
            yield FileProblem(line=row.line, text=text, reason=reason, severity=ERROR, hint=message)


def _without_repeated(
    rows: Sequence[FileRow], present: Sequence[Observation]
) -> tuple[list[FileRow], list[FileProblem]]:
    """The rows that are new; those whose station and moment are there already are skipped or refused."""
    known = {key_of(observation): observation for observation in present}
    fresh, problems = [], []
    for row in rows:
        key = key_of(row.observation)
        if key in known:
            problems.append(_repeated(row, known[key]))
        else:
            known[key] = row.observation
            fresh.append(row)
    return fresh, problems


def _repeated(row: FileRow, other: Observation) -> FileProblem:
    text = f"{row.observation.station} {row.observation.observed_at.isoformat()}"
    differing = [name for name in MEASURED_COLUMNS if getattr(row.observation, name) != getattr(other, name)]
    if differing:
        hint = f"The request has another observation of this station and time: {', '.join(differing)} differ."
        return FileProblem(
            line=row.line, text=text, reason="CONFLICT", severity=ERROR, hint=f"{hint} Keep one of them."
        )
    hint = "The request has this observation already; it is skipped."
    return FileProblem(line=row.line, text=text, reason="DUPLICATE", severity=WARNING, hint=hint)


def _count_problems(count: int) -> Iterator[FileProblem]:
    most = settings.OBSERVATION_COUNT_MAX
    if count > most:
        text = f"{count} observations"
        hint = f"A request holds at most {most} observations, those it has already included. Leave some out."
        yield FileProblem(line=0, text=text, reason="TOO_MANY_OBSERVATIONS", severity=ERROR, hint=hint)
