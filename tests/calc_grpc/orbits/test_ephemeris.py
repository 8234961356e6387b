"""Orbits followed for years, against a plain integration; for centuries, see test_positions.py."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from calc_grpc.orbits.constants import ARCSEC_RAD, LIGHT_AU_PER_DAY
from calc_grpc.orbits.ephemeris import carried, sighted
from calc_grpc.orbits.kepler import MU
from calc_grpc.orbits.perturbations import BODY_COUNT, GM, PlanetTable, place_bodies, planet_table

EPOCH = 57000.0
MAIN_BELT = (2.5, 0.3, 0.4, -0.001, 0.0100, 0.001)
TEN_YEARS = 3652.5


@pytest.fixture(scope="module")
def table() -> PlanetTable:
    return planet_table(EPOCH - TEN_YEARS - 1.0, EPOCH + TEN_YEARS + 1.0)


def acceleration(mjd: float, state: np.ndarray, table: PlanetTable) -> np.ndarray:
    bodies = np.empty((BODY_COUNT, 3))
    place_bodies(table, mjd, bodies)
    apart = bodies - state[:3]
    pull = GM[:, None] * (
        apart / np.linalg.norm(apart, axis=1)[:, None] ** 3 - bodies / np.linalg.norm(bodies, axis=1)[:, None] ** 3
    )
    return np.concatenate([state[3:], -MU * state[:3] / np.linalg.norm(state[:3]) ** 3 + pull.sum(axis=0)])


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_ten_years_agree_with_a_plain_integration_of_the_same_forces(table: PlanetTable, direction: float) -> None:
    """Dormand-Prince of eighth order at 1e-11 (scipy's DOP853); an arcsecond at 1 au is 5e-6 au."""
    times = EPOCH + direction * np.array([10.0, 999.0, 1000.0, 1001.0, 2500.0, TEN_YEARS])
    exact = solve_ivp(
        acceleration, (EPOCH, times[-1]), np.array(MAIN_BELT), t_eval=times, rtol=1e-11, atol=1e-13, method="DOP853",
        args=(table,),
    ).y.T  # fmt: skip
    found = carried(table, np.array(MAIN_BELT), EPOCH, times)
    assert np.abs(found[:, :3] - exact[:, :3]).max() < 1.0 * ARCSEC_RAD
    assert np.abs(found[:, 3:] - exact[:, 3:]).max() < 1e-7


def test_there_and_back_again(table: PlanetTable) -> None:
    away = carried(table, np.array(MAIN_BELT), EPOCH, np.array([EPOCH + 3000.0]))[0]
    back = carried(table, away, EPOCH + 3000.0, np.array([EPOCH]))[0]
    assert np.abs(back - MAIN_BELT).max() < 1e-6


def test_times_may_come_in_any_order_on_both_sides(table: PlanetTable) -> None:
    times = EPOCH + np.array([2500.0, -1500.0, 0.0, 30.0, -3000.0])
    together = carried(table, np.array(MAIN_BELT), EPOCH, times)
    apart = [carried(table, np.array(MAIN_BELT), EPOCH, times[k : k + 1])[0] for k in range(times.size)]
    assert np.allclose(together, apart, rtol=0.0, atol=2e-8)
    assert np.array_equal(together[2], MAIN_BELT)


def test_light_shows_where_an_object_was() -> None:
    state, observer = np.array([MAIN_BELT]), np.array([[1.0, 0.0, 0.0]])
    line, place = sighted(state, observer)
    light = np.linalg.norm(line) / LIGHT_AU_PER_DAY
    assert np.allclose(place[0], state[0, :3] - light * state[0, 3:], rtol=0.0, atol=1e-7)
    assert np.allclose(line, place - observer)
