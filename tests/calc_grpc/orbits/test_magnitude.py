"""H from reported magnitudes."""

import math

import numpy as np
import pytest

from calc_grpc.orbits.magnitude import CORRECTIONS, absolute_magnitude, brightness, phase_angles

# sbpy, photometry tests, HG(3.34, 0.12) at phase angles from 0 by 18 degrees, an independent coding of Bowell et al.
SBPY_H, SBPY_G = 3.34, 0.12
SBPY = [3.34, 4.313146162557345, 4.864559927048081, 5.380803492224645, 5.9336985971938745, 6.590874081109595]


def h_of(magnitudes, bands, *, r=2.7, delta=1.8, base=1.0) -> float | None:
    n = len(magnitudes)
    return absolute_magnitude(
        magnitudes, bands,
        sun_distances_au=np.broadcast_to(r, n).astype(float), ranges_au=np.broadcast_to(delta, n).astype(float),
        observer_sun_distances_au=np.broadcast_to(base, n).astype(float),
    )  # fmt: skip


def test_the_phase_curve_agrees_with_sbpy():
    phases = np.radians(18.0 * np.arange(6))
    assert SBPY_H - 2.5 * np.log10(brightness(phases, slope=SBPY_G)) == pytest.approx(np.array(SBPY), abs=1e-9)


def test_fully_lit_only_the_distances_dim_it():
    """V = H + 5 log(r delta) at phase 0."""
    assert h_of([7.0], ["V"], r=2.8, delta=1.8) == pytest.approx(7.0 - 5.0 * math.log10(2.8 * 1.8))


def test_phase_angles_are_those_of_the_triangle():
    found = phase_angles(np.array([1.0, 2.0, math.sqrt(2.0)]), np.array([1.0, 1.0, 1.0]), np.ones(3))
    assert np.degrees(found) == pytest.approx([60.0, 0.0, 45.0], abs=1e-6)


@pytest.mark.parametrize(
    ("band", "shift"), [("V", 0.0), ("R", 0.4), ("G", 0.28), ("w", 0.16), ("Rc", 0.4), ("Ao", 0.33), ("Pw", 0.16)]
)
def test_bands_are_brought_to_v_as_the_mpc_does(band, shift):
    assert h_of([18.0], [band]) - h_of([18.0], ["V"]) == pytest.approx(shift)
    assert CORRECTIONS[band] == shift


def test_one_bad_magnitude_does_not_carry_it():
    assert h_of([18.0, 18.1, 17.9, 3.0], ["V"] * 4) == pytest.approx(h_of([17.95], ["V"]))


def test_magnitudes_of_unknown_colour_count_only_alone():
    assert h_of([18.0, 25.0, 25.0], ["V", None, "UNK"]) == h_of([18.0], ["V"])
    assert h_of([18.0, 18.2], [None, "UNK"]) == pytest.approx(h_of([18.1], ["V"]))


def test_there_is_none_without_magnitudes():
    assert h_of([None, None], [None, "V"]) is None
    assert h_of([], []) is None


@pytest.mark.parametrize("band", ["N", "T"])
def test_magnitudes_of_a_coma_are_not_the_bodys(band):
    assert h_of([18.0], [band]) is None


def test_a_thin_crescent_tells_nothing():
    """Phase angle 151 degrees."""
    assert h_of([18.0], ["V"], r=0.5, delta=0.53, base=1.0) is None


def test_rows_that_could_not_be_reached_are_left_out():
    found = absolute_magnitude(
        [18.0, 18.0], ["V", "V"], sun_distances_au=np.array([2.7, math.inf]), ranges_au=np.array([1.8, math.inf]),
        observer_sun_distances_au=np.ones(2),
    )  # fmt: skip
    assert found == h_of([18.0], ["V"])
