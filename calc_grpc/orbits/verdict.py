"""Whether the distance was determined, and why, in words for the observer."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from calc_grpc.orbits.constants import JULIAN_YEAR_DAYS
from calc_grpc.orbits.initial_orbit import FARTHEST_AU
from calc_grpc.orbits.result import Cause, Verdict, VerdictGrounds

DETERMINED_BELOW = 0.01  # largest relative sigma
WEAK_BELOW = 0.20
MEANINGLESS_ABOVE = 1.0  # a distance with a larger relative sigma is not given
ALONE_BELOW = 0.03  # to be called determined, the observations must do most of it without the census
TOO_ROUGH = 25.0  # chi-squared over degrees of freedom: residuals five times what they should be
ROUGH = 9.0  # the same where the residuals are three times what they should be: weak at best
MOST_LEFT_OUT = 0.2  # share of positions that may contradict the rest
FEW_LEFT_OUT = 2  # so many may, whatever their share
RIVAL_FROM = 0.15  # weight of another solution that forbids a choice
RIVAL_EXCESS = 4.0  # chi-squared by which the data must prefer one of two solutions
OPEN_SIGMAS = 3.0  # by so many must the observations alone exclude a closed orbit
OPEN_ABOVE = 1.05  # eccentricity called hyperbolic
STILL_BELOW = 16.0  # chi-squared, in rescaled residuals, that a steady motion gains over one fixed place
MOST_PULL = 4.0  # chi-squared that the census may cost the data on a single night
CENSUS_ONLY_ABOVE = 3.0  # sigma of ln(range) of a flat guess over all that is searched: ln(100 / 0.003) / sqrt(12)
SPARSE_DAYS = 10.0 * JULIAN_YEAR_DAYS  # three nights farther apart are joined only by neglecting the planets for long


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a verdict rests on.

    rival_weight: share of solutions that disagree by more than the sigma; rival_excess: least chi-squared, in rescaled
    residuals, of one of them over the best; rival_distance_au: of that one. open_sigmas: by how many sigmas the
    observations alone say that the orbit is open. farthest_au: largest distance of a used row.
    motion: chi-squared, in rescaled residuals, that a steady motion of the used rows gains over one fixed place.
    prior_pull: chi-squared that the census costs the observations.
    densest_days: shortest time that holds three nights (all of them, when there are fewer).
    period_days: of the orbit; infinite when it is open.
    """

    arc_days: float
    night_count: int
    observation_count: int
    rejected_count: int
    relative_sigma: float
    relative_sigma_alone: float
    misfit: float
    eccentricity: float
    open_sigmas: float
    rival_weight: float
    rival_excess: float
    rival_distance_au: float | None
    farthest_au: float
    motion: float
    prior_pull: float
    densest_days: float
    period_days: float


def is_meaningful(evidence: Evidence) -> bool:
    """Whether distances are worth giving, whatever the verdict."""
    absurd = _still(evidence) or _beyond(evidence) or _uncounted(evidence)
    return evidence.relative_sigma <= MEANINGLESS_ABOVE and evidence.misfit <= TOO_ROUGH and not absurd


class Judgement(NamedTuple):
    """A verdict, its reason in words, and the stable word for that reason."""

    verdict: Verdict
    reason: str
    cause: Cause


def judge(evidence: Evidence) -> Judgement:
    """Return the verdict and why."""
    seen = covered(evidence.arc_days, evidence.night_count)
    for cause, doubt_of in DOUBTS.items():
        if doubt := doubt_of(evidence):
            return Judgement("NOT_DETERMINED", f"{doubt} The observations cover {seen}.", cause)
    percent = _percent(evidence.relative_sigma)
    seen += _left_out(evidence)
    if evidence.misfit > ROUGH and evidence.relative_sigma <= WEAK_BELOW:
        reason = (
            f"The distance is known to {percent}, but the residuals are {math.sqrt(evidence.misfit):.1f} times as "
            f"large as the measurements allow, from {seen}. Check the given uncertainties, times and stations."
        )
        return Judgement("WEAK", reason, "ROUGH")
    if evidence.relative_sigma <= DETERMINED_BELOW and evidence.relative_sigma_alone <= ALONE_BELOW:
        return Judgement("DETERMINED", f"The distance is known to {percent}, from {seen}.", "KNOWN")
    if evidence.relative_sigma <= DETERMINED_BELOW:
        reason = (
            f"The distance leans on what orbits are usual: {percent} with them, but the measurements alone leave it "
            f"open by {_percent(evidence.relative_sigma_alone)}, from {seen}. "
            "Observations of further nights would settle it."
        )
        return Judgement("WEAK", reason, "LEANS_ON_CENSUS")
    if evidence.relative_sigma <= WEAK_BELOW:
        reason = (
            f"The distance is known only to {percent}: {seen} bend the path too little to say more. "
            "Observations of further nights would settle it."
        )
        return Judgement("WEAK", reason, "LITTLE_BEND")
    reason = (
        f"The distance remains uncertain by {percent}: {seen} show too little of the curvature of the path. "
        "Add observations of other nights."
    )
    return Judgement("NOT_DETERMINED", reason, "NO_BEND")


def grounds_of(evidence: Evidence, cause: Cause) -> VerdictGrounds:
    """Return what the reason says as numbers, for those who say it in another language."""
    return VerdictGrounds(
        cause=cause,
        arc_days=evidence.arc_days,
        night_count=evidence.night_count,
        observation_count=evidence.observation_count,
        left_out_count=evidence.rejected_count,
        relative_sigma=_finite(evidence.relative_sigma),
        relative_sigma_alone=_finite(evidence.relative_sigma_alone),
        residual_ratio=_finite(math.sqrt(evidence.misfit)),
        other_distance_au=evidence.rival_distance_au,
        eccentricity=evidence.eccentricity,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def covered(arc_days: float, night_count: int) -> str:
    """Arc and nights in words."""
    return f"{_arc(arc_days)} on {_count(night_count, 'night')}"


def _disagreement(evidence: Evidence) -> str:
    if evidence.misfit > TOO_ROUGH:
        times = math.sqrt(evidence.misfit)
        size = f"{times:.0f} times" if times < 1000.0 else "more than 1000 times"
        return (
            f"No orbit fits: the residuals are {size} as large as the measurements allow. "
            "Check times, stations and whether all rows show one object."
        )
    return ""


def _contradiction(evidence: Evidence) -> str:
    count = evidence.rejected_count
    if count > max(FEW_LEFT_OUT, MOST_LEFT_OUT * evidence.observation_count):
        return (
            f"{count} of the {evidence.observation_count} positions contradict the rest; there is no telling which are "
            "right. Check whether all rows show one object, and times and stations of those left out."
        )
    return ""


def _rival(evidence: Evidence) -> str:
    close = evidence.rival_weight > RIVAL_FROM or evidence.rival_excess < RIVAL_EXCESS
    if close and evidence.rival_distance_au is not None:
        how = "about equally well" if evidence.rival_excess > -RIVAL_EXCESS else "and the rarer one better"
        return (
            f"Two orbits fit, {how}; the other one is at "
            f"{evidence.rival_distance_au:.3g} au. Observations of another night would tell them apart."
        )
    return ""


def _one_night(evidence: Evidence) -> str:
    leans = evidence.relative_sigma_alone > DETERMINED_BELOW or evidence.prior_pull > MOST_PULL
    if evidence.night_count <= 1 and leans:
        return "One night does not fix a distance: the motion of the Earth must be seen. Observe on other nights too."
    return ""


def _open(evidence: Evidence) -> str:
    if evidence.eccentricity > OPEN_ABOVE and evidence.open_sigmas < OPEN_SIGMAS:
        return (
            f"The best orbit is hyperbolic (e = {evidence.eccentricity:.2f}), which the observations do not require. "
            "Check them, or add other nights."
        )
    return ""


def _still(evidence: Evidence) -> str:
    if evidence.motion <= STILL_BELOW:
        return (
            "The positions do not move: one fixed place fits them, as it would a star. "
            "Check that they show a moving object."
        )
    return ""


def _beyond(evidence: Evidence) -> str:
    if evidence.farthest_au > FARTHEST_AU:
        return (
            f"The best orbit lies beyond {FARTHEST_AU:g} au, farther than distances are sought. "
            "Check that all rows show one object of the Solar System."
        )
    return ""


def _uncounted(evidence: Evidence) -> str:
    if evidence.densest_days > min(evidence.period_days, SPARSE_DAYS):
        return (
            "The nights are too far apart to be joined: the revolutions between them cannot be counted. "
            "Add observations of nearby nights."
        )
    return ""


def _census_only(evidence: Evidence) -> str:
    if evidence.relative_sigma_alone > CENSUS_ONLY_ABOVE:
        return (
            "The measurements alone say nothing about the distance; any figure would only tell what orbits are usual. "
            "Add observations of other nights."
        )
    return ""


DOUBTS: dict[Cause, Callable[[Evidence], str]] = {
    "STILL": _still,
    "NO_FIT": _disagreement,
    "CONTRADICTION": _contradiction,
    "UNCOUNTED": _uncounted,
    "TOO_FAR": _beyond,
    "TWO_ORBITS": _rival,
    "ONE_NIGHT": _one_night,
    "HYPERBOLIC": _open,
    "CENSUS_ONLY": _census_only,
}  # the first one speaks


def _left_out(evidence: Evidence) -> str:
    return f" ({_count(evidence.rejected_count, 'observation')} left out)" if evidence.rejected_count else ""


def _percent(relative: float) -> str:
    percent = 100.0 * relative
    if percent < 0.001:
        return "better than 0.001 %"
    if percent >= 100.0:
        return "more than its own size"
    return f"{percent:.2g} %" if percent < 10.0 else f"{percent:.0f} %"


def _arc(days: float) -> str:
    if days < 1.0 / 12.0:
        return f"{days * 1440.0:.0f} minutes"
    if days < 1.0:
        return f"{days * 24.0:.1f} hours"
    return f"{days:.1f} days" if days < 10.0 else f"{days:.0f} days"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
