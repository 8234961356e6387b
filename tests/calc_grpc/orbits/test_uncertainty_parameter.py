"""U as the Minor Planet Center defines it, against its own table and orbits of JPL."""

import math
from dataclasses import replace

import numpy as np
import pytest

from calc_grpc.orbits.constants import DEG_RAD, GAUSS_K
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, elements_from_state, state_from_elements
from calc_grpc.orbits.orbit_summary import summarize_orbit
from calc_grpc.orbits.result import Orbit
from calc_grpc.orbits.uncertainty_parameter import uncertainty_parameter

# Upper limit of RUNOFF, arcseconds in ten years, of each U: Minor Planet Center, "Uncertainty Parameter U".
LIMITS = [(0, 1.0), (1, 4.4), (2, 19.6), (3, 86.5), (4, 382.0), (5, 1692.0), (6, 7488.0), (7, 33121.0), (8, 146502.0)]

# JPL Small-Body Database, recorded answers of sbdb.api, 2025 and 2026: e, period (d), its sigma, sigma of tp, code.
JPL = [
    pytest.param(0.2541511801421507, 545.0779656871141, 0.81298, 0.040322, 8, id="2026 AB1, 15 days"),
    pytest.param(0.5965002367189352, 851.4854877006155, 3.7182e-6, 1.0143e-5, 0, id="JPL 3830865, 7 years"),
    pytest.param(0.395, 478.0, 0.31, 0.29, 7, id="2025 HX, 3 days"),
]


def u_of(**values: object) -> int | None:
    defaults = {
        "e": 0.1, "sigma_e": 1e-4, "period_years": 4.0, "sigma_period_days": 1.0, "sigma_tp_days": 1.0, "night_count": 3
    }  # fmt: skip
    return uncertainty_parameter(**defaults | values)


@pytest.mark.parametrize(("u", "limit"), LIMITS)
def test_the_table_of_the_mpc_is_met_on_both_sides(u, limit):
    """Its limits are printed with three to six digits."""
    for factor, expected in ((0.99, u), (1.01, u + 1)):
        sigma_tp_days = factor * limit / (0.1 * GAUSS_K / DEG_RAD / 4.0 * 3600.0 * 3.0)
        assert u_of(sigma_period_days=0.0, sigma_tp_days=sigma_tp_days) == expected


@pytest.mark.parametrize(("e", "period_days", "sigma_period_days", "sigma_tp_days", "code"), JPL)
def test_jpl_gives_the_same_condition_code(e, period_days, sigma_period_days, sigma_tp_days, code):
    assert code == u_of(
        e=e, period_years=period_days / 365.25, sigma_period_days=sigma_period_days, sigma_tp_days=sigma_tp_days
    )


def test_it_stays_between_nought_and_nine():
    assert u_of(sigma_period_days=0.0, sigma_tp_days=0.0) == 0
    assert u_of(sigma_period_days=1e9) == 9


@pytest.mark.parametrize(
    "values",
    [
        {"night_count": 2},
        {"period_years": None},
        {"e": 0.8, "sigma_e": 0.07},
        {"sigma_e": math.nan},
        {"sigma_period_days": math.inf},
    ],
)
def test_there_is_none_where_it_would_say_nothing(values):
    assert u_of(**values) is None


def summary_of(elements: Elements, sigma: float) -> Orbit:
    return summarize_orbit(
        state=ICRF_TO_ECLIPTIC.T @ state_from_elements(elements),
        covariance=np.diag([sigma**2] * 3 + [(0.01 * sigma) ** 2] * 3),
        epoch_mjd=60600.0, rms_arcsec=0.3, chi2_reduced=1.0, arc_days=30.0, night_count=5, h_magnitude=17.5,
    )  # fmt: skip


def test_an_orbit_carries_u_distance_to_the_earths_orbit_and_magnitude(main_belt):
    found = summary_of(main_belt, 1e-4)
    assert found.h_magnitude == 17.5
    assert found.moid_au == pytest.approx(main_belt.q_au - 1.0, abs=0.06)  # inclined, so a little more than q - Q
    assert found.uncertainty_u is not None and summary_of(main_belt, 1e-6).uncertainty_u < found.uncertainty_u


def test_u_follows_from_the_scatter_of_orbits_drawn_from_the_covariance(main_belt):
    """The sigmas of period and perihelion behind U, by 4,000 draws instead of derivatives: to 5 %."""
    sigma, draws = 1e-6, np.random.default_rng(1)
    state = ICRF_TO_ECLIPTIC.T @ state_from_elements(main_belt)
    steps = draws.normal(size=(4000, 6)) * sigma * np.array([1.0] * 3 + [0.01] * 3)
    near = [elements_from_state(ICRF_TO_ECLIPTIC @ (state + step)) for step in steps]
    period_days = np.std([one.period_years for one in near]) * 365.25
    tp_days = np.std([one.since_perihelion_days for one in near])
    runoff = (tp_days * main_belt.e + 10.0 / main_belt.period_years * period_days) / main_belt.period_years
    runoff *= GAUSS_K / DEG_RAD * 3600.0 * 3.0
    # As U is coarse, it is compared where scaling the covariance just lifts it.
    step = math.log(648_000.0) / 9.0
    lift = math.exp(step * math.ceil(math.log(runoff) / step)) / runoff
    below, above = (summary_of(main_belt, sigma * lift * factor).uncertainty_u for factor in (0.95, 1.05))
    assert above == below + 1


@pytest.mark.parametrize("e", [1.0, 1.3])
def test_open_orbits_have_a_distance_to_the_earths_but_no_u(main_belt, e):
    found = summary_of(replace(main_belt, e=e), 1e-6)
    assert found.uncertainty_u is None
    assert 1.3 < found.moid_au < 2.5


def test_half_a_period_from_perihelion_the_sigmas_do_not_jump(main_belt):
    """There the nearest passage changes from the last to the next."""
    half_days = 0.5 * main_belt.period_years * 365.25
    before, after = (
        summary_of(replace(main_belt, since_perihelion_days=half_days + days), 1e-6).uncertainty_u
        for days in (-20.0, 0.0)
    )
    assert before == after
