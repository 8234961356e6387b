"""The truth check: which asteroid a request names, and what its orbit predicts beside the observations."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from astrodist.calc.v1 import calculation_service_pb2
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import Observation, Request
from main_api.requests.prediction import separation_deg
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_catalogue import fill, source_row
from tests.main_api.sample_requests import make_draft, make_formed

ARCSEC = 1 / 3600


def answering(*offsets_arcsec: float, tolerance_arcsec: float = 30.0) -> Callable[[Any], Any]:
    """Predicts places north of the sample observations, one offset each."""

    def predict(request: Any) -> Any:
        positions = [
            calculation_service_pb2.PredictedPosition(
                time=moment,
                ra_deg=54.5 + 0.1 * index,
                dec_deg=16.25 + offset * ARCSEC,
                distance_au=1.5 + index,
                tolerance_arcsec=tolerance_arcsec,
            )
            for index, (moment, offset) in enumerate(zip(request.times, offsets_arcsec, strict=True))
        ]
        return calculation_service_pb2.PredictPositionsResponse(positions=positions)

    return predict


@pytest.fixture
def eros(observer: User) -> Request:
    fill(source_row(433))
    return make_draft(observer, designation="433 Eros")


def prediction(client: APIClient, request: Request) -> Any:
    return client.get(f"/api/requests/{request.pk}/prediction")


def test_predictions_stand_beside_the_observations(as_observer: APIClient, calc: FakeCalc, eros: Request) -> None:
    calc.predict = answering(0, 29.9, 30.5)
    answer = prediction(as_observer, eros)
    assert answer.status_code == 200
    body = answer.json()
    assert body["asteroid"] == {"spkid": 20000433, "full_name": "433 Eros (A898 PA)", "designation": "433"}
    assert body["elements_epoch_mjd_tdb"] == 61000
    rows = body["observations"]
    assert [row["id"] for row in rows] == list(eros.observations.values_list("id", flat=True))
    assert [row["distance_au"] for row in rows] == [1.5, 2.5, 3.5]
    assert [row["separation_arcsec"] for row in rows] == pytest.approx([0, 29.9, 30.5], abs=1e-6)
    assert [row["belongs"] for row in rows] == [True, True, False]


def test_the_orbit_and_the_places_of_the_observer_are_asked_for(
    as_observer: APIClient, calc: FakeCalc, eros: Request
) -> None:
    calc.predict = answering(0, 0, 0)
    first = eros.observations.all()[0]
    Observation.objects.filter(pk=first.pk).update(station="247", observer_position_km=[1.0, 2.0, 3.0])
    prediction(as_observer, eros)
    (asked,) = calc.prediction_requests
    assert [site.station for site in asked.sites] == ["247", "535", "535"] and asked.station == ""
    assert [list(site.observer_position_km) for site in asked.sites] == [[1.0, 2.0, 3.0], [], []]
    assert asked.times[0].ToDatetime() == first.observed_at.replace(tzinfo=None)
    orbit = asked.orbit
    assert (orbit.epoch_mjd_tdb, orbit.e, orbit.q_au, orbit.uncertainty_u) == (
        61000,
        0.2228359407071628,
        1.133199232811,
        0,
    )
    assert orbit.tp_mjd_tdb == pytest.approx(61088.331287) and orbit.HasField("mean_anomaly_deg")


@pytest.mark.parametrize(
    ("tolerance_arcsec", "sigma_arcsec", "belongs"),
    [(30, None, False), (120, None, True), (30, 40, True), (30, 23, False), (60, 20, True)],
)
def test_a_poor_orbit_and_a_poor_measurement_are_given_more_room(
    as_observer: APIClient,
    calc: FakeCalc,
    eros: Request,
    tolerance_arcsec: float,
    sigma_arcsec: float | None,
    belongs: bool,
) -> None:
    eros.observations.update(sigma_dec_arcsec=sigma_arcsec)
    calc.predict = answering(100, 0, 0, tolerance_arcsec=tolerance_arcsec)
    row = prediction(as_observer, eros).json()["observations"][0]
    assert row["belongs"] is belongs
    assert row["tolerance_arcsec"] == tolerance_arcsec + 3 * (sigma_arcsec or 0)


def test_many_observations_are_asked_for_in_parts(
    as_observer: APIClient, calc: FakeCalc, eros: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("main_api.asteroids.calc.TIMES_PER_CALL", 2)
    calc.predict = lambda request: answering(*[0] * len(request.times))(request)
    assert len(prediction(as_observer, eros).json()["observations"]) == 3
    assert [len(request.times) for request in calc.prediction_requests] == [2, 1]


def test_a_request_without_observations_needs_no_prediction(
    as_observer: APIClient, calc: FakeCalc, eros: Request
) -> None:
    eros.observations.all().delete()
    assert prediction(as_observer, eros).json()["observations"] == []
    assert calc.prediction_requests == []


@pytest.mark.parametrize("designation", ["Vesta", "433 Vesta", "(434)", "A comet of mine"])
def test_what_the_catalogue_does_not_know_is_404(as_observer: APIClient, eros: Request, designation: str) -> None:
    Request.objects.update(designation=designation)
    answer = prediction(as_observer, eros)
    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_IN_CATALOGUE")
    assert as_observer.get(f"/api/requests/{eros.pk}").json()["catalogue"] is None


@pytest.mark.parametrize(
    "lacking",
    [{"epoch": None}, {"e": None}, {"a": None, "q": None}, {"ma": None, "tp": None}],
    ids=lambda row: str(row),
)
def test_an_asteroid_without_an_orbit_predicts_nothing(
    as_observer: APIClient, observer: User, lacking: dict[str, None]
) -> None:
    fill(source_row(433, **lacking))
    request = make_draft(observer, designation="Eros")
    answer = prediction(as_observer, request)
    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_IN_CATALOGUE")
    assert "no orbit of 433 Eros" in answer.json()["detail"]
    assert as_observer.get(f"/api/requests/{request.pk}").json()["catalogue"]["spkid"] == 20000433


def test_a_name_that_two_asteroids_bear_names_none(as_observer: APIClient, eros: Request) -> None:
    fill(source_row(433), source_row(5, name="Eros"))
    detail = as_observer.get(f"/api/requests/{eros.pk}").json()
    assert detail["catalogue"]["spkid"] == 20000433
    Request.objects.update(designation="Eros")
    assert as_observer.get(f"/api/requests/{eros.pk}").json()["catalogue"] is None


def test_without_the_calculation_service_it_is_503(as_observer: APIClient, calc: FakeCalc, eros: Request) -> None:
    calc.refuse_with = grpc.StatusCode.UNAVAILABLE
    answer = prediction(as_observer, eros)
    assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")


def test_the_calculation_service_may_say_that_a_moment_is_too_far(
    as_observer: APIClient, calc: FakeCalc, eros: Request
) -> None:
    calc.refuse_with = grpc.StatusCode.INVALID_ARGUMENT
    assert prediction(as_observer, eros).json()["reason"] == "CALCULATION_REFUSED"


def test_whoever_may_read_the_request_may_see_its_prediction(
    anonymous: APIClient, as_moderator: APIClient, other_observer: User, signed_in: Any, calc: FakeCalc, eros: Request
) -> None:
    calc.predict = answering(0, 0, 0)
    formed = make_formed(eros.creator, designation="Eros")
    assert prediction(as_moderator, formed).status_code == 200
    assert prediction(as_moderator, eros).json()["reason"] == "NOT_FOUND"
    assert prediction(signed_in(other_observer), formed).json()["reason"] == "NOT_FOUND"
    assert prediction(anonymous, formed).json()["reason"] == "NOT_SIGNED_IN"


@pytest.mark.parametrize(
    ("places", "degrees"),
    [
        ((10, 20, 10, 20), 0),
        ((0, 0, 180, 0), 180),
        ((0, 90, 77, 90), 0),
        ((359.5, 0, 0.5, 0), 1),
        ((0, 60, 1e-4, 60), 5e-5),
        ((0, -10, 0, 10), 20),
    ],
)
def test_the_separation_is_that_of_the_sphere(places: tuple[float, ...], degrees: float) -> None:
    assert separation_deg(*places) == pytest.approx(degrees, rel=1e-9, abs=1e-12)
