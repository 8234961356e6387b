"""Digits of pi through the whole service. Usage: python benchmarks/pi_service.py [--positions 10000000]

Starts the real services and prints: the rate at which digits come through the gateway, against that of a file of the
same size from the same gateway (goal: at least 20 %), with gzip and without; and how long a distance takes alone, and
submitted together with ten calculations of pi (goal: not longer). The build of the interface has to be there.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import urllib.request
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "protos" / "gen")]

from tests.system.client import Client, sign_in  # noqa: E402  # needs the path above
from tests.system.deployment import Deployment  # noqa: E402

ROUNDS = 25
DISTANCE_ROUNDS = 15
MANY_PI = 10
RATE_GOAL = 0.2
READ_BYTES = 1 << 20
OBSERVATIONS = json.loads((ROOT / "tests" / "data" / "ceres_1801.json").read_text())["observations"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--positions", type=int, default=10_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        static = Path(folder) / "static"
        static.mkdir()
        services = Deployment(Path(folder), CALC_DELAY_S="0", GATEWAY_STATIC_DIR=str(static))
        try:
            services.start_all()
            moderator = sign_in(services.url, "moderator")
            compare_sharing(moderator)
            compare_rates(moderator, services, arguments.positions, static)
        finally:
            services.stop_all()


# --- the rate ---


def compare_rates(client: Client, services: Deployment, position: int, static: Path) -> None:
    began = time.monotonic()
    calculation_id = create(client, {"pi": {"digit_position": position}})
    finished(client, calculation_id)
    print(f"{position:,} digits: {time.monotonic() - began:.1f} s from Create to the end")
    began = time.monotonic()
    create(client, {"pi": {"digit_position": position}})
    print(f"asked for again: answered in {time.monotonic() - began:.2f} s")
    path = f"/v1/calculations/{calculation_id}/digits"
    digits = fetch(client, path)[1]
    (static / "digits.bin").write_bytes(digits)
    seconds: dict[str, list[float]] = {"file": [], "digits": [], "gzip": []}
    for _ in range(ROUNDS):  # in turn, so that a busy moment hits all of them
        seconds["file"].append(fetch(client, "/digits.bin", expected=digits)[0])
        seconds["digits"].append(fetch(client, path, expected=digits)[0])
        seconds["gzip"].append(fetch(client, path, encoding="gzip")[0])
    typical = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in typical.items():
        print(f"{name:>8}: {value * 1e3:6.1f} ms, {len(digits) / value / 1e6:6.0f} MB/s")
    print(f"{'':8}  digits at {typical['file'] / typical['digits']:.0%} of the rate of the file", end=" ")
    print(f"(goal: at least {RATE_GOAL:.0%})")


def fetch(
    client: Client, path: str, *, encoding: str = "identity", expected: bytes | None = None
) -> tuple[float, bytes]:
    """Seconds from the call to the last byte, and the bytes."""
    headers = {**client.headers, "Accept-Encoding": encoding}
    request = urllib.request.Request(f"{client.base_url}{path}", headers=headers)
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as response:
        pieces = []
        while piece := response.read(READ_BYTES):
            pieces.append(piece)
    seconds = time.perf_counter() - began
    body = b"".join(pieces)
    assert expected is None or body == expected
    return seconds, body


# --- ten of pi and a distance ---


def compare_sharing(client: Client) -> None:
    distance_seconds(client)  # what is loaded by the first one is not measured
    alone = [distance_seconds(client) for _ in range(DISTANCE_ROUNDS)]
    together = []
    waiting: list[str] = []
    for step in range(DISTANCE_ROUNDS):
        base = 1_000_000 + step * MANY_PI
        waiting = [create(client, {"pi": {"digit_position": base + k}}) for k in range(MANY_PI)]
        wait_until_running(client, waiting)
        together.append(distance_seconds(client))
        for calculation_id in waiting:
            client.post(f"/v1/calculations/{calculation_id}:cancel")
    print(f"a distance alone: {describe(alone)}; together with {MANY_PI} of pi to 10^6: {describe(together)}")
    print(f"{statistics.median(together) / statistics.median(alone):.2f} times as long (goal: about 1)")
    began = time.monotonic()
    waiting = [create(client, {"pi": {"digit_position": 1_000_000 - k}}) for k in range(MANY_PI)]
    for calculation_id in waiting:
        finished(client, calculation_id)
    print(f"{MANY_PI} of pi to 10^6, the longest first: all done in {time.monotonic() - began:.1f} s")


def distance_seconds(client: Client) -> float:
    """From Create to the result, by the moments that the service noted."""
    calculation_id = create(client, {"distance": {"observations": OBSERVATIONS}})
    calculation = finished(client, calculation_id)
    assert calculation["state"] == "SUCCEEDED", calculation
    return moment(calculation["finish_time"]) - moment(calculation["create_time"])


def wait_until_running(client: Client, calculation_ids: list[str]) -> None:
    while not any(state(client, calculation_id)["state"] == "RUNNING" for calculation_id in calculation_ids):
        time.sleep(0.01)


def describe(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


# --- calls ---


def create(client: Client, input_fields: dict[str, Any]) -> str:
    body = {"calculation_id": str(uuid.uuid4()), "delay": "0s", **input_fields}
    answer = client.post("/v1/calculations", body)
    assert answer.status == 200, answer
    return str(answer.body["calculation_id"])


def state(client: Client, calculation_id: str) -> dict[str, Any]:
    answer = client.get(f"/v1/calculations/{calculation_id}")
    assert answer.status == 200, answer
    return dict(answer.body)


def finished(client: Client, calculation_id: str) -> dict[str, Any]:
    while True:
        calculation = state(client, calculation_id)
        if "finish_time" in calculation:
            return calculation
        time.sleep(0.02)


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
