"""One id in the logs of every room: from the client through gateway, main_api and calc_grpc to the report and back."""

import re
import uuid
from pathlib import Path

from tests.system.client import Client
from tests.system.deployment import Deployment, wait_for


def test_a_requests_id_is_in_the_log_of_every_room_it_passes(
    deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    request_id = f"test-{uuid.uuid4()}"
    path = f"/api/requests/{formed_request}"
    answer = moderator.put(f"{path}/complete", X_Request_Id=request_id)
    assert (answer.status, answer.headers["x-request-id"]) == (200, request_id)
    wait_for(lambda: moderator.get(path).body["result_count"], "the result", hint=deployment.logs)

    def logged(room: str, *words: str) -> bool:
        """Whether a line with the id has all these words; logs are written a moment later."""
        return any(
            request_id in line and all(re.search(word, line) for word in words)
            for line in (deployment.folder / f"{room}.log").read_text().splitlines()
        )

    calculation = answer.body["calculation_id"]
    for room, words in (
        ("gateway", ("action=access", f"path={path}/complete", "status=200")),
        ("main_api", ("answered", f"path={path}/complete", "status=200")),
        ("calc_grpc", ("CreateCalculation", "OK")),
        ("calc_grpc", ("calculation started", calculation)),
        ("calc_grpc", ("calculation ended", calculation, "SUCCEEDED")),
        ("calc_grpc", ("report attempted", calculation, "DELIVERED")),
        ("main_api", ("answered", "method=PUT", f"path={path}/result", "status=204")),
    ):
        wait_for(lambda room=room, words=words: logged(room, *words), f"{words} in {room}.log")
    assert not _lines_with(deployment.folder / "gateway.log", request_id, f"{path}/result")


def _lines_with(log: Path, *words: str) -> list[str]:
    return [line for line in log.read_text().splitlines() if all(word in line for word in words)]
