"""Finding orbits without a first guess: one least-squares fit at each of many ranges, and the hollows between them."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.prediction import LOG_RANGE, Frame, fill_state, frame_at
from calc_grpc.orbits.refine import GROSS, Fit, fit, log_determinant
from calc_grpc.orbits.track import Track, select

NEAREST_AU = 0.003
FARTHEST_AU = 100.0
RANGE_COUNT = 96
SCAN_MOST = 60  # observations a scan looks at; more do not find more
ROBUST = 3.0
HOLLOW_COUNT = 5
HOLLOW_DEPTH = 80.0  # a hollow this much above the deepest is not worth a refinement
FASTEST = 0.05  # au/day radially, in a first guess


def window_rows(mjd: Floats, longest_days: float) -> NDArray[np.intp]:
    """Pick the stretch of at most `longest_days` that tells most: many nights, far apart; wider where that is too few.

    mjd: ascending. Returns row numbers, thinned to SCAN_MOST.
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
    if chosen.size > SCAN_MOST:
        chosen = chosen[np.unique(np.round(np.linspace(0, chosen.size - 1, SCAN_MOST)).astype(int))]
    return chosen


def middle_row(mjd: Floats) -> int:
    """The observation nearest to the mean time."""
    return int(np.argmin(np.abs(mjd - mjd.mean())))


def scan_ranges(track: Track, rows: NDArray[np.intp], on_step: Callable[[float], None]) -> tuple[Frame, list[Floats]]:
    """Scan the ranges on some rows; return the frame and the parameters at each hollow of the cost, best first."""
    part = select(track, rows)
    frame = frame_at(part, middle_row(part.mjd))
    rates = sky_rates(part, frame)
    logs = np.linspace(math.log(NEAREST_AU), math.log(FARTHEST_AU), RANGE_COUNT)
    use = np.ones(part.mjd.size)
    costs, found = np.empty(RANGE_COUNT), np.empty((RANGE_COUNT, 6))
    previous = np.array([0.0, 0.0, logs[0], rates[0], rates[1], 0.0])
    for k in range(RANGE_COUNT):
        on_step(k / RANGE_COUNT)
        costs[k], found[k] = scan_node(part, frame, float(logs[k]), rates, previous, use)
        if costs[k] < np.inf:
            previous = found[k]
    hollows = []
    for k in _hollows(costs):
        refined = fit(part, frame, found[k], use, ROBUST, False, 40, 1e-3)
        if refined.cost < np.inf:
            hollows.append(refined)
    return frame, [refined.parameters for refined in _distinct(hollows)]


@compiled
def scan_node(
    track: Track, frame: Frame, log_range: float, rates: Floats, previous: Floats, use: Floats
) -> tuple[float, Floats]:
    """Fit five parameters at one range from two starts, the neighbour's solution and the apparent motion alone.

    Returns the cost with the width of the other five included (Laplace), so that hollows compare by volume.
    """
    fresh = np.zeros(6)
    fresh[2], fresh[3], fresh[4] = log_range, rates[0], rates[1]
    fresh[5] = turning_rate(frame, fresh)
    near = previous.copy()
    near[2] = log_range
    first = fit(track, frame, fresh, use, GROSS, True, 4, 1.0)
    first = fit(track, frame, first.parameters, use, 3.0, True, 15, 0.02)
    second = fit(track, frame, near, use, 3.0, True, 15, 0.02)
    best = first if first.cost <= second.cost else second
    if not best.cost < np.inf:
        return np.inf, best.parameters
    return best.cost + log_width(best.normal), best.parameters


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
    depth = track.toward @ frame.toward
    plane = np.stack([track.toward @ frame.east, track.toward @ frame.north], axis=1) / np.maximum(depth, 0.05)[:, None]
    days = track.mjd - frame.mjd
    span = max(float(np.ptp(days)), 1e-9)
    columns = 3 if np.unique(np.floor(track.mjd)).size >= 3 else 2
    design = np.stack([(days / span) ** power for power in range(columns)], axis=1)
    weights = np.ones(days.size)
    for _ in range(6):
        root = np.sqrt(weights)[:, None]
        solution, *_ = np.linalg.lstsq(design * root, plane * root, rcond=None)
        off = np.linalg.norm(plane - design @ solution, axis=1)
        weights = 1.0 / np.maximum(off, 1e-6)
    return np.asarray(solution[1] / span)


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
