"""Synchronising the catalogue, beside a thread pool. Usage: python benchmarks/catalogue_sync.py [--objects 1500000]

Everything runs as in life, each in processes of its own: the stand-in as the source, calc_grpc, main_api, both on
SQLite. Timed from Create to the final snapshot of WatchCalculation, with the catalogue stored and the end told.

1. The source answers after 1 s, pages of 20: 1,913 and 10,000 objects. The peer is what one writes first: a pool of 50
   threads with a blocking client (urllib), which puts each page into SQLite with one statement and one commit; it
   checks, compares and keeps nothing. Both in the same run, in turns.
2. The source answers at once, pages of 2,000: objects a second into an empty catalogue and into one that is the same
   already, and the most memory that each process had at any time.
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import grpc
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc, catalogue_sync_pb2
from engine.processes import ROOT, calculation_server, cpu_s, free_port, main_api, process
from google.protobuf.duration_pb2 import Duration

from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.catalogue.page import page_count_for, parameters_of

KEY = "key-of-the-benchmark"
SLOW_S = 1.0
SMALL_PAGE, LARGE_PAGE = 20, 2000
PEER_THREAD_COUNT = 50
OWN_CONCURRENCY = 250  # of the slow source; the peer's 50 threads are its size in the stories told of it
GOALS_S = {1_913: 3.5, 10_000: 6.0}
GOAL_RATE, GOAL_MB = 20_000, 300.0
TIMEOUT_S = 900.0
Calculation = calculation_pb2.Calculation


def main() -> int:
    """Measure and print; returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=1_500_000, help="of the second part (%(default)s)")
    parser.add_argument("--skip-slow", action="store_true", help="leave out the first part")
    chosen = parser.parse_args()
    missed: list[str] = []
    if not chosen.skip_slow:
        for count, goal_s in GOALS_S.items():
            missed += measure_slow_source(count, goal_s)
    if chosen.objects:
        missed += measure_fast_source(chosen.objects)
    print("every goal is met" if not missed else f"missed: {'; '.join(missed)}")
    return int(bool(missed))


def measure_slow_source(count: int, goal_s: float) -> list[str]:
    """Ours and the thread pool's, in turns, at a source that takes a second to answer."""
    with _in_own_folder(count, page_size=SMALL_PAGE, concurrency=OWN_CONCURRENCY, delay_s=SLOW_S) as (stub, source, _):
        own_s, _ = _synchronised(stub)
        again_s, _ = _synchronised(stub)
        peer_s = min(_thread_pool_s(source, count) for _ in range(2))
    pages = page_count_for(count, SMALL_PAGE)
    print(
        f"{count:,} objects in {pages} pages of {SMALL_PAGE}, 1 s a page, {OWN_CONCURRENCY} at a time: "
        f"{own_s:.2f} s into an empty catalogue (goal {goal_s} s), {again_s:.2f} s again; "
        f"a pool of {PEER_THREAD_COUNT} threads {peer_s:.2f} s: {peer_s / own_s:.1f} times as long"
    )
    return [f"{count:,} objects took {own_s:.2f} s"] if own_s > goal_s else []


def measure_fast_source(count: int) -> list[str]:
    """Objects a second, and memory, at a source that answers at once."""
    missed: list[str] = []
    with _in_own_folder(count, page_size=LARGE_PAGE, concurrency=8, delay_s=0.0) as (stub, _, watcher):
        for what in ("into an empty catalogue", "into the same catalogue"):
            elapsed_s, result = _synchronised(stub)
            counts = result.counts
            rate = count / elapsed_s
            print(
                f"{count:,} objects {what}: {elapsed_s:.1f} s, {rate:,.0f} objects/s (goal {GOAL_RATE:,}); "
                f"{counts.added_count:,} added, {counts.unchanged_count:,} unchanged {result.warning}"
            )
            missed += [f"{rate:,.0f} objects/s {what}"] if rate < GOAL_RATE else []
        for name, megabytes in sorted(watcher.most_mb.items(), key=lambda item: -item[1]):
            print(f"  {megabytes:6.0f} MB at most, {watcher.cpu_s[name]:6.1f} s of processor time: {name}")
            missed += [f"{name} had {megabytes:.0f} MB"] if megabytes > GOAL_MB else []
    return missed


class ProcessWatcher:
    """The peak resident memory and the processor time of processes and all their descendants, as the kernel has it."""

    def __init__(self, roots: dict[str, int]) -> None:
        self._roots = roots
        self._stopped = threading.Event()
        self.most_mb: dict[str, float] = {}
        self.cpu_s: dict[str, float] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.5):
            for name, root in self._roots.items():
                for pid in _family(root):
                    with suppress(OSError, StopIteration):
                        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                        peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
                        shown = f"{name} {'' if pid == root else 'child '}{pid}"
                        self.most_mb[shown], self.cpu_s[shown] = peak, cpu_s(pid)


def _family(root: int) -> list[int]:
    pids = [root]
    for pid in pids:
        with suppress(OSError):
            pids += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return pids


Deployed = tuple[calculation_service_pb2_grpc.CalculationServiceStub, str, ProcessWatcher]


@contextmanager
def _in_own_folder(count: int, *, page_size: int, concurrency: int, delay_s: float) -> Iterator[Deployed]:
    with (
        tempfile.TemporaryDirectory() as name,
        deployment(Path(name), count, page_size=page_size, concurrency=concurrency, delay_s=delay_s) as deployed,
    ):
        yield deployed


@contextmanager
def deployment(
    folder: Path,
    count: int,
    *,
    page_size: int,
    concurrency: int,
    delay_s: float,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Deployed]:
    """The stand-in, main_api and calc_grpc: a stub of the last, the source's address, and who watches them all."""
    with ExitStack() as running:
        port = free_port()
        source = f"http://127.0.0.1:{port}/sbdb_query.api"
        command = ["-m", "calc_grpc.catalogue.standin", "--port", str(port), "--objects", str(count)]
        standin_pid = running.enter_context(
            process([sys.executable, *command, "--delay", str(delay_s)], folder / "standin.log", {})
        )
        main_url, main_pid = running.enter_context(main_api(folder, {"MAIN_CALLBACK_KEYS": KEY}))
        own = {
            "CALC_MAIN_URL": main_url,
            "CALC_CALLBACK_KEY": KEY,
            "CALC_CATALOGUE_URL": source,
            "CALC_CATALOGUE_CONCURRENCY": str(concurrency),
            "CALC_CATALOGUE_PAGE_SIZE": str(page_size),
            "NUMBA_CACHE_DIR": str(ROOT / "var" / "numba"),
        }
        server = running.enter_context(calculation_server(folder, **own, **(settings or {})))
        watcher = ProcessWatcher({"stand-in": standin_pid, "main_api": main_pid, "calc_grpc": server.pid})
        running.callback(watcher.stop)
        channel = running.enter_context(grpc.insecure_channel(server.address))
        yield calculation_service_pb2_grpc.CalculationServiceStub(channel), source, watcher


def _synchronised(
    stub: calculation_service_pb2_grpc.CalculationServiceStub,
) -> tuple[float, catalogue_sync_pb2.CatalogueSyncResult]:
    elapsed_s, last = synchronise(stub)
    if last.state != Calculation.State.SUCCEEDED:
        raise RuntimeError(f"{Calculation.State.Name(last.state)}: {last.error.message}")
    return elapsed_s, last.catalogue_sync_result


def synchronise(
    stub: calculation_service_pb2_grpc.CalculationServiceStub,
) -> tuple[float, calculation_pb2.Calculation]:
    """From Create to the final snapshot; returns the seconds and the snapshot."""
    began_at = time.perf_counter()
    request = calculation_service_pb2.CreateCalculationRequest(
        catalogue_sync=catalogue_sync_pb2.CatalogueSyncInput(), delay=Duration()
    )
    created = stub.CreateCalculation(request)
    watch = calculation_service_pb2.WatchCalculationRequest(calculation_id=created.calculation_id)
    *_, last = stub.WatchCalculation(watch, timeout=TIMEOUT_S)
    return time.perf_counter() - began_at, last


def _thread_pool_s(source: str, count: int) -> float:
    """The peer: a pool of threads, each of which asks for a page, waits, and stores it."""
    columns = ", ".join(f'"{field}"' for field in FIELDS)
    insert = f"INSERT OR REPLACE INTO asteroids VALUES ({', '.join('?' * len(FIELDS))})"
    turn = threading.Lock()
    with tempfile.TemporaryDirectory() as name:
        database = sqlite3.connect(Path(name) / "peer.sqlite3", check_same_thread=False)
        database.execute(f"CREATE TABLE asteroids ({columns}, PRIMARY KEY (spkid))")

        def take(number: int) -> int:
            query = urllib.parse.urlencode(parameters_of(number, SMALL_PAGE))
            with urllib.request.urlopen(f"{source}?{query}", timeout=60) as response:
                document = json.load(response)
            with turn, database:
                database.executemany(insert, document["data"])
            return int(document["count"])

        began_at = time.perf_counter()
        page_count = page_count_for(take(1), SMALL_PAGE)
        with ThreadPoolExecutor(PEER_THREAD_COUNT) as pool:
            list(pool.map(take, range(2, page_count + 1)))
        elapsed_s = time.perf_counter() - began_at
        stored = database.execute("SELECT count(*) FROM asteroids").fetchone()[0]
        database.close()
    if stored != count:
        raise RuntimeError(f"the peer stored {stored} of {count} objects")
    return elapsed_s


if __name__ == "__main__":
    sys.exit(main())
