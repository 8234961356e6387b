"""The census of the Solar System: its partials, and that no orbit is where it tears."""

import math

import numpy as np
import pytest

from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, state_from_elements
from calc_grpc.orbits.prior import QUANTITY_COUNT, RANGE_SLOPE, census_cost, orbit_quantities, visibility_cost

ORBITS = [
    Elements(q_au=2.4, e=0.12, i_rad=0.14, node_rad=0.9, peri_rad=2.1, since_perihelion_days=100.0),
    Elements(q_au=0.3, e=0.8, i_rad=0.0, node_rad=0.0, peri_rad=1.1, since_perihelion_days=-40.0),
    Elements(q_au=0.26, e=1.2, i_rad=2.14, node_rad=0.4, peri_rad=4.2, since_perihelion_days=60.0),
    Elements(q_au=1.0, e=1.0, i_rad=3.0, node_rad=5.9, peri_rad=3.1, since_perihelion_days=500.0),
    Elements(q_au=38.0, e=0.05, i_rad=0.03, node_rad=2.9, peri_rad=0.1, since_perihelion_days=9000.0),
]
STEPS = np.array([1e-6] * 3 + [1e-8] * 3)


def quantities_of(state):
    found, partials = np.empty(QUANTITY_COUNT), np.empty((QUANTITY_COUNT, 6))
    orbit_quantities(state, found, partials)
    return found, partials


@pytest.mark.parametrize("elements", ORBITS)
def test_quantities_are_those_of_the_elements(elements):
    found, _ = quantities_of(ICRF_TO_ECLIPTIC.T @ state_from_elements(elements))
    assert found[0] == pytest.approx(elements.inverse_a_per_au, abs=1e-9)
    assert np.linalg.norm(found[1:4]) == pytest.approx(elements.e, abs=1e-9)
    assert math.hypot(found[4], found[5]) == pytest.approx(2.0 * math.sin(elements.i_rad / 2.0), abs=1e-9)


@pytest.mark.parametrize("elements", ORBITS)
def test_partials_agree_with_differences(elements):
    state = ICRF_TO_ECLIPTIC.T @ state_from_elements(elements)
    _, partials = quantities_of(state)
    for column in range(6):
        step = np.zeros(6)
        step[column] = STEPS[column]
        difference = (quantities_of(state + step)[0] - quantities_of(state - step)[0]) / (2.0 * STEPS[column])
        assert partials[:, column] == pytest.approx(difference, rel=2e-5, abs=2e-5)


@pytest.mark.parametrize("elements", ORBITS)
def test_the_pull_of_the_census_is_half_its_slope(elements):
    found, _ = quantities_of(ICRF_TO_ECLIPTIC.T @ state_from_elements(elements))
    pull, spare = np.empty(QUANTITY_COUNT), np.empty((2, QUANTITY_COUNT))
    census_cost(found, pull, spare[0])
    for k in range(QUANTITY_COUNT):
        step = np.zeros(QUANTITY_COUNT)
        step[k] = 1e-7
        slope = census_cost(found + step, spare[0], spare[1]) - census_cost(found - step, spare[0], spare[1])
        assert pull[k] == pytest.approx(0.5 * slope / 2e-7, rel=1e-4, abs=1e-4)


def test_what_can_be_seen_thins_out_with_both_distances():
    state, slope = np.array([2.0, 1.0, 0.5, 0.0, 0.01, 0.0]), np.empty(6)
    here = visibility_cost(state, 0.3, slope)
    assert visibility_cost(state, 0.31, np.empty(6)) - here == pytest.approx(0.01 * RANGE_SLOPE)
    moved = state + np.array([1e-6, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert visibility_cost(moved, 0.3, np.empty(6)) - here == pytest.approx(1e-6 * slope[0], rel=1e-5)
    assert not slope[3:].any()
