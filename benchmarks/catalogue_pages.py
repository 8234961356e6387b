"""Pages of the catalogue into main_api. Usage: python benchmarks/catalogue_pages.py [--objects 1500000] [--page 20000]

The real main_api on SQLite is sent pages of the stand-in's asteroids, one after another; making them is not timed.
Printed: objects a second into an empty catalogue and into one that is the same already, the slowest page, the end of
the run, the most memory that a process of main_api had; then how long pages of the list take, searched, filtered and
ordered (the median of five). Last, ours against the peer, Django's bulk_create(update_conflicts=True), a page each into
an empty database.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.processes import main_api

from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.catalogue.standin.rows import Rows

KEY = "key-of-the-benchmark"
GOAL_RATE, GOAL_MB = 20_000, 300.0
PEER_ROWS = 20_000
REPEATS = 5
QUERIES = (
    "",
    "page=20000",
    "search=433",
    "search=eros",
    "search=2010 A",
    "search=2010",
    "neo=true",
    "neo=true&ordering=-h_magnitude",
    "orbit_class=MBA",
    "orbit_class=MBA&h_min=14&h_max=16",
    "orbit_class=MBA&ordering=h_magnitude",
    "ordering=h_magnitude",
    "ordering=-name",
    "ordering=-diameter_km",
)


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A run sent: how long each page took, and the end; the counts of all pages together."""

    page_s: list[float]
    end_s: float
    counts: dict[str, int]


def main() -> int:
    """Measure and print; returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=200_000, help="(%(default)s)")
    parser.add_argument("--page", type=int, default=20_000, help="rows in a page (%(default)s)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="astrodist-bench-") as folder:
        met = measure(Path(folder), chosen.objects, chosen.page)
    with tempfile.TemporaryDirectory(prefix="astrodist-bench-") as folder:
        compare(Path(folder))
    return int(not met)


def measure(folder: Path, object_count: int, page_size: int) -> bool:
    """Fill an empty catalogue, send the same again, read; whether the goals are met."""
    settings = {"MAIN_CALLBACK_KEYS": KEY, "MAIN_REQUIRE_SIGNATURE": "false"}
    with main_api(folder, settings) as (url, pid):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=120)
        rates = []
        for what in ("new", "unchanged"):
            sent = send_run(connection, object_count, page_size)
            rates.append(object_count / sum(sent.page_s))
            print(
                f"{what}: {rates[-1]:,.0f} objects/s in pages of {page_size:,}, slowest page {max(sent.page_s):.2f} s, "
                f"the end {sent.end_s:.2f} s; {sent.counts}",
                flush=True,
            )
        memory_mb = max(most_memory_mb(process) for process in [pid, *children(pid)])
        megabytes = (folder / "main.sqlite3").stat().st_size / 1e6
        print(f"most memory of a process {memory_mb:.0f} MB, the database {megabytes:.0f} MB")
        for query in QUERIES:
            time_query(connection, query)
    met = min(rates) >= GOAL_RATE and memory_mb <= GOAL_MB
    print(f"goals of issue 6 ({GOAL_RATE:,} objects/s, {GOAL_MB:.0f} MB): {'met' if met else 'missed'}")
    return met


def send_run(connection: http.client.HTTPConnection, object_count: int, page_size: int) -> Sending:
    """A whole synchronisation."""
    path = f"/api/asteroids/sync/{uuid4()}"
    page_count = -(-object_count // page_size)
    run = {"calculation_created_at": datetime.now(UTC).isoformat(), "pass": 1}
    run |= {"object_count": object_count, "page_count": page_count}
    durations, counts = [], dict.fromkeys(("added_count", "updated_count", "unchanged_count"), 0)
    for number, rows in enumerate(pages(object_count, page_size), 1):
        body = f'{json.dumps(run | {"fields": FIELDS})[:-1]}, "rows": [{rows}]}}'.encode()
        answer, duration_s = call(connection, "PUT", f"{path}/pages/{number}", body)
        durations.append(duration_s)
        counts = {name: counts[name] + answer[name] for name in counts}
    end = json.dumps(run | {"complete": True, "allow_shrink": False}).encode()
    answer, end_s = call(connection, "POST", f"{path}/finish", end)
    assert answer == {"deleted_count": 0, "warning": ""}, answer
    return Sending(page_s=durations, end_s=end_s, counts=counts)


def pages(object_count: int, page_size: int) -> Iterator[str]:
    """The stand-in's rows as JSON, without the brackets around a page."""
    for start in range(0, object_count, page_size):
        places = range(start, min(start + page_size, object_count))
        yield ", ".join(Rows(object_count).texts(places, FIELDS, full=True))


def call(connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b"") -> tuple[Any, float]:
    """The answer and how long it took, seconds."""
    headers = {"X-Calc-Key": KEY, "Content-Type": "application/json"} if body else {}
    began = time.perf_counter()
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    content = response.read()
    duration_s = time.perf_counter() - began
    assert response.status == 200, content[:500]
    return json.loads(content), duration_s


def time_query(connection: http.client.HTTPConnection, query: str) -> None:
    """Print how long a page of the list takes."""
    path = f"/api/asteroids?{query.replace(' ', '%20')}"
    try:
        answers = [call(connection, "GET", path) for _ in range(REPEATS)]
    except AssertionError:
        print(f"  {query}: there is no such page")
        return
    median_ms = 1e3 * statistics.median(duration_s for _, duration_s in answers)
    print(f"  {median_ms:6.0f} ms  ?{query}  ({answers[0][0]['count']:,} found)")


def compare(folder: Path) -> None:
    """One page by our statement and by Django's own."""
    os.environ |= {"MAIN_DATABASE_URL": f"sqlite:///{folder / 'peer.sqlite3'}", "DJANGO_SETTINGS_MODULE": SETTINGS}
    import django  # after the environment says which database

    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from main_api.asteroids.models import Asteroid
    from main_api.asteroids.sbdb import COLUMNS, read_page
    from main_api.asteroids.services.upsert import bulk_writing, upsert

    call_command("migrate", verbosity=0)
    rows = json.loads(f"[{next(pages(PEER_ROWS, PEER_ROWS))}]")
    began = time.perf_counter()
    page = read_page(FIELDS, rows)
    print(f"reading a page: {1e6 * (time.perf_counter() - began) / PEER_ROWS:.1f} microseconds an object")

    def by_django() -> None:
        named = [dict(zip(COLUMNS, row, strict=True)) for row in page.rows.values()]
        Asteroid.objects.bulk_create(
            [Asteroid(**values, updated_at=timezone.now()) for values in named],
            update_conflicts=True,
            unique_fields=["spkid"],
            update_fields=[*COLUMNS[1:], "updated_at"],
        )

    for name, write in (("ours", lambda: upsert(page, now=timezone.now())), ("bulk_create", by_django)):
        Asteroid.objects.all().delete()
        began = time.perf_counter()
        with bulk_writing(), transaction.atomic():
            write()
        print(f"writing it, {name}: {1e6 * (time.perf_counter() - began) / PEER_ROWS:.1f} microseconds an object")


SETTINGS = "main_api.config.settings"


def children(pid: int) -> list[int]:
    """Processes that a process started, and theirs."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [grandchild for child in found for grandchild in children(child)]


def most_memory_mb(pid: int) -> float:
    """The most that a process ever had resident."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    sys.exit(main())
