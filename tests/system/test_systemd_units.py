"""deploy/systemd, as far as it can be tried without systemd: what the units start works over HTTPS.

With the settings of scripts/production_settings.py; where systemd-analyze is there, it reads the units.
"""

import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from scripts.production_settings import STATE, settings
from tests.system.client import Client, sign_in
from tests.system.deployment import ROOT, free_ports, wait_for
from tests.system.test_whole_path import wait_for_results

UNITS = ROOT / "deploy" / "systemd"
HOST = "localhost"
SERVICES = ("calc", "main", "repair", "gateway")


def here(text: str, state: Path) -> str:
    """A unit or its settings with this checkout and this folder in the place of those of an installation."""
    return (
        text.replace("/opt/astrodist/.venv/bin/python", sys.executable)
        .replace("/opt/astrodist", str(ROOT))
        .replace("/etc/astrodist", str(state))
        .replace("/run/astrodist-main", str(state / "run"))
        .replace(STATE, str(state))
    )


def lines_of(unit: str, name: str, state: Path) -> list[str]:
    """What stands behind every `name=` of a unit."""
    text = here((UNITS / f"astrodist-{unit}.service").read_text(), state)
    return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


class Installation:
    """The processes that systemd would start."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.ports = dict(zip(("gateway", "main", "calc", "metrics"), free_ports(4), strict=True))
        authority = trustme.CA()
        certificate = authority.issue_cert(HOST)
        certificate.private_key_pem.write_to_path(state / "privkey.pem")
        for pem in certificate.cert_chain_pems:
            pem.write_to_path(state / "fullchain.pem", append=True)
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        self.url = f"https://{HOST}:{self.ports['gateway']}"
        self.settings = self._settings()
        self.processes: list[subprocess.Popen[bytes]] = []

    def _settings(self) -> dict[str, str]:
        text = here(settings(HOST, None), self.state)
        for port, name in (("8001", "main"), ("50051", "calc"), ("8003", "metrics"), ("443", "gateway")):
            text = re.sub(rf"\b{port}$", str(self.ports[name]), text, flags=re.MULTILINE)
        return dict(line.split("=", 1) for line in text.splitlines())

    def start(self) -> None:
        for unit in SERVICES:
            environment = {"PATH": os.environ["PATH"], "HOME": str(self.state), "CALC_DELAY_S": "0", **self.settings}
            environment |= dict(line.split("=", 1) for line in lines_of(unit, "Environment", self.state))
            if "NUMBA_CACHE_DIR" in os.environ:
                environment["NUMBA_CACHE_DIR"] = os.environ["NUMBA_CACHE_DIR"]  # compiled once for all tests
            for command in lines_of(unit, "ExecStartPre", self.state):
                subprocess.run(command.split(), cwd=ROOT, env=environment, check=True)
            (command,) = lines_of(unit, "ExecStart", self.state)
            with (self.state / f"{unit}.log").open("wb") as log:
                started = subprocess.Popen(
                    command.split(), cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            self.processes.append(started)
        self.environment = environment

    def create_moderator(self, name: str, password: str) -> None:
        command = [sys.executable, "main_api/manage.py", "create_moderator", name, "--password-stdin"]
        subprocess.run(command, cwd=ROOT, env=self.environment, input=f"{password}\n", text=True, check=True)

    def stop(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()[-2000:]}" for path in sorted(self.state.glob("*.log")))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installed = Installation(tmp_path_factory.mktemp("installation"))
    try:
        installed.start()
        anonymous = Client(installed.url, {}, trust=installed.trust)

        def ready() -> bool:
            with suppress(OSError):
                return anonymous.get("/readyz").status == 200
            return False

        wait_for(ready, "every service to answer", hint=installed.logs)
        yield installed
    finally:
        installed.stop()


def test_production_as_installed_determines_distances_over_https(
    installation: Installation, ceres: dict[str, object]
) -> None:
    password = "Palermo, 1 January 1801"
    url, trust = installation.url, installation.trust
    anonymous = Client(url, {}, trust=trust)
    assert anonymous.post("/api/auth/register", {"username": "piazzi", "password": password}).status == 201
    installation.create_moderator("zach", password)
    observer = sign_in(url, "piazzi", password, trust=trust)
    moderator = sign_in(url, "zach", password, trust=trust)
    made = observer.post("/api/requests", {"designation": "Ceres", "observations": ceres["observations"]})
    number = made.body["id"]
    assert observer.put(f"/api/requests/{number}/form").status == 200
    assert moderator.put(f"/api/requests/{number}/complete").status == 200
    row = wait_for_results(moderator, number, 21)
    assert row["verdict"] in ("DETERMINED", "WEAK")


def test_nobody_of_the_demo_can_sign_in(installation: Installation) -> None:
    answer = Client(installation.url, {}, trust=installation.trust).post(
        "/api/auth/token", {"username": "moderator", "password": "moderator"}
    )
    assert answer.status == 401


def test_metrics_are_shown_to_who_has_the_key_only(installation: Installation) -> None:
    key = installation.settings["ASTRODIST_METRICS_KEY"]
    for port, scheme in (("gateway", "https"), ("main", "http"), ("metrics", "http")):
        url = f"{scheme}://{HOST}:{installation.ports[port]}"
        trust = installation.trust if scheme == "https" else None
        assert Client(url, {}, trust=trust).get("/metrics").status in (401, 404)
        shown = Client(url, {"Authorization": f"Bearer {key}", "Accept": "*/*"}, trust=trust).get("/metrics")
        assert (shown.status, "astrodist_" in shown.body) == (200, True)


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: apt install systemd")
    for unit in UNITS.iterdir():
        (tmp_path / unit.name).write_text(here(unit.read_text(), tmp_path))
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
