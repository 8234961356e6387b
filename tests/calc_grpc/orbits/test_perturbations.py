"""What the planets do, against a plain integration of the same forces and against places of the planets."""

import erfa
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from calc_grpc.orbits.constants import MJD_ZERO_JD
from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.kepler import MU, propagate
from calc_grpc.orbits.perturbations import EARTH, GM, MOON, displacements, place_bodies, planet_table

EPOCH = 57000.0
HUNDRED_KM_AU = 7e-7

MAIN_BELT = (2.5, 0.3, 0.4, -0.001, 0.0100, 0.001)
NEAR_EARTH = (0.3, 0.9, 0.1, -0.016, 0.004, 0.002)


def bodies_at(mjd):
    places = np.empty((9, 3))
    for number in range(8):
        planet, _ = erfa.ufunc.plan94(MJD_ZERO_JD, mjd, number + 1)
        places[number] = planet["p"]
    moon = erfa.ufunc.moon98(MJD_ZERO_JD, mjd)["p"]
    places[EARTH] = earth_heliocentric(np.array([mjd]))[0, :3]
    places[MOON] = places[EARTH] + moon
    return places


def acceleration(mjd, state):
    place = state[:3]
    bodies = bodies_at(mjd)
    apart = bodies - place
    pull = GM[:, None] * (
        apart / np.linalg.norm(apart, axis=1)[:, None] ** 3 - bodies / np.linalg.norm(bodies, axis=1)[:, None] ** 3
    )
    return np.concatenate([state[3:], -MU * place / np.linalg.norm(place) ** 3 + pull.sum(axis=0)])


@pytest.mark.parametrize(("state", "days"), [(MAIN_BELT, 200.0), (MAIN_BELT, 5.0), (NEAR_EARTH, 150.0)])
@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_displacements_agree_with_a_plain_integration(state, days, direction):
    """Dormand-Prince of eighth order at 1e-12, planets asked for at every stage (scipy's DOP853)."""
    start, times = np.array(state), EPOCH + direction * np.linspace(0.01, days, 15)
    exact = solve_ivp(
        acceleration, (EPOCH, times[-1]), start, t_eval=times, rtol=1e-12, atol=1e-14, method="DOP853"
    ).y.T
    wanted = exact - propagate(start, times - EPOCH)
    found = displacements(start, EPOCH, times)
    assert np.abs(found[:, :3] - wanted[:, :3]).max() < 3e-5 * np.abs(wanted[:, :3]).max() + 1e-11
    assert np.abs(found[:, 3:] - wanted[:, 3:]).max() < 3e-5 * np.abs(wanted[:, 3:]).max() + 1e-12


def test_times_may_come_in_any_order_on_both_sides_of_the_epoch():
    times = EPOCH + np.array([30.0, -70.0, 0.0, 100.0, -5.0])
    together = displacements(np.array(MAIN_BELT), EPOCH, times)
    ascending = displacements(np.array(MAIN_BELT), EPOCH, np.sort(times))
    assert np.allclose(together[np.argsort(times)], ascending, rtol=1e-4, atol=1e-14)
    assert not together[2].any()


def test_a_pass_of_the_earth_is_followed():
    """Inside 0.01 au the Earth bends the path by more than the Sun's tide does in a month."""
    mjd = np.array([EPOCH])
    earth = earth_heliocentric(mjd)[0]
    start = earth + np.array([0.006, 0.004, 0.0, 0.001, -0.006, 0.002])
    times = EPOCH + np.linspace(-3.0, 3.0, 13)
    found = displacements(start, EPOCH, times)
    for direction in (1.0, -1.0):
        side = times[(times - EPOCH) * direction > 0.0][:: int(direction)]
        exact = solve_ivp(
            acceleration, (EPOCH, side[-1]), start, t_eval=side, rtol=1e-11, atol=1e-14, method="DOP853"
        ).y.T
        wanted = (exact - propagate(start, side - EPOCH))[:: int(direction)]
        rows = (times - EPOCH) * direction > 0.0
        assert np.abs(wanted[:, :3]).max() > 1e-6
        assert np.abs(found[rows] - wanted)[:, :3].max() < 1e-3 * np.abs(wanted[:, :3]).max()


def test_the_table_holds_the_earth_where_the_full_theory_has_it():
    table = planet_table(EPOCH, EPOCH + 200.0)
    places = np.empty((9, 3))
    for mjd in EPOCH + np.array([0.0, 33.3, 101.7, 199.9]):
        place_bodies(table, mjd, places)
        off = places[EARTH] - earth_heliocentric(np.array([mjd]))[0, :3]
        assert np.linalg.norm(off) < HUNDRED_KM_AU
        assert 0.0023 < np.linalg.norm(places[MOON] - places[EARTH]) < 0.0028
