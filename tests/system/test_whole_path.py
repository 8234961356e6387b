"""From measured positions to distances, through the gateway, with the real services."""

import uuid
from typing import Any

from tests.system.client import Answer, Client
from tests.system.cutting import frozen_workers
from tests.system.deployment import CALLBACK_KEY, Deployment, wait_for

# Piazzi's right ascension of 18 January is 48 arcseconds off; the note in ceres_1801.json says so.
BAD_POSITION = "1801-01-18"
LARGEST_RELATIVE_ERROR = 0.005


def wait_for_results(client: Client, number: int, count: int) -> dict[str, Any]:
    def row() -> dict[str, Any] | None:
        body = client.get(f"/api/requests/{number}").body
        done = body["calculation_state"] == "SUCCEEDED" and body["result_count"] == count
        return body if done else None

    return wait_for(row, f"{count} results of request {number}")


def relative_errors(row: dict[str, Any], ceres: dict[str, Any]) -> list[float]:
    truth = dict(zip((o["observed_at"][:10] for o in ceres["observations"]), ceres["distance_au"], strict=True))
    return [abs(o["distance_au"] / truth[o["observed_at"][:10]] - 1) for o in row["observations"]]


def test_demo_request_waits_formed_with_all_observations_and_no_result(observer: Client) -> None:
    rows = observer.get("/api/requests?search=Piazzi").body["results"]
    assert [(row["status"], row["observation_count"], row["result_count"]) for row in rows] == [("FORMED", 21, 0)]


def test_completing_answers_at_once_and_the_distances_of_ceres_arrive(
    deployment: Deployment, moderator: Client, formed_request: int, ceres: dict[str, Any]
) -> None:
    with frozen_workers(deployment):  # whoever waited for the result would wait in vain
        answer = moderator.put(f"/api/requests/{formed_request}/complete")
    assert (answer.status, answer.body["status"], answer.body["calculation_state"]) == (200, "COMPLETED", "SCHEDULED")
    assert answer.body["result_count"] == 0

    row = wait_for_results(moderator, formed_request, 21)
    assert row["verdict"] in ("DETERMINED", "WEAK")
    assert max(relative_errors(row, ceres)) < LARGEST_RELATIVE_ERROR
    assert all(o["distance_sigma_au"] > 0 for o in row["observations"])
    assert [o["observed_at"][:10] for o in row["observations"] if not o["used"]] == [BAD_POSITION]
    assert abs(row["orbit"]["a_au"] - 2.767) < 0.1
    assert abs(row["orbit"]["i_deg"] - 10.6) < 0.3


def test_completing_twice_is_one_calculation(moderator: Client, formed_request: int) -> None:
    first = moderator.put(f"/api/requests/{formed_request}/complete")
    second = moderator.put(f"/api/requests/{formed_request}/complete")
    assert (first.status, second.status) == (200, 200)
    assert first.body["calculation_id"] == second.body["calculation_id"]


def test_moderator_rejects_one_with_a_reason_that_its_creator_reads(
    observer: Client, moderator: Client, formed_request: int
) -> None:
    without_reason = moderator.put(f"/api/requests/{formed_request}/reject", {"reason": ""})
    assert without_reason.status == 400
    rejected = moderator.put(f"/api/requests/{formed_request}/reject", {"reason": "The station is wrong."})
    assert (rejected.status, rejected.body["status"]) == (200, "REJECTED")
    history = observer.get(f"/api/requests/{formed_request}").body["history"]
    assert any("The station is wrong." in (entry["note"] or "") for entry in history)


def test_calculation_made_directly_with_the_requests_callback_changes_its_result(
    deployment: Deployment, observer: Client, moderator: Client, formed_request: int
) -> None:
    moderator.put(f"/api/requests/{formed_request}/complete")
    first = wait_for_results(moderator, formed_request, 21)

    calculation = create_directly(deployment, moderator, first)
    assert calculation.status == 200, calculation
    assert calculation.body["state"] == "SCHEDULED"
    adopted = wait_for(
        lambda: first_if(
            find_row(observer, formed_request), calculation_id=calculation.body["calculation_id"], result_count=21
        ),
        "the list to show the new calculation",
    )
    assert adopted["calculation_state"] == "SUCCEEDED"


def test_recalculating_replaces_the_calculation_and_keeps_the_results_meanwhile(
    moderator: Client, formed_request: int
) -> None:
    moderator.put(f"/api/requests/{formed_request}/complete")
    first = wait_for_results(moderator, formed_request, 21)
    path = f"/api/requests/{formed_request}/recalculate"
    again = moderator.post(path, {"supersedes": first["calculation_id"]})
    assert again.status == 200, again
    assert again.body["calculation_id"] != first["calculation_id"]
    assert again.body["result_count"] == 21
    stale = moderator.post(path, {"supersedes": first["calculation_id"]})
    assert stale.status == 409
    assert wait_for_results(moderator, formed_request, 21)["calculation_id"] == again.body["calculation_id"]


def test_result_method_called_by_hand_changes_the_result_and_the_earlier_one_stays_in_history(
    anonymous: Client, moderator: Client, formed_request: int
) -> None:
    moderator.put(f"/api/requests/{formed_request}/complete")
    row = wait_for_results(moderator, formed_request, 21)
    body = {
        "calculation_id": row["calculation_id"],
        "state": "SUCCEEDED",
        "verdict": "WEAK",
        "verdict_reason": "Set by hand.",
        "observations": [
            {"id": o["id"], "result_state": "WEAK", "distance_au": 2.5, "distance_sigma_au": 0.1}
            for o in row["observations"]
        ],
    }
    path = f"/api/requests/{formed_request}/result"
    assert anonymous.put(path, body).status == 401
    assert anonymous.put(path, body, X_Calc_Key="a wrong key").status == 403
    assert moderator.get(f"/api/requests/{formed_request}").body["observations"] == row["observations"]

    assert anonymous.put(path, body, X_Calc_Key=CALLBACK_KEY).status == 204
    changed = moderator.get(f"/api/requests/{formed_request}").body
    assert {o["distance_au"] for o in changed["observations"]} == {2.5}
    assert changed["verdict_reason"] == "Set by hand."
    assert len(changed["history"]) > len(row["history"])


def test_watch_over_sse_ends_with_the_final_snapshot(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    row = moderator.put(f"/api/requests/{formed_request}/complete").body
    stream = moderator.get(f"/v1/calculations/{row['calculation_id']}:watch", Accept="text/event-stream")
    assert stream.headers["content-type"].startswith("text/event-stream")
    events = [line for line in stream.body.splitlines() if line.startswith("data:")]
    revisions = [int(line[3:]) for line in stream.body.splitlines() if line.startswith("id:")]
    assert '"SCHEDULED"' in events[0]
    assert '"SUCCEEDED"' in events[-1]
    assert revisions == sorted(set(revisions))


def create_directly(deployment: Deployment, moderator: Client, row: dict[str, Any]) -> Answer:
    fields = ("id", "observed_at", "ra_deg", "dec_deg", "station")
    return moderator.post(
        "/v1/calculations",
        {
            "calculation_id": str(uuid.uuid4()),
            "distance": {"observations": [{name: o[name] for name in fields} for o in row["observations"]]},
            "delay": "0s",
            "callback": {"url": f"{deployment.callback_base}/api/requests/{row['id']}/result"},
            "creator": row["creator"],
        },
    )


def find_row(client: Client, number: int) -> dict[str, Any]:
    rows = client.get("/api/requests?page_size=1000").body["results"]
    return next(row for row in rows if row["id"] == number)


def first_if(row: dict[str, Any], **expected: Any) -> dict[str, Any] | None:
    return row if all(row[name] == value for name, value in expected.items()) else None
