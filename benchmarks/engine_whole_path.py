"""From Create to the row in main_api, beside Celery and Redis. Usage: python benchmarks/engine_whole_path.py

Needs redis-server, and celery, redis and requests in a virtual environment of their own: name its folder by
`--celery-venv` (default: var/celery-venv; python -m venv var/celery-venv; var/celery-venv/bin/pip install celery redis
packaging requests). Without them only our own rate is printed.

Ours: CreateCalculation over gRPC at concurrency 32, SQLite, no delay, one worker that computes nothing, the report as
a PUT to main_api, which stores it. The peer's: `delay()` in a loop, one worker process, late acknowledgement, the same
PUT to the same main_api. Both in turns, each round with requests of its own; timed until the last row is stored.
Both clients are ready before the clock runs. Beside them, what main_api takes when the same reports go straight to it:
neither of the two can be faster.
"""

import argparse
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from engine.direct import OBSERVATIONS_EACH, send_directly
from engine.load import CreateRequest, create_client, median
from engine.processes import ROOT, calculation_server, free_port, main_api, process, python_environment

COUNT = 1000
ROUND_COUNT = 5
CONCURRENCY = 32
AT_ONCE = (1, 2, 8)  # one as the peer's worker, eight as our reporter
KEY = "key-of-the-benchmark"
TIMEOUT_S = 120.0
GOAL = 2.0


class NumberedRequests:
    """A calculation for each request in turn."""

    def __init__(self, main_url: str, first: int) -> None:
        self._main_url = main_url
        self._next = first

    def __call__(self) -> bytes:
        """The next one."""
        number, self._next = self._next, self._next + 1
        url = f"{self._main_url}/api/requests/{number}/result"
        first_id = OBSERVATIONS_EACH * (number - 1) + 1
        return CreateRequest(delay_s=0, callback_url=url, count=OBSERVATIONS_EACH, first_id=first_id)()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUND_COUNT)
    parser.add_argument("--celery-venv", type=Path, default=ROOT / "var" / "celery-venv")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        each = COUNT * (chosen.rounds + 1)
        main_url = running.enter_context(_main_api(folder, request_count=(2 + len(AT_ONCE)) * each))
        send: dict[str, Callable[[int], None]] = {"calc_grpc": _own(running, folder, main_url)}
        if (chosen.celery_venv / "bin" / "celery").exists() and shutil.which("redis-server"):
            send["celery"] = _celery(running, folder, main_url, chosen.celery_venv / "bin")
        for at_once in AT_ONCE:
            send[f"main_api alone, {at_once} at once"] = _directly(main_url, at_once)
        rates: dict[str, list[float]] = {which: [] for which in send}
        for round_number in range(chosen.rounds + 1):
            for place, (which, start) in enumerate(send.items()):
                rate = _rate(folder, start, place * each + round_number * COUNT + 1)
                if round_number:  # the first one warms up
                    rates[which].append(rate)
    for which, of_rounds in rates.items():
        print(f"{which:24} {median(of_rounds):7.0f} results/s")
    if "celery" in rates:
        ratio = median([own / peer for own, peer in zip(rates["calc_grpc"], rates["celery"], strict=True)])
        print(f"{ratio:.2f} times the rate of Celery and Redis (goal: {GOAL} or more)")
    else:
        print("no peer: redis-server or the virtual environment of Celery is missing")


def _rate(folder: Path, start: Callable[[int], None], first: int) -> float:
    query = "SELECT count(*) FROM requests_request WHERE id >= ? AND id < ? AND calculation_state = 'SUCCEEDED'"
    began_at = time.perf_counter()
    start(first)
    with closing(sqlite3.connect(folder / "main.sqlite3")) as database:
        while time.perf_counter() - began_at < TIMEOUT_S:
            if database.execute(query, (first, first + COUNT)).fetchone()[0] == COUNT:
                return COUNT / (time.perf_counter() - began_at)
            time.sleep(0.01)
    raise TimeoutError(f"not all of {COUNT} results were stored within {TIMEOUT_S:.0f} s")


def _own(running: ExitStack, folder: Path, main_url: str) -> Callable[[int], None]:
    settings = {"CALC_CALLBACK_ALLOWED_ORIGINS": main_url, "CALC_CALLBACK_KEY": KEY}
    server = running.enter_context(calculation_server(folder, **settings))

    client = create_client(server.address, NumberedRequests(main_url, 1), concurrency=CONCURRENCY)
    running.callback(client.close)
    return lambda first: client.round(COUNT) and None


def _directly(main_url: str, at_once: int) -> Callable[[int], None]:
    return lambda first: send_directly(main_url, KEY, first=first, count=COUNT, at_once=at_once)


def _celery(running: ExitStack, folder: Path, main_url: str, programs: Path) -> Callable[[int], None]:
    port = free_port()
    command = ["redis-server", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "yes"]
    running.enter_context(process(command, folder / "redis.log", {}))
    environment = {
        "BENCHMARK_REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "BENCHMARK_MAIN_URL": main_url,
        "BENCHMARK_KEY": KEY,
    }
    peer = ROOT / "benchmarks" / "engine" / "celery_peer.py"
    worker = [str(programs / "celery"), "--workdir", str(peer.parent), "-A", "celery_peer", "worker"]
    running.enter_context(process([*worker, "--concurrency", "1"], folder / "celery.log", environment))

    client = subprocess.Popen(
        [str(programs / "python"), str(peer)],
        env=python_environment(**environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    running.callback(client.terminate)
    assert client.stdin is not None and client.stdout is not None
    request, answer = client.stdin, client.stdout

    def start(first: int) -> None:
        request.write(f"{first} {COUNT}\n")
        request.flush()
        answer.readline()

    return start


@contextmanager
def _main_api(folder: Path, *, request_count: int) -> Iterator[str]:
    make = f"from engine.completed_requests import make; make({request_count})"
    with main_api(folder, {"MAIN_CALLBACK_KEYS": KEY}, shell=make) as (url, _):
        yield url


if __name__ == "__main__":
    main()
