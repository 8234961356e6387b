"""From the bytes of an observation file to observations and problems: the one entrance to this room."""

from datetime import datetime
from operator import attrgetter

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.ades_psv import PsvReader, looks_like_psv
from calc_grpc.astrometry.ades_xml import looks_like_xml, read_ades_xml
from calc_grpc.astrometry.comparison import by_object, warn_of_arc, warn_of_mixture, without_repetitions
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import WHOLE_FILE, Findings, TooManyProblemsError
from calc_grpc.astrometry.horizon import warn_of_horizon
from calc_grpc.astrometry.obs80 import read_obs80
from calc_grpc.astrometry.parsed import Parsed, ParsedObservation, Problem
from calc_grpc.astrometry.places import with_icrf_places
from calc_grpc.astrometry.text import decode, split_lines


def parse_astrometry(content: bytes, *, now: datetime) -> Parsed:
    """Read MPC 80-column lines, ADES PSV or ADES XML, told apart by content.

    now: aware; later times are refused. Whatever the bytes, the answer names every line that cannot be used, and a
    file without a usable observation has at least one ERROR. Raises nothing.
    """
    findings = Findings()
    try:
        drafts = _read_checked(content, findings, now)
    except TooManyProblemsError:
        return _given_up(findings)
    if not drafts and findings.error_count == 0:
        hint = "There is no usable observation in this file. Give 80-column lines, ADES PSV or ADES XML."
        findings.error(WHOLE_FILE, reasons.NO_OBSERVATIONS, hint)
    problems = sorted(findings.problems, key=attrgetter("line", "column_start"))
    return Parsed(observations=tuple(_parsed(draft) for draft in drafts), problems=tuple(problems))


def _read_checked(content: bytes, findings: Findings, now: datetime) -> list[Draft]:
    """Read the file and compare its observations with each other and the sky, object by object."""
    text = decode(content, findings)
    groups = by_object(_read_drafts(text, findings, now) if text is not None else [])
    kept = {name: without_repetitions(group, findings) for name, group in groups.items()}
    for name, group in kept.items():
        warn_of_arc(name, group, findings)
    drafts = [draft for group in kept.values() for draft in group]
    warn_of_horizon(drafts, findings)
    warn_of_mixture(list(kept), findings)
    return drafts


def _read_drafts(text: str, findings: Findings, now: datetime) -> list[Draft]:
    if not text or text.isspace():
        findings.error(WHOLE_FILE, reasons.EMPTY_FILE, "The file is empty. Choose one with observations.")
        return []
    if looks_like_xml(text):
        return with_icrf_places(read_ades_xml(text, findings, now=now))
    lines = split_lines(text)
    if looks_like_psv(lines):
        return with_icrf_places(list(PsvReader(findings=findings, now=now).read(lines)))
    return with_icrf_places(read_obs80(lines, findings, now=now))


def _parsed(draft: Draft) -> ParsedObservation:
    return ParsedObservation(designation=draft.designation, observation=draft.observation, line=draft.span.line)


def _given_up(findings: Findings) -> Parsed:
    last = findings.problems[-1]
    hint = f"Reading stopped at line {last.line} after {len(findings.problems)} problems. Is this an observation file?"
    stop = Problem(
        line=0,
        column_start=0,
        column_end=0,
        text="",
        reason=reasons.TOO_MANY_PROBLEMS,
        severity="ERROR",
        hint=hint,
    )
    return Parsed(observations=(), problems=(stop, *findings.problems))
