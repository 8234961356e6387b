"""What is wrong is refused with a stable reason, and changes nothing."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment

GOOD = {"observed_at": "2024-03-01T20:00:00Z", "ra_deg": 100.0, "dec_deg": 10.0, "station": "535"}


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"ra_deg": 360}, "ra_deg", "OUT_OF_RANGE"),
        ({"dec_deg": -91}, "dec_deg", "OUT_OF_RANGE"),
        ({"observed_at": "2999-01-01T00:00:00Z"}, "observed_at", "FUTURE_TIME"),
        ({"station": "ZZ9"}, "station", "UNKNOWN_STATION"),
        ({"ra_deg": "north"}, "ra_deg", "WRONG_TYPE"),
        ({"observed_at": "yesterday"}, "observed_at", "INVALID_FORMAT"),
    ],
)
def test_bad_observation_is_refused_by_field_at_both_doors(
    observer: Client, moderator: Client, change: dict[str, Any], path: str, reason: str
) -> None:
    observations = [GOOD, {**GOOD, "observed_at": "2024-03-02T20:00:00Z"}, {**GOOD, **change}]
    observations[2].setdefault("observed_at", "2024-03-03T20:00:00Z")
    count = observer.get("/api/requests").body["count"]

    rest = observer.post("/api/requests", {"designation": "bad", "observations": observations})
    assert rest.status == 400
    assert rest.headers["content-type"].startswith("application/problem+json")
    assert (f"observations[2].{path}", reason) in {(e["path"], e["reason"]) for e in rest.body["errors"]}
    assert observer.get("/api/requests").body["count"] == count

    direct = moderator.post("/v1/calculations", {"distance": {"observations": observations}})
    assert direct.status == 400
    assert direct.body["reason"] == "INVALID_INPUT"
    assert f"distance.observations[2].{path}" in {e["path"] for e in direct.body["errors"]}


def test_fewer_than_three_observations_cannot_be_formed(observer: Client) -> None:
    draft = observer.post("/api/requests", {"designation": "two only", "observations": [GOOD]}).body
    answer = observer.put(f"/api/requests/{draft['id']}/form")
    assert (answer.status, answer.body["reason"]) == (400, "TOO_FEW_OBSERVATIONS")
    assert observer.get(f"/api/requests/{draft['id']}").body["status"] == "DRAFT"


def test_fewer_than_three_observations_are_refused_by_the_calculation_service(moderator: Client) -> None:
    answer = moderator.post("/v1/calculations", {"distance": {"observations": [GOOD]}})
    assert answer.status == 400
    assert "TOO_FEW_OBSERVATIONS" in {e["reason"] for e in answer.body["errors"]}


def test_illegal_transition_is_a_conflict_and_changes_nothing(moderator: Client, formed_request: int) -> None:
    assert moderator.put(f"/api/requests/{formed_request}/reject", {"reason": "no"}).status == 200
    answer = moderator.put(f"/api/requests/{formed_request}/complete")
    assert (answer.status, answer.body["reason"]) == (409, "ILLEGAL_TRANSITION")
    assert moderator.get(f"/api/requests/{formed_request}").body["status"] == "REJECTED"


def test_observer_may_not_moderate(observer: Client, formed_request: int) -> None:
    assert observer.put(f"/api/requests/{formed_request}/complete").status == 403
    assert observer.put(f"/api/requests/{formed_request}/reject", {"reason": "no"}).status == 403


def test_foreign_request_is_not_known_to_another_observer(anonymous: Client, formed_request: int) -> None:
    name = f"other{formed_request}"
    account = {"username": name, "password": "far-away-and-small-7"}
    assert anonymous.post("/api/auth/register", account).status == 201
    token = anonymous.post("/api/auth/token", account).body["token"]
    other = Client(anonymous.base_url, {"Authorization": f"Token {token}"})
    assert other.get(f"/api/requests/{formed_request}").status == 404
    assert other.get("/api/requests").body["count"] == 0


def test_nobody_calculates_without_signing_in(anonymous: Client, observer: Client) -> None:
    body = {"distance": {"observations": [GOOD]}}
    refused = anonymous.post("/v1/calculations", body)
    assert (refused.status, refused.body["reason"]) == (401, "NOT_SIGNED_IN")
    forbidden = observer.post("/v1/calculations", body)
    assert (forbidden.status, forbidden.body["reason"]) == (403, "FORBIDDEN")


def test_callback_to_a_foreign_origin_is_refused(deployment: Deployment, moderator: Client) -> None:
    observations = [{**GOOD, "observed_at": f"2024-03-0{day}T20:00:00Z"} for day in (1, 2, 3)]
    answer = moderator.post(
        "/v1/calculations",
        {"distance": {"observations": observations}, "callback": {"url": "http://192.0.2.1/api/requests/1/result"}},
    )
    assert (answer.status, answer.body["reason"]) == (400, "CALLBACK_NOT_ALLOWED")


def test_broken_json_is_named_as_such(deployment: Deployment, observer: Client) -> None:

    for path in ("/api/requests", "/v1/calculations"):
        request = urllib.request.Request(
            f"{deployment.url}{path}",
            data=b'{"designation": ',
            headers={**observer.headers, "Content-Type": "application/json"},
            method="POST",
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        with refused.value:
            assert refused.value.code == 400
            assert b"MALFORMED_BODY" in refused.value.read()
