"""Which asteroid it was: real observations against real orbits, and a made-up sky."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from calc_grpc.identification import identify
from calc_grpc.identification.columns import open_catalogue
from calc_grpc.identification.identify import identify_asteroid
from calc_grpc.identification.result import Identification, Question
from calc_grpc.orbits.errors import Cancelled
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.positions import Place, known_orbit, predict_positions
from calc_grpc.orbits.progress import Progress
from tests.calc_grpc.identification.skies import (
    CERES,
    bacchus,
    elements_of,
    made_up_belt,
    moved,
    piazzi,
    real_neos,
    write_elements,
)

BELT = made_up_belt(20_000)
TARGET = 1234
EPOCH = datetime.fromisoformat("2024-10-17T00:00:00+00:00")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ceres, 200 real near-Earth asteroids and a made-up belt."""
    return write_elements(tmp_path_factory.mktemp("catalogue") / "elements", [CERES, *real_neos(), *BELT])


def identified(path: Path, observations: list[Observation]) -> Identification:
    return identify_asteroid(Question(observations=observations, elements_path=path))


def seen(days: float, hours: tuple[float, ...], *, noise_arcsec: float = 0.2, row: int = TARGET) -> list[Observation]:
    """A made-up asteroid from Mauna Kea, so many days after the epoch of its elements, with all forces."""
    moments = [EPOCH + timedelta(days=days, hours=hour) for hour in hours]
    orbit = known_orbit(**elements_of(BELT[row]) | {"q_au": None, "tp_mjd_tdb": None})  # type: ignore[arg-type]
    positions = predict_positions(orbit, moments, [Place(station="568")] * len(hours))
    random = np.random.default_rng(4)
    bare = [
        Observation(observed_at=one.time, ra_deg=one.ra_deg, dec_deg=one.dec_deg, station="568", id=700 + k)
        for k, one in enumerate(positions)
    ]
    return [shifted(one, *random.normal(size=2) * noise_arcsec) for one in bare]


def shifted(observation: Observation, ra_arcsec: float, dec_arcsec: float) -> Observation:
    ra, dec = moved(observation, ra_arcsec=ra_arcsec, dec_arcsec=dec_arcsec)
    return replace(observation, ra_deg=ra, dec_deg=dec)


def test_what_piazzi_found_in_1801_is_ceres(path: Path) -> None:
    """Real observations, JPL's orbit of two centuries later."""
    observations, distances = piazzi()
    answer = identified(path, observations)
    assert [one.name for one in answer.candidates] == ["Ceres"]
    (ceres,) = answer.candidates
    assert (ceres.spkid, ceres.number, ceres.designation) == (20000001, 1, "1")
    assert ceres.matching_count == len(observations) and ceres.separation_arcsec < 80.0
    assert np.allclose([row.distance_au for row in ceres.observations], distances, rtol=2e-4)
    assert "218 years" in ceres.cone_reason and answer.left_out_count > 0 and "brightest" in answer.note


def test_what_horizons_saw_in_2015_is_bacchus(path: Path) -> None:
    """JPL's positions against SBDB's elements at four digits for 2024, hence the minute of arc."""
    observations, distances = bacchus()
    best = identified(path, observations).candidates[0]
    assert (best.name, best.number) == ("Bacchus", 2063)
    assert best.separation_arcsec < 120.0 and best.matching_count == len(observations)
    assert np.allclose([row.distance_au for row in best.observations], distances, rtol=1e-3)


@pytest.mark.parametrize("days", [-400.0, 5.0, 200.0, 1000.0, 2500.0])
@pytest.mark.parametrize("hours", [(0.0,), (0.0, 0.7, 1.5), (0.0, 47.5, 96.2)])
def test_a_made_up_asteroid_is_found_years_from_its_epoch(path: Path, days: float, hours: tuple[float, ...]) -> None:
    answer = identified(path, seen(days, hours))
    best = answer.candidates[0]
    assert best.designation == BELT[TARGET][1] and best.number is None and best.name == ""
    assert best.separation_arcsec < 1.0 and best.matching_count == len(hours)
    assert best.two_body_separation_arcsec < best.cone_arcsec
    assert answer.object_count == 20_000 + 203 and answer.left_out_count == 0 and answer.note == ""


def test_the_answer_tells_what_was_predicted_beside_each_observation(path: Path) -> None:
    observations = seen(200.0, (0.0, 1.0, 24.0))
    best = identified(path, [observations[2], observations[0], observations[1]]).candidates[0]
    assert [(row.index, row.id) for row in best.observations] == [(0, 702), (1, 700), (2, 701)]
    for row in best.observations:
        assert row.matches and row.tolerance_arcsec >= 30.0
        assert np.hypot(row.offset_ra_arcsec, row.offset_dec_arcsec) == pytest.approx(row.separation_arcsec, rel=1e-3)
        assert row.magnitude == pytest.approx(
            18.5 + 5 * np.log10(row.distance_au * row.heliocentric_distance_au), abs=2
        )
    assert best.days_from_epoch == pytest.approx(201.0, abs=0.01)
    assert best.epoch_mjd_tdb == 60600.0 and best.uncertainty_u == 0 and best.h_magnitude == 18.5


def test_the_motion_of_the_night_is_told_and_agrees(path: Path) -> None:
    observations = seen(200.0, (0.0, 1.0, 2.0))
    answer = identified(path, observations)
    first, last = observations[0], observations[-1]
    assert answer.motion is not None and answer.candidates[0].motion is not None
    dec_rate = (last.dec_deg - first.dec_deg) * 3600.0 / 120.0
    assert answer.motion.dec_arcsec_per_min == pytest.approx(dec_rate, abs=0.01)
    assert answer.candidates[0].motion.dec_arcsec_per_min == pytest.approx(dec_rate, abs=0.02)
    assert answer.candidates[0].motion_difference_arcsec_per_min < 0.02  # type: ignore[operator]


def test_one_observation_gives_no_motion_and_a_candidate_all_the_same(path: Path) -> None:
    answer = identified(path, seen(200.0, (0.0,)))
    assert answer.motion is None and answer.candidates[0].motion is None
    assert answer.candidates[0].motion_difference_arcsec_per_min is None


def test_an_asteroid_at_the_right_place_that_moves_otherwise_does_not_fit(path: Path) -> None:
    """Within 20" of where it should be all night, but going the other way."""
    first, middle, last = seen(200.0, (0.0, 0.5, 1.0))
    swapped = [replace(first, ra_deg=last.ra_deg, dec_deg=last.dec_deg), middle,
               replace(last, ra_deg=first.ra_deg, dec_deg=first.dec_deg)]  # fmt: skip
    assert identified(path, [first, middle, last]).candidate_count == 1
    assert identified(path, swapped).candidate_count == 0


def test_a_foreign_observation_does_not_hide_the_asteroid(path: Path) -> None:
    observations = seen(200.0, (0.0, 24.0, 48.0, 72.0, 96.0))
    observations[0] = shifted(observations[0], 5000.0, 0.0)
    best = identified(path, observations).candidates[0]
    assert best.designation == BELT[TARGET][1] and best.matching_count == 4
    assert [row.matches for row in best.observations] == [False, True, True, True, True]
    assert best.separation_arcsec < 1.0 and best.largest_separation_arcsec == pytest.approx(5000.0, abs=2.0)


def test_an_uncertainty_that_the_observer_states_is_added_to_what_the_orbit_is_allowed(path: Path) -> None:
    """The rule of the truth check in main_api; what nobody stated is a part of the 30"."""
    bare, *others = seen(5.0, (0.0, 0.7, 1.5))
    stated = replace(bare, sigma_ra_arcsec=2.0, sigma_dec_arcsec=5.0)
    rows = identified(path, [stated, *others]).candidates[0].observations
    assert [row.tolerance_arcsec for row in rows] == pytest.approx([45.0, 30.0, 30.0], abs=1e-6)


def test_orbits_of_another_age_cost_the_first_identification_only(path: Path) -> None:
    odd = [*CERES]
    odd[0], odd[3], odd[4] = "20099999", "2342100.5", ".98"  # 1700; nearly a parabola, which the sweep lets through
    observations = seen(200.0, (0.0, 1.0))
    aged = write_elements(path.with_name("aged"), [*BELT[: TARGET + 1], odd])
    identify._table_of.cache_clear()
    answers = [identified(aged, observations) for _ in range(2)]
    assert [answer.candidates[0].designation for answer in answers] == [BELT[TARGET][1]] * 2
    assert identify._table_of.cache_info().misses == 1


def test_an_orbit_beyond_the_theory_of_the_planets_is_left_out(path: Path) -> None:
    odd = [*CERES]
    odd[0], odd[3], odd[4] = "20099999", "1500000.5", ".98"
    answer = identified(write_elements(path.with_name("beyond"), [CERES, odd]), seen(200.0, (0.0, 1.0)))
    assert answer.object_count == 1


def test_where_none_is_near_the_answer_is_empty(path: Path) -> None:
    """At the pole of the ecliptic no orbit of the catalogue stands."""
    moment = EPOCH + timedelta(days=10)
    pole = [
        Observation(observed_at=moment + timedelta(hours=k), ra_deg=270.0, dec_deg=66.56, station="568") for k in (0, 1)
    ]
    answer = identified(path, pole)
    assert answer.candidates == () and answer.candidate_count == 0 and answer.object_count == 20_203


def test_candidates_come_the_closest_first(path: Path) -> None:
    twins = [*BELT[:10], *[(60_000_000 + k, f"2021 B{k}", *near(BELT[TARGET], k)[2:]) for k in range(25)]]
    answer = identified(write_elements(path.with_name("twins"), twins), seen(200.0, (0.0,)))
    separations = [one.separation_arcsec for one in answer.candidates]
    assert answer.candidate_count > len(separations) == identify.LISTED_MAX
    assert separations == sorted(separations)


def near(row: tuple[object, ...], k: int) -> tuple[object, ...]:
    """The same orbit, k arcseconds further along."""
    values = list(row)
    values[10] = float(values[10]) + k / 3600.0  # type: ignore[arg-type]
    return tuple(values)


def test_an_empty_catalogue_says_so(path: Path) -> None:
    answer = identified(write_elements(path.with_name("empty"), []), seen(10.0, (0.0, 1.0)))
    assert answer.candidates == () and answer.object_count == 0 and "no orbits" in answer.note


def test_another_file_of_the_same_name_is_read_anew(path: Path) -> None:
    changing = path.with_name("changing")
    observations = seen(10.0, (0.0, 1.0))
    assert identified(write_elements(changing, BELT[:10]), observations).object_count == 10
    kept = open_catalogue(changing, lambda: None)
    assert open_catalogue(changing, lambda: None) is kept
    changing.unlink()
    assert identified(write_elements(changing, BELT[: TARGET + 1]), observations).candidate_count == 1


def test_of_many_observations_some_are_compared_and_the_ends_are_among_them(path: Path) -> None:
    observations = seen(200.0, tuple(k / 60.0 for k in range(450)))
    answer = identified(path, observations)
    rows = answer.candidates[0].observations
    assert answer.compared_observation_count == len(rows) == 200
    assert (rows[0].index, rows[-1].index) == (0, 449)


def test_progress_is_told_and_a_cancelled_run_ends(path: Path) -> None:
    told: list[tuple[float, str]] = []
    question = Question(observations=seen(200.0, (0.0, 1.0)), elements_path=path)
    identify_asteroid(question, report=lambda fraction, stage: told.append((fraction, stage)))
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    with pytest.raises(Cancelled):
        identify_asteroid(question, cancelled=lambda: True)


def test_a_fault_in_a_part_of_the_work_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        identify._each(lambda part: 1 // part, range(3), Progress(), 0.0, 1.0, "dividing")
