"""main_api on PostgreSQL: its whole test suite again, on a real server that is made and thrown away here."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.deployment import ROOT, free_ports


def find_initdb() -> Path | None:
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1] if found else None


@pytest.fixture
def postgres_url() -> Iterator[str]:
    initdb = find_initdb()
    if initdb is None:
        pytest.skip("PostgreSQL is missing: apt install postgresql")
    as_user = server_user()
    if as_user is None:
        pytest.skip("PostgreSQL refuses to run as root and there is no user `postgres` to run it as")
    with tempfile.TemporaryDirectory(prefix="astrodist-pg-") as folder:
        if as_user:
            shutil.chown(folder, as_user[0])
        port = free_ports(1)[0]
        data = Path(folder) / "data"
        control = [*prefix(as_user), str(initdb.with_name("pg_ctl")), "--pgdata", str(data), "--wait"]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run(
            [*prefix(as_user), str(initdb), "--pgdata", str(data), "--auth=trust", "--username=astrodist"], **quiet
        )
        subprocess.run([*control, "--options", options, "--log", f"{folder}/log", "start"], **quiet)
        try:
            yield f"postgresql://astrodist@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "--mode=immediate", "stop"], **quiet)


def server_user() -> tuple[str] | tuple[()] | None:
    """Whom to run the server as: nobody else, the user `postgres`, or None when neither can be."""
    if os.geteuid() != 0:
        return ()
    try:
        return (pwd.getpwnam("postgres").pw_name,)
    except KeyError:
        return None


def prefix(as_user: tuple[str] | tuple[()]) -> list[str]:
    return ["runuser", "-u", as_user[0], "--"] if as_user else []


def test_main_api_passes_its_tests_on_postgresql(postgres_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/main_api"],
        cwd=ROOT,
        env={**os.environ, "MAIN_DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
