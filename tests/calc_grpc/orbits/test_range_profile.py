"""The walk along the range: where it goes, where it ends, and what stands at its nodes."""

import math

import numpy as np
import pytest

from calc_grpc.orbits.errors import Cancelled
from calc_grpc.orbits.initial_orbit import FARTHEST_AU, NEAREST_AU
from calc_grpc.orbits.prediction import LOG_RANGE, predict
from calc_grpc.orbits.range_profile import DEPTH, STEP_SIGMAS, WIDEST_STEP, conditional_covariance, profile_ranges
from tests.calc_grpc.orbits.fitting import Fitted, fitted, no_step

SHORT = [0.0, 0.03, 2.0, 2.03, 5.0]  # leaves the range open by a few percent


@pytest.fixture
def short(sky_of, main_belt) -> Fitted:
    return fitted(sky_of(main_belt, SHORT)[0])


def sigma_of(result):
    return math.sqrt(np.linalg.inv(result.best.fit.normal)[LOG_RANGE, LOG_RANGE])


def test_nodes_are_even_hold_their_range_and_reach_five_sigmas_both_ways(short):
    sigma = sigma_of(short)
    profile = profile_ranges(short.best, sigma, short.epoch_mjd, no_step)
    assert np.diff(profile.logs) == pytest.approx(min(STEP_SIGMAS * sigma, WIDEST_STEP))
    assert profile.parameters[:, LOG_RANGE] == pytest.approx(profile.logs)
    above = profile.costs - profile.costs.min()
    assert above.max() < DEPTH and min(above[0], above[-1]) > 0.4 * DEPTH
    best_log = short.best.fit.parameters[LOG_RANGE]
    assert abs(profile.logs[np.argmin(profile.costs)] - best_log) < sigma


def test_weights_are_a_bell_where_the_range_is_known(sky_of, main_belt):
    result = fitted(sky_of(main_belt, [0.0, 0.03, 4.0, 9.0, 15.0, 30.0, 60.0])[0])
    sigma = sigma_of(result)
    profile = profile_ranges(result.best, sigma, result.epoch_mjd, no_step)
    weights = profile.weights
    assert weights.sum() == pytest.approx(1.0)
    mean = weights @ profile.logs
    assert math.sqrt(weights @ (profile.logs - mean) ** 2) == pytest.approx(sigma, rel=0.03)


def test_every_node_sees_what_its_own_orbit_predicts(short):
    profile = profile_ranges(short.best, sigma_of(short), short.epoch_mjd, no_step)
    for k in (0, profile.logs.size // 2, -1):
        seen = predict(short.best.track, short.best.frame, profile.parameters[k])
        assert profile.ranges[k] == pytest.approx(seen.ranges)
    assert profile.ranges[0].max() < profile.ranges[-1].min()
    assert np.linalg.norm(profile.states[0, :3]) < np.linalg.norm(profile.states[-1, :3])


def test_the_walk_stays_between_the_ranges_that_are_looked_at(short):
    profile = profile_ranges(short.best, 10.0, short.epoch_mjd, no_step)  # as if nothing were known
    assert math.log(NEAREST_AU) <= profile.logs[0] and profile.logs[-1] <= math.log(FARTHEST_AU)
    assert np.diff(profile.logs) == pytest.approx(WIDEST_STEP)


def test_at_a_fixed_range_the_others_have_the_covariance_of_their_own_block():
    random = np.random.default_rng(4)
    root = random.normal(size=(9, 6)) * [1e6, 1e5, 1e2, 1e7, 1e6, 1e4]
    normal = root.T @ root
    covariance = np.empty((6, 6))
    conditional_covariance(normal, covariance)
    keep = [0, 1, 3, 4, 5]
    assert covariance[np.ix_(keep, keep)] == pytest.approx(np.linalg.inv(normal[np.ix_(keep, keep)]), rel=1e-6)
    assert not covariance[LOG_RANGE].any() and not covariance[:, LOG_RANGE].any()


def test_a_walk_can_be_cancelled(short):
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        profile_ranges(short.best, sigma_of(short), short.epoch_mjd, stop)
