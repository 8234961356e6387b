"""Finding orbits without a first guess: one least-squares fit at each of many ranges, and the hollows between them."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.prediction import LOG_RANGE, Frame, fill_state, frame_at
from calc_grpc.orbits.refine import GROSS, Fit, fit, log_determinant, solve_positive
from calc_grpc.orbits.track import Track, night_count, select

NEAREST_AU = 0.003
FARTHEST_AU = 100.0
RANGE_COUNT = 56
# Ranges lie closer where most asteroids are seen and where two orbits may fit: share of the ranges up to a range, au.
SCAN_SHARES = (0.0, 0.11, 0.86, 1.0)
SCAN_AU = (NEAREST_AU, 0.02, 12.0, FARTHEST_AU)
FRESH_EVERY = 14  # nodes; divides RANGE_COUNT
SCAN_TOLERANCE = 2.0  # of the cost; hollows are tens deep
SCAN_MOST = 14  # observations a scan looks at; more do not find more
ROBUST = 3.0
HOLLOW_COUNT = 5
HOLLOW_DEPTH = 80.0  # a hollow this much above the deepest is not worth a refinement
FASTEST = 0.05  # au/day radially, in a first guess


def window_rows(mjd: Floats, longest_days: float) -> NDArray[np.intp]:
    """Pick the stretch of at most `longest_days` that tells most: many nights, far apart; wider where that is too few.

    mjd: ascending. Returns row numbers.
    """
    longest = longest_days
    first = np.arange(mjd.size)
    day_count = np.concatenate([[0], np.cumsum(np.diff(np.floor(mjd)) > 0.0)])
    while True:
        last = np.searchsorted(mjd, mjd + longest, side="right") - 1
        days = day_count[last] - day_count[first] + 1
        worth = np.where(last - first >= 2, (mjd[last] - mjd[first]) * np.sqrt(days), -1.0)
        best = int(np.argmax(worth))
        if longest > mjd[-1] - mjd[0] or (worth[best] > 0.0 and days[best] >= 3):
            break
        longest *= 2.0
    chosen = np.arange(best, last[best] + 1) if worth[best] > 0.0 else first
    return chosen


def thinned(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """At most so many of the rows, evenly."""
    if rows.size <= most:
        return rows
    return np.asarray(rows[np.unique(np.round(np.linspace(0, rows.size - 1, most)).astype(int))])


def middle_row(mjd: Floats) -> int:
    """The observation nearest to the mean time."""
    return int(np.argmin(np.abs(mjd - mjd.mean())))


def scan_ranges(
    track: Track, rows: NDArray[np.intp], on_step: Callable[[float], None], *, fineness: int = 1, resting: bool = False
) -> tuple[Frame, list[Floats]]:
    """Scan the ranges on some rows; return the frame and the parameters at each hollow of the cost, best first.

    fineness: so many times more ranges, and observations. resting: guess at each range that the object keeps it.
    """
    part = select(track, thinned(rows, fineness * SCAN_MOST))
    frame = frame_at(part, middle_row(part.mjd))
    rates = sky_rates(part, frame)
    count = fineness * RANGE_COUNT
    logs = np.interp(np.linspace(0.0, 1.0, count), SCAN_SHARES, np.log(SCAN_AU))
    costs, found = np.full(count, np.inf), np.zeros((count, 6))
    for first in range(0, count, FRESH_EVERY):
        on_step(first / count)
        scan_nodes(part, frame, logs, rates, first, resting, costs, found)
    hollows = []
    use = np.ones(part.mjd.size)
    for k in _hollows(costs):
        refined = fit(part, frame, found[k], use, ROBUST, False, 40, 1e-3)
        if refined.cost < np.inf:
            hollows.append(refined)
    return frame, [refined.parameters for refined in _distinct(hollows)]


@compiled
def scan_nodes(
    track: Track, frame: Frame, logs: Floats, rates: Floats, first: int, resting: bool, costs: Floats, found: Floats
) -> None:
    """Fit five parameters at each of FRESH_EVERY ranges, starting from the solutions at the nearer ones.

    The first also starts from the apparent motion alone, in case the neighbours have lost the way; so do all that rest,
    and one whose neighbour found nothing. Costs include the width of the other five (Laplace), so that hollows compare
    by volume.
    """
    use = np.ones(track.mjd.shape[0])
    start = np.empty(6)
    for k in range(first, min(first + FRESH_EVERY, logs.size)):
        if k > 0 and costs[k - 1] < np.inf and not resting:
            start[:] = found[k - 1]
            if k > 1 and costs[k - 2] < np.inf:
                start += found[k - 1] - found[k - 2]
            start[LOG_RANGE] = logs[k]
            keep_better(fit(track, frame, start, use, ROBUST, True, 15, SCAN_TOLERANCE), k, costs, found)
        if k == first or costs[k] == np.inf:
            start[:] = 0.0
            start[LOG_RANGE], start[3], start[4] = logs[k], rates[0], rates[1]
            if not resting:
                start[5] = turning_rate(frame, start)
            rough = fit(track, frame, start, use, GROSS, True, 4, 1.0)
            keep_better(fit(track, frame, rough.parameters, use, ROBUST, True, 15, SCAN_TOLERANCE), k, costs, found)


@compiled
def keep_better(one: Fit, k: int, costs: Floats, found: Floats) -> None:
    """Note a fit at node k unless the one there is better."""
    if not one.cost < np.inf:
        return
    cost = one.cost + log_width(one.normal)
    if cost < costs[k]:
        costs[k] = cost
        found[k] = one.parameters


@compiled
def log_width(normal: Floats) -> float:
    """ln det of the normal matrix of the five parameters other than the range."""
    keep = np.array([0, 1, 3, 4, 5])
    matrix = np.empty((5, 5))
    for i in range(5):
        for j in range(5):
            matrix[i, j] = normal[keep[i], keep[j]]
    return log_determinant(matrix)


@compiled
def turning_rate(frame: Frame, x: Floats) -> float:
    """Radial rate over range that puts the object at an apse of its orbit, as far as a sane speed allows."""
    state = np.empty(6)
    fill_state(frame, x, state)
    rho = math.exp(x[2])
    along = np.dot(state[:3], frame.toward) * rho
    most = FASTEST / (rho + 0.2)
    if abs(along) < 1e-12:
        return 0.0
    return float(min(most, max(-most, -np.dot(state[:3], state[3:]) / along)))


def sky_rates(track: Track, frame: Frame) -> Floats:
    """Apparent motion at the reference, rad/day (2,).

    A straight line, a parabola from three nights on, by least absolute values so that outliers do not matter.
    """
    depth = np.maximum(track.toward @ frame.toward, 0.05)
    days = track.mjd - frame.mjd
    span = max(float(np.ptp(days)), 1e-9)
    columns = 3 if night_count(track.mjd) >= 3 else 2
    design = np.stack([(days / span) ** power for power in range(columns)], axis=1)
    axes = (frame.east, frame.north)
    return np.array([absolute_fit(design, track.toward @ axis / depth)[1] / span for axis in axes])


@compiled
def absolute_fit(design: Floats, values: Floats) -> Floats:
    """Coefficients (m,) of the columns of a design (n, m) by least absolute deviations, in six rounds of weights."""
    n, m = design.shape
    normal, right, found = np.empty((m, m)), np.empty(m), np.zeros(m)
    weights = np.ones(n)
    for _ in range(6):
        normal[:, :], right[:] = 0.0, 0.0
        for row in range(n):
            for i in range(m):
                right[i] += weights[row] * design[row, i] * values[row]
                for j in range(m):
                    normal[i, j] += weights[row] * design[row, i] * design[row, j]
        if not solve_positive(normal, right, m, found):
            break
        for row in range(n):
            miss = values[row]
            for i in range(m):
                miss -= design[row, i] * found[i]
            weights[row] = 1.0 / max(abs(miss), 1e-6)
    return found


def _hollows(costs: Floats) -> list[int]:
    padded = np.concatenate([[np.inf], costs, [np.inf]])
    low = (costs <= padded[:-2]) & (costs <= padded[2:]) & np.isfinite(costs)
    places = np.flatnonzero(low)
    places = places[np.argsort(costs[places])]
    return [int(k) for k in places[:HOLLOW_COUNT] if costs[k] <= costs[places[0]] + HOLLOW_DEPTH]


def _distinct(fits: list[Fit]) -> list[Fit]:
    kept: list[Fit] = []
    for candidate in sorted(fits, key=lambda one: one.cost):
        if all(abs(candidate.parameters[LOG_RANGE] - other.parameters[LOG_RANGE]) > 1e-3 for other in kept):
            kept.append(candidate)
    return kept
