"""An orbit as observers expect to read it: elements with their sigmas, class, period, residuals."""

import math

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import DEG_RAD, JULIAN_YEAR_DAYS
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, elements_from_state
from calc_grpc.orbits.errors import OrbitError
from calc_grpc.orbits.moid import moid_with_earth
from calc_grpc.orbits.result import Orbit
from calc_grpc.orbits.uncertainty_parameter import uncertainty_parameter

JUPITER_INSIDE_AU, JUPITER_OUTSIDE_AU = 4.6, 5.5
PARABOLIC_WITHIN = 1e-6


def summarize_orbit(
    *, state: Floats, covariance: Floats, epoch_mjd: float, rms_arcsec: float, chi2_reduced: float | None,
    arc_days: float, night_count: int, h_magnitude: float | None = None,
) -> Orbit:  # fmt: skip
    """Describe a heliocentric ICRF state (6,) with covariance (6, 6), au and au/day.

    h_magnitude comes from `magnitude.absolute_magnitude`; distance with the Earth's orbit and U are worked out here.
    """
    elements = elements_from_state(ICRF_TO_ECLIPTIC @ state)
    sigmas = _sigmas(state, covariance)
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


def _sigmas(state: Floats, covariance: Floats) -> Floats:
    """1-sigma of the eight `_numbers`, by linear propagation."""
    columns = []
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-6 if k < 3 else 1e-8
        with np.errstate(invalid="ignore"):  # inf - inf for a parabola; its sigma becomes None
            after, before = _numbers(state + step), _numbers(state - step)
            difference = after - before
        difference[2:6] = (difference[2:6] + math.pi) % (2.0 * math.pi) - math.pi
        difference[7] = math.remainder(difference[7], after[6])  # half a period away, the nearest perihelion changes
        columns.append(difference / (2.0 * step[k]))
    turn = np.stack(columns, axis=1)
    variances = np.einsum("ij,jk,ik->i", turn, covariance, turn)
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def _numbers(state: Floats) -> Floats:
    """a, e, i, node, perihelion argument, mean anomaly, period and time since perihelion: au, rad, day."""
    elements = elements_from_state(ICRF_TO_ECLIPTIC @ state)
    a, mean_anomaly = elements.a_au or math.inf, elements.mean_anomaly_rad or 0.0
    period_days = (elements.period_years or math.inf) * JULIAN_YEAR_DAYS
    angles = (elements.i_rad, elements.node_rad, elements.peri_rad, mean_anomaly)
    return np.array([a, elements.e, *angles, period_days, elements.since_perihelion_days])


def _known(sigma: float) -> float | None:
    return float(sigma) if math.isfinite(sigma) else None
