"""Does reading large files hold up everything else? Usage: python benchmarks/reading_files.py [--thread]

A server in this process is sent 2 MB files, four at a time, by another process, which meanwhile creates calculations
one after another. Printed: how late the event loop ran (a timer of 1 ms), for how long of that it computed itself (the
rest is the machine being busy) and how long Create took, at rest and while files are read; and how large the answers
were. `--thread` reads in a thread instead of a process, for comparison.
"""

import argparse
import asyncio
import gc
import multiprocessing
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import grpc
from astrodist.calc.v1 import calculation_service_pb2 as pb2
from astrodist.calc.v1 import calculation_service_pb2_grpc, distance_pb2

from calc_grpc.config import Config
from calc_grpc.convert_astrometry import KINDS
from calc_grpc.reading import CONTENT_BYTES_MAX, KIND, FileReader
from calc_grpc.server import Server

FILE_COUNT = 6
AT_ONCE = 4
REST_S = 3.0
ANSWER_BYTES_MAX = 16 * 1024 * 1024
TICK_S = 0.001


class ThreadReader(FileReader):
    """The alternative that was not taken."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def read(self, content: bytes) -> bytes:
        async with self._turn:
            return await asyncio.to_thread(
                KINDS[KIND].compute, content, created_at=datetime.now(UTC), report=print, cancelled=bool
            )


def large_file() -> bytes:
    """80-column lines of one object, one a minute, until the limit."""
    first = datetime(2020, 1, 1, tzinfo=UTC)
    lines = []
    for k in range(CONTENT_BYTES_MAX // 81):
        at = first + timedelta(minutes=k)
        day = f"{at:%Y %m} {at.day + (at.hour * 60 + at.minute) / 1440:08.5f}"
        lines.append(f"00001         C{day} {k % 24:02d} 15 02.34 +21 10 45.6          12.3 V      535")
    return "\n".join(lines).encode()


def client(port: int, pipe: Connection) -> None:
    """Create at rest, then while files are read; sends both lists of latencies and the sizes of the answers."""
    options = (("grpc.max_receive_message_length", ANSWER_BYTES_MAX),)
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel, ThreadPoolExecutor(AT_ONCE) as threads:
        stub = calculation_service_pb2_grpc.CalculationServiceStub(channel)
        request = creation()
        for _ in range(50):
            stub.CreateCalculation(request)
        end = time.perf_counter() + REST_S
        pipe.send(latencies(stub, request, lambda: time.perf_counter() < end))
        content = large_file()
        began = time.perf_counter()
        files = [threads.submit(stub.ParseAstrometry, pb2.ParseAstrometryRequest(content=content))
                 for _ in range(FILE_COUNT)]  # fmt: skip
        busy = latencies(stub, request, lambda: not all(file.done() for file in files))
        answers = [file.result() for file in files]
        pipe.send((busy, time.perf_counter() - began, answers[0].ByteSize(), len(answers[0].observations)))


def latencies(stub: Any, request: Any, goes_on: Any) -> list[float]:
    taken = []
    while goes_on():
        began = time.perf_counter()
        stub.CreateCalculation(request)
        taken.append(time.perf_counter() - began)
    return taken


def creation() -> pb2.CreateCalculationRequest:
    rows = [distance_pb2.Observation(ra_deg=10 + n / 100, dec_deg=5, station="500") for n in range(3)]
    for number, row in enumerate(rows):
        row.observed_at.FromSeconds(1_600_000_000 + 60 * number)
    request = pb2.CreateCalculationRequest(distance=distance_pb2.DistanceInput(observations=rows))
    request.delay.seconds = 86_400
    return request


async def tick(late: list[float], worked: list[float]) -> None:
    """Note how late each tick came, and how long the thread of the event loop computed since the one before."""
    while True:
        began, computed = time.perf_counter(), time.thread_time()
        await asyncio.sleep(TICK_S)
        late.append(time.perf_counter() - began - TICK_S)
        worked.append(time.thread_time() - computed)


def told(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    worst, p99 = ordered[-1], ordered[int(0.99 * (len(ordered) - 1))]
    median = statistics.median(ordered)
    return f"{name}: median {median * 1e3:6.2f} ms, 99 % {p99 * 1e3:6.2f} ms, worst {worst * 1e3:6.2f} ms"


async def measure(*, in_thread: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "CALC_PORT": "0",
            "CALC_DATABASE_URL": f"sqlite:///{Path(folder) / 'calc.sqlite3'}",
            "CALC_WORKER_COUNT": "1",
            "CALC_LOG_LEVEL": "ERROR",
        }
        gc.freeze()  # as Server.work does
        server = Server(Config.from_env(environ))
        await server.start()
        await server.become_ready()
        if in_thread:
            server._service._files = ThreadReader()
        mine, other = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=client, args=(server.port, other))
        process.start()
        print("read in", "a thread" if in_thread else "a process of its own")
        for name in ("at rest   ", "reading   "):
            late: list[float] = []
            worked: list[float] = []
            ticking = asyncio.create_task(tick(late, worked))
            answer = await asyncio.to_thread(mine.recv)
            ticking.cancel()
            taken = answer if isinstance(answer, list) else answer[0]
            print(told(f"{name} event loop late by ", late))
            print(told(f"{name} and computed itself", worked))
            print(told(f"{name} Create took        ", taken))
        _, seconds, size, count = answer
        print(f"{FILE_COUNT} files in {seconds:.1f} s; each answer {size / 1e6:.2f} MB, {count} observations")
        process.join()
        await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--thread", action="store_true", help="read in a thread")
    asyncio.run(measure(in_thread=parser.parse_args().thread))
