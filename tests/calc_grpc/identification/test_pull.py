"""What the planets do to an orbit, to first order: beside the full integration, for every kind of conic."""

import numpy as np
import pytest

from calc_grpc.identification.cone import drift_after_pull_au, drift_factors
from calc_grpc.identification.pull import LONGEST_STEP, STEP_SHARE, add_effect, fill_on_conic, fill_pull, node_count
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.elements import Elements, state_from_elements
from calc_grpc.orbits.ephemeris import carried
from calc_grpc.orbits.kepler import (
    MAX_ITERATIONS,
    MU,
    SQRT_MU,
    TOLERANCE,
    kepler_step_with_partials,
    propagate,
    universal_anomaly,
)
from calc_grpc.orbits.perturbations import PlanetTable, planet_table

EPOCH, DAYS = 60600.0, 4000.0
# Perihelion distance, e, days since perihelion.
ORBITS = {
    "main belt": (2.4, 0.12, 300.0), "near Earth": (0.7, 0.6, -100.0), "Trojan": (4.9, 0.06, 900.0),
    "Kuiper belt": (40.0, 0.1, 9000.0), "nearly a parabola": (0.3, 0.98, -700.0), "parabola": (1.5, 1.0, 200.0),
    "hyperbola": (2.0, 1.2, -1500.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def table() -> PlanetTable:
    return planet_table(EPOCH - DAYS - 1.0, EPOCH + DAYS + 1.0)


@pytest.fixture(params=ORBITS)
def orbit(request: pytest.FixtureRequest) -> tuple[Floats, float, float]:
    """State (6,), perihelion distance, e."""
    q, e, since = ORBITS[request.param]
    elements = Elements(q_au=q, e=e, i_rad=0.2, node_rad=1.0, peri_rad=2.0, since_perihelion_days=since)
    return state_from_elements(elements), q, e


def conic_of(state: Floats) -> tuple[float, float, float]:
    r0 = float(np.linalg.norm(state[:3]))
    return r0, float(state[:3] @ state[3:]) / SQRT_MU, 2.0 / r0 - float(state[3:] @ state[3:]) / MU


def chi_after(state: Floats, days: float) -> float:
    return universal_anomaly(days, *conic_of(state), MAX_ITERATIONS, TOLERANCE)[0]


@pytest.mark.parametrize("days", [-2000.0, -400.0, 1.0, 400.0, DAYS])
def test_the_pull_is_that_of_the_full_integration_but_for_what_the_cone_still_allows(
    table: PlanetTable, orbit: tuple[Floats, float, float], days: float
) -> None:
    state, q, e = orbit
    shift = np.empty(3)
    fill_pull(table, state, EPOCH, days, q, shift)
    full = carried(table, state, EPOCH, np.array([EPOCH + days]))[0] - propagate(state, days)
    left = float(np.linalg.norm(full[:3] - shift))
    allowed = drift_after_pull_au(days, float(drift_factors(np.array([q]), np.array([e]))[0]))
    assert left < 0.5 * allowed
    assert left < 0.1 * float(np.linalg.norm(full[:3]))


def test_no_time_is_no_pull(table: PlanetTable, orbit: tuple[Floats, float, float]) -> None:
    shift = np.full(3, 9.0)
    fill_pull(table, orbit[0], EPOCH, 0.0, orbit[1], shift)
    assert np.array_equal(shift, np.zeros(3))


@pytest.mark.parametrize("days", [-1500.0, 90.0])
def test_a_pull_acts_as_the_partials_say(orbit: tuple[Floats, float, float], days: float) -> None:
    state, pull = orbit[0], np.array([1e-7, -3e-7, 2e-7])
    there, partials = np.empty(6), np.empty((3, 6))
    kepler_step_with_partials(state, days, there, partials)
    r0, sigma0, alpha = conic_of(state)
    chi, reached, shift = chi_after(state, days), np.empty(6), np.zeros(3)
    assert fill_on_conic(state, r0, sigma0, alpha, chi, reached) == pytest.approx(days, rel=1e-9)
    assert np.allclose(reached, there, rtol=0.0, atol=1e-10)
    add_effect(state, there, alpha, chi, days, pull, SQRT_MU / r0, shift)
    assert np.allclose(shift, partials[:, 3:] @ pull, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("days", [-3000.0, 30.0, DAYS])
def test_steps_are_short_enough_for_the_planets_and_for_the_perihelion(
    orbit: tuple[Floats, float, float], days: float
) -> None:
    state, q, _ = orbit
    chi, conic, moved = chi_after(state, days), conic_of(state), np.empty(6)
    count = node_count(chi, days, conic[2], q)
    assert count % 2 == 0 and count < 1000
    times = [fill_on_conic(state, *conic, chi * node / count, moved) for node in range(count + 1)]
    steps = np.abs(np.diff(times))
    assert steps.max() < 1.01 * LONGEST_STEP and times[-1] == pytest.approx(days)
    assert abs(chi) / count <= STEP_SHARE * np.sqrt(q)
