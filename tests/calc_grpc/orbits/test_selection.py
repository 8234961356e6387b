"""From a few nights to all observations, and which of them are left out."""

import math
from dataclasses import replace

import numpy as np
import pytest

from calc_grpc.orbits.initial_orbit import scan_ranges, window_rows
from calc_grpc.orbits.prediction import LOG_RANGE, predict
from calc_grpc.orbits.selection import CHI2_MEDIAN, REJECT_ABOVE, extend, perturbed, reject, squared_residuals
from tests.calc_grpc.orbits.fitting import fitted, no_step, track_of

DAYS = [0.0, 0.03, 2.0, 2.03, 7.0, 7.03, 13.0, 30.0, 60.0, 120.0]


def moved(observation, arcsec):
    return replace(observation, dec_deg=observation.dec_deg + arcsec / 3600.0)


def test_an_orbit_of_some_nights_is_extended_to_all(sky_of, main_belt):
    observations, truth = sky_of(main_belt, DAYS)
    track, table = track_of(observations)
    rows = window_rows(track.mjd, 14.0)
    assert rows.size < len(DAYS)
    frame, starts = scan_ranges(track, rows, lambda fraction: None, fineness=1, resting=False)
    whole = [extend(track, table, frame, start, rows, no_step) for start in starts]
    squares = [squared_residuals(perturbed(track, table, frame, one), frame, one) for one in whole]
    best = int(np.argmin([one.max() for one in squares]))
    assert squares[best].max() < REJECT_ABOVE < squared_residuals(track, frame, starts[best]).max()
    assert predict(track, frame, whole[best]).ranges == pytest.approx(truth, rel=0.002)


def test_one_contradicting_position_is_left_out_fined_and_not_fitted(sky_of, main_belt):
    observations, truth = sky_of(main_belt, DAYS)
    observations[4] = moved(observations[4], 30.0)
    best = fitted(observations).best
    assert np.flatnonzero(~best.used).tolist() == [4]
    assert best.score == pytest.approx(best.fit.cost + REJECT_ABOVE)
    squares = squared_residuals(best.track, best.frame, best.fit.parameters)
    assert squares[4] == pytest.approx((30.0 / 0.3) ** 2, rel=0.1)
    assert squares[best.used].sum() == pytest.approx(best.fit.data_cost)
    assert predict(best.track, best.frame, best.fit.parameters).ranges == pytest.approx(truth, rel=0.005)


def test_positions_left_out_at_a_bad_start_are_taken_back(sky_of, main_belt):
    result = fitted(sky_of(main_belt, [0.0, 0.03, 2.0, 2.03, 7.0, 7.03, 13.0, 13.03, 25.0, 25.03])[0])
    best = result.best
    start = best.fit.parameters.copy()
    start[LOG_RANGE] += 2e-3
    squares = squared_residuals(best.track, best.frame, start)
    assert 0 < np.count_nonzero(squares > REJECT_ABOVE * np.median(squares) / CHI2_MEDIAN) < squares.size
    assert reject(best.track, result.table, best.frame, start, no_step).used.all()


def test_a_third_is_left_out_at_most(sky_of, main_belt):
    observations, _ = sky_of(main_belt, DAYS)
    clean = fitted(observations)
    for k, arcsec in ((1, 60.0), (3, -90.0), (5, 120.0), (7, -150.0)):
        observations[k] = moved(observations[k], arcsec)
    spoilt, _ = track_of(observations)
    used = reject(spoilt, clean.table, clean.best.frame, clean.best.fit.parameters, no_step).used
    assert used.sum() == math.ceil(len(DAYS) * 2 / 3)
    assert not used[[3, 5, 7]].any()


def test_of_four_positions_none_is_left_out(sky_of, main_belt):
    observations, _ = sky_of(main_belt, [0.0, 3.0, 9.0, 20.0])
    observations[2] = moved(observations[2], 30.0)
    assert fitted(observations).best.used.all()


def test_three_positions_leave_no_degree_of_freedom_but_a_misfit(sky_of, main_belt):
    best = fitted(sky_of(main_belt, [0.0, 10.0, 25.0])[0]).best
    assert best.chi2_reduced is None and best.misfit == best.fit.data_cost
    more = fitted(sky_of(main_belt, DAYS)[0]).best
    assert more.chi2_reduced == more.misfit == more.fit.data_cost / (2 * len(DAYS) - 6)


def test_the_pull_of_the_planets_is_worked_out_for_the_rows_asked_for_and_bends_near_orbits_only(sky_of, main_belt):
    result = fitted(sky_of(main_belt, DAYS)[0])
    best, use = result.best, np.zeros(len(DAYS))
    use[5:] = 1.0
    far = perturbed(result.track, result.table, best.frame, best.fit.parameters, use)
    assert far.bending.size == 0
    assert not far.displacement[:5].any() and far.displacement[9].any()
    near = best.fit.parameters.copy()
    near[LOG_RANGE] = math.log(0.02)
    assert perturbed(result.track, result.table, best.frame, near).bending.shape[0] == len(DAYS)


def test_what_an_orbit_cannot_predict_is_infinitely_far_off(sky_of, main_belt):
    best = fitted(sky_of(main_belt, DAYS)[0]).best
    assert np.isinf(squared_residuals(best.track, best.frame, np.full(6, np.nan))).all()
