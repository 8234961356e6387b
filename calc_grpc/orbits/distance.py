"""How far an object was from those who saw it: the whole way from positions to distances, orbit and verdict."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from calc_grpc.orbits.constants import ARCSEC_RAD, JULIAN_YEAR_DAYS
from calc_grpc.orbits.errors import UnusableObservations
from calc_grpc.orbits.initial_orbit import scan_ranges, window_rows
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.orbit_summary import summarize_orbit
from calc_grpc.orbits.perturbations import PlanetTable, planet_table
from calc_grpc.orbits.prediction import LOG_RANGE, Prediction, predict
from calc_grpc.orbits.progress import Progress
from calc_grpc.orbits.refine import GROSS, log_determinant, polled_fit
from calc_grpc.orbits.result import Alternative, DistanceResult, ObservationResult, Orbit
from calc_grpc.orbits.selection import Solution, extend, reject
from calc_grpc.orbits.track import Track, build_track, densest_days, night_count, select, stillness
from calc_grpc.orbits.uncertainty import Posterior, posterior
from calc_grpc.orbits.validation import DUPLICATE_OBSERVATION, find_problems
from calc_grpc.orbits.verdict import Evidence, is_meaningful, judge

# Scans, each tried when those before gave no good orbit: longest stretch in days, fineness, whether to start at rest.
SCANS = ((40.0, 1, False), (40.0, 4, False), (40.0, 4, True), (10.0, 2, False), (3.0, 2, False))
GOOD_CHI2 = 3.0  # reduced; below, no further scan is made
GOOD_SHARE_USED = 0.85
RIVAL_LEAST = 1e-3  # weight from which another solution is listed
SAME_WITHIN = 0.02  # relative; nearer hollows are one
NO_ORBIT = (
    "No orbit about the Sun comes near these positions. Check times, coordinates and stations, and that all rows "
    "show one object."
)


def determine_distance(
    observations: Sequence[Observation],
    *,
    report: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DistanceResult:
    """Determine the distance at each observation.

    report(fraction, stage) is called at most ten times a second; cancelled() is polled and ends the work with
    Cancelled. Raises UnusableObservations for what `find_problems` lists, but takes duplicates.
    Method: least squares at many ranges on a well observed stretch, every hollow extended to all observations with
    outliers left out, the best kept; spread from covariance or range profile. Motion about the Sun under the pull of
    the planets and the Moon, with light time; gravity only, which is good to 1e-4 of the distance for 1I/'Oumuamua.
    """
    _refuse_unusable(observations)
    progress = Progress(report, cancelled)
    progress.at(0.0, "placing observers")
    order = sorted(range(len(observations)), key=lambda k: observations[k].observed_at)
    track = build_track([observations[k] for k in order], progress.poll)
    table = planet_table(track.mjd[0] - 1.0, track.mjd[-1] + 1.0, progress.poll)
    solutions = _find_solutions(track, table, progress)
    if not solutions:
        return _no_orbit(observations)
    best = solutions[0]
    spread = math.sqrt(max(1.0, best.misfit))
    progress.at(0.85, "estimating the uncertainty")
    loose = _refit(best, spread, progress.poll)
    epoch = float(round(track.mjd.mean()))
    after = posterior(loose, table, epoch, progress.poll)
    others = _others(solutions, table, after, spread, progress)
    progress.at(1.0, "done")
    return _result(observations, order, best, after, others)


def warm_up() -> None:
    """Compile or load every kernel by solving a small built-in case; later calls start at once."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    steps = ((0.0, 0.0), (0.05, -0.0117), (2.0, -0.468), (4.0, -0.921), (4.05, -0.933))
    determine_distance(
        [
            Observation(observed_at=start + timedelta(days=days), ra_deg=120.0 + offset, dec_deg=20.0, station="500")
            for days, offset in steps
        ]
    )


def _refuse_unusable(observations: Sequence[Observation]) -> None:
    """The clock is the caller's business, so only what no clock decides is refused."""
    latest = datetime.max.replace(tzinfo=UTC)
    for problem in find_problems(observations, now=latest):
        if problem.reason != DUPLICATE_OBSERVATION:
            raise UnusableObservations(f"{problem.path}: {problem.message}")


def _find_solutions(track: Track, table: PlanetTable, progress: Progress) -> list[Solution]:
    """Scan, extend and compare on all observations; best first, empty when no orbit comes near."""
    solutions: list[Solution] = []
    share = 0.8 / len(SCANS)
    tried: set[tuple[bytes, int, bool]] = set()
    for turn, (longest_days, fineness, resting) in enumerate(SCANS):
        rows = window_rows(track.mjd, longest_days)
        if (rows.tobytes(), fineness, resting) in tried:
            continue
        tried.add((rows.tobytes(), fineness, resting))
        base = turn * share

        def scanning(fraction: float, base: float = base) -> None:
            progress.at(base + 0.7 * share * fraction, "scanning ranges")

        frame, starts = scan_ranges(track, rows, scanning, fineness=fineness, resting=resting)
        for start in starts:
            progress.at(base + 0.8 * share, "refining orbits")
            whole = extend(track, table, frame, start, rows, progress.poll)
            solutions.append(reject(track, table, frame, whole, progress.poll))
        solutions = [one for one in solutions if math.isfinite(one.score)]
        solutions.sort(key=lambda one: one.score)
        if solutions and _is_good(solutions[0]):
            break
    return solutions


def _is_good(solution: Solution) -> bool:
    return solution.misfit < GOOD_CHI2 and float(solution.used.mean()) >= GOOD_SHARE_USED


def _refit(solution: Solution, spread: float, on_step: Callable[[], None]) -> Solution:
    """The solution with weights loosened to the scatter of its residuals."""
    track = solution.track._replace(whitening=solution.track.whitening / spread)
    use = solution.used.astype(np.float64)
    again = polled_fit(track, solution.frame, solution.fit.parameters, use, GROSS, False, 30, 1e-8, on_step)
    return replace(solution, track=track, fit=again)


def _result(
    observations: Sequence[Observation], order: list[int], best: Solution, after: Posterior,
    others: list[tuple[float, float, Orbit]],
) -> DistanceResult:  # fmt: skip
    track = best.track
    orbit = _orbit(best, after)
    relative = float(np.max(after.sigmas[best.used] / after.distances[best.used]))
    alternatives = tuple(Alternative(weight=weight, distance_au=au, orbit=other) for weight, au, other in others)
    evidence = Evidence(
        arc_days=orbit.arc_days,
        night_count=orbit.night_count,
        rejected_count=int(np.count_nonzero(~best.used)),
        relative_sigma=relative,
        relative_sigma_alone=after.sigma_alone,
        misfit=best.misfit,
        eccentricity=orbit.e,
        rival_weight=sum(one.weight for one in alternatives),
        rival_distance_au=alternatives[0].distance_au if alternatives else None,
        farthest_au=float(np.max(after.distances[best.used])),
        stillness=stillness(select(track, best.used)),
        densest_days=densest_days(track.mjd[best.used]),
        period_days=orbit.period_years * JULIAN_YEAR_DAYS if orbit.period_years else math.inf,
    )
    verdict, reason = judge(evidence)
    seen = predict(track, best.frame, after.parameters)
    rows: list[ObservationResult] = [ObservationResult(id=None, result_state=verdict)] * len(order)
    for row, k in enumerate(order):
        bare = ObservationResult(id=observations[k].id, result_state=verdict, used=bool(best.used[row]))
        rows[k] = _row(bare, row, after, seen, is_meaningful(evidence))
    return DistanceResult(
        verdict=verdict, verdict_reason=reason, orbit=orbit, observations=tuple(rows), alternatives=alternatives
    )


def _orbit(solution: Solution, after: Posterior) -> Orbit:
    used = solution.used
    track = solution.track
    residuals = predict(track, solution.frame, after.parameters).residuals[used] / ARCSEC_RAD
    return summarize_orbit(
        state=after.state,
        covariance=after.covariance,
        epoch_mjd=after.epoch_mjd,
        rms_arcsec=float(np.sqrt(np.mean(residuals**2))),
        chi2_reduced=solution.chi2_reduced,
        arc_days=float(np.ptp(track.mjd[used])),
        night_count=night_count(track.mjd[used]),
    )


def _no_orbit(observations: Sequence[Observation]) -> DistanceResult:
    rows = tuple(ObservationResult(id=one.id, result_state="NOT_DETERMINED") for one in observations)
    return DistanceResult(verdict="NOT_DETERMINED", verdict_reason=NO_ORBIT, orbit=None, observations=rows)


def _row(bare: ObservationResult, row: int, after: Posterior, seen: Prediction, meaningful: bool) -> ObservationResult:
    residual = seen.residuals[row] / ARCSEC_RAD
    if np.all(np.isfinite(residual)):
        bare = replace(bare, residual_ra_arcsec=float(residual[0]), residual_dec_arcsec=float(residual[1]))
    if not meaningful:
        return bare
    return replace(
        bare,
        distance_au=float(after.distances[row]),
        distance_sigma_au=float(after.sigmas[row]),
        distance_low_au=float(after.lows[row]),
        distance_high_au=float(after.highs[row]),
        heliocentric_distance_au=float(seen.sun_distances[row]),
    )


def _others(
    solutions: list[Solution], table: PlanetTable, after: Posterior, spread: float, progress: Progress
) -> list[tuple[float, float, Orbit]]:
    """Other hollows outside the spread of the best one: weight by fit, prior and width; range; orbit."""
    masses = np.array([_log_mass(one, spread) for one in solutions])
    weights = np.exp(masses - masses.max())
    weights /= weights.sum()
    reach = 2.0 * after.sigmas.max()
    low, high = after.lows.min() - reach, after.highs.max() + reach
    chosen: list[tuple[float, float, Orbit]] = []
    for one, weight in zip(solutions[1:], weights[1:], strict=True):
        distance = math.exp(one.fit.parameters[LOG_RANGE])
        repeated = any(abs(distance - other) < SAME_WITHIN * other for _, other, _ in chosen)
        if weight < RIVAL_LEAST or low <= distance <= high or repeated:
            continue
        there = posterior(_refit(one, spread, progress.poll), table, after.epoch_mjd, progress.poll)
        chosen.append((float(weight), distance, _orbit(one, there)))
    return chosen


def _log_mass(solution: Solution, spread: float) -> float:
    """Logarithm of the probability under a hollow: Laplace's approximation."""
    fined = solution.score - solution.fit.data_cost
    width = log_determinant(solution.fit.normal)
    return -0.5 * (solution.fit.data_cost / spread**2 + fined + width)
