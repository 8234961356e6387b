"""The whole system under torture: every service is kept alive as the launcher would, and can be killed any time."""

import os
import random
import signal
import socket
import threading
import time
from collections import defaultdict
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.system.client import Client
from tests.system.deployment import Deployment, free_ports
from tests.torture.clock import Clock
from tests.torture.road import Road

RESTART_AFTER_S = 0.5  # what the launcher waits for a service that had been well
LOOK_EVERY_S = 0.1
# Lost ends are looked for oftener than by `make run`: an extra strain, and the end of the run need not wait for it.
REPAIR = ("--interval", "3", "--older-than", "5")


class TorturedDeployment(Deployment):
    """Deployment whose dead services come back, with a bad road for its callbacks and a clock that can jump.

    second_calc: a second calc_grpc on the same database.
    """

    def __init__(self, folder: Path, *, second_calc: bool = False, **settings: str) -> None:
        super().__init__(folder, **settings)
        self.clock = Clock(folder / "clock")
        self.road = Road(self.callback_base)
        self.environment["MAIN_CALLBACK_BASE_URL"] = self.road.origin
        self.environment["CALC_CALLBACK_ALLOWED_ORIGINS"] = self.road.origin
        self._second_port = str(free_ports(1)[0])
        self.calc_names = ("calc_grpc", "calc_grpc_b") if second_calc else ("calc_grpc",)
        self.names = (*self.calc_names, "main_api", "gateway", "repair")
        self.longest_recovery_s: dict[str, float] = defaultdict(float)
        self._down_since: dict[str, float] = {}
        self._dead_since: dict[str, float] = {}
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start_all(self) -> None:
        for command in (["migrate", "--verbosity", "0"], ["load_demo"]):
            self.manage(*command)
        for name in self.names:
            self.start(name)
            if name in self.calc_names:
                self._wait_until_well(name)  # one after the other: the first may have to compile for all
        self.wait_until_ready()
        self._keeper.start()

    def stop_all(self) -> None:
        self._stop.set()
        if self._keeper.is_alive():
            self._keeper.join()
        super().stop_all()
        self.road.close()

    def command_of(self, name: str) -> tuple[str, ...]:
        if name == "repair":
            command = super().command_of(name)
            return (*command[: command.index("--interval")], *REPAIR)
        return super().command_of(name.removesuffix("_b"))

    def environment_of(self, name: str) -> dict[str, str]:
        second = {"CALC_PORT": self._second_port} if name == "calc_grpc_b" else {}
        return {**self.environment, **self.clock.environment(), **second}

    def kill_one(self, victim: str, chance: random.Random) -> bool:
        """False when there is nothing to kill at this moment, because it is about to be started again."""
        with self._lock:
            if victim in ("calc_worker", "main_worker"):
                parents = self.calc_names if victim == "calc_worker" else ("main_api",)
                workers = [pid for name in parents for pid in self.workers_of(name)]
                return bool(workers) and _signal(chance.choice(workers), signal.SIGKILL)
            process = self.processes.get(victim)
            if process is None or process.poll() is not None:
                return False
            os.killpg(process.pid, signal.SIGKILL)
            self._down_since.setdefault(victim, time.monotonic())
            return True

    def signal_group(self, name: str, number: int) -> None:
        with self._lock, suppress(ProcessLookupError, KeyError):
            os.killpg(self.processes[name].pid, number)

    def pid_of(self, name: str) -> int | None:
        with self._lock:
            process = self.processes.get(name)
            return process.pid if process is not None and process.poll() is None else None

    def workers_of(self, name: str) -> list[int]:
        parent = self.pid_of(name)
        return [] if parent is None else [pid for pid in _children(parent) if _is_worker(pid)]

    def is_well(self, name: str) -> bool:
        """Whether it does its work: takes calculations and computes them, or answers."""
        if name in self.calc_names:
            return self._calc_serves(name)
        if name == "repair":
            return self.pid_of(name) is not None
        url = f"{self.callback_base}/api/auth/me" if name == "main_api" else f"{self.url}/healthz"
        with suppress(OSError, HTTPException):
            return Client(url, {}, timeout_s=2).get("").status < 500
        return False

    def are_well(self) -> bool:
        return all(map(self.is_well, self.names))

    def _calc_serves(self, name: str) -> bool:
        port = int(self.environment_of(name)["CALC_PORT"])
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return False
        with suppress(grpc.RpcError), grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
        return False

    def _wait_until_well(self, name: str) -> None:
        deadline = time.monotonic() + 300
        while not self.is_well(name):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start\n{self.logs()}")
            self._stop.wait(LOOK_EVERY_S)

    def _keep(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            for name in self.names:
                with self._lock:
                    self._start_if_dead(name)
            for name in list(self._down_since):
                if self.is_well(name):
                    took_s = time.monotonic() - self._down_since.pop(name)
                    self.longest_recovery_s[name] = max(self.longest_recovery_s[name], took_s)

    def _start_if_dead(self, name: str) -> None:
        process = self.processes[name]
        if process.poll() is None:
            return
        now = time.monotonic()
        if name not in self._dead_since:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # workers that outlived it hold its port and its database
            self._dead_since[name] = now
            self._down_since.setdefault(name, now)
        elif now - self._dead_since[name] >= RESTART_AFTER_S:
            del self._dead_since[name]
            self.start(name)


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def _is_worker(pid: int) -> bool:
    """Not the process with which Python tracks shared memory."""
    with suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return bool(command) and b"resource_tracker" not in command  # one that has ended has none
    return False


def _signal(pid: int, number: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
