"""The calculation service from the command line, with the real grpcurl and nothing but reflection."""

import base64
import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment, wait_for
from tests.system.test_whole_path import relative_errors, wait_for_results

SERVICE = "astrodist.calc.v1.CalculationService"
GO_TOOLS = Path.home() / "go" / "bin"


@pytest.fixture(scope="session")
def grpcurl() -> str:
    found = shutil.which("grpcurl", path=f"{os.environ['PATH']}{os.pathsep}{GO_TOOLS}")
    if found is None:
        pytest.skip("grpcurl is missing: go install github.com/fullstorydev/grpcurl/cmd/grpcurl@latest")
    return found


def run(grpcurl: str, deployment: Deployment, *arguments: str, body: Any = None) -> subprocess.CompletedProcess[str]:
    data = [] if body is None else ["-d", json.dumps(body)]
    return subprocess.run(
        [grpcurl, "-plaintext", *data, deployment.calc_address, *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_reflection_lists_and_describes_the_service_and_its_health(grpcurl: str, deployment: Deployment) -> None:
    listed = run(grpcurl, deployment, "list").stdout.split()
    assert SERVICE in listed
    assert "grpc.health.v1.Health" in listed
    described = run(grpcurl, deployment, "describe", SERVICE).stdout
    assert "rpc CreateCalculation" in described
    health = run(grpcurl, deployment, "grpc.health.v1.Health/Check", body={"service": SERVICE})
    assert json.loads(health.stdout) == {"status": "SERVING"}


def test_calculation_is_created_watched_to_its_end_and_read(
    grpcurl: str, deployment: Deployment, ceres: dict[str, Any]
) -> None:
    number = str(uuid.uuid4())
    body = {"calculation_id": number, "delay": "0s", "distance": {"observations": ceres["observations"]}}
    created = json.loads(run(grpcurl, deployment, f"{SERVICE}/CreateCalculation", body=body).stdout)
    assert created["state"] == "SCHEDULED"

    name = {"calculation_id": number}
    watched = run(grpcurl, deployment, f"{SERVICE}/WatchCalculation", body=name).stdout
    assert '"state": "SUCCEEDED"' in watched
    got = json.loads(run(grpcurl, deployment, f"{SERVICE}/GetCalculation", body=name).stdout)
    distances = [row["distance_au"] for row in got["distance_result"]["observations"]]
    rows = [{**given, "distance_au": found} for given, found in zip(ceres["observations"], distances, strict=True)]
    assert max(relative_errors({"observations": rows}, ceres)) < 0.005


def test_bad_input_comes_back_with_the_field_and_its_reason(grpcurl: str, deployment: Deployment) -> None:
    bad = {"observed_at": "2024-03-01T20:00:00Z", "ra_deg": 360, "dec_deg": 1, "station": "535"}
    failed = run(grpcurl, deployment, f"{SERVICE}/CreateCalculation", body={"distance": {"observations": [bad] * 3}})
    assert failed.returncode != 0
    assert "InvalidArgument" in failed.stderr
    assert "OUT_OF_RANGE" in failed.stderr
    assert "distance.observations[0].ra_deg" in failed.stderr


def test_file_of_observations_is_read_with_its_problems_named(grpcurl: str, deployment: Deployment) -> None:
    good = "00001         C2024 01 05.12345 03 15 02.34 +21 10 45.6          12.3 V      535"
    content = f"{good}\n{good.replace('535', '5Z5')}\n".encode()
    body = {"content": base64.b64encode(content).decode()}
    read = json.loads(run(grpcurl, deployment, f"{SERVICE}/ParseAstrometry", body=body).stdout)
    assert [(row["designation"], row["line"]) for row in read["observations"]] == [("1", 1)]
    assert read["observations"][0]["observation"]["observed_at"].startswith("2024-01-05T02:57:46.08")
    (error,) = [problem for problem in read["problems"] if problem["severity"] == "ERROR"]
    assert (error["line"], error["column_start"], error["column_end"], error["text"]) == (2, 78, 80, "5Z5")
    assert error["reason"] == "UNKNOWN_STATION" and error["hint"]
    assert read["error_count"] == 1


def test_report_reaches_main_api_when_the_callback_is_given_with_grpcurl(
    grpcurl: str, deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    moderator.put(f"/api/requests/{formed_request}/complete")
    row = wait_for_results(moderator, formed_request, 21)
    fields = ("id", "observed_at", "ra_deg", "dec_deg", "station")
    body = {
        "delay": "0s",
        "creator": row["creator"],
        "callback": {"url": f"{deployment.callback_base}/api/requests/{formed_request}/result"},
        "distance": {"observations": [{name: o[name] for name in fields} for o in row["observations"]]},
    }
    created = json.loads(run(grpcurl, deployment, f"{SERVICE}/CreateCalculation", body=body).stdout)
    wait_for(
        lambda: moderator.get(f"/api/requests/{formed_request}").body["calculation_id"] == created["calculation_id"],
        "the request to adopt the calculation",
    )
