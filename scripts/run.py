"""Start the three services, restart one that dies, stop them all on Ctrl-C: python scripts/run.py [--state DIR]

Reads .env and the environment. Writes the log and the process number of every service to the state folder. It
migrates the database first and, in development, adds the demo accounts and the demo request.
"""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.services import ROOT, STANDIN, Service, is_free, read_environment, services_of

STOP_GRACE_S = 12.0
READY_TIMEOUT_S = 180.0  # the first start compiles the solver
LONGEST_RESTART_WAIT_S = 30.0
HEALTHY_AFTER_S = 20.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, default=ROOT / "var" / "run", help="folder for logs and process numbers")
    state: Path = parser.parse_args().state
    state.mkdir(parents=True, exist_ok=True)
    environment = read_environment()

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())

    services = services_of(environment)
    if not ports_are_free(services, environment) or not prepare(environment):
        return 2
    keepers = [Keeper(service, environment, state) for service in services if not is_there(service, environment)]
    try:
        for keeper in keepers:
            keeper.start()
        ready = wait_until_ready(environment, keepers, stop)
        if not ready and not stop.is_set():
            say(f"not everything answered within {READY_TIMEOUT_S:.0f} s; the logs are in {state}")
        while not stop.wait(0.2):
            for keeper in keepers:
                keeper.restart_if_dead()
    finally:
        say("stopping")
        stop_all(keepers)
    return 0


class Keeper:
    """Keeps one service alive: its process, its log, and when to start it again."""

    def __init__(self, service: Service, environment: dict[str, str], state: Path) -> None:
        self.service = service
        self.environment = environment
        self.log_path = state / f"{service.name}.log"
        self.pid_path = state / f"{service.name}.pid"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.restart_at = 0.0
        self.wait_s = 0.5

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self.service.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, so that its workers can be stopped with it
                preexec_fn=die_with_parent,
            )
        self.started_at, self.restart_at = time.monotonic(), 0.0
        self.pid_path.write_text(f"{self.process.pid}\n")
        say(f"{self.service.name} started (process {self.process.pid})")

    def restart_if_dead(self) -> None:
        assert self.process is not None
        code = self.process.poll()
        if code is None:
            return
        now = time.monotonic()
        if not self.restart_at:
            self.signal_group(signal.SIGKILL)  # workers that outlived it hold its port and its database
            self.wait_s = (
                0.5 if now - self.started_at > HEALTHY_AFTER_S else min(2 * self.wait_s, LONGEST_RESTART_WAIT_S)
            )
            self.restart_at = now + self.wait_s
            say(f"{self.service.name} ended ({describe_exit(code)}); starting it again in {self.wait_s:g} s")
            say_indented(self.last_log_lines())
        elif now >= self.restart_at:
            self.start()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_group(self, number: int) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                # The group carries the number of its first process, also after that one has ended.
                os.killpg(self.process.pid, number)

    def last_log_lines(self) -> list[str]:
        with self.log_path.open("rb") as log:
            log.seek(max(0, self.log_path.stat().st_size - 4000))
            return [readable(line) for line in log.read().decode(errors="replace").splitlines()[-6:]]


def readable(line: str) -> str:
    """A line of a service for people, also where it is written as JSON."""
    try:
        values = json.loads(line)
    except ValueError:
        return line
    if not isinstance(values, dict):
        return line
    head = " ".join(str(values.pop(name, "")) for name in ("time", "level", "logger", "event"))
    trace = values.pop("trace", "")
    text = " ".join([head, *(f"{name}={value}" for name, value in values.items())])
    return f"{text}\n{trace}".rstrip()


def die_with_parent() -> None:
    """Runs in the new process: ask Linux to end it when the launcher dies, even by SIGKILL."""
    pr_set_pdeathsig = 1
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def is_there(service: Service, environment: dict[str, str]) -> bool:
    """Whether the stand-in need not be started: another checkout's serves as well."""
    if service is not STANDIN or is_free(int(environment["CALC_STANDIN_PORT"])):
        return False
    say(f"port {environment['CALC_STANDIN_PORT']} is in use: what answers there is taken for the stand-in source")
    return True


def ports_are_free(services: tuple[Service, ...], environment: dict[str, str]) -> bool:
    """Probe first: Granian and gRPC would silently share a port with a process that a crash left behind."""
    free = True
    for service in services:
        if service.port_setting is None:
            continue
        port = environment[service.port_setting]
        if not port.isdigit() or not 0 < int(port) < 65536:
            say(f"{service.port_setting} is {port!r}: expected a port number, 1 to 65535")
            free = False
            continue
        if service is not STANDIN and not is_free(int(port)):
            say(f"port {port} is in use; stop what listens there or set {service.port_setting} to another one")
            free = False
    return free


def prepare(environment: dict[str, str]) -> bool:
    """Migrate; in development add the demo data."""
    (ROOT / "var").mkdir(exist_ok=True)
    commands = [["migrate", "--verbosity", "0"]]
    if environment.get("ASTRODIST_ENV", "development") == "development":
        commands.append(["load_demo"])
    for command in commands:
        done = subprocess.run([sys.executable, "main_api/manage.py", *command], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            say(f"main_api: `{' '.join(command)}` failed, nothing was started")
            return False
    return True


def wait_until_ready(environment: dict[str, str], keepers: list[Keeper], stop: Event) -> bool:
    """Wait for the gateway to say that every room answers, then print the address."""
    address = f"http://127.0.0.1:{environment['GATEWAY_PORT']}"
    say("waiting until everything answers (the first start compiles the solver and takes a while)")
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline and not stop.wait(0.3):
        for keeper in keepers:
            keeper.restart_if_dead()
        if answers(f"{address}/readyz"):
            say(f"AstroDist is ready: {address}")
            if environment.get("ASTRODIST_ENV", "development") == "development":
                say("demo accounts: observer/observer and moderator/moderator; Ctrl-C stops everything")
            return True
    return False


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop_all(keepers: list[Keeper]) -> None:
    """Ask every group to end, the entrance first; after the grace period end what is left."""
    for keeper in reversed(keepers):
        if keeper.is_alive():
            assert keeper.process is not None
            keeper.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_GRACE_S
    while time.monotonic() < deadline and any(keeper.is_alive() for keeper in keepers):
        time.sleep(0.05)
    for keeper in keepers:
        if keeper.is_alive():
            say(f"{keeper.service.name} did not stop in time and is ended")
        keeper.signal_group(signal.SIGKILL)
        keeper.pid_path.unlink(missing_ok=True)


def describe_exit(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(text: str) -> None:
    print(text, flush=True)


def say_indented(lines: list[str]) -> None:
    for line in lines:
        say(f"    {line}")


if __name__ == "__main__":
    sys.exit(main())
