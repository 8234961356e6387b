"""Least squares: six parameters, or five at a fixed range, improved until the sky agrees; and what to leave out."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.prediction import (
    LOG_RANGE,
    Frame,
    add_bending,
    along,
    by_parameters,
    chain,
    emission_mjd,
    fill_state,
    fill_state_partials,
    sight,
)
from calc_grpc.orbits.prior import QUANTITY_COUNT, RANGE_SLOPE, census_cost, orbit_quantities, visibility_cost
from calc_grpc.orbits.track import Track

PARAMETER_COUNT = 6
LONGEST_LOG_STEP = 0.7  # a range is at most doubled or halved in one step
STIFFEST = 1e9
TINY = 1e-300
ROUNDING = 1e-15  # of a matrix with unit diagonal; less is no information
SAFE_PIVOT = 1e-4  # of Cholesky's for such a matrix
POLL_AFTER_ITERATIONS = 6
POLL_AFTER_ROWS = 10_000  # observations times iterations; some 20 ms
GROSS = 1e8  # scale of the robust loss that amounts to none


class Fit(NamedTuple):
    """Parameters (6,), cost = chi-squared + prior, its data part, normal matrix (6, 6) with and without the prior."""

    parameters: Floats
    cost: float
    data_cost: float
    normal: Floats
    information: Floats
    iteration_count: int
    converged: bool


@compiled
def solve_positive(matrix: Floats, right: Floats, size: int, solution: Floats) -> bool:
    """Solve a symmetric positive system by Cholesky; False when it is not positive."""
    lower = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            total = matrix[i, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            if i == j:
                if not total > 0.0:
                    return False
                lower[i, i] = math.sqrt(total)
            else:
                lower[i, j] = total / lower[j, j]
    for i in range(size):
        total = right[i]
        for k in range(i):
            total -= lower[i, k] * solution[k]
        solution[i] = total / lower[i, i]
    for i in range(size - 1, -1, -1):
        total = solution[i]
        for k in range(i + 1, size):
            total -= lower[k, i] * solution[k]
        solution[i] = total / lower[i, i]
    return True


@compiled
def log_determinant(matrix: Floats) -> float:
    """ln det of a normal matrix, finite also where rounding has left a direction without information.

    Scaled to a unit diagonal first, since the entries span twenty decades; by Cholesky where that is safe, else by
    eigenvalues, which take fifty times as long.
    """
    n = matrix.shape[0]
    scaled, lower, total = np.empty((n, n)), np.empty((n, n)), 0.0
    for i in range(n):
        total += math.log(matrix[i, i] + TINY)
        for j in range(n):
            scaled[i, j] = matrix[i, j] / math.sqrt((matrix[i, i] + TINY) * (matrix[j, j] + TINY))
    volume = 1.0
    for i in range(n):
        for j in range(i + 1):
            rest = scaled[i, j]
            for k in range(j):
                rest -= lower[i, k] * lower[j, k]
            lower[i, j] = rest / lower[j, j] if j < i else math.sqrt(max(rest, 0.0))
        if not lower[i, i] > SAFE_PIVOT:
            break
        volume *= lower[i, i] * lower[i, i]
    else:
        return total + math.log(volume)
    for value in np.linalg.eigvalsh(scaled):
        total += math.log(max(value, ROUNDING))
    return total


@compiled
def add_prior(x: Floats, state: Floats, basis: Floats, normal: Floats, gradient: Floats) -> float:
    """Add the prior's cost, half gradient and curvature in x; basis: d state / d x, (6, 6)."""
    quantities, slope = np.empty(QUANTITY_COUNT), np.empty(6)
    pull, grip = np.empty(QUANTITY_COUNT), np.empty(QUANTITY_COUNT)
    by_state, by_x = np.empty((QUANTITY_COUNT, 6)), np.empty(PARAMETER_COUNT)
    orbit_quantities(state, quantities, by_state)
    cost = census_cost(quantities, pull, grip) + visibility_cost(state, x[LOG_RANGE], slope)
    gradient[LOG_RANGE] += 0.5 * RANGE_SLOPE
    by_parameters(slope[0], slope[1], slope[2], slope[3], slope[4], slope[5], basis, by_x)
    for i in range(PARAMETER_COUNT):
        gradient[i] += 0.5 * by_x[i]
    for k in range(QUANTITY_COUNT):
        row = by_state[k]
        by_parameters(row[0], row[1], row[2], row[3], row[4], row[5], basis, by_x)
        for i in range(PARAMETER_COUNT):
            gradient[i] += by_x[i] * pull[k]
            for j in range(PARAMETER_COUNT):
                normal[i, j] += by_x[i] * grip[k] * by_x[j]
    return cost


@compiled
def prior_gradient(frame: Frame, x: Floats) -> Floats:
    """Half gradient (6,) of the prior's cost."""
    state, basis, gradient = np.empty(6), np.empty((6, 6)), np.zeros(6)
    fill_state(frame, x, state)
    fill_state_partials(frame, x, state, basis)
    add_prior(x, state, basis, np.zeros((6, 6)), gradient)
    return gradient


@compiled
def add_data(
    track: Track, epoch: float, state: Floats, basis: Floats, use: Floats, light: Floats, robust: float,
    information: Floats, gradient: Floats,
) -> float:  # fmt: skip
    """Add chi-squared (or its robust loss of the given scale), half gradient and curvature; infinity when blind.

    epoch: of the state, MJD TDB. basis: d state / d x, (6, 6).

    The loss is Cauchy's, k^2 ln(1 + s^2/k^2) of the normalised residual s of a position.
    """
    steps = np.empty((3, 6))
    moved, line, across = np.empty(6), np.empty(3), np.empty(3)
    rows = np.empty((2, PARAMETER_COUNT))
    mjd, observer, displacement, whitening = track.mjd, track.observer, track.displacement, track.whitening
    toward, east, north = track.toward, track.east, track.north
    k2 = robust * robust
    cost = 0.0
    for n in range(mjd.shape[0]):
        if use[n] == 0.0:
            continue
        distance, light[n] = sight(
            state, mjd[n] - epoch, light[n], observer[n, 0] - displacement[n, 0], observer[n, 1] - displacement[n, 1],
            observer[n, 2] - displacement[n, 2], moved, steps, line,
        )  # fmt: skip
        depth = along(line, toward, n)
        if distance <= 0.0 or depth <= 0.0:
            return np.inf
        ra, dec = along(line, east, n) / depth, along(line, north, n) / depth
        p, q, r = whitening[n, 0], whitening[n, 1], whitening[n, 2]
        add_bending(steps, track.bending, n)
        for m in range(2):
            by_ra, by_dec = (p, 0.0) if m == 0 else (q, r)
            for k in range(3):
                across[k] = by_ra * (east[n, k] - ra * toward[n, k]) + by_dec * (north[n, k] - dec * toward[n, k])
            chain(across, depth, steps, basis, rows[m])
        white_ra, white_dec = -p * ra, -q * ra - r * dec
        s2 = white_ra * white_ra + white_dec * white_dec
        weight = use[n] / (1.0 + s2 / k2)
        cost += use[n] * k2 * math.log1p(s2 / k2)
        for i in range(PARAMETER_COUNT):
            gradient[i] -= weight * (rows[0, i] * white_ra + rows[1, i] * white_dec)
            for j in range(i + 1):
                information[i, j] += weight * (rows[0, i] * rows[0, j] + rows[1, i] * rows[1, j])
    for i in range(PARAMETER_COUNT):
        for j in range(i):
            information[j, i] = information[i, j]
    return cost


@compiled
def evaluate(
    track: Track, frame: Frame, x: Floats, use: Floats, light: Floats, robust: float,
    information: Floats, normal: Floats, gradient: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Cost and its data part at x, with normal matrix (with and without the prior) and half gradient filled in."""
    state, basis = np.empty(6), np.empty((6, 6))
    fill_state(frame, x, state)
    fill_state_partials(frame, x, state, basis)
    information[:, :] = 0.0
    gradient[:] = 0.0
    data_cost = add_data(track, emission_mjd(frame, x), state, basis, use, light, robust, information, gradient)
    if not data_cost < np.inf:
        return np.inf, np.inf
    normal[:, :] = information
    return data_cost + add_prior(x, state, basis, normal, gradient), data_cost


@compiled
def damped_step(normal: Floats, gradient: Floats, damping: float, fixed: bool, step: Floats) -> float:
    """Levenberg-Marquardt step (6,), zero in the range when that is fixed.

    Returns the decrease of the cost it promises; -1 where the matrix is not positive.
    """
    keep = np.array([0, 1, 3, 4, 5, LOG_RANGE])
    size = PARAMETER_COUNT - 1 if fixed else PARAMETER_COUNT
    matrix, right, solution = np.empty((size, size)), np.empty(size), np.empty(size)
    for i in range(size):
        right[i] = -gradient[keep[i]]
        for j in range(size):
            matrix[i, j] = normal[keep[i], keep[j]]
        matrix[i, i] *= 1.0 + damping
    if not solve_positive(matrix, right, size, solution):
        return -1.0
    step[:] = 0.0
    for i in range(size):
        step[keep[i]] = solution[i]
    shorten = min(1.0, LONGEST_LOG_STEP / (abs(step[LOG_RANGE]) + 1e-30))
    promised = 0.0
    for i in range(size):
        step[keep[i]] *= shorten
        promised += step[keep[i]] * right[i]
    return promised


@compiled
def fit(
    track: Track, frame: Frame, start: Floats, use: Floats, robust: float, fixed: bool,
    max_iterations: int, tolerance: float,
) -> Fit:  # fmt: skip
    """Improve `start` by Levenberg-Marquardt until a step promises less than `tolerance` of the cost.

    use: (n,), 1 or 0. robust: scale of Cauchy's loss in sigmas, GROSS for plain least squares. fixed: keep the range.
    An unreachable start answers an infinite cost. Reference: Marquardt 1963, J. SIAM 11, 431.
    """
    n = track.mjd.shape[0]
    light = np.full(n, math.exp(start[LOG_RANGE]) / LIGHT_AU_PER_DAY)
    x, step = start.copy(), np.zeros(PARAMETER_COUNT)
    information, normal = np.zeros((6, 6)), np.zeros((6, 6))
    information_new, normal_new = np.empty((6, 6)), np.empty((6, 6))
    gradient, gradient_new = np.empty(6), np.empty(6)
    cost, data_cost = evaluate(track, frame, x, use, light, robust, information, normal, gradient)
    damping, done, iteration = 1e-4, False, 0
    while cost < np.inf and iteration < max_iterations and not done and damping < STIFFEST:
        iteration += 1
        promised = damped_step(normal, gradient, damping, fixed, step)
        if promised < 0.0:
            damping = max(damping, 1e-6) * 10.0
            continue
        light_new = light.copy()
        cost_new, data_new = evaluate(
            track, frame, x + step, use, light_new, robust, information_new, normal_new, gradient_new
        )
        if cost_new <= cost:
            x, cost, data_cost, light = x + step, cost_new, data_new, light_new
            information, information_new = information_new, information
            normal, normal_new = normal_new, normal
            gradient, gradient_new = gradient_new, gradient
            damping *= 0.1
            done = promised < tolerance
        elif promised < tolerance:
            done = True
        else:
            damping = max(damping, 1e-5) * 10.0
    return Fit(x, cost, data_cost, normal, information, iteration, done)


def polled_fit(
    track: Track, frame: Frame, start: Floats, use: Floats, robust: float, fixed: bool,
    max_iterations: int, tolerance: float, on_step: Callable[[], None],
) -> Fit:  # fmt: skip
    """As `fit`, looking up every few iterations so that thousands of observations can still be cancelled."""
    few = max(2, min(POLL_AFTER_ITERATIONS, POLL_AFTER_ROWS // track.mjd.size))
    best = fit(track, frame, start, use, robust, fixed, few, tolerance)
    spent = best.iteration_count
    while not best.converged and best.cost < np.inf and spent < max_iterations:
        on_step()
        best = fit(track, frame, best.parameters, use, robust, fixed, few, tolerance)
        spent += max(best.iteration_count, 1)
    return best
