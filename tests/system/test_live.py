"""The live streams over WebSocket, with the real services."""

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.system.client import Client
from tests.system.deployment import Deployment


def open_socket(deployment: Deployment, path: str, client: Client) -> ClientConnection:
    return connect(
        f"{deployment.url.replace('http', 'ws', 1)}{path}",
        additional_headers=client.headers,
        proxy=None,
        open_timeout=60,
    )


def test_watching_one_calculation_ends_with_its_final_snapshot(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    number = moderator.put(f"/api/requests/{formed_request}/complete").body["calculation_id"]
    with open_socket(deployment, f"/v1/calculations/{number}:watch", moderator) as socket:
        snapshots = [json.loads(message) for message in socket]
    assert {snapshot["calculation_id"] for snapshot in snapshots} == {number}
    assert snapshots[-1]["state"] == "SUCCEEDED"
    assert snapshots[-1]["distance_result"]["verdict"] == "DETERMINED"


def test_watching_all_marks_the_initial_set_and_then_shows_what_is_new(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    with open_socket(deployment, "/v1/calculations:watch?kind=distance", moderator) as socket:
        while not receive(socket).get("initial_set_complete"):
            pass
        number = moderator.put(f"/api/requests/{formed_request}/complete").body["calculation_id"]
        states = []
        while "SUCCEEDED" not in states:
            calculation = receive(socket)["calculation"]
            if calculation["calculation_id"] == number:
                states.append(calculation["state"])
    assert states[0] == "SCHEDULED"


def test_a_stranger_gets_no_stream(deployment: Deployment, anonymous: Client) -> None:
    with pytest.raises(InvalidStatus) as refused:
        open_socket(deployment, "/v1/calculations:watch", anonymous)
    assert refused.value.response.status_code == 401


def receive(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(socket.recv(timeout=120))
