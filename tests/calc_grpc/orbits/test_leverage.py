"""Which observations fix the distance."""

import math
from dataclasses import replace

import numpy as np
import pytest

from calc_grpc.orbits.distance import determine_distance
from calc_grpc.orbits.leverage import information_shares
from calc_grpc.orbits.prediction import LOG_RANGE, predict
from tests.calc_grpc.orbits.fitting import fitted

STEP = 1e-7
NEGLECTED = 0.02  # the partials of the fit leave out 1e-4, which a nearly open direction magnifies


def test_the_shares_are_what_the_partials_of_the_measured_places_say(sky_of, main_belt):
    """By differences of the residuals, which the kernel does not use: the variance that each row's noise brings."""
    best = fitted(sky_of(main_belt, [0.0, 0.03, 1.0, 4.0, 9.0, 15.0, 22.0, 40.0, 60.0])[0]).best
    x, track = best.fit.parameters, best.track
    weights = np.linalg.inv(best.fit.normal)[LOG_RANGE]
    slope = np.zeros_like(predict(track, best.frame, x).residuals)
    for k in range(6):
        step = STEP * (1.0 if k < 3 else 0.01)
        up, down = x.copy(), x.copy()
        up[k] += step
        down[k] -= step
        change = predict(track, best.frame, up).residuals - predict(track, best.frame, down).residuals
        slope += weights[k] * change / (2.0 * step)
    p, q, r = track.whitening.T
    brought = (p * slope[:, 0]) ** 2 + (q * slope[:, 0] + r * slope[:, 1]) ** 2
    assert information_shares(best) == pytest.approx(brought / weights[LOG_RANGE], rel=NEGLECTED)


def test_the_used_rows_and_the_census_share_the_whole(ceres, observations_of):
    result = determine_distance(observations_of(ceres["observations"]))
    shares = [row.information_share for row in result.observations]
    assert [share > 0.0 for share in shares] == [row.used for row in result.observations]
    assert 0.9 < sum(shares) < 1.0 + 1e-9


def test_each_row_tells_what_the_fit_weighted_it_with(sky_of, main_belt):
    """Of either coordinate as stated, whatever the correlation, and the usual one where nothing is stated."""
    observations = sky_of(main_belt, [0.0, 0.01, 5.0, 12.0, 30.0, 30.01])[0]
    plain = replace(observations[0], sigma_ra_arcsec=None, sigma_dec_arcsec=None, correlation=None)
    stated = replace(observations[2], sigma_ra_arcsec=0.25, sigma_dec_arcsec=3.0, correlation=-0.9)
    result = determine_distance([plain, *observations[1:2], stated, *observations[3:]])
    weights = [(row.fit_sigma_ra_arcsec, row.fit_sigma_dec_arcsec) for row in result.observations]
    assert weights[0] == pytest.approx((0.2, 0.2))  # F51
    assert weights[2] == pytest.approx((0.25, 3.0))


def test_without_the_most_telling_rows_the_distance_is_known_less_well(ceres, observations_of):
    observations = observations_of(ceres["observations"])
    result = determine_distance(observations)
    shares = np.array([row.information_share for row in result.observations])
    order = np.argsort(shares)

    def sigma_without(left_out):
        kept = [one for k, one in enumerate(observations) if k not in left_out]
        return determine_distance(kept).grounds.relative_sigma

    assert sigma_without(set(order[-3:])) > 1.3 * sigma_without(set(order[:3]))


def test_a_row_with_small_errors_tells_more_than_the_same_with_large_ones(sky_of, main_belt):
    observations = sky_of(main_belt, [0.0, 0.01, 5.0, 12.0, 30.0, 30.01])[0]
    sharp = [replace(one, sigma_ra_arcsec=1.0, sigma_dec_arcsec=1.0) for one in observations]
    sharp[-1] = replace(sharp[-1], sigma_ra_arcsec=0.1, sigma_dec_arcsec=0.1)
    shares = [row.information_share for row in determine_distance(sharp).observations]
    assert shares[-1] > 10.0 * shares[-2]


def test_where_no_distance_is_given_nothing_has_a_share(sky_of, main_belt):
    observations = sky_of(main_belt, [0.0, 0.01, 0.02])[0]
    still = [replace(one, ra_deg=100.0, dec_deg=10.0) for one in observations]
    result = determine_distance(still)
    assert result.grounds.cause == "STILL" and math.isfinite(result.grounds.arc_days)
    assert all(row.information_share is None for row in result.observations)
