"""The callback key is replaced while the services run, signatures required: docs/reports.md, step by step."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.client import Client
from tests.system.deployment import CALLBACK_KEY, Deployment, running, wait_for
from tests.system.test_whole_path import wait_for_results

NEW_KEY = "whsec_TGvTb0cXSjJ3yHfwmTJ3C2CY6mA3xGzQkz1dE1sV0nQ"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("rotation")
    with running(Deployment(folder, MAIN_REQUIRE_SIGNATURE="true", CALC_DELAY_S="0")) as services:
        yield services


def restart(deployment: Deployment, name: str, **settings: str) -> None:
    deployment.kill(name)
    deployment.environment.update(settings)
    deployment.start(name)
    deployment.wait_until_ready()


def report_of(moderator: Client, calculation_id: str) -> dict[str, Any]:
    return moderator.get(f"/v1/calculations/{calculation_id}").body["report"]


def wait_for_delivery(moderator: Client, calculation_id: str) -> dict[str, Any]:
    def delivered() -> dict[str, Any] | None:
        report = report_of(moderator, calculation_id)
        return report if report["state"] == "DELIVERED" else None

    return wait_for(delivered, "the report to be delivered")


def test_a_key_that_main_api_does_not_know_yet_delays_a_report_and_loses_none(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    """The steps in the wrong order."""
    restart(deployment, "calc_grpc", CALC_CALLBACK_KEY=NEW_KEY)
    calculation_id = moderator.put(f"/api/requests/{formed_request}/complete").body["calculation_id"]
    wait_for(lambda: report_of(moderator, calculation_id)["attempt_count"] > 0, "a report to be refused")
    report = report_of(moderator, calculation_id)
    assert (report["state"], report["last_error"]) == ("PENDING", "HTTP 403 WRONG_KEY")

    restart(deployment, "main_api", MAIN_CALLBACK_KEYS=f"{NEW_KEY},{CALLBACK_KEY}")
    again = wait_for_delivery(moderator, calculation_id)
    assert again["report_id"] == report["report_id"]
    wait_for_results(moderator, formed_request, 21)

    restart(deployment, "calc_grpc", CALC_CALLBACK_KEY=CALLBACK_KEY)
    restart(deployment, "main_api", MAIN_CALLBACK_KEYS=CALLBACK_KEY)


def test_in_the_order_of_the_document_no_attempt_is_refused(
    deployment: Deployment, observer: Client, moderator: Client, ceres: dict[str, Any]
) -> None:
    def complete_one() -> None:
        body = {"designation": "Ceres", "observations": ceres["observations"]}
        number = observer.post("/api/requests", body).body["id"]
        assert observer.put(f"/api/requests/{number}/form").status == 200
        calculation_id = moderator.put(f"/api/requests/{number}/complete").body["calculation_id"]
        assert wait_for_delivery(moderator, calculation_id)["attempt_count"] == 1
        wait_for_results(moderator, number, 21)

    complete_one()
    restart(deployment, "main_api", MAIN_CALLBACK_KEYS=f"{NEW_KEY},{CALLBACK_KEY}")
    complete_one()
    restart(deployment, "calc_grpc", CALC_CALLBACK_KEY=NEW_KEY)
    complete_one()
    restart(deployment, "main_api", MAIN_CALLBACK_KEYS=NEW_KEY)
    complete_one()


def test_the_key_alone_is_not_enough_where_signatures_are_required(
    deployment: Deployment, anonymous: Client, formed_request: int
) -> None:
    key = deployment.environment["MAIN_CALLBACK_KEYS"].partition(",")[0]
    answer = anonymous.put(f"/api/requests/{formed_request}/result", {"state": "FAILED"}, X_Calc_Key=key)
    assert (answer.status, answer.body["reason"]) == (401, "NO_SIGNATURE")
