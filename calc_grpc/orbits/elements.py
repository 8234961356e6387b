"""Keplerian elements of every conic to heliocentric states and back, in one pair of formulas.

Perihelion distance and time stand for a and M, so nothing is singular at e = 1.
"""

import math
from dataclasses import dataclass

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import JULIAN_YEAR_DAYS, OBLIQUITY_J2000_RAD
from calc_grpc.orbits.kepler import MU, SQRT_MU, propagate, stumpff

OPEN_BELOW_PER_AU = 1e-7  # 1/a under this is called parabolic: a would exceed the Sun's hold on anything


@dataclass(frozen=True, kw_only=True)
class Elements:
    """Osculating elements: au, radian, day; `since_perihelion_days` is epoch minus the nearest perihelion passage."""

    q_au: float
    e: float
    i_rad: float
    node_rad: float
    peri_rad: float
    since_perihelion_days: float

    @property
    def inverse_a_per_au(self) -> float:
        """1/a: positive for an ellipse, negative for a hyperbola."""
        return (1.0 - self.e) / self.q_au

    @property
    def a_au(self) -> float | None:
        """Semi-major axis, negative for a hyperbola, None for a parabola."""
        alpha = self.inverse_a_per_au
        return 1.0 / alpha if abs(alpha) > OPEN_BELOW_PER_AU else None

    @property
    def mean_anomaly_rad(self) -> float | None:
        """Mean anomaly in [0, 2 pi), None for an open orbit."""
        alpha = self.inverse_a_per_au
        if alpha <= OPEN_BELOW_PER_AU:
            return None
        return float(SQRT_MU * alpha**1.5 * self.since_perihelion_days % (2.0 * math.pi))

    @property
    def period_years(self) -> float | None:
        """Julian years, None for an open orbit."""
        alpha = self.inverse_a_per_au
        if alpha <= OPEN_BELOW_PER_AU:
            return None
        return float(2.0 * math.pi / (SQRT_MU * alpha**1.5) / JULIAN_YEAR_DAYS)


def elements_from_state(state: Floats) -> Elements:
    r"""Elements of a state (6,), au and au/day, in the axes of the state (x, y the reference plane).

    The eccentric anomaly comes from e sin E = \sigma\sqrt\alpha and e cos E = 1 - \alpha r; the time from perihelion
    from q U1 + U3, which holds for all conics. A circular or uncrossed plane has its free angle set to zero.
    Reference: Battin 1999, sections 4.4 and 4.5.
    """
    numbers = np.empty(6)
    fill_elements(np.ascontiguousarray(state, dtype=np.float64), numbers)
    q, e, i, node, peri, since = (float(number) for number in numbers)
    return Elements(q_au=q, e=e, i_rad=i, node_rad=node, peri_rad=peri, since_perihelion_days=since)


@compiled
def fill_elements(state: Floats, numbers: Floats) -> None:
    """Fill (6,) with the fields of `Elements`, in their order."""
    h_vec, e_vec, node_vec = np.empty(3), np.empty(3), np.zeros(3)
    across, beside = np.empty(3), np.empty(3)
    place, velocity = state[:3], state[3:]
    cross(place, velocity, h_vec)
    cross(velocity, h_vec, e_vec)
    r, h = math.sqrt(dot(place, place)), math.sqrt(dot(h_vec, h_vec))
    for k in range(3):
        e_vec[k] = e_vec[k] / MU - place[k] / r
        h_vec[k] /= h
    e = math.sqrt(dot(e_vec, e_vec))
    sigma = dot(place, velocity) / SQRT_MU
    alpha = 2.0 / r - dot(velocity, velocity) / MU
    q = h * h / MU / (1.0 + e)
    plane = math.hypot(h_vec[0], h_vec[1])
    node = math.atan2(h_vec[0], -h_vec[1]) if plane > 1e-14 else 0.0
    node_vec[0], node_vec[1] = math.cos(node), math.sin(node)
    cross(h_vec, node_vec, across)
    apse = e_vec if e > 1e-13 else node_vec
    cross(h_vec, apse, beside)
    numbers[0], numbers[1], numbers[2] = q, e, math.atan2(plane, h_vec[2])
    numbers[3] = node % (2.0 * math.pi)
    numbers[4] = math.atan2(dot(apse, across), dot(apse, node_vec)) % (2.0 * math.pi)
    if alpha > OPEN_BELOW_PER_AU:
        root = math.sqrt(alpha)
        if e > 1e-13:
            chi = math.atan2(sigma * root, 1.0 - alpha * r) / root
        else:
            chi = math.atan2(dot(place, beside), dot(place, apse)) / root
    elif alpha < -OPEN_BELOW_PER_AU:
        root = math.sqrt(-alpha)
        chi = math.asinh(sigma * root / e) / root
    else:
        chi = sigma / e
    _, c1, _, c3, _, _ = stumpff(alpha * chi * chi)
    numbers[5] = (q * chi * c1 + chi**3 * c3) / SQRT_MU


@compiled
def cross(a: Floats, b: Floats, out: Floats) -> None:
    """Fill out (3,) with a x b; out is neither."""
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]


@compiled
def dot(a: Floats, b: Floats) -> float:
    """Scalar product of two vectors (3,); written out, since calling BLAS costs more."""
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def state_from_elements(elements: Elements) -> Floats:
    """State (6,), au and au/day, in the axes the angles refer to: perihelion, moved by the time since then."""
    cos_node, sin_node = math.cos(elements.node_rad), math.sin(elements.node_rad)
    cos_i, sin_i = math.cos(elements.i_rad), math.sin(elements.i_rad)
    cos_peri, sin_peri = math.cos(elements.peri_rad), math.sin(elements.peri_rad)
    along = np.array([cos_node, sin_node, 0.0])
    across = np.array([-sin_node * cos_i, cos_node * cos_i, sin_i])
    to_perihelion = cos_peri * along + sin_peri * across
    beyond = -sin_peri * along + cos_peri * across
    speed = SQRT_MU * math.sqrt((1.0 + elements.e) / elements.q_au)
    start = np.concatenate([elements.q_au * to_perihelion, speed * beyond])
    return propagate(start, elements.since_perihelion_days)


_ROWS = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.0, math.cos(OBLIQUITY_J2000_RAD), math.sin(OBLIQUITY_J2000_RAD)],
        [0.0, -math.sin(OBLIQUITY_J2000_RAD), math.cos(OBLIQUITY_J2000_RAD)],
    ]
)
# Turns a state (6,) from ICRF axes to the ecliptic and equinox J2000; its transpose turns back.
ICRF_TO_ECLIPTIC: Floats = np.kron(np.eye(2), _ROWS)
