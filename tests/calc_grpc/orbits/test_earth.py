"""The Earth's place by a corrected quick theory, beside the theory that corrects it."""

import erfa
import numpy as np
import pytest

from calc_grpc.orbits import earth
from calc_grpc.orbits.constants import AU_KM, MJD_ZERO_JD

MISSES_KM = 1.5
YEARS_BEGIN_MJD = [-21000.0, 20000.0, 58000.0]  # 1801, 1913, 2017


@pytest.mark.parametrize("first_mjd", YEARS_BEGIN_MJD)
def test_the_corrected_theory_misses_the_good_one_by_a_kilometre(first_mjd: float) -> None:
    mjd = first_mjd + np.arange(0.0, 365.0, 0.7)
    good, _, _ = erfa.ufunc.epv00(MJD_ZERO_JD, mjd)
    found = earth.earth_heliocentric(mjd)
    assert np.abs(found[:, :3] - good["p"]).max() * AU_KM < MISSES_KM
    assert np.abs(found[:, 3:] - good["v"]).max() * AU_KM < MISSES_KM  # a day


def test_times_in_any_order_and_far_apart_give_what_each_gives_alone() -> None:
    mjd = np.array([59000.3, 51544.5, 59000.3, 40000.0, 59003.9])
    alone = np.concatenate([earth.earth_heliocentric(one) for one in mjd])
    assert earth.earth_heliocentric(mjd) == pytest.approx(alone, abs=1e-15)


def test_more_nodes_than_are_kept_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    mjd = 59000.0 + np.arange(0.0, 400.0, 9.0)
    before = earth.earth_heliocentric(mjd)
    monkeypatch.setattr(earth, "NODES_KEPT", 3)
    for _ in range(2):
        assert earth.earth_heliocentric(mjd + 4000.0).shape == (mjd.size, 6)
        assert earth.earth_heliocentric(mjd) == pytest.approx(before, abs=1e-15)


def test_the_moon_stands_where_it_does_from_the_geocentre() -> None:
    mjd = np.array([59000.0, 59014.0])
    _, moon = earth.earth_and_moon(mjd)
    distances_km = np.linalg.norm(moon[:, :3], axis=1) * AU_KM
    assert np.all((distances_km > 356_000) & (distances_km < 407_000))
    assert moon[0, :3] @ moon[1, :3] < 0.0  # half a month later it is on the other side
