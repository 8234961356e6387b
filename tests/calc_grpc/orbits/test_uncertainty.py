"""How well the distance is known: from the covariance, from the profile, and by the observations alone."""

import math

import numpy as np
import pytest

from calc_grpc.orbits import uncertainty
from calc_grpc.orbits.elements import Elements
from calc_grpc.orbits.prediction import conic_at
from calc_grpc.orbits.uncertainty import GAUSSIAN_BELOW, TWO_SIDED_95, posterior, state_partials
from tests.calc_grpc.orbits.fitting import fitted, no_step

LONG = [0.0, 0.03, 1.0, 4.0, 9.0, 15.0, 22.0, 40.0, 60.0]
SHORT = [0.0, 0.03, 2.0, 2.03, 5.0]
VISITOR = Elements(q_au=0.6, e=1.4, i_rad=2.13, node_rad=0.42, peri_rad=4.2, since_perihelion_days=60.0)


def after_fit(observations):
    result = fitted(observations)
    return posterior(result.best, result.table, result.epoch_mjd, no_step), result


def test_a_long_arc_is_known_by_its_covariance_and_holds_the_truth(sky_of, main_belt):
    observations, truth = sky_of(main_belt, LONG)
    after, _ = after_fit(observations)
    assert after.family is None and after.alone.sigma < GAUSSIAN_BELOW
    assert np.abs((after.distances - truth) / after.sigmas).max() < 4.0
    assert after.highs - after.distances == pytest.approx(TWO_SIDED_95 * after.sigmas)
    assert after.distances - after.lows == pytest.approx(TWO_SIDED_95 * after.sigmas)


def test_covariance_and_profile_agree_where_the_range_is_known(sky_of, main_belt, monkeypatch):
    observations, _ = sky_of(main_belt, LONG)
    bell, _ = after_fit(observations)
    monkeypatch.setattr(uncertainty, "GAUSSIAN_BELOW", 0.0)
    walked, _ = after_fit(observations)
    assert bell.family is None and walked.family is not None
    assert walked.sigmas == pytest.approx(bell.sigmas, rel=0.05)
    assert np.abs(walked.distances - bell.distances).max() < 0.2 * bell.sigmas.min()
    assert walked.highs - walked.lows == pytest.approx(bell.highs - bell.lows, rel=0.05)
    sigmas = np.sqrt(np.diag(bell.covariance))
    assert np.sqrt(np.diag(walked.covariance)) == pytest.approx(sigmas, rel=0.05)


def test_a_short_arc_is_weighed_along_its_ranges_and_leans_outwards(sky_of, main_belt):
    observations, truth = sky_of(main_belt, SHORT)
    after, _ = after_fit(observations)
    assert after.family is not None and after.alone.sigma > GAUSSIAN_BELOW
    assert after.family.weights.sum() == pytest.approx(1.0)
    assert np.all((after.lows < truth) & (truth < after.highs) & (after.lows > 0.0))
    assert np.all((after.lows < after.distances) & (after.distances < after.highs))


def test_the_spread_of_the_state_along_the_line_of_sight_is_that_of_the_distance(sky_of, main_belt):
    observations, _ = sky_of(main_belt, LONG)
    after, result = after_fit(observations)
    k = int(np.argmin(np.abs(result.track.mjd - after.epoch_mjd)))
    toward = result.track.toward[k]
    along = math.sqrt(toward @ after.covariance[:3, :3] @ toward)
    assert along == pytest.approx(after.sigmas[k], rel=0.05)
    assert np.allclose(after.covariance, after.covariance.T, rtol=1e-9)


def test_observations_say_by_themselves_whether_an_orbit_is_open(sky_of, main_belt):
    bound, _ = after_fit(sky_of(main_belt, LONG)[0])
    visitor, _ = after_fit(sky_of(VISITOR, LONG)[0])
    assert bound.alone.open_sigmas < -5.0 and visitor.alone.open_sigmas > 5.0


def test_one_moment_says_nothing_without_the_census(sky_of, main_belt):
    after, _ = after_fit(sky_of(main_belt, [0.0, 0.001, 0.002])[0])
    assert after.alone.sigma > 1.0 and after.alone.prior_pull >= 0.0
    assert np.isfinite(after.sigmas).all() and (after.highs / after.lows).min() > 1.5


def test_partials_of_the_state_predict_what_a_change_of_the_parameters_does(sky_of, main_belt):
    result = fitted(sky_of(main_belt, LONG)[0])
    frame, x, mjd = result.best.frame, result.best.fit.parameters, result.epoch_mjd + 30.0
    change = np.array([1e-6, -2e-6, 3e-6, 1e-8, 2e-8, -1e-8])
    moved = conic_at(frame, x + change, mjd) - conic_at(frame, x, mjd)
    assert state_partials(frame, x, mjd) @ change == pytest.approx(moved, rel=1e-3)
