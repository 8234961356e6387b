"""Other orbits that the observations allow beside the best one."""

import math
from dataclasses import dataclass, replace

import numpy as np

from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.prediction import LOG_RANGE
from calc_grpc.orbits.progress import Progress
from calc_grpc.orbits.refine import GROSS, log_determinant, polled_fit
from calc_grpc.orbits.selection import REJECT_ABOVE, Solution
from calc_grpc.orbits.uncertainty import Posterior, posterior, posterior_near
from calc_grpc.orbits.verdict import RIVAL_EXCESS

LEAST_WEIGHT = 1e-3  # from which another solution is listed, or from LEAST_LISTED where the data like it as well
LEAST_LISTED = 1e-6
SAME_WITHIN = 0.02  # relative; nearer hollows are one


@dataclass(frozen=True, kw_only=True)
class Rival:
    """Another solution: its share of belief, its chi-squared over that of the best one in rescaled residuals.

    near: of the hollow itself. after: with all ranges weighed, among which a shallow hollow may not be the likeliest.
    """

    weight: float
    data_excess: float
    distance_au: float
    solution: Solution
    near: Posterior
    after: Posterior


def loosened(solution: Solution, spread: float, progress: Progress) -> Solution:
    """The solution with weights loosened to the scatter of its residuals."""
    track = solution.track._replace(whitening=solution.track.whitening / spread)
    use = solution.used.astype(np.float64)
    start = solution.fit.parameters
    again = polled_fit(track, solution.frame, start, use, GROSS, False, 30, 1e-8, progress.poll)
    return replace(solution, track=track, fit=again)


def find_rivals(
    solutions: list[Solution], table: PlanetTable, after: Posterior, spread: float, progress: Progress
) -> list[Rival]:
    """Hollows outside the spread of the best solution, which comes first in `solutions`; likeliest first."""
    hollows = _apart(solutions)
    masses = np.array([_log_mass(one, spread) for one in hollows])
    weights = np.exp(masses - masses.max())
    weights /= weights.sum()
    reach = 2.0 * after.sigmas.max()
    low, high = after.lows.min() - reach, after.highs.max() + reach
    chosen: list[Rival] = []
    for one, weight in zip(hollows[1:], weights[1:], strict=True):
        excess = _misfit(one, spread) - _misfit(solutions[0], spread)
        unlikely = weight < LEAST_WEIGHT and excess >= RIVAL_EXCESS
        if unlikely or weight < LEAST_LISTED or low <= _distance_au(one) <= high:
            continue
        loose = loosened(one, spread, progress)
        chosen.append(
            Rival(
                weight=float(weight),
                data_excess=excess,
                distance_au=_distance_au(loose),
                solution=one,
                near=posterior_near(loose, table, after.epoch_mjd),
                after=posterior(loose, table, after.epoch_mjd, progress.poll),
            )
        )
    return sorted(chosen, key=lambda one: -one.weight)


def _apart(solutions: list[Solution]) -> list[Solution]:
    """The first solution of every hollow: several searches may have ended in the same one, which is believed once.

    Two that are nearer to each other than SAME_WITHIN are told as one, however narrow they are.
    """
    apart: list[Solution] = []
    for one in solutions:
        distance = _distance_au(one)
        if all(abs(distance - _distance_au(other)) >= SAME_WITHIN * _distance_au(other) for other in apart):
            apart.append(one)
    return apart


def _distance_au(solution: Solution) -> float:
    return math.exp(solution.fit.parameters[LOG_RANGE])


def _misfit(solution: Solution, spread: float) -> float:
    return solution.fit.data_cost / spread**2 + REJECT_ABOVE * float(np.count_nonzero(~solution.used))


def _log_mass(solution: Solution, spread: float) -> float:
    """Logarithm of the probability under a hollow: Laplace's approximation."""
    fined = solution.score - solution.fit.data_cost
    width = log_determinant(solution.fit.normal)
    return -0.5 * (solution.fit.data_cost / spread**2 + fined + width)
