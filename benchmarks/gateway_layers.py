"""What each layer of the entrance costs, and the 60,000 to 70,000 requests a second that ASGI is said to do.

Usage: python benchmarks/gateway_layers.py [--seconds N]. Needs wrk: apt install wrk.

One process each, one wrk with 32 connections, in the same run: a bare ASGI application and one of Starlette on uvicorn
(which the gateway runs on) and on granian, the gateway's own /healthz, a call that the gateway hands on to the bare
application, an empty view of Django and the list of 20 requests of main_api, both on granian (which main_api runs on).
`µs` is processor time of that one process for one call, read from the kernel, so a second process beside it does not
count; `adds` is against the row named in the same line. What wrk took of its processor is shown: below 90 % it was not
what limited.
"""

import argparse
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from doors.load import Round, median_of, run_wrk
from doors.services import Entrance
from engine.processes import free_port, process

from tests.system.deployment import running

CONNECTIONS = 32
ROUND_COUNT = 3
ROW_COUNT = 200
START_TIMEOUT_S = 30


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What is called, which process serves it, and the row that it is compared with."""

    name: str
    url: str
    pid: int
    beside: str = ""
    headers: dict[str, str] | None = None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=2, help="of each round (2)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        layers = list(_layers(stack, Path(name)))
        rounds: dict[str, list[Round]] = {layer.name: [] for layer in layers}
        for number in range(ROUND_COUNT + 1):
            for layer in layers:
                took = seconds if number else 1  # the first one warms up
                one = run_wrk(layer.url, layer.pid, seconds=took, connections=CONNECTIONS, headers=layer.headers)
                if number:
                    rounds[layer.name].append(one)
    _print(layers, rounds)


def _print(layers: list[Layer], rounds: dict[str, list[Round]]) -> None:
    cpu_us = {name: median_of(of_one, "cpu_us") for name, of_one in rounds.items()}
    print(f"{'':42} {'calls/s':>8} {'µs':>7}  {'wrk':>4}  adds")
    for layer in layers:
        of_one = rounds[layer.name]
        added = f"{cpu_us[layer.name] - cpu_us[layer.beside]:+.0f} µs to {layer.beside}" if layer.beside else ""
        rate, busy = median_of(of_one, "rate"), median_of(of_one, "loader_busy")
        print(f"{layer.name:42} {rate:8,.0f} {cpu_us[layer.name]:7.0f} {busy:5.0%}  {added}")


def _layers(stack: ExitStack, folder: Path) -> Iterator[Layer]:
    def serve(app: str, server: str, **settings: str) -> tuple[str, int]:
        return stack.enter_context(_serving(app, server, folder, settings))

    url, pid = serve("bare", "uvicorn")
    yield Layer(name="bare ASGI, uvicorn", url=url, pid=pid)
    upstream = url.rstrip("/")
    url, pid = serve("starlette", "uvicorn")
    yield Layer(name="Starlette, uvicorn", url=url, pid=pid, beside="bare ASGI, uvicorn")
    url, pid = serve("bare", "granian")
    yield Layer(name="bare ASGI, granian", url=url, pid=pid)
    url, pid = serve("starlette", "granian")
    yield Layer(name="Starlette, granian", url=url, pid=pid, beside="bare ASGI, granian")

    services = stack.enter_context(running(Entrance(folder, row_count=ROW_COUNT, upstream=upstream)))
    token = services.moderator()
    pid = services.processes["gateway"].pid
    yield Layer(name="gateway: /healthz", url=f"{services.url}/healthz", pid=pid, beside="Starlette, uvicorn")
    yield Layer(name="gateway: a call handed on", url=f"{services.url}/api/", pid=pid, beside="gateway: /healthz")
    url, pid = serve("django", "granian")
    yield Layer(name="Django: empty view, WSGI, granian", url=url, pid=pid, beside="bare ASGI, granian")
    settings = {name: value for name, value in services.environment.items() if name.startswith(("MAIN_", "ASTRODIST_"))}
    url, pid = serve("list", "granian", **settings)
    beside = "Django: empty view, WSGI, granian"
    yield Layer(name="main_api: list of 20", url=f"{url}api/requests", pid=pid, beside=beside, headers=token)


@contextmanager
def _serving(app: str, server: str, folder: Path, settings: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Yields the address and the process that does the work: granian's is a child of the one that was started."""
    port = free_port()
    command = [sys.executable, "-m", "doors.apps", app, str(port), server]
    with process(command, folder / f"{app}-{server}.log", settings) as pid:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        yield f"http://127.0.0.1:{port}/", int(children[-1]) if server == "granian" and children else pid


if __name__ == "__main__":
    main()
