r"""Two-body motion about the Sun in universal variables, for every conic.

Letters, as in Battin: r0, v0 position and velocity at the start, chi the universal anomaly, alpha = 1/a,
sigma = r.v/\sqrt\mu, U0..U5 the universal functions, F, G, Ft, Gt the Lagrange coefficients. Units au, day, radian.
"""

import math

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import SUN_GM_AU3_PER_DAY2
from calc_grpc.orbits.errors import DidNotConverge

MU = SUN_GM_AU3_PER_DAY2
SQRT_MU = math.sqrt(SUN_GM_AU3_PER_DAY2)
MAX_ITERATIONS = 60
TOLERANCE = 3e-6  # relative, of a step; it converges by the third power, so the next would be below rounding
SERIES_BELOW = 1.0
TERM_COUNT = 8
C4_SERIES = tuple(1.0 / math.factorial(2 * k + 4) for k in range(TERM_COUNT))
C5_SERIES = tuple(1.0 / math.factorial(2 * k + 5) for k in range(TERM_COUNT))
HYPERBOLIC_LIMIT = 2500.0  # z = alpha*chi^2; beyond it cosh would soon overflow


@compiled
def stumpff(z: float) -> tuple[float, float, float, float, float, float]:
    r"""Stumpff functions c0..c5 of z = \alpha\chi^2.

    Near zero by the series of c4 and c5 (to 1e-17) and the recursion c_n = 1/n! - z c_{n+2}; elsewhere in closed
    form. Reference: Stumpff 1959, Himmelsmechanik I, section 41; Battin 1999, section 4.5.
    """
    if abs(z) < SERIES_BELOW:
        c4, c5 = C4_SERIES[TERM_COUNT - 1], C5_SERIES[TERM_COUNT - 1]
        for k in range(TERM_COUNT - 2, -1, -1):
            c4 = C4_SERIES[k] - z * c4
            c5 = C5_SERIES[k] - z * c5
        c2, c3 = 0.5 - z * c4, 1.0 / 6.0 - z * c5
        return 1.0 - z * c2, 1.0 - z * c3, c2, c3, c4, c5
    if z > 0.0:
        w = math.sqrt(z)
        c0, c1 = math.cos(w), math.sin(w) / w
    else:
        w = math.sqrt(-z)
        c0, c1 = math.cosh(w), math.sinh(w) / w
    c2, c3 = (1.0 - c0) / z, (1.0 - c1) / z
    return c0, c1, c2, c3, (0.5 - c2) / z, (1.0 / 6.0 - c3) / z


@compiled
def universal_anomaly(
    dt: float, r0: float, sigma0: float, alpha: float, max_iterations: int, tolerance: float
) -> tuple[float, int, float]:
    r"""Solve Kepler's equation \sqrt\mu dt = r0 U1 + \sigma0 U2 + U3 for chi; return chi, iterations, residual.

    Laguerre's iteration of degree five, which converges from any start for every conic. The residual is relative.
    Reference: Conway 1986, Celestial Mechanics 39, 199, eq. 8; Battin 1999, eq. 4.86.
    """
    target = SQRT_MU * dt
    chi = alpha * target if alpha > 0.0 else target / (r0 + abs(target) ** (2.0 / 3.0))
    residual = 0.0
    scale = abs(target) + 1e-12
    for iteration in range(max_iterations):
        if alpha * chi * chi < -HYPERBOLIC_LIMIT:
            chi = math.copysign(math.sqrt(-HYPERBOLIC_LIMIT / alpha), chi)
        c0, c1, c2, c3, _, _ = stumpff(alpha * chi * chi)
        u1, u2, u3 = chi * c1, chi * chi * c2, chi * chi * chi * c3
        f = r0 * u1 + sigma0 * u2 + u3 - target
        slope = r0 * c0 + sigma0 * u1 + u2
        bend = sigma0 * c0 + (1.0 - alpha * r0) * u1
        root = math.sqrt(abs(16.0 * slope * slope - 20.0 * f * bend))
        step = 5.0 * f / (slope + root)  # slope is the distance, never negative
        chi -= step
        residual = abs(f) / scale
        if abs(step) <= tolerance * (abs(chi) + 1e-12) or f == 0.0:
            return chi, iteration + 1, 0.0
    return chi, max_iterations, residual


@compiled
def kepler_step(state: Floats, dt: float, moved: Floats) -> float:
    """Move a state (6,) by dt days into `moved`; return the residual of Kepler's equation, 0 when converged."""
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    r0 = math.sqrt(x * x + y * y + z * z)
    sigma0 = (x * vx + y * vy + z * vz) / SQRT_MU
    alpha = 2.0 / r0 - (vx * vx + vy * vy + vz * vz) / MU
    chi, _, residual = universal_anomaly(dt, r0, sigma0, alpha, MAX_ITERATIONS, TOLERANCE)
    c0, c1, c2, _, _, _ = stumpff(alpha * chi * chi)
    u1, u2 = chi * c1, chi * chi * c2
    r = r0 * c0 + sigma0 * u1 + u2
    f, g = 1.0 - u2 / r0, (r0 * u1 + sigma0 * u2) / SQRT_MU
    ft, gt = -SQRT_MU * u1 / (r * r0), 1.0 - u2 / r
    for k in range(3):
        moved[k] = f * state[k] + g * state[3 + k]
        moved[3 + k] = ft * state[k] + gt * state[3 + k]
    return residual


@compiled
def kepler_step_with_partials(state: Floats, dt: float, moved: Floats, partials: Floats) -> float:
    r"""As `kepler_step`, and fill `partials` (3, 6) with d position / d (r0, v0).

    Reference: Battin 1999, section 9.7, the matrices \tilde R (eq. 9.84) and R (eq. 9.85) with
    C = (3 U5 - chi U4)/\sqrt\mu - dt U2.
    """
    # The step stands here again: shared with `kepler_step` through a function, a whole solution took 5 % longer.
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    r0 = math.sqrt(x * x + y * y + z * z)
    sigma0 = (x * vx + y * vy + z * vz) / SQRT_MU
    alpha = 2.0 / r0 - (vx * vx + vy * vy + vz * vz) / MU
    chi, _, residual = universal_anomaly(dt, r0, sigma0, alpha, MAX_ITERATIONS, TOLERANCE)
    c0, c1, c2, _, c4, c5 = stumpff(alpha * chi * chi)
    u1, u2 = chi * c1, chi * chi * c2
    r = r0 * c0 + sigma0 * u1 + u2
    f, g = 1.0 - u2 / r0, (r0 * u1 + sigma0 * u2) / SQRT_MU
    ft, gt = -SQRT_MU * u1 / (r * r0), 1.0 - u2 / r
    for k in range(3):
        moved[k] = f * state[k] + g * state[3 + k]
        moved[3 + k] = ft * state[k] + gt * state[3 + k]
    chi4 = chi * chi * chi * chi
    c = (3.0 * chi4 * chi * c5 - chi * chi4 * c4) / SQRT_MU - dt * u2
    for i in range(3):
        dv = moved[3 + i] - state[3 + i]
        dr = moved[i] - state[i]
        for j in range(3):
            dvj = moved[3 + j] - state[3 + j]
            from_r = r / MU * dv * dvj
            from_r += (u2 * moved[i] * state[j] + c * moved[3 + i] * state[j]) / (r0 * r0 * r0)
            from_v = u2 / MU * (dr * state[3 + j] - dv * state[j]) + c / MU * moved[3 + i] * state[3 + j]
            partials[i, j] = from_r
            partials[i, 3 + j] = from_v
        partials[i, i] += f
        partials[i, 3 + i] += g
    return residual


def propagate(state: Floats, elapsed_days: Floats | float) -> Floats:
    """Heliocentric state after a time of two-body motion.

    state: (6,), au and au/day, any fixed axes. elapsed_days: scalar or (n,). Returns (6,) or (n, 6).
    Raises DidNotConverge. Two-body: in the main belt good to about 1e-4 au over 100 days.
    """
    elapsed = np.atleast_1d(np.asarray(elapsed_days, dtype=np.float64))
    start = np.ascontiguousarray(state, dtype=np.float64)
    moved = np.empty((elapsed.size, 6))
    for k in range(elapsed.size):
        residual = kepler_step(start, float(elapsed[k]), moved[k])
        if not residual <= 1e-9:
            raise DidNotConverge(MAX_ITERATIONS, float(residual))
    return moved if np.ndim(elapsed_days) else moved[0]
