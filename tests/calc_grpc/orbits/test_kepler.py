"""Two-body motion against textbooks and against itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc_grpc.orbits.kepler import MU, kepler_step_with_partials, propagate, stumpff

EARTH_MU = 398600.4418  # km^3/s^2
CURTIS_MU = 398600.0  # km^3/s^2, as the book rounds it
UNIT_KM = 1.0e4
LAST_DIGIT_KM = 0.1  # the books' states have four to seven digits
LAST_DIGIT_KM_S = 1e-4

TEXTBOOK = [
    pytest.param(
        EARTH_MU, [1131.340, -2282.343, 6672.423, -5.64305, 4.30333, 2.42879], 2400.0,
        [-4219.7527, 4363.0292, -3958.7666, 3.689866, -1.916735, -6.112511],
        id="Vallado 2013, Fundamentals of Astrodynamics, example 2-4",
    ),
    pytest.param(
        CURTIS_MU, [7000.0, -12124.0, 0.0, 2.6679, 4.6210, 0.0], 3600.0,
        [-3297.77, 7413.40, 0.0, -8.2976, -0.9640, 0.0],
        id="Curtis 2009, Orbital Mechanics for Engineering Students, example 3.7",
    ),
    pytest.param(
        CURTIS_MU, [20000.0, -105000.0, -19000.0, 0.900, -3.4000, -1.500], 7200.0,
        [26338.0, -128750.0, -29656.0, 0.86280, -3.2116, -1.4613],
        id="Curtis 2009, problem 3.20, hyperbola",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("mu", "start", "elapsed_s", "expected"), TEXTBOOK)
def test_propagation_agrees_with_textbooks(mu, start, elapsed_s, expected):
    """Lengths in units of 10,000 km, time in the unit that gives the Earth the Sun's parameter."""
    unit_s = np.sqrt(MU * UNIT_KM**3 / mu)
    scale = np.array([UNIT_KM] * 3 + [UNIT_KM / unit_s] * 3)
    moved = propagate(np.array(start) / scale, elapsed_s / unit_s) * scale
    digits_km = 3.0 if abs(expected[1]) > 1e5 else LAST_DIGIT_KM  # five digits of 128750 km
    assert moved[:3] == pytest.approx(expected[:3], abs=digits_km)
    assert moved[3:] == pytest.approx(expected[3:], abs=LAST_DIGIT_KM_S)


def states() -> st.SearchStrategy[np.ndarray]:
    """Anything from a circle to a fast hyperbola, 0.3 to 50 au from the Sun."""
    return st.builds(
        lambda r, speed, angle, tilt: np.array(
            [r, 0.0, 0.0, *(np.sqrt(MU / r) * speed * np.array([np.sin(angle), np.cos(angle), tilt]))]
        ),
        st.floats(0.3, 50.0), st.floats(0.3, 3.0), st.floats(-1.4, 1.4), st.floats(-1.0, 1.0),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(states(), st.floats(-3000.0, 3000.0))
def test_energy_and_angular_momentum_are_kept_and_time_runs_back(state, elapsed_days):
    """Rounding grows near the Sun, hence relative to the closest passage."""
    moved = propagate(state, elapsed_days)
    energy = [0.5 * s[3:] @ s[3:] - MU / np.linalg.norm(s[:3]) for s in (state, moved)]
    spin = [np.cross(s[:3], s[3:]) for s in (state, moved)]
    kinetic = 0.5 * max(state[3:] @ state[3:], moved[3:] @ moved[3:])
    assert energy[1] == pytest.approx(energy[0], abs=1e-10 * kinetic)
    assert spin[1] == pytest.approx(spin[0], abs=1e-9 * np.linalg.norm(spin[0]))
    assert propagate(moved, -elapsed_days)[:3] == pytest.approx(state[:3], abs=1e-6 * np.linalg.norm(state[:3]))


def test_many_times_at_once_agree_with_one_at_a_time():
    state = np.array([1.2, -1.9, 0.3, 0.009, 0.005, -0.001])
    days = np.array([-400.0, 0.0, 3.5])
    assert propagate(state, days).shape == (3, 6)
    assert propagate(state, 3.5).shape == (6,)
    assert np.array_equal(propagate(state, days)[2], propagate(state, 3.5))


@pytest.mark.parametrize("speed", [0.7, 1.0, np.sqrt(2.0), 2.5], ids=["ellipse", "circle", "parabola", "hyperbola"])
@pytest.mark.parametrize("elapsed_days", [0.0, 20.0, -700.0])
def test_partials_agree_with_differences(speed, elapsed_days):
    state = np.array([1.5, 0.2, -0.1, *(np.sqrt(MU / 1.5) * speed * np.array([0.1, 0.95, 0.29]))])
    partials, moved = np.empty((3, 6)), np.empty(6)
    kepler_step_with_partials(state, elapsed_days, moved, partials)
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-6 if k < 3 else 1e-8
        slope = (propagate(state + step, elapsed_days) - propagate(state - step, elapsed_days))[:3] / (2 * step[k])
        assert partials[:, k] == pytest.approx(slope, abs=2e-6 * np.abs(partials[:, k]).max() + 1e-9)


@pytest.mark.parametrize("z", [-30.0, -1.0, -0.999999, -1e-9, 0.0, 0.3, 0.999999, 1.0, 9.0])
def test_stumpff_functions_obey_their_recursion(z):
    c = stumpff(z)
    factorials = [1.0, 1.0, 0.5, 1.0 / 6.0]
    for n, factorial in enumerate(factorials):
        assert c[n] == pytest.approx(factorial - z * c[n + 2], rel=1e-10)
