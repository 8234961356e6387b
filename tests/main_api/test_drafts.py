"""Writing drafts and their observations: what is taken, what is refused, and that a refusal saves nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from calc_grpc.orbits.validation import FARTHEST_OBSERVER_KM
from main_api.accounts.models import User
from main_api.requests.models import Observation, Request
from main_api.requests.observation_rules import POSITION_KM_MAX
from tests.main_api.sample_requests import make_draft, make_formed, observation_body

URL = "/api/requests"


def refusals(answer: Any) -> set[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    return {(error["path"], error["reason"]) for error in answer.json()["errors"]}


def test_a_draft_is_created_with_its_observations(as_observer: APIClient) -> None:
    body = {"designation": " Ceres ", "comment": "Clear.", "observations": [observation_body(i) for i in (1, 0)]}
    answer = as_observer.post(URL, body)
    assert answer.status_code == 201
    draft = answer.json()
    assert answer["Location"] == f"{URL}/{draft['id']}"
    assert (draft["status"], draft["designation"], draft["creator"]) == ("DRAFT", "Ceres", "olga")
    assert (draft["observation_count"], draft["result_count"]) == (2, 0)
    assert [row["observed_at"] for row in draft["observations"]] == ["2020-03-01T22:00:00Z", "2020-03-02T22:00:00Z"]
    assert [entry["action"] for entry in draft["history"]] == ["CREATED"]
    assert draft["moderator"] is draft["formed_at"] is draft["verdict"] is draft["orbit"] is draft["error"] is None


def test_a_draft_needs_a_designation_only(as_observer: APIClient) -> None:
    draft = as_observer.post(URL, {"designation": "Ceres"}).json()
    assert (draft["comment"], draft["observations"]) == ("", [])


def test_every_field_of_an_observation_comes_back(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer, observation_count=0)
    body = observation_body(
        station="C51",
        sigma_ra_arcsec=0.3,
        sigma_dec_arcsec=0.2,
        correlation=-0.1,
        magnitude=17.5,
        band="V",
        mode="CCD",
        catalogue="Gaia2",
        program="1",
        observer_position_km=[1000.5, -2000, 6500],
    )
    answer = as_observer.post(f"{URL}/{draft.pk}/observations", body)
    assert answer.status_code == 201
    assert {key: answer.json()[key] for key in body} == body
    assert answer.json()["result_state"] is answer.json()["distance_au"] is None


def test_the_place_of_an_observer_has_the_bound_of_the_calculation_service(
    as_observer: APIClient, observer: User
) -> None:
    url = f"{URL}/{make_draft(observer).pk}/observations"
    far = as_observer.post(url, observation_body(5, observer_position_km=[6.001e8, -8e8, 0]))
    assert "at most 1000000000 km" in far.json()["errors"][0]["message"]
    near = as_observer.post(url, observation_body(5, observer_position_km=[6e8, -8e8, 0]))
    assert near.status_code == 201
    assert POSITION_KM_MAX == FARTHEST_OBSERVER_KM


def test_absent_and_null_are_the_same(as_observer: APIClient) -> None:
    observation = observation_body(sigma_ra_arcsec=None, band=None, observer_position_km=None)
    draft = as_observer.post(URL, {"designation": "Ceres", "observations": [observation]}).json()
    assert draft["observations"][0]["sigma_ra_arcsec"] is draft["observations"][0]["band"] is None


def test_a_time_with_another_offset_is_kept_as_utc(as_observer: APIClient) -> None:
    observation = observation_body(observed_at="2020-03-02T01:00:00.25+03:00")
    draft = as_observer.post(URL, {"designation": "Ceres", "observations": [observation]}).json()
    assert draft["observations"][0]["observed_at"] == "2020-03-01T22:00:00.250000Z"


def test_a_clock_that_is_a_little_ahead_is_forgiven(as_observer: APIClient) -> None:
    soon = (timezone.now() + timedelta(seconds=30)).isoformat()
    answer = as_observer.post(URL, {"designation": "Ceres", "observations": [observation_body(observed_at=soon)]})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"ra_deg": 360}, "ra_deg", "OUT_OF_RANGE"),
        ({"ra_deg": -0.001}, "ra_deg", "OUT_OF_RANGE"),
        ({"ra_deg": 10**400}, "ra_deg", "OUT_OF_RANGE"),
        ({"ra_deg": "54.5"}, "ra_deg", "WRONG_TYPE"),
        ({"ra_deg": True}, "ra_deg", "WRONG_TYPE"),
        ({"ra_deg": None}, "ra_deg", "REQUIRED"),
        ({"dec_deg": -91}, "dec_deg", "OUT_OF_RANGE"),
        ({"dec_deg": 90.0001}, "dec_deg", "OUT_OF_RANGE"),
        ({"dec_deg": [1]}, "dec_deg", "WRONG_TYPE"),
        ({"observed_at": "2999-01-01T00:00:00Z"}, "observed_at", "FUTURE_TIME"),
        ({"observed_at": "1599-12-31T23:59:59Z"}, "observed_at", "OUT_OF_RANGE"),
        ({"observed_at": "2020-03-01T22:00:00"}, "observed_at", "INVALID_FORMAT"),
        ({"observed_at": "2020-03-01"}, "observed_at", "INVALID_FORMAT"),
        ({"observed_at": "2020-02-30T00:00:00Z"}, "observed_at", "INVALID_FORMAT"),
        ({"observed_at": "0001-01-01T00:00:00+14:00"}, "observed_at", "INVALID_FORMAT"),
        ({"observed_at": 1583100000}, "observed_at", "WRONG_TYPE"),
        ({"station": "ZZZ"}, "station", "UNKNOWN_STATION"),
        ({"station": "g96"}, "station", "UNKNOWN_STATION"),
        ({"station": 535}, "station", "WRONG_TYPE"),
        ({"station": ""}, "station", "REQUIRED"),
        ({"station": "53500"}, "station", "TOO_LONG"),
        ({"station": "C51"}, "observer_position_km", "STATION_WITHOUT_POSITION"),
        ({"observer_position_km": [1, 2]}, "observer_position_km", "OUT_OF_RANGE"),
        ({"observer_position_km": [1, 2, 1.001e9]}, "observer_position_km", "OUT_OF_RANGE"),
        ({"observer_position_km": [1, 2, "3"]}, "observer_position_km[2]", "WRONG_TYPE"),
        ({"observer_position_km": "0,0,0"}, "observer_position_km", "WRONG_TYPE"),
        ({"sigma_ra_arcsec": 0}, "sigma_ra_arcsec", "OUT_OF_RANGE"),
        ({"sigma_dec_arcsec": -0.1}, "sigma_dec_arcsec", "OUT_OF_RANGE"),
        ({"correlation": 1}, "correlation", "OUT_OF_RANGE"),
        ({"correlation": -1}, "correlation", "OUT_OF_RANGE"),
        ({"magnitude": 41}, "magnitude", "OUT_OF_RANGE"),
        ({"band": "V" * 9}, "band", "TOO_LONG"),
        ({"mode": 5}, "mode", "WRONG_TYPE"),
        ({"catalogue": "\x00"}, "catalogue", "INVALID_FORMAT"),
        ({"id": 7}, "id", "UNKNOWN_FIELD"),
        ({"ra": 54.5}, "ra", "UNKNOWN_FIELD"),
    ],
)
def test_a_bad_observation_is_refused_by_its_path_and_nothing_is_saved(
    as_observer: APIClient, observer: User, changes: dict[str, Any], field: str, reason: str
) -> None:
    body = {"designation": "Ceres", "observations": [observation_body(0), observation_body(1, **changes)]}
    assert refusals(as_observer.post(URL, body)) == {(f"observations[1].{field}", reason)}
    assert not Request.objects.exists()

    draft = make_draft(observer, observation_count=1)
    answer = as_observer.post(f"{URL}/{draft.pk}/observations", observation_body(1, **changes))
    assert refusals(answer) == {(field, reason)}
    assert draft.observations.count() == 1


def test_all_bad_fields_are_named_at_once(as_observer: APIClient) -> None:
    observations = [observation_body(0, ra_deg=360, dec_deg=-91), observation_body(1, station="ZZZ")]
    assert refusals(as_observer.post(URL, {"designation": "Ceres", "observations": observations})) == {
        ("observations[0].ra_deg", "OUT_OF_RANGE"),
        ("observations[0].dec_deg", "OUT_OF_RANGE"),
        ("observations[1].station", "UNKNOWN_STATION"),
    }


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        ({}, "designation", "REQUIRED"),
        ({"designation": "  "}, "designation", "REQUIRED"),
        ({"designation": 1}, "designation", "WRONG_TYPE"),
        ({"designation": False}, "designation", "WRONG_TYPE"),
        ({"designation": "C" * 101}, "designation", "TOO_LONG"),
        ({"designation": "Ceres", "comment": "c" * 10_001}, "comment", "TOO_LONG"),
        ({"designation": "Ceres", "status": "COMPLETED"}, "status", "UNKNOWN_FIELD"),
        ({"designation": "Ceres", "observations": {}}, "observations", "WRONG_TYPE"),
        ({"designation": "Ceres", "observations": [7]}, "observations[0]", "WRONG_TYPE"),
    ],
)
def test_a_bad_request_is_refused_by_its_field(
    as_observer: APIClient, body: dict[str, Any], path: str, reason: str
) -> None:
    assert refusals(as_observer.post(URL, body)) == {(path, reason)}
    assert not Request.objects.exists()


def test_the_same_station_and_moment_twice_is_refused(as_observer: APIClient, observer: User) -> None:
    body = {"designation": "Ceres", "observations": [observation_body(0), observation_body(0, ra_deg=1)]}
    assert refusals(as_observer.post(URL, body)) == {("observations[1].observed_at", "DUPLICATE_OBSERVATION")}
    draft = make_draft(observer)
    answer = as_observer.post(f"{URL}/{draft.pk}/observations", observation_body(2))
    assert refusals(answer) == {("observed_at", "DUPLICATE_OBSERVATION")}


def test_more_observations_than_the_limit_are_refused(as_observer: APIClient, observer: User, settings: Any) -> None:
    settings.OBSERVATION_COUNT_MAX = 3
    body = {"designation": "Ceres", "observations": [observation_body(i) for i in range(4)]}
    assert refusals(as_observer.post(URL, body)) == {("observations", "TOO_MANY_OBSERVATIONS")}
    draft = make_draft(observer, observation_count=3)
    answer = as_observer.post(f"{URL}/{draft.pk}/observations", observation_body(3))
    assert answer.json()["errors"][0]["reason"] == "TOO_MANY_OBSERVATIONS"


def test_designation_and_comment_of_a_draft_change(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer, comment="Clear.")
    changed = as_observer.patch(f"{URL}/{draft.pk}", {"designation": "Pallas"}).json()
    assert (changed["designation"], changed["comment"]) == ("Pallas", "Clear.")
    assert changed["updated_at"] > changed["created_at"]


def test_a_field_that_a_draft_has_not_is_refused_when_editing(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    answer = as_observer.patch(f"{URL}/{draft.pk}", {"creator": "oscar", "observations": []})
    assert refusals(answer) == {("creator", "UNKNOWN_FIELD"), ("observations", "UNKNOWN_FIELD")}


def test_an_observation_changes_only_in_what_is_named(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    url = f"{URL}/{draft.pk}/observations/{draft.observations.first().pk}"
    as_observer.patch(url, {"sigma_ra_arcsec": 0.5})
    changed = as_observer.patch(url, {"ra_deg": 12.5}).json()
    assert (changed["ra_deg"], changed["dec_deg"], changed["sigma_ra_arcsec"]) == (12.5, 16.25, 0.5)
    assert as_observer.patch(url, {"sigma_ra_arcsec": None}).json()["sigma_ra_arcsec"] is None


def test_a_changed_observation_obeys_the_same_rules(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    url = f"{URL}/{draft.pk}/observations/{draft.observations.first().pk}"
    assert refusals(as_observer.patch(url, {"ra_deg": 360})) == {("ra_deg", "OUT_OF_RANGE")}
    assert refusals(as_observer.patch(url, {"station": "C51"})) == {
        ("observer_position_km", "STATION_WITHOUT_POSITION")
    }
    same_as_second = as_observer.patch(url, {"observed_at": observation_body(1)["observed_at"]})
    assert refusals(same_as_second) == {("observed_at", "DUPLICATE_OBSERVATION")}
    assert draft.observations.first().ra_deg == 54.5


def test_observations_are_counted_when_added_and_removed(as_observer: APIClient, observer: User) -> None:
    draft = make_draft(observer)
    added = as_observer.post(f"{URL}/{draft.pk}/observations", observation_body(3)).json()
    assert as_observer.get(f"{URL}/{draft.pk}").json()["observation_count"] == 4
    assert as_observer.delete(f"{URL}/{draft.pk}/observations/{added['id']}").status_code == 204
    assert as_observer.get(f"{URL}/{draft.pk}").json()["observation_count"] == 3


def test_an_observation_of_another_request_is_not_found(as_observer: APIClient, observer: User) -> None:
    draft, other = make_draft(observer), make_draft(observer)
    url = f"{URL}/{draft.pk}/observations/{other.observations.first().pk}"
    assert as_observer.patch(url, {"ra_deg": 1}).status_code == 404
    assert as_observer.delete(url).status_code == 404
    assert other.observations.count() == 3


def test_only_a_draft_can_be_edited(as_observer: APIClient, observer: User) -> None:
    formed = make_formed(observer)
    observation = f"{URL}/{formed.pk}/observations/{formed.observations.first().pk}"
    answers = [
        as_observer.patch(f"{URL}/{formed.pk}", {"designation": "Pallas"}),
        as_observer.post(f"{URL}/{formed.pk}/observations", observation_body(3)),
        as_observer.patch(observation, {"ra_deg": 1}),
        as_observer.delete(observation),
    ]
    assert [(answer.status_code, answer.json()["reason"]) for answer in answers] == [(409, "NOT_A_DRAFT")] * 4
    assert Observation.objects.filter(request=formed, ra_deg__gte=54).count() == 3
