"""How fast is CreateCalculation, durable on SQLite, beside an empty call? Usage: python benchmarks/engine_create.py

Created are distances with the three observations that one needs at least, and with twelve, three in each of four
nights: every row is read and checked. Both servers run at the same time in processes of their own; client processes
call them in turn, in short rounds at concurrency 32, so that whatever else the machine does meets all. Printed:
medians over the rounds, and the processor time that a call costs its server.
"""

import argparse
import tempfile
from pathlib import Path

from engine.load import CreateRequest, Load, create_client, empty_client, median
from engine.processes import calculation_server, empty_server

CONCURRENCY = 32
ROUND_COUNT = 15
CALLS_PER_ROUND = 2_000
WARM_UP_CALLS = 2_000
CREATES = {"create of 3": 3, "create of 12": 12}  # observations
DELAY_S = 86_400  # nothing starts meanwhile
RATE_GOAL = 0.65
P99_GOAL = 2.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUND_COUNT)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name, empty_server(Path(name)) as peer, calculation_server(Path(name)) as own:
        clients = {
            "empty call": empty_client(peer.address, concurrency=CONCURRENCY),
        }
        for which, count in CREATES.items():
            request = CreateRequest(delay_s=DELAY_S, count=count)
            clients[which] = create_client(own.address, request, concurrency=CONCURRENCY)
        for client in clients.values():
            client.round(WARM_UP_CALLS)
        loads: dict[str, list[Load]] = {which: [] for which in clients}
        cpu_s = dict.fromkeys(clients, 0.0)
        for _ in range(rounds):
            for which, client in clients.items():
                server = own if which in CREATES else peer
                before_s = server.cpu_s
                loads[which].append(client.round(CALLS_PER_ROUND))
                cpu_s[which] += server.cpu_s - before_s
        for client in clients.values():
            client.close()
    _print(loads, {which: used / rounds / CALLS_PER_ROUND for which, used in cpu_s.items()})


def _print(loads: dict[str, list[Load]], cpu_s: dict[str, float]) -> None:
    print(f"{'':12}{'calls/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'server CPU us':>15}")
    for which, rounds in loads.items():
        rate = median([load.rate for load in rounds])
        p50, p99 = (median([load.quantile_ms(share) for load in rounds]) for share in (0.5, 0.99))
        print(f"{which:12}{rate:9.0f}{p50:9.2f}{p99:9.2f}{cpu_s[which] * 1e6:15.0f}")
    for which in CREATES:
        pairs = list(zip(loads[which], loads["empty call"], strict=True))
        rate = median([own.rate / peer.rate for own, peer in pairs])
        p99 = median([own.quantile_ms(0.99) / peer.quantile_ms(0.99) for own, peer in pairs])
        print(f"{which}: {rate:.2f} of an empty call's rate (goal: {RATE_GOAL} or more)")
        print(f"{which}: {p99:.2f} times an empty call's p99 (goal: {P99_GOAL} or less)")


if __name__ == "__main__":
    main()
