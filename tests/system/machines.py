"""Production on several machines, which addresses of the loopback stand for: PostgreSQL, two of each room, a gateway.

Encrypted among the rooms with certificates of an authority made for this run; results are reported through the gateway.
"""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import trustme

from scripts.production_settings import settings
from scripts.services import ROOT
from tests.postgres import PostgresServer
from tests.system.client import Client, sign_in
from tests.system.deployment import PATIENCE_S, Deployment, wait_for

HOSTS = {"1": "127.0.0.1", "2": "127.0.0.2"}
CALC_NAME = "calc.example.org"
DATABASES = ("astrodist_main", "astrodist_calc")
PASSWORD = "Palermo, 1 January 1801"


class Machines(Deployment):
    """Services `calc_grpc-1`, `calc_grpc-2`, `main_api-1`, `main_api-2` and `gateway`."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        super().__init__(folder)
        pem = _certificates(folder)
        self.trust = ssl.create_default_context(cafile=pem["ca"])
        gateway, main, calc = (self.ports[f"{room}_PORT"] for room in ("GATEWAY", "MAIN", "CALC"))
        self.url = f"https://localhost:{gateway}"
        text = settings("localhost", server.url.rpartition("/")[0])
        given = dict(line.split("=", 1) for line in text.splitlines())
        believed = ("GATEWAY_MAIN_CA", "GATEWAY_CALC_CA", "MAIN_CALC_CA", "CALC_CALLBACK_CA")
        shown = {f"{room}_TLS_{part}": pem[part.lower()] for room in ("MAIN", "CALC") for part in ("CERT", "KEY")}
        calcs = ",".join(f"{host}:{calc}" for host in HOSTS.values())
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "NUMBA_CACHE_DIR") if name in os.environ},
            **given,
            **shown,
            **dict.fromkeys(believed, pem["ca"]),
            "HOME": str(folder),
            "PYTHONUNBUFFERED": "1",
            "GATEWAY_HOST": "127.0.0.1",
            "GATEWAY_PORT": gateway,
            "GATEWAY_TLS_CERT": pem["gateway_cert"],
            "GATEWAY_TLS_KEY": pem["gateway_key"],
            "GATEWAY_MAIN_URL": ",".join(f"https://{host}:{main}" for host in HOSTS.values()),
            "GATEWAY_CALC_ADDRESS": calcs,
            "GATEWAY_CALC_NAME": CALC_NAME,
            "MAIN_PORT": main,
            "MAIN_CALC_ADDRESS": calcs,
            "MAIN_CALC_NAME": CALC_NAME,
            "MAIN_CALLBACK_BASE_URL": self.url,
            "CALC_PORT": calc,
            "CALC_CALLBACK_ALLOWED_ORIGINS": self.url,
            "CALC_MAIN_URL": self.url,
            "CALC_DELAY_S": "0-1",
            "CALC_WORKER_COUNT": "1",
            "CALC_METRICS_PORT": "0",
        }

    def start_all(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        for name in ("calc_grpc-1", "main_api-1", "main_api-2", "gateway"):
            self.start(name)
        self.wait_until_ready()
        self.start("calc_grpc-2")  # after the first, which may have had to compile for both
        self.wait_until_said("calc_grpc-2", READY_EVENTS["calc"], 1)

    def command_of(self, name: str) -> tuple[str, ...]:
        return (sys.executable, "-m", name.partition("-")[0])

    def environment_of(self, name: str) -> dict[str, str]:
        host = HOSTS.get(name.partition("-")[2], "")
        own = {"CALC_HOST": host, "MAIN_HOST": host, "PROMETHEUS_MULTIPROC_DIR": str(self.folder / f"metrics-{host}")}
        return {**self.environment, **own} if host else self.environment

    def wait_until_ready(self) -> None:
        anonymous = Client(self.url, {}, trust=self.trust)

        def ready() -> bool:
            with suppress(OSError):
                return anonymous.get("/readyz").status == 200
            return False

        wait_for(ready, "every service to answer", hint=self.logs)

    def wait_until_said(self, name: str, event: str, count: int) -> None:
        """Until the log of a service holds so many lines with that event."""
        log = self.folder / f"{name}.log"
        wait_for(lambda: log.read_text().count(event) >= count, f"{name} to say {event}", hint=self.logs)

    def restart(self, name: str) -> float:
        """Ask it to stop, as systemd does, and start it again; returns the seconds that it was away."""
        process = self.processes.pop(name)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_S)
        said = (self.folder / f"{name}.log").read_text().count(READY_EVENTS[name[:4]])
        self.start(name)
        self.wait_until_said(name, READY_EVENTS[name[:4]], said + 1)
        return time.monotonic() - began

    def create_moderator(self, name: str) -> Client:
        command = [sys.executable, "main_api/manage.py", "create_moderator", name, "--password-stdin"]
        subprocess.run(command, cwd=ROOT, env=self.environment, input=f"{PASSWORD}\n", text=True, check=True)
        return sign_in(self.url, name, PASSWORD, trust=self.trust)

    def register(self, name: str) -> Client:
        anonymous = Client(self.url, {}, trust=self.trust)
        assert anonymous.post("/api/auth/register", {"username": name, "password": PASSWORD}).status == 201
        return sign_in(self.url, name, PASSWORD, trust=self.trust)


READY_EVENTS = {"calc": '"event": "serving"', "main": "Started worker-1"}


@contextmanager
def databases(server: PostgresServer) -> Iterator[None]:
    """The two that the settings name."""
    with psycopg.connect(server.url, autocommit=True) as admin:
        for name in DATABASES:
            admin.execute(f"CREATE DATABASE {name}")
    try:
        yield
    finally:
        with psycopg.connect(server.url, autocommit=True) as admin:
            for name in DATABASES:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _certificates(folder: Path) -> dict[str, str]:
    """PEM files: the authority, what the rooms show to each other, and what the gateway shows to browsers."""
    authority = trustme.CA()
    rooms, gateway = authority.issue_cert(*HOSTS.values(), CALC_NAME), authority.issue_cert("localhost")
    blobs = {
        "ca": authority.cert_pem,
        "cert": rooms.cert_chain_pems[0],
        "key": rooms.private_key_pem,
        "gateway_cert": gateway.cert_chain_pems[0],
        "gateway_key": gateway.private_key_pem,
    }
    for name, blob in blobs.items():
        blob.write_to_path(str(folder / f"{name}.pem"))
    return {name: str(folder / f"{name}.pem") for name in blobs}
