"""Starting what is measured, and reading from the kernel what it used."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 120.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server process."""

    pid: int
    address: str

    @property
    def cpu_s(self) -> float:
        """Processor time it has used so far, all its threads, without its children."""
        return cpu_s(self.pid)

    @property
    def children_cpu_s(self) -> float:
        """Processor time of its children that are alive."""
        return sum(cpu_s(int(pid)) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())

    @property
    def memory_mb(self) -> float:
        """Resident memory, as `ps` shows it."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, all its threads, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def python_environment(**settings: str) -> dict[str, str]:
    """The environment of a child: no setting of the services but those given, and the paths of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALC_", "MAIN_", "ASTRODIST_"))}
    return kept | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "benchmarks")))} | settings


@contextmanager
def calculation_server(folder: Path, **settings: str) -> Iterator[Running]:
    """The real server on SQLite in this folder, unless the settings say otherwise; computes as kinds.py does."""
    defaults = {
        "CALC_PORT": "0",
        "CALC_DATABASE_URL": f"sqlite:///{folder / 'calc.sqlite3'}",
        "CALC_WORKER_COUNT": "1",
        "CALC_DELAY_S": "0",
    }
    with _serving([], folder / "calc.log", python_environment(**defaults | settings)) as running:
        yield running


@contextmanager
def main_api(folder: Path, settings: dict[str, str], *, shell: str = "") -> Iterator[tuple[str, int]]:
    """The real main_api on SQLite in this folder; yields its address and its process. shell: what to run before it."""
    port = free_port()
    database = f"sqlite:///{folder / 'main.sqlite3'}"
    settings = {"MAIN_PORT": str(port), "MAIN_DATABASE_URL": database, **settings}
    shells = [["shell", "--verbosity", "0", "-c", shell]] if shell else []
    for command in (["migrate", "--verbosity", "0"], *shells):
        program = [sys.executable, "main_api/manage.py", *command]
        subprocess.run(program, cwd=ROOT, env=python_environment(**settings), check=True)
    with process([sys.executable, "-m", "main_api"], folder / "main.log", settings) as pid:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            with suppress(OSError):
                urllib.request.urlopen(f"{url}/api/stations?search=500").close()
                break
            time.sleep(0.1)
        yield url, pid


@contextmanager
def process(command: list[str], log_path: Path, settings: dict[str, str]) -> Iterator[int]:
    """A process until the block ends; yields its number."""
    with log_path.open("ab") as log:
        started = subprocess.Popen(command, cwd=ROOT, env=python_environment(**settings), stdout=log, stderr=log)
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait(timeout=30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def empty_server(folder: Path) -> Iterator[Running]:
    """The peer: one empty call."""
    with _serving(["--empty"], folder / "empty.log", python_environment()) as running:
        yield running


@contextmanager
def _serving(arguments: list[str], log_path: Path, environment: dict[str, str]) -> Iterator[Running]:
    command = [sys.executable, "-m", "engine.serve", *arguments]
    with log_path.open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError(f"the server did not start:\n{log_path.read_text()[-3000:]}")
        yield Running(pid=process.pid, address=f"127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
