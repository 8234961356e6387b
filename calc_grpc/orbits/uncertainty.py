"""How well the distance is known: from the covariance when that is small, else from the profile over ranges."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.initial_orbit import FARTHEST_AU, NEAREST_AU, log_width
from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.prediction import LOG_RANGE, conic_at, predict, state_at
from calc_grpc.orbits.refine import GROSS, ROUNDING, TINY, polled_fit
from calc_grpc.orbits.selection import Solution

GAUSSIAN_BELOW = 0.004  # relative sigma of the range under which the posterior is a bell to a percent of sigma
PROFILE_DEPTH = 25.0  # cost above the lowest at which the profile ends: 5 sigma
PROFILE_MOST = 160
WIDEST_STEP = 0.15  # in ln(range)
TWO_SIDED_95 = 1.959963985  # standard normal quantile of 0.975
OTHERS = np.array([0, 1, 3, 4, 5])


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What is known after the fit. Distances in au, each (n,); state and its covariance at `epoch_mjd`.

    sigma_alone: relative 1-sigma of the range at the reference from the observations alone; infinite when they do
    not fix it. gaussian: whether covariance (True) or range profile gave the spread.
    """

    epoch_mjd: float
    parameters: Floats
    distances: Floats
    sigmas: Floats
    lows: Floats
    highs: Floats
    state: Floats
    covariance: Floats
    sigma_alone: float
    gaussian: bool


@dataclass(frozen=True, kw_only=True)
class _Profile:
    """Nodes of the profile: ln(range), weights that sum to one, parameters, conditional covariances."""

    logs: Floats
    weights: Floats
    parameters: Floats
    covariances: Floats


def posterior(solution: Solution, table: PlanetTable, epoch_mjd: float, on_step: Callable[[], None]) -> Posterior:
    """Spread of the distances around a solution whose weights have been loosened to its scatter already."""
    covariance = _inverse(solution.fit.normal)
    sigma = math.sqrt(covariance[LOG_RANGE, LOG_RANGE])
    alone = _sigma_alone(solution.fit.information)
    if sigma < GAUSSIAN_BELOW:
        return _from_covariance(solution, table, covariance, epoch_mjd, alone)
    return _from_profile(solution, table, sigma, epoch_mjd, alone, on_step)


def state_partials(solution: Solution, parameters: Floats, epoch_mjd: float) -> Floats:
    """d state at the epoch / d parameters, (6, 6), by central differences."""
    columns = []
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-6 * (1.0 if k < 3 else 0.01)
        ahead = conic_at(solution.frame, parameters + step, epoch_mjd)
        behind = conic_at(solution.frame, parameters - step, epoch_mjd)
        columns.append((ahead - behind) / (2.0 * step[k]))
    return np.stack(columns, axis=1)


def _inverse(normal: Floats) -> Floats:
    """Inverse of a normal matrix, scaled to a unit diagonal first since its entries span twenty decades."""
    scale = 1.0 / np.sqrt(np.diag(normal) + TINY)
    values, vectors = np.linalg.eigh(normal * np.outer(scale, scale))
    inner = (vectors / np.maximum(values, ROUNDING)) @ vectors.T
    return np.asarray(inner * np.outer(scale, scale))


def _sigma_alone(information: Floats) -> float:
    """Relative sigma of the range without the prior, infinite when the observations leave it open."""
    diagonal = np.diag(information)
    if not np.all(diagonal > 0.0):
        return math.inf
    scale = 1.0 / np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    if values[0] <= 1e-14:
        return math.inf
    return float(np.sqrt(np.sum((vectors[LOG_RANGE] * scale[LOG_RANGE]) ** 2 / values)))


def _from_covariance(
    solution: Solution, table: PlanetTable, covariance: Floats, epoch_mjd: float, alone: float
) -> Posterior:
    parameters = solution.fit.parameters
    seen = predict(solution.track, solution.frame, parameters)
    variances = np.einsum("ni,ij,nj->n", seen.range_partials, covariance, seen.range_partials)
    sigmas = np.sqrt(np.maximum(variances, 0.0))
    turn = state_partials(solution, parameters, epoch_mjd)
    return Posterior(
        epoch_mjd=epoch_mjd,
        parameters=parameters,
        distances=seen.ranges,
        sigmas=sigmas,
        lows=seen.ranges - TWO_SIDED_95 * sigmas,
        highs=seen.ranges + TWO_SIDED_95 * sigmas,
        state=state_at(table, solution.frame, parameters, epoch_mjd),
        covariance=turn @ covariance @ turn.T,
        sigma_alone=alone,
        gaussian=True,
    )


def _from_profile(
    solution: Solution, table: PlanetTable, sigma: float, epoch_mjd: float, alone: float, on_step: Callable[[], None]
) -> Posterior:
    """Weigh five-parameter fits along the range; the answer is the fit at the median range."""
    profile = _profile(solution, sigma, on_step)
    middle = float(np.interp(0.5, _cumulative(profile.logs, profile.weights), profile.logs))
    start = profile.parameters[int(np.argmin(np.abs(profile.logs - middle)))].copy()
    start[LOG_RANGE] = middle
    use = solution.used.astype(np.float64)
    chosen = polled_fit(solution.track, solution.frame, start, use, GROSS, True, 30, 1e-6, on_step)
    seen = predict(solution.track, solution.frame, chosen.parameters)
    rows = []
    for one in profile.parameters:
        on_step()
        rows.append(predict(solution.track, solution.frame, one).ranges)
    ranges = np.stack(rows)
    partials = seen.range_partials
    within = np.einsum("k,kij->ij", profile.weights, profile.covariances)
    inner = np.maximum(np.einsum("ni,ij,nj->n", partials, within, partials), 0.0)
    outer = np.einsum("k,kn->n", profile.weights, (ranges - seen.ranges) ** 2)
    lows, highs = _interval(profile, ranges, seen.ranges, inner)
    turn = state_partials(solution, chosen.parameters, epoch_mjd)
    state = state_at(table, solution.frame, chosen.parameters, epoch_mjd)
    offsets = np.stack([state_at(table, solution.frame, one, epoch_mjd) for one in profile.parameters]) - state
    return Posterior(
        epoch_mjd=epoch_mjd,
        parameters=chosen.parameters,
        distances=seen.ranges,
        sigmas=np.sqrt(inner + outer),
        lows=lows,
        highs=highs,
        state=state,
        covariance=turn @ within @ turn.T + np.einsum("k,ki,kj->ij", profile.weights, offsets, offsets),
        sigma_alone=alone,
        gaussian=False,
    )


def _profile(solution: Solution, sigma: float, on_step: Callable[[], None]) -> _Profile:
    """Walk from the solution to nearer and farther ranges until the cost says that nothing is left there."""
    use = solution.used.astype(np.float64)
    best = solution.fit
    step = min(0.4 * sigma, WIDEST_STEP)
    lowest = best.cost + log_width(best.normal)
    nodes = [(best.parameters[LOG_RANGE], lowest, best.parameters, best.normal)]
    for direction in (-1.0, 1.0):
        here = best.parameters
        for _ in range(PROFILE_MOST // 2):
            on_step()
            start = here.copy()
            start[LOG_RANGE] += direction * step
            if not math.log(NEAREST_AU) <= start[LOG_RANGE] <= math.log(FARTHEST_AU):
                break
            node = polled_fit(solution.track, solution.frame, start, use, GROSS, True, 15, 1e-3, on_step)
            cost = node.cost + log_width(node.normal) if node.cost < np.inf else np.inf
            if not cost < lowest + PROFILE_DEPTH:
                break
            lowest = min(lowest, cost)
            here = node.parameters
            nodes.append((here[LOG_RANGE], cost, here, node.normal))
    nodes.sort(key=lambda node: node[0])
    logs, costs = np.array([node[0] for node in nodes]), np.array([node[1] for node in nodes])
    weights = np.exp(-0.5 * (costs - costs.min()))
    return _Profile(
        logs=logs,
        weights=weights / weights.sum(),
        parameters=np.stack([node[2] for node in nodes]),
        covariances=np.stack([_conditional(node[3]) for node in nodes]),
    )


def _conditional(normal: Floats) -> Floats:
    """Covariance (6, 6) of the other five at a fixed range; zero in the range."""
    full = np.zeros((6, 6))
    full[np.ix_(OTHERS, OTHERS)] = _inverse(normal[np.ix_(OTHERS, OTHERS)])
    return full


def _cumulative(places: Floats, weights: Floats) -> Floats:
    """Distribution function at the nodes by the trapezium rule on an even grid."""
    total = np.concatenate([[0.0], np.cumsum(0.5 * (weights[1:] + weights[:-1]) * np.diff(places))])
    return np.asarray(total / total[-1]) if total.size > 1 and total[-1] > 0.0 else np.linspace(0.0, 1.0, places.size)


def _interval(profile: _Profile, ranges: Floats, centre: Floats, inner: Floats) -> tuple[Floats, Floats]:
    """Central 95 % of each distance: quantiles along the profile, widened by the spread at a fixed range."""
    cumulative = _cumulative(profile.logs, profile.weights)
    low_log, high_log = np.interp([0.025, 0.975], cumulative, profile.logs)
    lows, highs = np.empty_like(centre), np.empty_like(centre)
    for n in range(centre.size):
        ends = sorted(np.interp([low_log, high_log], profile.logs, ranges[:, n]))
        reach = TWO_SIDED_95**2 * inner[n]
        lows[n] = centre[n] - math.hypot(centre[n] - ends[0], math.sqrt(reach))
        highs[n] = centre[n] + math.hypot(ends[1] - centre[n], math.sqrt(reach))
    return np.maximum(lows, 0.0), highs
