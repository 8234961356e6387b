"""Elements of every conic, against textbooks and there and back."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc_grpc.orbits.constants import GAUSS_K
from calc_grpc.orbits.elements import Elements, elements_from_state, state_from_elements
from calc_grpc.orbits.kepler import MU
from calc_grpc.orbits.orbit_summary import orbit_class

UNIT_KM = 1.0e4

MEEUS = [  # q, e, days since perihelion, true anomaly in degrees, distance in au
    (0.921326, 1.0, 138.4783, 102.74426, 2.364192),
    (0.1, 0.987, 254.9, 164.50029, 4.063777),
    (0.123456, 0.99997, -30.47, 221.91190, 0.965053),
    (3.363943, 1.05731, 1237.1, 109.40598, 10.668551),
    (0.5871018, 0.9672746, 20.0, 52.85331, 0.729116),
]


@pytest.mark.parametrize(("q", "e", "days", "anomaly_deg", "r"), MEEUS)
def test_places_near_the_parabola_agree_with_meeus(q, e, days, anomaly_deg, r):
    """Meeus 1998, Astronomical Algorithms, chapter 35, table of results; six decimals, Gauss' constant."""
    state = state_from_elements(flat(q, e, days * GAUSS_K / math.sqrt(MU)))
    assert math.hypot(state[0], state[1]) == pytest.approx(r, abs=2e-6)
    assert math.degrees(math.atan2(state[1], state[0])) % 360.0 == pytest.approx(anomaly_deg, abs=2e-5)


def flat(q: float, e: float, days: float) -> Elements:
    return Elements(q_au=q, e=e, i_rad=0.0, node_rad=0.0, peri_rad=0.0, since_perihelion_days=days)


TEXTBOOK = [
    pytest.param(
        398600.4418, [6524.834, 6862.875, 6448.296, 4.901327, 5.533756, -1.976341],
        36127.343 * (1 - 0.832853), 0.832853, 87.870, 227.898, 53.38, id="Vallado 2013, example 2-5",
    ),
    pytest.param(
        398600.0, [-6045.0, -3490.0, 2500.0, -3.457, 6.618, 2.533],
        58310.0**2 / 398600.0 / 1.1712, 0.1712, 153.2, 255.3, 20.07, id="Curtis 2009, example 4.3",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("mu", "start", "q_km", "e", "i_deg", "node_deg", "peri_deg"), TEXTBOOK)
def test_elements_agree_with_textbooks(mu, start, q_km, e, i_deg, node_deg, peri_deg):
    """Tolerances are the books' last digits."""
    unit_s = np.sqrt(MU * UNIT_KM**3 / mu)
    found = elements_from_state(np.array(start) / ([UNIT_KM] * 3 + [UNIT_KM / unit_s] * 3))
    assert found.q_au * UNIT_KM == pytest.approx(q_km, rel=3e-4)
    assert found.e == pytest.approx(e, abs=6e-5)
    angles = [math.degrees(angle) for angle in (found.i_rad, found.node_rad, found.peri_rad)]
    assert angles == pytest.approx([i_deg, node_deg, peri_deg], abs=0.05)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(0.1, 40.0),
    st.one_of(st.just(0.0), st.floats(0.001, 0.95), st.floats(0.999, 1.001), st.just(1.0), st.floats(1.05, 4.0)),
    st.floats(0.0, math.pi), st.floats(0.0, 6.28), st.floats(0.0, 6.28), st.floats(-500.0, 500.0),
)  # fmt: skip
def test_every_conic_goes_to_a_state_and_back(q, e, i, node, peri, days):
    """Compared as states, since angles lose their meaning in circles and in the reference plane."""
    state = state_from_elements(
        Elements(q_au=q, e=e, i_rad=i, node_rad=node, peri_rad=peri, since_perihelion_days=days)
    )
    again = state_from_elements(elements_from_state(state))
    assert again[:3] == pytest.approx(state[:3], abs=1e-6 * np.linalg.norm(state[:3]))
    assert again[3:] == pytest.approx(state[3:], abs=1e-6 * np.linalg.norm(state[3:]))


def test_an_ellipse_has_a_period_and_an_open_orbit_has_none():
    earth = flat(1.0, 0.0, 0.0)
    assert earth.period_years == pytest.approx(1.0, abs=1e-4)
    assert flat(1.0, 1.0, 5.0).period_years is None
    assert flat(1.0, 1.0, 5.0).a_au is None
    assert flat(1.0, 1.5, 5.0).a_au == pytest.approx(-2.0)
    assert flat(1.0, 1.5, 5.0).mean_anomaly_rad is None


@pytest.mark.parametrize(
    ("q", "e", "expected"),
    [
        (0.5, 0.1, "IEO"), (0.7, 0.25, "ATE"), (0.9, 0.4, "APO"), (1.13, 0.22, "AMO"), (1.5, 0.3, "MCA"),
        (1.8, 0.08, "IMB"), (2.55, 0.08, "MBA"), (3.3, 0.1, "OMB"), (5.0, 0.04, "TJN"), (8.5, 0.4, "CEN"),
        (38.0, 0.1, "TNO"), (1.0, 1.0, "PAA"), (0.25, 1.2, "HYA"), (3.0, 0.4, "AST"),
    ],
)  # fmt: skip
def test_orbit_classes_follow_the_small_body_database(q, e, expected):
    """JPL Small-Body Database, table of orbit classes; 433 Eros is AMO, 434 Hungaria IMB."""
    assert orbit_class(flat(q, e, 0.0)) == expected
