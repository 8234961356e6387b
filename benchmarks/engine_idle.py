"""What does a server cost that has nothing to do? Usage: python benchmarks/engine_idle.py [--seconds N]

Printed: the processor time of the server process and of all its workers as a share of one core, with an empty journal
and with 10,000 calculations that wait for tomorrow.
"""

import argparse
import tempfile
import time
from pathlib import Path

from engine.filling import fill
from engine.load import CreateRequest
from engine.processes import calculation_server

SECONDS = 30.0
SETTLE_S = 3.0
WAITING_COUNT = 10_000
DAY_US = 86_400_000_000
GOAL = 0.01


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    seconds = parser.parse_args().seconds
    for count in (0, WAITING_COUNT):
        with tempfile.TemporaryDirectory() as name:
            now_us = time.time_ns() // 1000
            content = CreateRequest(delay_s=0).input
            url = f"sqlite:///{Path(name) / 'calc.sqlite3'}"
            fill(url, [now_us + DAY_US] * count, create_time_us=now_us, content=content)
            with calculation_server(Path(name)) as server:
                time.sleep(SETTLE_S)
                before = server.cpu_s, server.children_cpu_s
                time.sleep(seconds)
                own, children = server.cpu_s - before[0], server.children_cpu_s - before[1]
        print(
            f"{count:6} waiting: server {own / seconds:.2%} of a core, workers {children / seconds:.2%} "
            f"(goal: {GOAL:.0%} or less together)"
        )


if __name__ == "__main__":
    main()
