"""What do 100,000 waiting calculations cost? Usage: python benchmarks/engine_waiting.py [--count N]

A server with so many in its SQLite journal beside one with an empty journal. Printed: memory of both server processes;
how late calculations started that become due at 100 a second (read from the journal); and how much slower Create is
than beside the empty journal, in turns at concurrency 32.
"""

import argparse
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from engine.filling import fill
from engine.load import CreateRequest, create_client, median
from engine.processes import calculation_server

WAITING_COUNT = 100_000
DAY_US = 86_400_000_000
FIRING_PER_S = 100
FIRING_S = 20
START_WAIT_S = 10  # for the servers; what is due before they are ready does not count
CONCURRENCY = 32
ROUND_COUNT = 9
CALLS_PER_ROUND = 1_000
MEMORY_GOAL_MB = 120.0
LATENESS_GOAL_MS = 50.0
SLOWDOWN_GOAL = 0.20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=WAITING_COUNT)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as full_name, tempfile.TemporaryDirectory() as empty_name:
        full, empty = Path(full_name), Path(empty_name)
        now_us = time.time_ns() // 1000
        url = f"sqlite:///{full / 'calc.sqlite3'}"
        content = CreateRequest(delay_s=0).input
        fill(url, [now_us + DAY_US + k * 1000 for k in range(count)], create_time_us=now_us, content=content)
        first_us = time.time_ns() // 1000 + START_WAIT_S * 1_000_000
        firing = [first_us + k * 1_000_000 // FIRING_PER_S for k in range(FIRING_PER_S * FIRING_S)]
        fill(url, firing, create_time_us=now_us, content=content)
        with calculation_server(full) as own, calculation_server(empty) as peer:
            ready_us = time.time_ns() // 1000
            time.sleep(max(0.0, first_us / 1e6 - time.time()) + FIRING_S + 1.0)
            print(f"lateness of those due at {FIRING_PER_S}/s, ms: {_lateness(full, max(first_us, ready_us))}")
            print(f"  (goal: p99 {LATENESS_GOAL_MS:.0f} or less)")
            slowdown = _slowdown(own.address, peer.address)
            print(f"Create takes {slowdown:+.0%} time (goal: {SLOWDOWN_GOAL:+.0%} or less)")
            print(f"memory of the server: {own.memory_mb:.0f} MB, with an empty journal {peer.memory_mb:.0f} MB")
            print(f"  (goal: {MEMORY_GOAL_MB:.0f} or less)")


def _lateness(folder: Path, first_us: int) -> str:
    query = """SELECT (start_time_us - due_time_us) / 1000.0 FROM calculations
        WHERE due_time_us >= ? AND start_time_us IS NOT NULL ORDER BY 1"""
    with closing(sqlite3.connect(folder / "calc.sqlite3")) as journal:
        late = [row[0] for row in journal.execute(query, (first_us,))]
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return ", ".join(f"{name} {late[min(int(share * len(late)), len(late) - 1)]:.1f}" for name, share in shares.items())


def _slowdown(own: str, peer: str) -> float:
    request = CreateRequest(delay_s=86_400)
    clients = [create_client(address, request, concurrency=CONCURRENCY) for address in (own, peer)]
    for client in clients:
        client.round(CALLS_PER_ROUND)
    ratios = []
    for _ in range(ROUND_COUNT):
        full, empty = (client.round(CALLS_PER_ROUND).rate for client in clients)
        ratios.append(empty / full)
    for client in clients:
        client.close()
    return median(ratios) - 1.0


if __name__ == "__main__":
    main()
