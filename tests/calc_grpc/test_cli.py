"""The program as a process: its exit codes, its signals, and what a kill leaves behind."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import Receiver, soon
from tests.calc_grpc.fresh_sky import lately_seen

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
START_TIMEOUT_S = 120.0  # a first start compiles the solver
STOP_WITHIN_S = 20.0
CERES_PATH = Path(__file__).parents[1] / "data" / "ceres_1801.json"


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALC_", "ASTRODIST_"))}
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | settings


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "calc_grpc", *arguments],
        env=environment(**settings), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_help_explains_the_command() -> None:
    shown = run("--help")
    assert shown.returncode == 0 and "serve" in shown.stdout and ".env.example" in shown.stdout


@pytest.mark.parametrize(
    "settings",
    [
        {"CALC_PORT": "many"},
        {"CALC_DATABASE_URL": "postgresql://localhost/calc"},
        {"CALC_CALLBACK_KEY": "development-callback-key", "ASTRODIST_ENV": "production"},
    ],
)
def test_a_wrong_setting_ends_with_its_name_and_no_trace(settings: dict[str, str]) -> None:
    ended = run(**settings)
    assert ended.returncode == 2
    assert ended.stderr.startswith(next(iter(settings))) and "Traceback" not in ended.stderr


def test_the_server_loads_no_numerics() -> None:
    """They are the workers' business: 80 MB and half a second that the event loop's process need not spend."""
    script = "import sys, calc_grpc.server; print({'numpy', 'numba', 'scipy', 'erfa', 'gmpy2'} & sys.modules.keys())"
    shown = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=120, check=True
    )
    assert shown.stdout == "set()\n"


class Process:
    """A real server and a channel to it."""

    def __init__(self, folder: Path, receiver: Receiver, **settings: str) -> None:
        self._settings = {
            "CALC_PORT": "0",
            "CALC_DATABASE_URL": f"sqlite:///{folder / 'calc.sqlite3'}",
            "CALC_CALLBACK_ALLOWED_ORIGINS": receiver.origin,
            "CALC_WORKER_COUNT": "1",
            **settings,
        }
        self.lines: list[str] = []

    async def start(self, *program: str) -> Stub:
        """The server, or another program that serves as it does."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *(program or ("-m", "calc_grpc")),
            env=environment(**self._settings), stderr=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        line = await asyncio.wait_for(self._line_with(" serving "), START_TIMEOUT_S)
        port = next(part for part in line.split() if part.startswith("port=")).removeprefix("port=")
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        return Stub(self.channel)

    async def end(self, number: int) -> int:
        """Send a signal to the whole group, as a terminal does, and wait."""
        await self.channel.close()
        os.killpg(self.process.pid, number)
        assert self.process.stderr is not None
        # It ends when the last process that writes to it is gone, so workers that stayed behind would show here.
        self.lines += (await soon(self.process.stderr.read())).decode().splitlines()
        return await soon(self.process.wait())

    async def kill(self) -> None:
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                await self.end(signal.SIGKILL)

    async def _line_with(self, text: str) -> str:
        assert self.process.stderr is not None
        while line := (await self.process.stderr.readline()).decode():
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError("the server ended:\n" + "".join(self.lines))


@pytest.fixture
async def make_process(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Callable[..., Process]]:
    made: list[Process] = []

    def make(**settings: str) -> Process:
        made.append(Process(tmp_path, receiver, **settings))
        return made[-1]

    yield make
    for process in made:
        await process.kill()


def ceres(receiver: Receiver, **values: Any) -> pb2.CreateCalculationRequest:
    rows = json.loads(CERES_PATH.read_text())["observations"]
    names = ("observed_at", "ra_deg", "dec_deg", "station")
    observations = [{name: row[name] for name in names} | {"id": number} for number, row in enumerate(rows)]
    body = {"distance": {"observations": observations}, "callback": {"url": receiver.url()}, "creator": "piazzi"}
    return json_format.ParseDict(body | values, pb2.CreateCalculationRequest())


async def test_ceres_from_create_to_the_callback(make_process: Callable[..., Process], receiver: Receiver) -> None:
    process = make_process(CALC_DELAY_S="0")
    stub = await process.start()
    created = await stub.CreateCalculation(ceres(receiver))
    body = await receiver.next_body()
    assert (body["calculation_id"], body["state"], body["verdict"]) == (
        created.calculation_id,
        "SUCCEEDED",
        "DETERMINED",
    )
    assert [row["id"] for row in body["observations"]] == list(range(21))
    assert all(1.9 < row["distance_au"] < 2.6 for row in body["observations"])
    assert body["orbit"]["a_au"] == pytest.approx(2.77, abs=0.1)  # Ceres, JPL SBDB
    ended = await stub.GetCalculation(pb2.GetCalculationRequest(calculation_id=created.calculation_id))
    sent = json_format.MessageToDict(
        ended.distance_result, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    assert {name: body[name] for name in sent} == sent
    await process.end(signal.SIGTERM)


async def test_the_nights_to_come_follow_the_creation(make_process: Callable[..., Process]) -> None:
    process = make_process(CALC_DELAY_S="0")
    stub = await process.start()
    seen = lately_seen(datetime.now(UTC))
    created = await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=seen))
    watched = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=created.calculation_id))
    ended = [snapshot async for snapshot in watched][-1]
    assert ended.state == State.SUCCEEDED, ended.error
    first = ended.distance_result.follow_up.nights[0].at.ToDatetime(tzinfo=UTC)
    assert timedelta(0) <= first - created.create_time.ToDatetime(tzinfo=UTC) <= timedelta(days=1)
    await process.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_signal_to_the_whole_group_ends_with_zero_and_leaves_no_process(
    make_process: Callable[..., Process], number: int
) -> None:
    process = make_process()
    await process.start()
    began_at = time.monotonic()
    assert await process.end(number) == 0
    assert time.monotonic() - began_at < STOP_WITHIN_S
    assert " stopped" in process.lines[-1] and not any("Traceback" in line for line in process.lines)


BROKEN = """
from unittest.mock import Mock
from calc_grpc import cli, dispatcher

if __name__ == "__main__":  # the workers import it, too
    dispatcher.counts.count_run = Mock(side_effect=ZeroDivisionError("a fault of ours"))
    raise SystemExit(cli.main())
"""


async def test_a_fault_of_its_own_ends_the_process_so_that_it_is_started_again(
    make_process: Callable[..., Process], receiver: Receiver, tmp_path: Path
) -> None:
    """It would else accept what it never computes."""
    program = tmp_path / "broken.py"
    program.write_text(BROKEN)
    process = make_process(CALC_DELAY_S="0")
    stub = await process.start(str(program))
    with suppress(grpc.aio.AioRpcError):
        await stub.CreateCalculation(ceres(receiver))
    assert process.process.stderr is not None
    said = (await asyncio.wait_for(process.process.stderr.read(), STOP_WITHIN_S)).decode()
    assert await soon(process.process.wait()) == 1 and "a fault of ours" in said


async def test_what_runs_at_a_stop_is_handed_back_and_ends_after_the_next_start(
    make_process: Callable[..., Process], receiver: Receiver, tmp_path: Path
) -> None:
    process = make_process(CALC_DELAY_S="0")
    stub = await process.start()
    # All due at the same time: were each due at once, a busy machine might compute faster than we ask.
    ids = {(await stub.CreateCalculation(ceres(receiver, delay="3s"))).calculation_id for _ in range(64)}
    async for change in stub.WatchCalculations(pb2.WatchCalculationsRequest()):
        if change.calculation.state == State.RUNNING:
            break
    assert await process.end(signal.SIGTERM) == 0
    with closing(sqlite3.connect(tmp_path / "calc.sqlite3")) as journal:
        rows = journal.execute("SELECT state, crash_count, owner, lease_until_us FROM calculations").fetchall()
    assert ("SCHEDULED", 0, "", None) in rows and set(rows) <= {("SCHEDULED", 0, "", None), ("SUCCEEDED", 0, "", None)}
    await process.start()
    reported = [await receiver.next_body() for _ in ids]
    assert {body["calculation_id"] for body in reported} == ids
    assert {body["state"] for body in reported} == {"SUCCEEDED"}
    assert await process.end(signal.SIGTERM) == 0 and receiver.bodies.empty()


async def test_what_was_accepted_survives_a_kill(make_process: Callable[..., Process], receiver: Receiver) -> None:
    process = make_process()
    stub = await process.start()
    waiting = await stub.CreateCalculation(ceres(receiver, delay="1s"))
    later = await stub.CreateCalculation(ceres(receiver, delay="3600s"))
    await process.end(signal.SIGKILL)
    stub = await process.start()
    body = await receiver.next_body()
    assert (body["calculation_id"], body["state"]) == (waiting.calculation_id, "SUCCEEDED")
    kept = await stub.GetCalculation(pb2.GetCalculationRequest(calculation_id=later.calculation_id))
    assert kept == later
    assert (await health_pb2_grpc.HealthStub(process.channel).Check(health_pb2.HealthCheckRequest())).status == 1
