"""`make run`: everything comes up, what dies comes back, and Ctrl-C leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.run import readable
from tests.system.client import Client
from tests.system.deployment import PATIENCE_S, ROOT, Deployment, free_ports, wait_for


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Deployment, Path]]:
    standin, metrics = map(str, free_ports(2))
    deployment = Deployment(tmp_path, CALC_DELAY_S="0", CALC_STANDIN_PORT=standin, CALC_METRICS_PORT=metrics)
    output = tmp_path / "output.txt"
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "scripts/run.py", "--state", str(tmp_path / "state")],
            cwd=ROOT,
            env=deployment.environment,
            stdout=stream,
            stderr=stream,
            text=True,
        )
    try:
        yield process, deployment, output
    finally:
        process.kill()
        process.wait()


def test_launcher_starts_everything_restarts_what_dies_and_stops_everything(
    launcher: tuple[subprocess.Popen[str], Deployment, Path], tmp_path: Path
) -> None:
    process, deployment, output = launcher
    address = f"AstroDist is ready: {deployment.url}"
    wait_for(
        lambda: address in output.read_text() or process.poll() is not None,
        "the address",
        hint=output.read_text,
    )
    assert address in output.read_text()
    pids = {path.stem: int(path.read_text()) for path in (tmp_path / "state").glob("*.pid")}
    assert set(pids) == {"calc_grpc", "main_api", "gateway", "repair", "standin"}

    os.killpg(pids["main_api"], signal.SIGKILL)
    main_pid = tmp_path / "state" / "main_api.pid"
    wait_for(lambda: main_pid.read_text().strip() not in ("", str(pids["main_api"])), "main_api to be started again")
    wait_for(lambda: is_ready(deployment), "main_api to answer again", hint=output.read_text)

    groups = [int(path.read_text()) for path in (tmp_path / "state").glob("*.pid")]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE_S) == 0
    wait_for(lambda: not any(map(group_lives, groups)), "every process to be gone")


def test_launcher_names_a_port_that_is_taken(launcher_ports: tuple[Deployment, str]) -> None:
    deployment, taken = launcher_ports
    done = subprocess.run(
        [sys.executable, "scripts/run.py", "--state", str(deployment.folder / "state")],
        cwd=ROOT,
        env={**deployment.environment, "GATEWAY_PORT": taken},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert f"port {taken} is in use" in done.stdout
    assert "GATEWAY_PORT" in done.stdout


@pytest.fixture
def launcher_ports(tmp_path: Path) -> Iterator[tuple[Deployment, str]]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield Deployment(tmp_path), str(taken.getsockname()[1])


def is_ready(deployment: Deployment) -> bool:
    with suppress(OSError):
        return Client(deployment.url, {}).get("/readyz").status == 200
    return False


def group_lives(group: int) -> bool:
    """Whether a process of the group runs; one that has ended and waits to be reaped by init does not count."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, process_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(process_group) == group and state != "Z":
                return True
    return False


def test_a_line_of_json_is_shown_to_people_as_text_and_any_other_as_it_is() -> None:
    line = '{"time": "10:00", "level": "error", "logger": "x", "event": "broken", "port": 7, "trace": "Trace\\nhere"}'
    assert readable(line) == "10:00 error x broken port=7\nTrace\nhere"
    for plain in ("10:00 INFO x started", "17", "{"):
        assert readable(plain) == plain
