"""Predictions from elements."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from calc_grpc.orbits.positions import KnownOrbit, Place, known_orbit, predict_positions
from calc_grpc.orbits.tolerance import LARGEST_ARCSEC, LEAST_ARCSEC
from tests.calc_grpc.identification.skies import CERES, elements_of, piazzi

EPOCH = datetime(2019, 4, 27, tzinfo=UTC)


def ceres(**known: float) -> KnownOrbit:
    return known_orbit(**elements_of(CERES) | {"q_au": None, "tp_mjd_tdb": None} | known)  # type: ignore[arg-type]


def test_elements_of_2019_place_ceres_where_piazzi_saw_it_in_1801() -> None:
    """218 years back: within 80" of his measurements (their own error 10"), and 2e-4 of JPL's distances.

    Observations: MPC's re-reduction; distances: JPL DE441, both in ceres_1801.json.
    """
    observations, distances = piazzi()
    found = predict_positions(ceres(uncertainty_u=0), [one.observed_at for one in observations], observations)
    off = [
        np.hypot((o.ra_deg - p.ra_deg) * np.cos(np.radians(o.dec_deg)), o.dec_deg - p.dec_deg) * 3600.0
        for o, p in zip(observations, found, strict=True)
    ]
    assert np.median(off) < 80.0
    assert all(separation < p.tolerance_arcsec for separation, p in zip(off, found, strict=True))
    assert np.allclose([p.distance_au for p in found], distances, rtol=2e-4)


def test_brightness_and_distance_are_those_of_an_opposition() -> None:
    """Ceres on 2019-05-28, its opposition: announced with V 7.0, 1.75 au away."""
    (found,) = predict_positions(
        ceres(h_magnitude=3.34, g_slope=0.12), [datetime(2019, 5, 28, 23, tzinfo=UTC)], [Place(station="500")]
    )
    assert found.magnitude == pytest.approx(7.0, abs=0.15)
    assert found.distance_au == pytest.approx(1.75, abs=0.02)
    assert found.sun_elongation_deg > 160.0


def test_positions_come_in_the_order_of_the_moments() -> None:
    moments = [EPOCH + timedelta(days=days) for days in (300.0, -2000.0, 0.0, 4000.0)]
    together = predict_positions(ceres(), moments, [Place(station="568")] * 4)
    alone = [predict_positions(ceres(), [moment], [Place(station="568")])[0] for moment in moments]
    assert [one.time for one in together] == moments
    assert np.allclose([one.ra_deg for one in together], [one.ra_deg for one in alone], rtol=0.0, atol=1e-5)
    assert all(one.magnitude is None for one in together)


def test_where_the_observer_stands_matters() -> None:
    """The Earth's radius at 1.75 au is 5 arcseconds."""
    moment = datetime(2019, 5, 28, 23, tzinfo=UTC)
    sites = [Place(station="500"), Place(station="568"), Place(station="C51", observer_position_km=(7000.0, 0.0, 0.0))]
    centre, ground, orbit = predict_positions(ceres(), [moment] * 3, sites)
    for other in (ground, orbit):
        assert 0.5 < np.hypot(other.ra_deg - centre.ra_deg, other.dec_deg - centre.dec_deg) * 3600.0 < 8.0


@pytest.mark.parametrize(
    ("size", "time"),
    [({"a_au": 2.76916515450648}, {"mean_anomaly_deg": 77.37209588584763}),
     ({"q_au": 2.558683599692926}, {"mean_anomaly_deg": 77.37209588584763}),
     ({"q_au": 2.558683599692926}, {"mean_anomaly_deg": 437.37209588584763}),
     ({"q_au": 2.558683599692926}, {"tp_mjd_tdb": 58238.25413581})],
)  # fmt: skip
def test_size_and_time_may_be_given_either_way(size: dict[str, float], time: dict[str, float]) -> None:
    """JPL's own q and time of perihelion for the same orbit: 2018-04-30.25413581."""
    nothing = {"a_au": None, "q_au": None, "tp_mjd_tdb": None, "mean_anomaly_deg": None}
    orbit = known_orbit(**elements_of(CERES) | nothing | size | time)  # type: ignore[arg-type]
    (found,) = predict_positions(orbit, [EPOCH], [Place(station="500")])
    (wanted,) = predict_positions(ceres(), [EPOCH], [Place(station="500")])
    assert found.ra_deg == pytest.approx(wanted.ra_deg, abs=1e-5)
    assert found.distance_au == pytest.approx(wanted.distance_au, abs=1e-7)


@pytest.mark.parametrize(
    "missing", [{"a_au": None}, {"a_au": -2.0}, {"mean_anomaly_deg": None}, {"e": 1.0, "a_au": None, "q_au": 1.0}]
)
def test_elements_without_size_or_time_are_refused(missing: dict[str, float | None]) -> None:
    with pytest.raises(ValueError, match=r"size|time"):
        known_orbit(**elements_of(CERES) | {"q_au": None, "tp_mjd_tdb": None} | missing)  # type: ignore[arg-type]


@pytest.mark.parametrize(("u", "days", "least", "most"), [
    (None, 400.0, LEAST_ARCSEC, LEAST_ARCSEC), (0, 400.0, LEAST_ARCSEC, LEAST_ARCSEC),
    (4, 3652.5, 350.0, 800.0), (9, 3652.5, LARGEST_ARCSEC, LARGEST_ARCSEC),
])  # fmt: skip
def test_tolerance_follows_uncertainty_and_time(u: int | None, days: float, least: float, most: float) -> None:
    """U 4 is a runoff of at most 382" in ten years, seen nearer from the Earth than from the Sun."""
    orbit = ceres() if u is None else ceres(uncertainty_u=u)
    (found,) = predict_positions(orbit, [EPOCH + timedelta(days=days)], [Place(station="500")])
    assert least <= found.tolerance_arcsec <= most
