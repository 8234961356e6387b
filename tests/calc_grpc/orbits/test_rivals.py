"""Which other orbits are listed beside the best one, and with what weight."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from calc_grpc.orbits.answer import spread_of
from calc_grpc.orbits.prediction import LOG_RANGE
from calc_grpc.orbits.rivals import LEAST_LISTED, LEAST_WEIGHT, SAME_WITHIN, find_rivals, loosened
from calc_grpc.orbits.uncertainty import posterior
from calc_grpc.orbits.verdict import RIVAL_EXCESS
from tests.calc_grpc.orbits.fitting import Fitted, fitted, no_step, silent

LONG = [0.0, 0.03, 1.0, 4.0, 9.0, 15.0, 22.0, 40.0]


@pytest.fixture
def certain(sky_of, main_belt) -> Fitted:
    return fitted(sky_of(main_belt, LONG)[0])


def rivals_of(result, solutions=None):
    after = posterior(result.best, result.table, result.epoch_mjd, no_step)
    return find_rivals(solutions or result.solutions, result.table, after, 1.0, silent()), after


def at_range(solution, factor, *, worse_by):
    """The same solution as if it were at another range and fitted worse."""
    parameters = solution.fit.parameters.copy()
    parameters[LOG_RANGE] += math.log(factor)
    fit = solution.fit._replace(
        parameters=parameters, cost=solution.fit.cost + worse_by, data_cost=solution.fit.data_cost + worse_by
    )
    return replace(solution, fit=fit, score=solution.score + worse_by)


def test_a_night_of_eros_has_rivals_outside_the_spread_of_the_best(cases, observations_of):
    """MPC archive, 2016: near or far, the data do not say."""
    result = fitted(observations_of(cases["hard-Eros_2016_15d"]["observations"]))
    rivals, after = rivals_of(result)
    assert rivals and sum(one.weight for one in rivals) < 1.0
    for one in rivals:
        assert not after.lows.min() <= one.distance_au <= after.highs.max()
        assert one.weight >= LEAST_LISTED and (one.weight >= LEAST_WEIGHT or one.data_excess < RIVAL_EXCESS)
        assert one.after.epoch_mjd == after.epoch_mjd


def test_the_best_alone_has_no_rival(certain):
    assert rivals_of(certain, [certain.best])[0] == []


def test_a_hollow_within_the_spread_is_not_another_orbit(certain):
    assert rivals_of(certain, [certain.best, at_range(certain.best, 1.00001, worse_by=1.0)])[0] == []


def test_hollows_at_the_same_range_are_listed_once(certain):
    one, same = (at_range(certain.best, factor, worse_by=2.0) for factor in (1.5, 1.5 + SAME_WITHIN))
    other = at_range(certain.best, 2.0, worse_by=2.0)
    rivals, _ = rivals_of(certain, [certain.best, one, same, other])
    assert [rival.solution for rival in rivals] == [one, other]


def test_a_hollow_that_several_searches_found_is_believed_once(certain):
    best, other = certain.best, at_range(certain.best, 1.5, worse_by=2.0)
    (once,), _ = rivals_of(certain, [best, other])
    (again,), _ = rivals_of(certain, [best, best, best, other, other])
    assert again.weight == pytest.approx(once.weight)


def test_weights_fall_with_chi_squared_and_the_hopeless_are_not_listed(certain):
    solutions = [certain.best, *(at_range(certain.best, 1.5 + k, worse_by=cost) for k, cost in enumerate((2.0, 8.0)))]
    rivals, _ = rivals_of(certain, [*solutions, at_range(certain.best, 9.0, worse_by=RIVAL_EXCESS + 60.0)])
    assert [one.data_excess for one in rivals] == pytest.approx([2.0, 8.0])
    assert rivals[0].weight / rivals[1].weight == pytest.approx(math.exp(3.0), rel=1e-6)


def test_scatter_shares_belief_out(certain):
    """With residuals twice as large as their weights say, a worse fit is less of an argument."""
    solutions = [certain.best, at_range(certain.best, 1.5, worse_by=8.0)]
    after = posterior(certain.best, certain.table, certain.epoch_mjd, no_step)
    strict, loose = (find_rivals(solutions, certain.table, after, spread, silent())[0] for spread in (1.0, 2.0))
    assert loose.data_excess == pytest.approx(strict.data_excess / 4.0)
    assert loose.weight > strict.weight


def test_loosened_weights_widen_the_spread_and_keep_the_orbit(certain):
    loose = loosened(certain.best, 3.0, silent())
    assert loose.track.whitening == pytest.approx(certain.best.track.whitening / 3.0)
    as_it_was = certain.best.fit.data_cost / 9.0
    assert as_it_was <= loose.fit.data_cost < 1.5 * as_it_was  # the census counts for more now
    here, there = (posterior(one, certain.table, certain.epoch_mjd, no_step) for one in (certain.best, loose))
    assert there.sigmas == pytest.approx(3.0 * here.sigmas, rel=0.1)
    assert np.abs(there.distances - here.distances).max() < here.sigmas.max()


def known(distances, sigma):
    """What is known of an orbit at some rows: a sharp hollow."""
    distances = np.array(distances)
    sigmas = np.full(distances.size, sigma)
    return SimpleNamespace(
        distances=distances, sigmas=sigmas, lows=distances - 2.0 * sigmas, highs=distances + 2.0 * sigmas
    )


def test_the_spread_of_one_orbit_is_its_own():
    after = known([1.0, 1.1], 0.01)
    expected = np.stack([after.distances, after.sigmas, after.lows, after.highs], axis=1)
    assert np.array_equal(spread_of(after, []), expected)


def test_the_spread_of_undecided_orbits_counts_each_by_its_weight():
    common, rare = (SimpleNamespace(weight=weight, after=known([2.0, 3.0], 0.1)) for weight in (0.25, 0.02))
    assert spread_of(known([1.0, 1.0], 0.01), [common])[1] == pytest.approx(
        [1.0, math.sqrt(0.75 * 0.01**2 + 0.25 * (0.1**2 + 2.0**2)), 0.98, 3.2]
    )
    assert spread_of(known([1.0, 1.0], 0.01), [rare])[1] == pytest.approx(
        [1.0, math.sqrt(0.98 * 0.01**2 + 0.02 * (0.1**2 + 2.0**2)), 0.98, 1.02]
    )


def test_a_row_that_a_rival_cannot_reach_is_left_to_the_best_orbit():
    rival = SimpleNamespace(weight=0.4, after=known([2.0, math.inf], 0.1))
    assert spread_of(known([1.0, 1.0], 0.01), [rival])[1] == pytest.approx([1.0, 0.01, 0.98, 1.02])
