"""The three real services as processes on free ports, to be started, stopped and killed one by one."""

import itertools
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from scripts.services import ROOT, SERVICES, complete_environment, is_setting
from tests.system.client import Client

CALLBACK_KEY = "key-of-the-system-tests"
PATIENCE_S = 180.0  # waiting long costs nothing where all is well, and machines differ


class Deployment:
    """Services with databases and logs in one folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.ports = {name: str(port) for name, port in zip(PORT_SETTINGS, free_ports(3), strict=True)}
        self.environment = complete_environment(
            {
                **{name: value for name, value in os.environ.items() if not is_setting(name)},
                **self.ports,
                "ASTRODIST_ENV": "development",
                "MAIN_DATABASE_URL": f"sqlite:///{folder / 'main.sqlite3'}",
                "CALC_DATABASE_URL": f"sqlite:///{folder / 'calc.sqlite3'}",
                "CALC_DELAY_S": "1-2",
                "CALC_CALLBACK_KEY": CALLBACK_KEY,
                "MAIN_CALLBACK_KEYS": CALLBACK_KEY,
                **settings,
            }
        )
        self.url = f"http://127.0.0.1:{self.ports['GATEWAY_PORT']}"
        self.callback_base = f"http://127.0.0.1:{self.ports['MAIN_PORT']}"
        self.calc_address = f"127.0.0.1:{self.ports['CALC_PORT']}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_all(self) -> None:
        for command in (["migrate", "--verbosity", "0"], ["load_demo"]):
            self.manage(*command)
        for name in ("calc_grpc", "main_api", "gateway"):
            self.start(name)
        self.wait_until_ready()

    def manage(self, *command: str) -> None:
        program = SERVICES[0].command[0]
        subprocess.run([program, "main_api/manage.py", *command], cwd=ROOT, env=self.environment, check=True)

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.command_of(name),
                cwd=ROOT,
                env=self.environment_of(name),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def command_of(self, name: str) -> tuple[str, ...]:
        return next(service.command for service in SERVICES if service.name == name)

    def environment_of(self, name: str) -> dict[str, str]:
        return self.environment

    def kill(self, name: str) -> None:
        """SIGKILL to the service and to whatever it started, as a power cut would."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop_all(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def wait_until_ready(self) -> None:
        anonymous = Client(self.url, {})

        def ready() -> bool:
            with suppress(OSError):
                return anonymous.get("/readyz").status == 200
            return False

        wait_for(ready, "every service to answer", hint=self.logs)

    def logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))


PORT_SETTINGS = ("CALC_PORT", "MAIN_PORT", "GATEWAY_PORT")
Services = TypeVar("Services", bound=Deployment)


@contextmanager
def running(services: Services) -> Iterator[Services]:
    """All of them started, and stopped at the end however it comes."""
    try:
        services.start_all()
        yield services
    finally:
        services.stop_all()


# Below those that the system gives to whoever asks for any port, so that nobody is given one meanwhile.
_candidates = itertools.islice(itertools.cycle(range(12_000, 30_000)), random.SystemRandom().randrange(18_000), None)


def free_ports(count: int) -> list[int]:
    """Ports that nobody has, none of them given out before."""
    found: list[int] = []
    while len(found) < count:
        port = next(_candidates)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("", port))
            found.append(port)
    return found


def wait_for(
    condition: Callable[[], Any], what: str, *, timeout_s: float = PATIENCE_S, hint: Callable[[], str] = lambda: ""
) -> Any:
    """The first true value of `condition`; services are other processes, so there is no event to wait on."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"waited {timeout_s:.0f} s in vain for {what}\n{hint()}")
