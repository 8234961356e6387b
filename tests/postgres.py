"""A PostgreSQL server of our own for tests: made in a folder that is thrown away, on a free port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.deployment import free_ports


class PostgresServer:
    """A server that can be stopped and started again; `url` names its database `postgres`."""

    def __init__(self, folder: Path, *, initdb: Path, as_user: str | None) -> None:
        self._folder = folder
        self._prefix = ["runuser", "-u", as_user, "--"] if as_user else []
        self._pg_ctl = initdb.with_name("pg_ctl")
        self._data = folder / "data"
        self._port = free_ports(1)[0]
        self._run(initdb, "--pgdata", self._data, "--auth=trust", "--username=astrodist")

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://astrodist@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        quick = "-c fsync=off"  # a killed server loses nothing by it, only a power cut would
        self._control("--options", f"{options} {quick}", "--log", str(self._folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` is as abrupt as a crash; the next start recovers."""
        self._control(f"--mode={mode}", "stop")

    def _control(self, *arguments: str) -> None:
        self._run(self._pg_ctl, "--pgdata", self._data, "--wait", *arguments)

    def _run(self, *command: str | Path) -> None:
        parts = [*self._prefix, *map(str, command)]
        subprocess.run(parts, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A started server; skips the test, naming what is missing, where there can be none."""
    initdb = find_initdb()
    if initdb is None:
        pytest.skip("PostgreSQL is missing: apt install postgresql")
    as_user = None
    if os.geteuid() == 0:
        as_user = "postgres"
        try:
            pwd.getpwnam(as_user)
        except KeyError:
            pytest.skip("PostgreSQL refuses to run as root and there is no user `postgres` to run it as")
    with tempfile.TemporaryDirectory(prefix="astrodist-pg-") as folder:
        if as_user:
            shutil.chown(folder, as_user)
        server = PostgresServer(Path(folder), initdb=initdb, as_user=as_user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def find_initdb() -> Path | None:
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1] if found else None
