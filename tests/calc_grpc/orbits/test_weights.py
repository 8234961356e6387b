"""Weights against the published tables: what a position is usually good for, and what loosens it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.weights import sigmas_arcsec, usual_sigma_arcsec

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)


def seen(station: str, day: str = "2020-06-01", **fields) -> tuple[Observation, float]:
    """An observation and its MJD."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    observation = Observation(observed_at=moment, ra_deg=10.0, dec_deg=5.0, station=station, **fields)
    return observation, (moment - MJD_EPOCH).total_seconds() / 86400.0


@pytest.mark.parametrize(
    ("station", "before", "after", "turn"),
    [("703", 1.0, 0.8, "2014-01-01"), ("691", 0.6, 0.5, "2003-01-01"), ("644", 0.6, 0.4, "2003-09-01")],
)
def test_stations_that_became_better_did_so_on_the_published_day(station, before, after, turn):
    """Veres et al. 2017, table 2."""
    observation, turn_mjd = seen(station, turn)
    assert usual_sigma_arcsec(observation, turn_mjd - 0.01) == before
    assert usual_sigma_arcsec(observation, turn_mjd + 0.01) == after


@pytest.mark.parametrize(
    ("station", "arcsec"),
    [
        ("704", 1.0), ("G96", 0.5), ("F51", 0.2), ("G45", 0.6), ("699", 0.8), ("D29", 0.75), ("C51", 1.0),
        ("E12", 0.75), ("608", 0.6), ("J75", 1.0), ("645", 0.3), ("689", 0.5), ("950", 0.5), ("H01", 0.3),
        ("W84", 0.5), ("K92", 0.4), ("V37", 0.4), ("E10", 0.4), ("F65", 0.4),
    ],
)  # fmt: skip
def test_surveys_have_their_published_sigma(station, arcsec):
    """Veres et al. 2017, tables 3 and 4."""
    assert usual_sigma_arcsec(*seen(station, "2016-03-01")) == arcsec


@pytest.mark.parametrize(
    ("station", "catalogue", "program", "arcsec"),
    [
        ("568", "USNOB1", "2", 0.5), ("568", "PPMXL", "2", 0.2), ("568", "Gaia1", "2", 0.1),
        ("T12", "Gaia1", None, 0.1), ("T12", "USNOB1", None, 0.5),
        ("309", "UCAC4", "&", 0.3), ("309", "Gaia2", "&", 0.1), ("309", "Gaia2", None, 0.2),
        ("309", "USNOB1", "&", 1.0), ("309", "Gaia2", "&%", 0.2),
        ("G83", "UCAC4", "2", 0.3), ("G83", "Gaia2", "2", 0.2), ("G83", "Gaia2", None, 1.0),
        ("Y28", "PPMXL", None, 0.3), ("Y28", "USNOA2", None, 1.0), ("H01", "USNOB1", None, 1.0),
        ("F51", "Gaia2", "Z", 1.0), ("J04", "UCAC4", "2", 0.3), ("J04", "UCAC4", None, 0.5),
    ],
)  # fmt: skip
def test_catalogue_and_program_decide_where_the_table_says_so(station, catalogue, program, arcsec):
    """Veres et al. 2017, table 4, with JPL's later programs (GRSS)."""
    observation, mjd = seen(station, "2016-03-01", catalogue=catalogue, program=program)
    assert usual_sigma_arcsec(observation, mjd) == arcsec


@pytest.mark.parametrize(
    ("day", "mode", "arcsec"),
    [
        ("1801-01-01", None, 10.0), ("1889-12-31", "PHO", 10.0), ("1890-01-02", "PHO", 5.0), ("1949-12-31", None, 5.0),
        ("1950-01-02", "PHO", 2.5), ("1992-12-31", None, 2.5), ("2005-01-01", "PHO", 2.5), ("1975-01-01", "NOR", 2.5),
        ("1985-01-01", "MER", 0.5), ("1801-01-01", "MER", 10.0), ("1985-01-01", "ENC", 0.75),
        ("1930-01-01", "MIC", 2.0), ("1991-01-01", "PMT", 0.2), ("2010-01-01", "OCC", 0.2), ("2010-01-01", "TDI", 1.5),
        ("1992-12-31", "CCD", 1.5), ("1999-12-31", None, 1.5), ("2000-01-02", None, 1.0), ("2020-01-01", "CMO", 1.0),
    ],
)  # fmt: skip
def test_the_age_and_the_instrument_decide_at_other_stations(day, mode, arcsec):
    """Veres et al. 2017, table 5; CCD at stations not listed: 1 arcsec, 1.5 when the catalogue is not known."""
    assert usual_sigma_arcsec(*seen("046", day, mode=mode)) == arcsec


def test_a_catalogue_told_to_be_unknown_costs_half_an_arcsecond():
    assert usual_sigma_arcsec(*seen("046", catalogue="UNK")) == 1.5
    assert usual_sigma_arcsec(*seen("046", catalogue="UCAC4")) == 1.0


def test_an_observer_in_space_is_trusted_less_than_one_on_the_ground():
    """Veres et al. 2017, table 5. An 80-column line from space does not tell its mode."""
    assert usual_sigma_arcsec(*seen("C55", observer_position_km=(1e5, 0.0, 0.0))) == 1.5
    assert usual_sigma_arcsec(*seen("C55", mode="UNK", observer_position_km=(1e5, 0.0, 0.0))) == 1.5
    assert usual_sigma_arcsec(*seen("C51", mode="UNK", observer_position_km=(7e3, 0.0, 0.0))) == 1.0


def test_stated_sigmas_win_and_crowds_do_not_loosen_them():
    rows = [seen("F51", sigma_ra_arcsec=0.05, sigma_dec_arcsec=0.07) for _ in range(9)]
    sigmas = sigmas_arcsec([row for row, _ in rows], np.array([mjd for _, mjd in rows]))
    assert np.array_equal(sigmas, np.tile([0.05, 0.07], (9, 1)))


def test_one_stated_coordinate_stands_for_both():
    observation, mjd = seen("F51", sigma_dec_arcsec=0.07)
    assert sigmas_arcsec([observation], np.array([mjd])).tolist() == [[0.07, 0.07]]


@pytest.mark.parametrize(("count", "factor"), [(1, 1.0), (4, 1.0), (9, 1.5), (16, 2.0)])
def test_a_crowded_night_tells_no_more_than_four_positions(count, factor):
    """Veres et al. 2017: sigma grows by sqrt(N / 4) for more than four of one station and night."""
    observation, mjd = seen("G96")
    sigmas = sigmas_arcsec([observation] * count, mjd + np.linspace(0.0, 0.1, count))
    assert np.allclose(sigmas, 0.5 * factor)


def test_a_night_across_midnight_in_greenwich_is_one_night():
    observation, mjd = seen("Z22", "2020-06-01")
    assert np.allclose(sigmas_arcsec([observation] * 8, mjd + np.linspace(-0.1, 0.1, 8)), np.sqrt(2.0))


def test_other_stations_and_other_nights_make_no_crowd():
    here, mjd = seen("G96")
    there, _ = seen("046")
    moments = mjd + np.array([0.0, 0.01, 0.02, 0.0, 0.01, 0.02, 1.0, 1.01, 1.02])
    sigmas = sigmas_arcsec([here] * 3 + [there] * 3 + [here] * 3, moments)
    assert sigmas[:, 0].tolist() == [0.5] * 3 + [1.0] * 3 + [0.5] * 3


def test_order_of_the_rows_does_not_matter():
    random = np.random.default_rng(7)
    rows = [seen(station)[0] for station in random.choice(["G96", "F51", "703"], 60)]
    moments = 59000.0 + random.uniform(0.0, 5.0, 60)
    order = random.permutation(60)
    straight = sigmas_arcsec(rows, moments)
    assert np.array_equal(sigmas_arcsec([rows[k] for k in order], moments[order]), straight[order])


def test_thousands_of_positions_are_weighted_at_once():
    observation, mjd = seen("G96")
    assert np.allclose(sigmas_arcsec([observation] * 10_000, mjd + np.linspace(0.0, 0.3, 10_000)), 25.0)
