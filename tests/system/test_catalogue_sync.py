"""The catalogue is synchronised by real processes from a slow stand-in, while the calculation service is killed."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.catalogue import running_standin, source_settings
from tests.system.client import sign_in
from tests.system.deployment import Deployment, running, wait_for

OBJECT_COUNT, PAGE_SIZE, CONCURRENCY = 3000, 50, 4
PAGE_COUNT = OBJECT_COUNT // PAGE_SIZE


@pytest.fixture
def source(tmp_path: Path) -> Iterator[str]:
    """The origin of a stand-in that takes a tenth of a second for each page."""
    with running_standin(tmp_path, object_count=OBJECT_COUNT, delay_s=0.1) as origin:
        yield origin


@pytest.fixture
def deployment(tmp_path: Path, source: str) -> Iterator[Deployment]:
    settings = source_settings(source, page_size=PAGE_SIZE, concurrency=CONCURRENCY)
    with running(Deployment(tmp_path, **settings)) as services:
        yield services


def asked_count(source: str) -> int:
    with urllib.request.urlopen(f"{source}/standin/statistics") as response:
        statistics: dict[str, Any] = json.load(response)
    return int(statistics["request_count"])


def test_a_sync_outlives_a_killed_service_and_fetches_no_page_again(deployment: Deployment, source: str) -> None:
    moderator = sign_in(deployment.url, "moderator")
    created = moderator.post("/v1/calculations", {"catalogue_sync": {}, "delay": "0s"})
    assert created.status == 200, created
    second = moderator.post("/v1/calculations", {"catalogue_sync": {}, "delay": "0s"})
    assert second.body["reason"] == "SYNC_RUNNING", second
    path = f"/v1/calculations/{created.body['calculation_id']}"
    wait_for(lambda: asked_count(source) >= PAGE_COUNT // 3, "a third of the pages", hint=deployment.logs)
    deployment.kill("calc_grpc")
    deployment.start("calc_grpc")
    deployment.wait_until_ready()

    def ended() -> dict[str, Any] | None:
        calculation = moderator.get(path).body
        return calculation if calculation["state"] not in ("SCHEDULED", "RUNNING") else None

    last = wait_for(ended, "the synchronisation to end", hint=deployment.logs)
    assert last["state"] == "SUCCEEDED", last
    counts = last["catalogue_sync_result"]["counts"]
    # A page that was stored when the service died, and not noted, is sent again, and counted as it was then.
    assert counts["added_count"] == OBJECT_COUNT == counts["object_count"] and counts["unchanged_count"] == 0
    assert counts["deleted_count"] == 0 and last["progress"]["catalogue_sync"]["done_page_count"] == PAGE_COUNT
    assert moderator.get("/api/asteroids?page_size=1").body["count"] == OBJECT_COUNT
    # What was on its way when the service died is asked for again, and nothing else.
    assert asked_count(source) <= PAGE_COUNT + CONCURRENCY + 10
