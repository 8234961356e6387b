"""How well the distance is known: from the covariance when that is small, else from the profile over ranges."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.follow_up import Family
from calc_grpc.orbits.kepler import MU
from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.prediction import LOG_RANGE, Frame, conic_at, predict, state_at
from calc_grpc.orbits.range_profile import Profile, profile_ranges
from calc_grpc.orbits.refine import GROSS, ROUNDING, TINY, polled_fit, prior_gradient
from calc_grpc.orbits.selection import Solution

GAUSSIAN_BELOW = 0.004  # relative sigma of the range, without the census, under which the posterior is a bell to 1 %
OPEN_EIGENVALUE = 1e-14  # of a matrix with unit diagonal; less leaves a direction open
PARAMETER_STEP = 1e-6  # a hundredth of it for rates
TWO_SIDED_95 = 1.959963985  # standard normal quantile of 0.975


class Alone(NamedTuple):
    """What the observations say without the census.

    sigma: relative 1-sigma of the range at the reference; infinite, and the others 0, when they do not fix it.
    open_sigmas: by how many sigmas 1/a lies below zero. prior_pull: chi-squared that the census costs them.
    """

    sigma: float
    open_sigmas: float
    prior_pull: float


RANGE_OPEN = Alone(math.inf, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What is known after the fit. Distances in au, each (n,); state and its covariance at `epoch_mjd`.

    alone: what the observations say without the census. turn: (6, 6), d state / d parameters.
    family: the orbits of the range profile where that gave the spread and not the covariance.
    """

    epoch_mjd: float
    parameters: Floats
    distances: Floats
    sigmas: Floats
    lows: Floats
    highs: Floats
    state: Floats
    covariance: Floats
    alone: Alone
    turn: Floats
    family: Family | None


def posterior(solution: Solution, table: PlanetTable, epoch_mjd: float, on_step: Callable[[], None]) -> Posterior:
    """Spread of the distances around a solution whose weights have been loosened to its scatter already."""
    near = posterior_near(solution, table, epoch_mjd)
    if near.alone.sigma < GAUSSIAN_BELOW:
        return near
    sigma = math.sqrt(_inverse(solution.fit.normal)[LOG_RANGE, LOG_RANGE])
    return _from_profile(solution, table, sigma, near.alone, epoch_mjd, on_step)


def posterior_near(solution: Solution, table: PlanetTable, epoch_mjd: float) -> Posterior:
    """The spread that the covariance tells, of the solution itself: no other range is looked at."""
    parameters = solution.fit.parameters
    turn = state_partials(solution.frame, parameters, epoch_mjd)
    alone = _alone(solution, turn, conic_at(solution.frame, parameters, epoch_mjd))
    return _from_covariance(solution, table, _inverse(solution.fit.normal), turn, alone, epoch_mjd)


@compiled
def state_partials(frame: Frame, x: Floats, mjd: float) -> Floats:
    """d two-body state at a time / d parameters, (6, 6), by central differences."""
    turn, moved = np.empty((6, 6)), x.copy()
    for k in range(6):
        step = PARAMETER_STEP * (1.0 if k < 3 else 0.01)
        moved[k] = x[k] + step
        turn[:, k] = conic_at(frame, moved, mjd)
        moved[k] = x[k] - step
        turn[:, k] -= conic_at(frame, moved, mjd)
        turn[:, k] /= 2.0 * step
        moved[k] = x[k]
    return turn


def _inverse(normal: Floats) -> Floats:
    """Inverse of a normal matrix, scaled to a unit diagonal first since its entries span twenty decades."""
    scale = 1.0 / np.sqrt(np.diag(normal) + TINY)
    values, vectors = np.linalg.eigh(normal * np.outer(scale, scale))
    inner = (vectors / np.maximum(values, ROUNDING)) @ vectors.T
    return np.asarray(inner * np.outer(scale, scale))


def _alone(solution: Solution, turn: Floats, state: Floats) -> Alone:
    """turn, state: of the fit, at one epoch."""
    information = solution.fit.information
    diagonal = np.diag(information)
    if not np.all(diagonal > 0.0):
        return RANGE_OPEN
    scale = 1.0 / np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    if values[0] <= OPEN_EIGENVALUE:
        return RANGE_OPEN
    roots = (vectors * scale[:, None]) / np.sqrt(values)
    place, velocity = state[:3], state[3:]
    distance = float(np.linalg.norm(place))
    inverse_a = 2.0 / distance - float(velocity @ velocity) / MU
    slope = np.concatenate([-2.0 * place / distance**3, -2.0 * velocity / MU]) @ turn
    pull = float(np.sum((prior_gradient(solution.frame, solution.fit.parameters) @ roots) ** 2))
    return Alone(float(np.linalg.norm(roots[LOG_RANGE])), -inverse_a / float(np.linalg.norm(slope @ roots)), pull)


def _from_covariance(
    solution: Solution, table: PlanetTable, covariance: Floats, turn: Floats, alone: Alone, epoch_mjd: float
) -> Posterior:
    parameters = solution.fit.parameters
    seen = predict(solution.track, solution.frame, parameters)
    variances = np.sum((seen.range_partials @ covariance) * seen.range_partials, axis=1)
    sigmas = np.sqrt(np.maximum(variances, 0.0))
    return Posterior(
        epoch_mjd=epoch_mjd,
        parameters=parameters,
        distances=seen.ranges,
        sigmas=sigmas,
        lows=seen.ranges - TWO_SIDED_95 * sigmas,
        highs=seen.ranges + TWO_SIDED_95 * sigmas,
        state=state_at(table, solution.frame, parameters, epoch_mjd),
        covariance=turn @ covariance @ turn.T,
        alone=alone,
        turn=turn,
        family=None,
    )


def _from_profile(
    solution: Solution, table: PlanetTable, sigma: float, alone: Alone, epoch_mjd: float, on_step: Callable[[], None]
) -> Posterior:
    """Weigh five-parameter fits along the range; the answer is the fit at the median range."""
    profile = profile_ranges(solution, sigma, epoch_mjd, on_step)
    weights = profile.weights
    cumulative = _cumulative(profile.logs, weights)
    low, middle, high = np.interp([0.025, 0.5, 0.975], cumulative, profile.logs)
    start = profile.parameters[int(np.argmin(np.abs(profile.logs - middle)))].copy()
    start[LOG_RANGE] = middle
    use = solution.used.astype(np.float64)
    chosen = polled_fit(solution.track, solution.frame, start, use, GROSS, True, 30, 1e-6, on_step)
    seen = predict(solution.track, solution.frame, chosen.parameters)
    partials = seen.range_partials
    within = np.tensordot(weights, profile.covariances, axes=1)
    inner = np.maximum(np.sum((partials @ within) * partials, axis=1), 0.0)
    outer = weights @ (profile.ranges - seen.ranges) ** 2
    ends = np.sort([_ranges_at(profile, float(low)), _ranges_at(profile, float(high))], axis=0)
    reach = TWO_SIDED_95 * np.sqrt(inner)
    turn = state_partials(solution.frame, chosen.parameters, epoch_mjd)
    offsets = profile.states - conic_at(solution.frame, chosen.parameters, epoch_mjd)
    state = state_at(table, solution.frame, chosen.parameters, epoch_mjd)
    inner_state = turn @ within @ turn.T
    return Posterior(
        epoch_mjd=epoch_mjd,
        parameters=chosen.parameters,
        distances=seen.ranges,
        sigmas=np.sqrt(inner + outer),
        lows=np.maximum(seen.ranges - np.hypot(seen.ranges - ends[0], reach), 0.0),
        highs=seen.ranges + np.hypot(ends[1] - seen.ranges, reach),
        state=state,
        covariance=inner_state + (offsets.T * weights) @ offsets,
        alone=alone,
        turn=turn,
        family=Family(states=state + offsets, weights=weights, within=inner_state),
    )


def _cumulative(places: Floats, weights: Floats) -> Floats:
    """Distribution function at the nodes by the trapezium rule on an even grid."""
    total = np.concatenate([[0.0], np.cumsum(0.5 * (weights[1:] + weights[:-1]) * np.diff(places))])
    return np.asarray(total / total[-1]) if total.size > 1 and total[-1] > 0.0 else np.linspace(0.0, 1.0, places.size)


def _ranges_at(profile: Profile, log_range: float) -> Floats:
    """Range of each observation (n,) where the profile passes a ln(range)."""
    if profile.logs.size == 1:
        return np.asarray(profile.ranges[0])
    k = int(np.clip(np.searchsorted(profile.logs, log_range), 1, profile.logs.size - 1))
    share = (log_range - profile.logs[k - 1]) / (profile.logs[k] - profile.logs[k - 1])
    return np.asarray(profile.ranges[k - 1] + share * (profile.ranges[k] - profile.ranges[k - 1]))
