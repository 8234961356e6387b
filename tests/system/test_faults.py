"""Killed and unreachable services: nothing is lost, and what was refused is unchanged."""

from astrodist_client import Client as CalcClient

from tests.system.client import Client
from tests.system.cutting import frozen_workers
from tests.system.deployment import Deployment, wait_for
from tests.system.test_whole_path import wait_for_results


def test_result_arrives_although_calc_grpc_is_killed_after_accepting(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    row = moderator.put(f"/api/requests/{formed_request}/complete").body
    deployment.kill("calc_grpc")
    deployment.start("calc_grpc")
    deployment.wait_until_ready()
    assert wait_for_results(moderator, formed_request, 21)["calculation_id"] == row["calculation_id"]


def test_completing_while_calc_grpc_is_down_is_refused_and_the_request_stays_formed(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    deployment.kill("calc_grpc")
    try:
        answer = moderator.put(f"/api/requests/{formed_request}/complete")
        assert (answer.status, answer.body["reason"]) == (503, "CALC_UNAVAILABLE")
        assert moderator.get(f"/api/requests/{formed_request}").body["status"] == "FORMED"
    finally:
        deployment.start("calc_grpc")
        deployment.wait_until_ready()
    assert moderator.put(f"/api/requests/{formed_request}/complete").status == 200
    wait_for_results(moderator, formed_request, 21)


def test_report_is_delivered_later_when_main_api_is_down_meanwhile(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    with frozen_workers(deployment):  # else the report might be there before main_api is gone
        row = moderator.put(f"/api/requests/{formed_request}/complete").body
        deployment.kill("main_api")
    try:
        wait_for(lambda: failed_reports(deployment) > 0, "a report that fails")
    finally:
        deployment.start("main_api")
        deployment.wait_until_ready()
    wait_for_results(moderator, formed_request, 21)
    path = f"/v1/calculations/{row['calculation_id']}"
    report = wait_for(lambda: delivered(moderator.get(path).body["report"]), "the report to be marked delivered")
    assert report["attempt_count"] > 1


def failed_reports(deployment: Deployment) -> int:
    """Failed attempts so far, asked of calc_grpc itself: the gateway cannot tell who calls while main_api is down."""
    with CalcClient(deployment.calc_address) as client:
        return int(next(client.list(page_size=1)).report.attempt_count)


def delivered(report: dict[str, object]) -> dict[str, object] | None:
    return report if report["state"] == "DELIVERED" else None
