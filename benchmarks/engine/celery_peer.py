"""The same work with Celery and Redis: a task that posts a result to main_api, acknowledged late.

Runs in a virtual environment of its own (celery, redis, requests), which the system itself has no need of.
Usage: celery -A celery_peer worker --concurrency 1; python celery_peer.py sends that many tasks for each line
`FIRST COUNT` of its input.
"""

import os
import sys
import uuid
from datetime import UTC, datetime

import requests
from celery import Celery

from engine.direct import report_of

REDIS_URL = os.environ["BENCHMARK_REDIS_URL"]
MAIN_URL = os.environ["BENCHMARK_MAIN_URL"]
HEADERS = {"X-Calc-Key": os.environ["BENCHMARK_KEY"]}

app = Celery("peer", broker=REDIS_URL)
app.conf.update(task_acks_late=True, task_ignore_result=True, broker_connection_retry_on_startup=True)
session = requests.Session()


@app.task(name="report", autoretry_for=(requests.RequestException,), retry_backoff=True)
def report(number: int, calculation_id: str, created_at: str) -> None:
    """Compute nothing and deliver it."""
    body = report_of(number, calculation_id=calculation_id, created_at=created_at)
    session.put(f"{MAIN_URL}/api/requests/{number}/result", json=body, headers=HEADERS, timeout=30).raise_for_status()


if __name__ == "__main__":
    for line in sys.stdin:
        first_number, count = map(int, line.split())
        for one in range(first_number, first_number + count):
            report.delay(one, str(uuid.uuid4()), datetime.now(UTC).isoformat())
        print("sent", flush=True)
