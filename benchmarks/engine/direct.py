"""Reports that go straight to main_api, with nobody in between: no engine can deliver faster than that."""

import http.client
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

OBSERVATIONS_EACH = 3


def report_of(number: int, *, calculation_id: str, created_at: str) -> dict[str, Any]:
    """The report for a request of completed_requests.py: nothing was computed."""
    first = OBSERVATIONS_EACH * (number - 1) + 1
    return {
        "calculation_id": calculation_id,
        "calculation_created_at": created_at,
        "report_id": str(uuid.uuid4()),
        "state": "SUCCEEDED",
        "verdict": "NOT_DETERMINED",
        "verdict_reason": "Nothing was computed.",
        "orbit": None,
        "alternatives": [],
        "observations": [{"id": first + k, "result_state": "NOT_DETERMINED"} for k in range(OBSERVATIONS_EACH)],
    }


def send_directly(main_url: str, key: str, *, first: int, count: int, at_once: int) -> None:
    """Deliver a report for each request from `first` on, over that many connections."""
    numbers = iter(range(first, first + count))
    with ThreadPoolExecutor(at_once) as threads:
        for sending in [threads.submit(_send_all, main_url, key, numbers) for _ in range(at_once)]:
            sending.result()


def _send_all(main_url: str, key: str, numbers: Iterator[int]) -> None:
    connection = http.client.HTTPConnection(urlsplit(main_url).netloc, timeout=30)
    headers = {"X-Calc-Key": key, "Content-Type": "application/json"}
    for number in numbers:
        report = report_of(number, calculation_id=str(uuid.uuid4()), created_at=datetime.now(UTC).isoformat())
        connection.request("PUT", f"/api/requests/{number}/result", json.dumps(report).encode(), headers)
        response = connection.getresponse()
        response.read()
        if not 200 <= response.status < 300:
            raise RuntimeError(f"main_api answered {response.status}")
    connection.close()
