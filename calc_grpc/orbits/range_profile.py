"""The profile over ranges: the best fit at each of many ranges around a solution, and how likely each range is."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.initial_orbit import FARTHEST_AU, NEAREST_AU, log_width
from calc_grpc.orbits.prediction import LOG_RANGE, Frame, conic_at, predict
from calc_grpc.orbits.refine import GROSS, PARAMETER_COUNT, POLL_AFTER_ROWS, ROUNDING, TINY, fit, solve_positive
from calc_grpc.orbits.selection import Solution
from calc_grpc.orbits.track import Track

DEPTH = 25.0  # cost above the lowest at which the profile ends: 5 sigma
MOST_NODES = 80  # each way
STEP_SIGMAS = 0.4
WIDEST_STEP = 0.15  # in ln(range)
ITERATIONS = 15
TOLERANCE = 1e-3


class Profile(NamedTuple):
    """Nodes in order of range, m of them on an even grid of ln(range).

    logs (m,): ln(range). costs (m,): chi-squared + prior + width of the other parameters. parameters (m, 6);
    covariances (m, 6, 6): of the parameters at that range; ranges (m, n): of each observation, au; states (m, 6):
    two-body heliocentric ICRF at the epoch asked for, au and au/day.
    """

    logs: Floats
    costs: Floats
    parameters: Floats
    covariances: Floats
    ranges: Floats
    states: Floats

    @property
    def weights(self) -> Floats:
        """How likely each node is, (m,), summing to one."""
        raw = np.exp(-0.5 * (self.costs - self.costs.min()))
        return np.asarray(raw / raw.sum())


def profile_ranges(solution: Solution, sigma: float, epoch_mjd: float, on_step: Callable[[], None]) -> Profile:
    """Walk from the solution to nearer and farther ranges until the cost says that nothing is left there.

    sigma: of ln(range), about; sets the grid.
    """
    track, best = solution.track, solution.fit
    use = solution.used.astype(np.float64)
    step = min(STEP_SIGMAS * sigma, WIDEST_STEP)
    few = max(1, min(MOST_NODES, POLL_AFTER_ROWS // (ITERATIONS * track.mjd.size)))
    nodes = empty_profile(2 * MOST_NODES + 1, track.mjd.size)
    fill_node(track, solution.frame, best.parameters, best.cost, best.normal, epoch_mjd, nodes, MOST_NODES)
    ends = []
    for direction in (-1, 1):
        end = MOST_NODES
        while abs(end - MOST_NODES) < MOST_NODES:
            on_step()
            before = end
            end = walk(track, solution.frame, use, step, epoch_mjd, nodes, end, direction, few)
            if end != before + direction * few:
                break
        ends.append(end)
    return Profile(*(column[ends[0] : ends[1] + 1] for column in nodes))


@compiled
def empty_profile(node_count: int, observation_count: int) -> Profile:
    """Room for nodes; costs are infinite."""
    return Profile(
        np.empty(node_count),
        np.full(node_count, np.inf),
        np.empty((node_count, 6)),
        np.empty((node_count, 6, 6)),
        np.empty((node_count, observation_count)),
        np.empty((node_count, 6)),
    )


@compiled
def walk(
    track: Track, frame: Frame, use: Floats, step: float, epoch_mjd: float, nodes: Profile, begin: int,
    direction: int, most: int,
) -> int:  # fmt: skip
    """Fill up to `most` nodes beyond the one that stands; return the last good one."""
    here = begin
    for _ in range(most):
        there = here + direction
        if not 0 <= there < nodes.logs.size:
            break
        start = nodes.parameters[here].copy()
        if here != MOST_NODES:
            start += nodes.parameters[here] - nodes.parameters[here - direction]
        start[LOG_RANGE] = nodes.parameters[here, LOG_RANGE] + direction * step
        if not math.log(NEAREST_AU) <= start[LOG_RANGE] <= math.log(FARTHEST_AU):
            break
        one = fit(track, frame, start, use, GROSS, True, ITERATIONS, TOLERANCE)
        if not one.cost < np.inf:
            break
        if not one.cost + log_width(one.normal) < np.min(nodes.costs) + DEPTH:
            break
        fill_node(track, frame, one.parameters, one.cost, one.normal, epoch_mjd, nodes, there)
        here = there
    return here


@compiled
def fill_node(
    track: Track, frame: Frame, x: Floats, cost: float, normal: Floats, epoch_mjd: float, nodes: Profile, k: int
) -> None:
    """Note a fit as node k."""
    nodes.logs[k] = x[LOG_RANGE]
    nodes.costs[k] = cost + log_width(normal)
    nodes.parameters[k] = x
    conditional_covariance(normal, nodes.covariances[k])
    nodes.ranges[k] = predict(track, frame, x).ranges
    nodes.states[k] = conic_at(frame, x, epoch_mjd)


@compiled
def conditional_covariance(normal: Floats, covariance: Floats) -> None:
    """Fill (6, 6) with the covariance of the other five at a fixed range; zero in the range."""
    keep = np.array([0, 1, 3, 4, 5])
    scaled, column, right = np.empty((5, 5)), np.empty(5), np.empty(5)
    covariance[:, :] = 0.0
    for i in range(5):
        for j in range(5):
            size = math.sqrt((normal[keep[i], keep[i]] + TINY) * (normal[keep[j], keep[j]] + TINY))
            scaled[i, j] = normal[keep[i], keep[j]] / size
        scaled[i, i] += ROUNDING
    for j in range(PARAMETER_COUNT - 1):
        right[:] = 0.0
        right[j] = 1.0
        if not solve_positive(scaled, right, 5, column):
            return
        for i in range(5):
            size = math.sqrt((normal[keep[i], keep[i]] + TINY) * (normal[keep[j], keep[j]] + TINY))
            covariance[keep[i], keep[j]] = column[i] / size
