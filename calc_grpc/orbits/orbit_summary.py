"""An orbit as observers expect to read it: elements with their sigmas, class, period, residuals."""

import math

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import DEG_RAD
from calc_grpc.orbits.elements import (
    ICRF_TO_ECLIPTIC,
    OPEN_BELOW_PER_AU,
    Elements,
    elements_from_state,
    fill_elements,
)
from calc_grpc.orbits.errors import OrbitError
from calc_grpc.orbits.follow_up import Family
from calc_grpc.orbits.kepler import SQRT_MU
from calc_grpc.orbits.moid import moid_with_earth
from calc_grpc.orbits.result import Orbit
from calc_grpc.orbits.uncertainty_parameter import uncertainty_parameter

JUPITER_INSIDE_AU, JUPITER_OUTSIDE_AU = 4.6, 5.5
PARABOLIC_WITHIN = 1e-6


def summarize_orbit(
    *, state: Floats, covariance: Floats, epoch_mjd: float, rms_arcsec: float, chi2_reduced: float | None,
    arc_days: float, night_count: int, h_magnitude: float | None = None, family: Family | None = None,
) -> Orbit:  # fmt: skip
    """Describe a heliocentric ICRF state (6,) with covariance (6, 6), au and au/day.

    family: what the covariance stands for, where that is no bell: the elements then spread as those of its members do.
    h_magnitude comes from `magnitude.absolute_magnitude`; distance with the Earth's orbit and U are worked out here.
    """
    elements = elements_from_state(ICRF_TO_ECLIPTIC @ state)
    sigmas = _sigmas(state, covariance, family)
    mean_anomaly = elements.mean_anomaly_rad
    return Orbit(
        epoch_mjd_tdb=epoch_mjd,
        a_au=elements.a_au,
        e=elements.e,
        i_deg=elements.i_rad / DEG_RAD,
        node_deg=elements.node_rad / DEG_RAD,
        peri_deg=elements.peri_rad / DEG_RAD,
        mean_anomaly_deg=None if mean_anomaly is None else mean_anomaly / DEG_RAD,
        sigma_a_au=_known(sigmas[0]) if elements.a_au is not None else None,
        sigma_e=_known(sigmas[1]),
        sigma_i_deg=_known(sigmas[2] / DEG_RAD),
        sigma_node_deg=_known(sigmas[3] / DEG_RAD),
        sigma_peri_deg=_known(sigmas[4] / DEG_RAD),
        sigma_mean_anomaly_deg=_known(sigmas[5] / DEG_RAD) if mean_anomaly is not None else None,
        rms_arcsec=rms_arcsec,
        chi2_reduced=chi2_reduced,
        arc_days=arc_days,
        night_count=night_count,
        state_vector=tuple(float(value) for value in state),
        covariance=tuple(float(value) for value in covariance.ravel()),
        q_au=elements.q_au,
        tp_mjd_tdb=epoch_mjd - elements.since_perihelion_days,
        period_years=elements.period_years,
        orbit_class=orbit_class(elements),
        moid_au=_moid(state, epoch_mjd),
        uncertainty_u=uncertainty_parameter(
            e=elements.e,
            sigma_e=sigmas[1],
            period_years=elements.period_years,
            sigma_period_days=sigmas[6],
            sigma_tp_days=sigmas[7],
            night_count=night_count,
        ),
        h_magnitude=h_magnitude,
    )


def orbit_class(elements: Elements) -> str:
    """Three-letter class as the JPL Small-Body Database defines them (orbit class table, sbdb_query, 2024)."""
    if abs(elements.e - 1.0) < PARABOLIC_WITHIN:
        return "PAA"
    a = elements.a_au
    if elements.e > 1.0 or a is None:
        return "HYA"
    return _inner_class(a, elements) or _outer_class(a, elements.e)


def _inner_class(a: float, elements: Elements) -> str:
    q, farthest = elements.q_au, a * (1.0 + elements.e)
    if a < 1.0:
        return "IEO" if farthest < 0.983 else "ATE"
    if q < 1.3:
        return "APO" if q < 1.017 else "AMO"
    if q < 1.666 and a < 3.2:
        return "MCA"
    if a < 3.2:
        return "IMB" if a < 2.0 else "MBA"
    return ""


def _outer_class(a: float, e: float) -> str:
    if a < JUPITER_INSIDE_AU:
        return "OMB"
    if a < JUPITER_OUTSIDE_AU:
        return "TJN" if e < 0.3 else "AST"
    return "CEN" if a < 30.1 else "TNO"


def _moid(state: Floats, epoch_mjd: float) -> float | None:
    try:
        return moid_with_earth(state, epoch_mjd)
    except OrbitError:
        return None


def _sigmas(state: Floats, covariance: Floats, family: Family | None) -> Floats:
    """1-sigma of a, e, i, node, perihelion argument, mean anomaly, period, time since perihelion: au, rad, day."""
    with np.errstate(invalid="ignore"):  # a parabola has no a and no period; their sigmas become None
        turn = number_partials(ICRF_TO_ECLIPTIC @ state) @ ICRF_TO_ECLIPTIC
        linear = np.sqrt(np.maximum(np.sum((turn @ covariance) * turn, axis=1), 0.0))
        if family is None:
            return np.asarray(linear)
        # Along a long family an element bends: at the least eccentricity, say, its slope is nothing.
        inner = np.maximum(np.sum((turn @ family.within) * turn, axis=1), 0.0)
        outer = (family.weights / family.weights.sum()) @ _offsets(state, family.states) ** 2
        bent = np.sqrt(inner + outer)
    return np.asarray(np.where(np.isfinite(bent), bent, linear))


def _offsets(state: Floats, states: Floats) -> Floats:
    """How the numbers above of states (m, 6) differ from those of a state, (m, 8)."""
    members = np.ascontiguousarray(np.vstack([state, states]) @ ICRF_TO_ECLIPTIC.T)
    numbers = np.empty((len(members), 8))
    for member, row in zip(members, numbers, strict=True):
        fill_numbers(member, row)
    offsets = numbers[1:] - numbers[0]
    offsets[:, 2:6] = (offsets[:, 2:6] + math.pi) % (2.0 * math.pi) - math.pi
    if numbers[0, 6] < np.inf:
        offsets[:, 7] -= numbers[0, 6] * np.round(offsets[:, 7] / numbers[0, 6])
    return np.asarray(offsets)


@compiled
def number_partials(state: Floats) -> Floats:
    """d of the eight numbers above / d state, (8, 6), by central differences; ecliptic axes."""
    after, before, moved, turn = np.empty(8), np.empty(8), state.copy(), np.empty((8, 6))
    for column in range(6):
        step = 1e-6 if column < 3 else 1e-8
        moved[column] = state[column] + step
        fill_numbers(moved, after)
        moved[column] = state[column] - step
        fill_numbers(moved, before)
        moved[column] = state[column]
        for k in range(8):
            turn[k, column] = after[k] - before[k]
        for k in range(2, 6):
            turn[k, column] = (turn[k, column] + math.pi) % (2.0 * math.pi) - math.pi
        if after[6] < np.inf:  # half a period away, the nearest perihelion changes
            turn[7, column] -= after[6] * round(turn[7, column] / after[6])
        turn[:, column] /= 2.0 * step
    return turn


@compiled
def fill_numbers(state: Floats, numbers: Floats) -> None:
    """Fill (8,): a, e, i, node, perihelion argument, mean anomaly, period, time since perihelion."""
    elements = np.empty(6)
    fill_elements(state, elements)
    alpha = (1.0 - elements[1]) / elements[0]
    numbers[0] = 1.0 / alpha if abs(alpha) > OPEN_BELOW_PER_AU else np.inf
    numbers[1:5] = elements[1:5]
    numbers[5], numbers[6], numbers[7] = 0.0, np.inf, elements[5]
    if alpha > OPEN_BELOW_PER_AU:
        turning = SQRT_MU * alpha**1.5
        numbers[5], numbers[6] = turning * elements[5] % (2.0 * math.pi), 2.0 * math.pi / turning


def _known(sigma: float) -> float | None:
    return float(sigma) if math.isfinite(sigma) else None
