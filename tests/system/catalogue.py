"""A filled catalogue for the system tests and the screenshots, and observations of one of its asteroids."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.services import ROOT
from tests.system.client import Client
from tests.system.deployment import free_ports, wait_for

# Who typed this one mistook a digit of the declination: by six minutes of arc.
MISTYPED = 7
MISTAKE_DEG = 0.1


@contextmanager
def running_standin(folder: Path, *, object_count: int, delay_s: float) -> Iterator[str]:
    """The origin of a stand-in source, a process that takes `delay_s` for each page."""
    (port,) = free_ports(1)
    command = ["-m", "calc_grpc.catalogue.standin", "--port", str(port), "--objects", str(object_count)]
    with (folder / "standin.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *command, "--delay", str(delay_s)], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def source_settings(origin: str, *, page_size: int, concurrency: int) -> dict[str, str]:
    """The settings of services whose source is this stand-in."""
    return {
        "CALC_CATALOGUE_URL": f"{origin}/sbdb_query.api",
        "CALC_CATALOGUE_PAGE_SIZE": str(page_size),
        "CALC_CATALOGUE_CONCURRENCY": str(concurrency),
    }


def synchronise(moderator: Client) -> None:
    """Fill the catalogue, and wait until it is filled."""
    started = moderator.post("/api/asteroids/sync", {"allow_shrink": False})
    assert started.status == 202, started

    def ended() -> Any:
        calculation = moderator.get(f"/v1/calculations/{started.body['calculation_id']}").body
        return calculation if calculation["state"] not in ("SCHEDULED", "RUNNING") else None

    last = wait_for(ended, "the synchronisation to end")
    assert last["state"] == "SUCCEEDED", last


def eros_observations() -> list[dict[str, Any]]:
    """Eros in March 2016, four nights of the Minor Planet Center's archive; one row is mistyped."""
    cases = json.loads((ROOT / "tests" / "data" / "orbit_cases.json").read_text())["cases"]
    rows: list[dict[str, Any]] = next(case["observations"] for case in cases if case["id"] == "hard-Eros_2016_15d")
    wrong = rows[MISTYPED]
    rows[MISTYPED] = wrong | {"dec_deg": round(wrong["dec_deg"] + MISTAKE_DEG, 6)}
    return rows


def completed_request(
    observer: Client, moderator: Client, designation: str, observations: Sequence[dict[str, Any]]
) -> int:
    """The number of a request that a moderator has completed; its calculation may still run."""
    made = observer.post("/api/requests", {"designation": designation, "observations": observations})
    assert made.status == 201, made
    number = int(made.body["id"])
    assert observer.put(f"/api/requests/{number}/form").status == 200
    assert moderator.put(f"/api/requests/{number}/complete").status == 200
    return number
