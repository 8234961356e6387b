"""From evidence to a verdict in words."""

import math
from dataclasses import replace

import pytest

from calc_grpc.orbits.verdict import Evidence, grounds_of, is_meaningful, judge

CLEAR = Evidence(
    arc_days=30.0, night_count=6, observation_count=20, rejected_count=1,
    relative_sigma=0.002, relative_sigma_alone=0.002,
    misfit=0.9, eccentricity=0.1, open_sigmas=-50.0,
    rival_weight=0.0, rival_excess=math.inf, rival_distance_au=None,
    farthest_au=2.0, motion=1e6, prior_pull=0.1, densest_days=4.0, period_days=1500.0,
)  # fmt: skip


def test_a_small_sigma_is_determined_and_says_from_what():
    verdict, reason, _ = judge(CLEAR)
    assert verdict == "DETERMINED"
    assert "0.2 %" in reason and "30 days" in reason and "6 nights" in reason and "1 observation left out" in reason


def test_a_sigma_of_some_percent_is_weak():
    assert judge(replace(CLEAR, relative_sigma=0.05))[0] == "WEAK"


def test_leaning_on_the_census_is_weak_at_best():
    verdict, reason, _ = judge(replace(CLEAR, relative_sigma_alone=0.5))
    assert verdict == "WEAK" and "usual" in reason
    assert "0.2 % with them" in reason and "open by 50 %" in reason and "only to" not in reason


def test_a_large_sigma_is_not_determined():
    assert judge(replace(CLEAR, relative_sigma=0.3))[0] == "NOT_DETERMINED"


def test_one_night_is_not_determined_unless_the_parallax_alone_decides():
    assert judge(replace(CLEAR, night_count=1, relative_sigma_alone=0.02))[0] == "NOT_DETERMINED"
    assert judge(replace(CLEAR, night_count=1, prior_pull=9.0))[0] == "NOT_DETERMINED"
    assert judge(replace(CLEAR, night_count=1))[0] == "DETERMINED"


def test_a_hyperbola_that_the_observations_require_is_believed():
    assert judge(replace(CLEAR, eccentricity=1.4, open_sigmas=8.0))[0] == "DETERMINED"


def test_another_orbit_that_fits_as_well_forbids_a_choice_however_rare():
    verdict, reason, _ = judge(replace(CLEAR, rival_weight=0.002, rival_excess=-5.0, rival_distance_au=3.45))
    assert verdict == "NOT_DETERMINED" and "3.45 au" in reason
    assert judge(replace(CLEAR, rival_weight=0.002, rival_excess=9.0, rival_distance_au=3.45))[0] == "DETERMINED"


def test_many_positions_left_out_leave_no_verdict():
    """A whole night, say: nothing tells whether it or the others show the object."""
    verdict, reason, _ = judge(replace(CLEAR, rejected_count=5))
    assert verdict == "NOT_DETERMINED" and "5 of the 20" in reason
    assert judge(replace(CLEAR, rejected_count=4))[0] == "DETERMINED"
    assert judge(replace(CLEAR, observation_count=5, rejected_count=2))[0] == "DETERMINED"


def test_residuals_beyond_the_stated_uncertainties_are_weak_at_best():
    verdict, reason, _ = judge(replace(CLEAR, misfit=12.25))
    assert verdict == "WEAK" and "3.5 times" in reason
    assert judge(replace(CLEAR, misfit=12.25, relative_sigma=0.5))[0] == "NOT_DETERMINED"


def test_doubt_names_its_cause():
    rough = judge(replace(CLEAR, misfit=400.0))
    rival = judge(replace(CLEAR, rival_weight=0.4, rival_distance_au=1.25))
    hyperbolic = judge(replace(CLEAR, eccentricity=1.4, open_sigmas=1.0))
    assert [judged.verdict for judged in (rough, rival, hyperbolic)] == ["NOT_DETERMINED"] * 3
    assert "20 times" in rough[1] and "1.25 au" in rival[1] and "hyperbolic" in hyperbolic[1]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"motion": 10.0}, "do not move"),
        ({"farthest_au": 101.0}, "beyond 100 au"),
        ({"densest_days": 1600.0}, "cannot be counted"),
        ({"densest_days": 4000.0, "period_days": math.inf}, "cannot be counted"),
    ],
)
def test_nonsense_is_not_determined_and_gives_no_distance(changes, word):
    """Whatever the sigma says: it assumes that the orbit is of the right kind."""
    verdict, reason, _ = judge(replace(CLEAR, **changes))
    assert verdict == "NOT_DETERMINED" and word in reason
    assert not is_meaningful(replace(CLEAR, **changes))


def test_a_sigma_that_is_the_census_alone_is_not_determined():
    verdict, reason, _ = judge(replace(CLEAR, relative_sigma_alone=3.1))
    assert verdict == "NOT_DETERMINED" and "usual" in reason
    assert judge(replace(CLEAR, relative_sigma_alone=math.inf))[0] == "NOT_DETERMINED"
    assert judge(replace(CLEAR, relative_sigma_alone=2.9))[0] == "WEAK"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, "KNOWN"),
        ({"misfit": 12.25}, "ROUGH"),
        ({"relative_sigma_alone": 0.5}, "LEANS_ON_CENSUS"),
        ({"relative_sigma": 0.05}, "LITTLE_BEND"),
        ({"relative_sigma": 0.3}, "NO_BEND"),
        ({"motion": 10.0}, "STILL"),
        ({"misfit": 400.0}, "NO_FIT"),
        ({"rejected_count": 5}, "CONTRADICTION"),
        ({"densest_days": 1600.0}, "UNCOUNTED"),
        ({"farthest_au": 101.0}, "TOO_FAR"),
        ({"rival_weight": 0.4, "rival_distance_au": 1.25}, "TWO_ORBITS"),
        ({"night_count": 1, "prior_pull": 9.0}, "ONE_NIGHT"),
        ({"eccentricity": 1.4, "open_sigmas": 1.0}, "HYPERBOLIC"),
        ({"relative_sigma_alone": 3.1}, "CENSUS_ONLY"),
    ],
)
def test_every_reason_has_a_word_that_stays(changes, cause):
    assert judge(replace(CLEAR, **changes)).cause == cause


def test_the_grounds_are_the_numbers_of_the_reason_and_hold_no_infinity():
    evidence = replace(CLEAR, misfit=12.25, relative_sigma_alone=math.inf, rival_distance_au=1.25)
    grounds = grounds_of(evidence, "ROUGH")
    assert (grounds.cause, grounds.arc_days, grounds.night_count) == ("ROUGH", 30.0, 6)
    assert (grounds.observation_count, grounds.left_out_count) == (20, 1)
    assert (grounds.residual_ratio, grounds.relative_sigma, grounds.relative_sigma_alone) == (3.5, 0.002, None)
    assert grounds.other_distance_au == 1.25
