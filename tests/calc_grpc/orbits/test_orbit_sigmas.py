"""1-sigma of the elements: by derivatives where the posterior is a bell, by its members where it is long and bent."""

import math
from dataclasses import replace

import numpy as np
import pytest

from calc_grpc.orbits.constants import DEG_RAD
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, elements_from_state, state_from_elements
from calc_grpc.orbits.follow_up import Family
from calc_grpc.orbits.orbit_summary import number_partials, summarize_orbit
from calc_grpc.orbits.result import Orbit


def summary_of(state: np.ndarray, covariance: np.ndarray, family: Family | None = None) -> Orbit:
    return summarize_orbit(
        state=state, covariance=covariance, epoch_mjd=60600.0, rms_arcsec=0.3, chi2_reduced=1.0, arc_days=10.0,
        night_count=3, family=family,
    )  # fmt: skip


def drawn(state: np.ndarray, covariance: np.ndarray, count: int = 4000) -> Family:
    states = np.random.default_rng(5).multivariate_normal(state, covariance, size=count)
    return Family(states=states, weights=np.ones(count), within=np.zeros((6, 6)))


SIGMAS = (
    "sigma_a_au", "sigma_e", "sigma_i_deg", "sigma_node_deg", "sigma_peri_deg", "sigma_mean_anomaly_deg",
)  # fmt: skip


def test_members_of_a_narrow_bell_say_what_the_derivatives_say(main_belt) -> None:
    state = ICRF_TO_ECLIPTIC.T @ state_from_elements(main_belt)
    covariance = np.diag([1e-12] * 3 + [1e-16] * 3)
    bell, members = (summary_of(state, covariance, one) for one in (None, drawn(state, covariance)))
    for name in SIGMAS:
        assert getattr(members, name) == pytest.approx(getattr(bell, name), rel=0.05)
    assert members.uncertainty_u == bell.uncertainty_u


def test_where_the_eccentricity_bends_its_sigma_is_how_far_the_members_stand_off(main_belt) -> None:
    """The least eccentricity along a line of orbits: its slope vanishes there, its spread does not."""
    line = ICRF_TO_ECLIPTIC.T @ state_from_elements(replace(main_belt, e=0.1))
    shares = np.linspace(-0.08, 0.08, 41)

    def along(share: float) -> np.ndarray:
        return line * np.array([1.0] * 3 + [1.0 + share] * 3)

    eccentricities = [elements_from_state(ICRF_TO_ECLIPTIC @ along(share)).e for share in shares]
    least = int(np.argmin(eccentricities))
    assert 0 < least < 40
    state, states = along(float(shares[least])), np.stack([along(float(share)) for share in shares])
    offsets = states - state
    covariance = offsets.T @ offsets / shares.size
    family = Family(states=states, weights=np.full(41, 2.0), within=np.zeros((6, 6)))
    linear, bent = summary_of(state, covariance), summary_of(state, covariance, family)
    spread = math.sqrt(np.mean((np.array(eccentricities) - eccentricities[least]) ** 2))
    assert bent.sigma_e == pytest.approx(spread, rel=1e-6) and linear.sigma_e < 0.6 * spread
    own = summary_of(state, covariance, replace(family, within=np.diag([1e-6] * 6)))
    turn = number_partials(ICRF_TO_ECLIPTIC @ state) @ ICRF_TO_ECLIPTIC
    inner = 1e-6 * float(turn[1] @ turn[1])
    assert own.sigma_e == pytest.approx(math.hypot(spread, math.sqrt(inner)), rel=1e-6)


def test_angles_of_the_members_are_compared_around_the_circle(main_belt) -> None:
    state = ICRF_TO_ECLIPTIC.T @ state_from_elements(replace(main_belt, node_rad=1e-4))
    turned = [ICRF_TO_ECLIPTIC.T @ state_from_elements(replace(main_belt, node_rad=node)) for node in (-0.01, 0.0102)]
    family = Family(states=np.stack(turned), weights=np.ones(2), within=np.zeros((6, 6)))
    found = summary_of(state, 1e-8 * np.eye(6), family)
    assert found.sigma_node_deg == pytest.approx(0.0101 / DEG_RAD, rel=1e-3)


def test_members_that_fly_off_leave_the_sigmas_of_the_derivatives(main_belt) -> None:
    state = ICRF_TO_ECLIPTIC.T @ state_from_elements(main_belt)
    states = np.stack([state, state * np.array([1.0] * 3 + [3.0] * 3)])
    family = Family(states=states, weights=np.ones(2), within=np.zeros((6, 6)))
    linear, bent = summary_of(state, 1e-8 * np.eye(6)), summary_of(state, 1e-8 * np.eye(6), family)
    assert math.isfinite(bent.sigma_e) and bent.sigma_e > 0.5
    assert bent.sigma_a_au is not None
    assert linear.sigma_e < bent.sigma_e
