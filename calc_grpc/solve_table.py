"""What `solve` prints for people: of each object a heading, its distances and its orbit; the problems of a file."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from astrodist.calc.v1 import calculation_service_pb2 as pb2

from calc_grpc.orbits.constants import MJD_ZERO_JD
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.result import Alternative, DistanceResult, FollowUp, ObservationResult, Orbit

GAP = "  "
UNKNOWN = "-"
ALIKE_SHOWN = 3  # warnings of one kind
LONGEST_QUOTE = 32
LEAST_DECIMALS, MOST_DECIMALS = 0, 9
HEADINGS = (
    "time (UT)", "stn", "distance/au", "1 sigma", "95 % from", "to", "from Sun/au", "RA o-c/\"", "Dec o-c/\"", "used"
)  # fmt: skip
TEXT_COLUMNS = (0, 1, 9)  # the others are numbers and stand to the right


@dataclass(frozen=True, kw_only=True)
class SolvedObject:
    """An object of a file and what was found of it. reason, message: why there is no result."""

    designation: str
    observations: tuple[Observation, ...]
    result: DistanceResult | None = None
    reason: str = ""
    message: str = ""

    def succeeded(self, result: DistanceResult) -> "SolvedObject":
        """The same object with its result."""
        return replace(self, result=result)

    def failed(self, reason: str, message: str) -> "SolvedObject":
        """The same object with what went wrong."""
        return replace(self, reason=reason, message=message)


def object_text(solved: SolvedObject) -> str:
    """Everything about one object, ending in an empty line."""
    result = solved.result
    verdict = f"not solved, {solved.reason}" if result is None else result.verdict.replace("_", " ")
    lines = [
        f"{printable(solved.designation)}: {verdict}",
        solved.message if result is None else result.verdict_reason,
        _coverage(solved.observations),
    ]
    if result is not None:
        if any(row.used is not None for row in result.observations):  # else nothing was fitted, and all cells empty
            lines += ["", *_distance_table(solved.observations, result.observations)]
        lines += ["", *_orbit_lines(result.orbit)] if result.orbit is not None else []
        lines += _alternative_lines(result.alternatives)
        lines += _follow_up_lines(result.follow_up)
    return "\n".join([*lines, ""])


def problem_lines(problems: Iterable[pb2.ParseProblem], name: str) -> Iterator[str]:
    """Every error, and of the warnings of each kind the first ones."""
    warning_counts: Counter[str] = Counter()
    for problem in problems:
        if problem.severity == pb2.ParseProblem.Severity.WARNING:
            warning_counts[problem.reason] += 1
            if warning_counts[problem.reason] > ALIKE_SHOWN:
                continue
        yield _problem_line(problem, name)
    for reason, count in warning_counts.items():
        if count > ALIKE_SHOWN:
            yield f"{printable(name)}: warning: {reason}: {count - ALIKE_SHOWN} more; --json lists them"


def _problem_line(problem: pb2.ParseProblem, name: str) -> str:
    """Place first, as compilers write theirs."""
    columns = f":{problem.column_start}-{problem.column_end}" if problem.column_start else ""
    place = f"{printable(name)}:{problem.line}{columns}" if problem.line else printable(name)
    severity = pb2.ParseProblem.Severity.Name(problem.severity).lower()
    quoted = f' "{shorten(printable(problem.text))}"' if problem.text else ""
    return f"{place}: {severity}: {problem.reason}{quoted}: {printable(problem.hint)}"


def summary_text(response: pb2.ParseAstrometryResponse, name: str, *, object_count: int, failed_count: int) -> str:
    """How many objects and problems there were."""
    objects = f"{_count(object_count, 'object')}, {failed_count} not solved" if object_count else "no object"
    unlisted = response.problem_count - len(response.problems)
    more = f", {unlisted} of them not listed" if unlisted else ""
    problems = f"{_count(response.problem_count, 'problem')}{more}, {_count(response.error_count, 'error')}"
    return f"{printable(name)}: {objects}; {problems}"


def shorten(text: str) -> str:
    """At most so much that the hint after it is still seen."""
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def printable(text: str) -> str:
    """The text without characters that would move a terminal's cursor or colour it."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _coverage(observations: Sequence[Observation]) -> str:
    moments = [observation.observed_at.astimezone(UTC) for observation in observations]
    stations = sorted({observation.station for observation in observations})
    shown = ", ".join(map(printable, stations[:6])) + (f" and {len(stations) - 6} more" if len(stations) > 6 else "")
    noun = "station" if len(stations) == 1 else "stations"
    span = f"{min(moments):%Y-%m-%d} to {max(moments):%Y-%m-%d}"
    return f"{_count(len(moments), 'observation')}, {span}, {noun} {shown}"


def _distance_table(observations: Sequence[Observation], rows: Sequence[ObservationResult]) -> list[str]:
    cells = [_cells(observation, row) for observation, row in zip(observations, rows, strict=True)]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *cells, strict=True)]
    return [_aligned(row, widths) for row in (HEADINGS, *cells)]


def _cells(observation: Observation, row: ObservationResult) -> tuple[str, ...]:
    sigma = row.distance_sigma_au
    # Where sigma is the larger, its digits would leave none of the distance.
    decimals = _decimals(sigma and min(sigma, row.distance_au or sigma))
    distances = (row.distance_au, row.distance_sigma_au, row.distance_low_au, row.distance_high_au)
    return (
        _moment(observation.observed_at),
        printable(observation.station),
        *(_number(value, decimals) for value in distances),
        _number(row.heliocentric_distance_au, decimals),
        _number(row.residual_ra_arcsec, 2, sign="+"),
        _number(row.residual_dec_arcsec, 2, sign="+"),
        UNKNOWN if row.used is None else "yes" if row.used else "no",
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if k in TEXT_COLUMNS else cell.rjust(width)
        for k, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return GAP.join(padded).rstrip()


def _orbit_lines(orbit: Orbit) -> list[str]:
    epoch_jd = orbit.epoch_mjd_tdb + MJD_ZERO_JD
    elements = [
        ("a", orbit.a_au, orbit.sigma_a_au, "au"),
        ("e", orbit.e, orbit.sigma_e, ""),
        ("i", orbit.i_deg, orbit.sigma_i_deg, "deg"),
        ("node", orbit.node_deg, orbit.sigma_node_deg, "deg"),
        ("peri", orbit.peri_deg, orbit.sigma_peri_deg, "deg"),
        ("M", orbit.mean_anomaly_deg, orbit.sigma_mean_anomaly_deg, "deg"),
    ]
    shown = [
        (name, _number(value, _decimals(sigma)), _number(sigma, _decimals(sigma)), unit)
        for name, value, sigma, unit in elements
        if value is not None
    ]
    wide = max(len(value) for _, value, _, _ in shown)
    return [
        f"Orbit about the Sun, ecliptic and equinox J2000, epoch JD {epoch_jd:.1f} TDB",
        *(f"{name:>6} {value:>{wide}} ± {sigma} {unit}".rstrip() for name, value, sigma, unit in shown),
        *_summary_lines(orbit),
    ]


def _summary_lines(orbit: Orbit) -> list[str]:
    perihelion_jd = None if orbit.tp_mjd_tdb is None else orbit.tp_mjd_tdb + MJD_ZERO_JD
    facts = (
        ("q", _number(orbit.q_au, 4), "au"),
        ("perihelion JD", _number(perihelion_jd, 2), ""),
        ("period", _number(orbit.period_years, 3), "years"),
        ("class", orbit.orbit_class or UNKNOWN, ""),
        ("MOID", _number(orbit.moid_au, 5), "au"),
        ("U", UNKNOWN if orbit.uncertainty_u is None else str(orbit.uncertainty_u), ""),
        ("H", _number(orbit.h_magnitude, 1), ""),
        ("rms", _number(orbit.rms_arcsec, 2), "arcsec"),
        ("reduced chi-squared", _number(orbit.chi2_reduced, 2), ""),
    )
    known = [f"{name} {value} {unit}".rstrip() for name, value, unit in facts if value != UNKNOWN]
    return [f"{'':>6} {', '.join(known)}"]


def _alternative_lines(alternatives: Sequence[Alternative]) -> list[str]:
    if not alternatives:
        return []
    return [
        "",
        "Other solutions that the observations allow",
        *(
            f"{100.0 * other.weight:5.1f} %  distance {other.distance_au:.4g} au, a {_number(other.orbit.a_au, 3)} au, "
            f"e {other.orbit.e:.3f}, i {other.orbit.i_deg:.1f} deg, class {other.orbit.orbit_class or UNKNOWN}"
            for other in alternatives
        ),
    ]


def _follow_up_lines(follow_up: FollowUp | None) -> list[str]:
    if follow_up is None:
        return []
    told = []
    if follow_up.observe_from:
        told.append((follow_up.observe_from, f"from {follow_up.observe_from:%Y-%m-%d} on to reach 1 %"))
    if follow_up.observe_by:
        told.append((follow_up.observe_by, f"by {follow_up.observe_by:%Y-%m-%d} at the latest to find it"))
    # What comes first is said first: the object may be lost before one night alone would do.
    advice = "observe " + ", ".join(words for _, words in sorted(told)) + "." if told else ""
    said = " ".join(filter(None, (advice, follow_up.note)))
    return ["", f"Next, at {printable(follow_up.station)}: {said}"] if said else []


def _moment(moment: datetime) -> str:
    here = moment.astimezone(UTC) + timedelta(microseconds=5_000)  # cut below, so rounded
    return f"{here:%Y-%m-%d %H:%M:%S}.{here.microsecond // 10_000:02d}"


def _decimals(sigma: float | None) -> int:
    """So many that two digits of the sigma are seen."""
    if sigma is None or not sigma > 0.0:
        return 4
    return min(max(1 - math.floor(math.log10(sigma)), LEAST_DECIMALS), MOST_DECIMALS)


def _number(value: float | None, decimals: int, sign: str = "") -> str:
    return UNKNOWN if value is None else f"{value:{sign}.{decimals}f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
