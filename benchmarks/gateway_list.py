"""Does the gateway keep the list of requests quick? Usage: python benchmarks/gateway_list.py [--seconds N]

Needs wrk: apt install wrk. The real services; a moderator's list of 20 rows, by token, asked of main_api itself and
through the gateway in turns. The rate is that of 16 connections, as fast as they are answered; on a machine of two
cores the gateway takes from main_api what it needs itself, so the ratio is that of the whole. What is added at the
median is of single calls, one after another, first to one and then to the other. At last the list of 1,000 rows, as it
is and compressed by the gateway: how much smaller, how much later, and up to which speed of a line that pays.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from doors.load import Connection, Round, median_of, run_wrk
from doors.services import Entrance

from tests.system.deployment import running

ROW_COUNT = 1000
LONG_PATH = "/api/requests?page_size=1000"
LONG_COUNT = 20
PATH = "/api/requests?page_size=20"
CONNECTIONS = 16
ROUND_COUNT = 5
SINGLE_COUNT = 400
KEPT_GOAL, ADDED_GOAL_MS = 0.60, 2.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3, help="of each round (3)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, running(Entrance(Path(folder), row_count=ROW_COUNT)) as services:
        headers = services.moderator()
        _rates(services, headers, seconds)
        _single_calls(services, headers)
        _compression(services, headers)


def _rates(services: Entrance, headers: dict[str, str], seconds: int) -> None:
    pid = services.processes["gateway"].pid
    rounds: dict[str, list[Round]] = {services.callback_base: [], services.url: []}
    for number in range(ROUND_COUNT + 1):
        for base, done in rounds.items():
            took = seconds if number else 1  # the first one warms up
            one = run_wrk(base + PATH, pid, seconds=took, connections=CONNECTIONS, headers=headers)
            if number:
                done.append(one)
    alone, through = rounds.values()
    kept = statistics.median(b.rate / a.rate for a, b in zip(alone, through, strict=True))
    print(f"main_api itself     {median_of(alone, 'rate'):6.0f} lists/s")
    rate, cpu_us = median_of(through, "rate"), median_of(through, "cpu_us")
    print(f"through the gateway {rate:6.0f} lists/s, {cpu_us:.0f} µs of its own")
    print(f"kept: {kept:.0%} (goal: {KEPT_GOAL:.0%} or more)")


def _single_calls(services: Entrance, headers: dict[str, str]) -> None:
    ports = (services.ports["MAIN_PORT"], services.ports["GATEWAY_PORT"])
    alone, through = (Connection(int(port), PATH, headers) for port in ports)
    taken = [(alone.seconds() * 1000, through.seconds() * 1000) for _ in range(SINGLE_COUNT)]
    alone.close()
    through.close()
    for name, values in zip(("main_api itself", "through the gateway"), zip(*taken, strict=True), strict=True):
        print(f"{name:19} {statistics.median(values):6.2f} ms at the median, {_percentile(values, 95):.2f} at 95 %")
    added_ms = statistics.median(values[1] for values in taken) - statistics.median(values[0] for values in taken)
    print(f"added: {added_ms:.2f} ms at the median (goal: {ADDED_GOAL_MS:g} or less)")


def _compression(services: Entrance, headers: dict[str, str]) -> None:
    port = int(services.ports["GATEWAY_PORT"])
    plain = Connection(port, LONG_PATH, headers)
    packed = Connection(port, LONG_PATH, {**headers, "Accept-Encoding": "gzip"})
    taken = [(plain.seconds(), packed.seconds()) for _ in range(LONG_COUNT)]
    later_s = statistics.median(b - a for a, b in taken)
    saved = plain.byte_count - packed.byte_count
    print(f"1,000 rows: {plain.byte_count / 1000:.0f} kB, compressed {packed.byte_count / 1000:.0f} kB", end="")
    if later_s <= 0:
        print(", not later: pays on every line")
    else:
        print(f", {1000 * later_s:.1f} ms later: pays on lines below {8e-6 * saved / later_s:.0f} Mbit/s")
    plain.close()
    packed.close()


def _percentile(values: tuple[float, ...], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main()
