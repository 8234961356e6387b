"""SERVING is said only while the journal can be written; the faults are real, and what they stop comes back."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc.aio
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from calc_grpc import readiness
from calc_grpc.config import Config
from calc_grpc.server import Server
from tests.calc_grpc.fakes import FakePool, soon
from tests.system.deployment import ROOT, free_ports, is_setting

Start = Callable[..., Awaitable[Server]]
Answer = health_pb2.HealthCheckResponse
SECONDS = 60.0


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PROBE_INTERVAL_S", 0.05)
    monkeypatch.setattr(readiness, "PROBE_TIMEOUT_S", 0.5)


async def heard(server: Server) -> AsyncIterator[int]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        async for answer in health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest()):
            yield answer.status


async def test_not_serving_while_another_holds_the_file_and_serving_again_after_it(
    start_server: Start, tmp_path: Path
) -> None:
    import sqlite3  # the other one, for this test alone

    server = await start_server()
    states = heard(server)
    assert await soon(anext(states)) == Answer.SERVING
    other = sqlite3.connect(tmp_path / "calc.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await soon(anext(states)) == Answer.NOT_SERVING
    other.execute("ROLLBACK")
    other.close()
    assert await soon(anext(states), SECONDS) == Answer.SERVING
    await states.aclose()


async def test_not_serving_while_the_database_does_not_take_writes_and_serving_again_after_it(
    start_server: Start, postgres_url: str
) -> None:
    server = await start_server(database_url=postgres_url)
    states = heard(server)
    assert await soon(anext(states)) == Answer.SERVING
    with psycopg.connect(postgres_url) as other:
        # In a thread: the probe that may hold the row now ends in this test's own loop.
        await asyncio.to_thread(other.execute, "LOCK TABLE journal_version IN ACCESS EXCLUSIVE MODE")
        assert await soon(anext(states), SECONDS) == Answer.NOT_SERVING
    assert await soon(anext(states), SECONDS) == Answer.SERVING
    await states.aclose()


async def test_draining_says_not_serving_and_stays_so(config: Config) -> None:
    pools = {name: FakePool() for name in ("pool", "reading_pool", "digits_pool", "sky_pool")}
    server = Server(config, **pools)
    await server.start()
    await server.become_ready()
    states = heard(server)
    assert await soon(anext(states)) == Answer.SERVING
    stopping = asyncio.create_task(server.stop())
    assert await soon(anext(states)) == Answer.NOT_SERVING
    await states.aclose()
    await stopping


@contextmanager
def process_of(tmp_path: Path, port: int) -> Iterator[int]:
    """A server process of its own, since limits are a process's; its number."""
    kept = {name: value for name, value in os.environ.items() if not is_setting(name)}
    settings = {"CALC_PORT": str(port), "CALC_DATABASE_URL": f"sqlite:///{tmp_path / 'full.sqlite3'}"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "calc_grpc"], cwd=ROOT, env=kept | settings, stderr=log, start_new_session=True
        )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def test_not_serving_while_the_disk_is_full_and_serving_again_when_there_is_room(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    with process_of(tmp_path, port) as pid:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = health_pb2_grpc.HealthStub(channel)

            async def until(status: int, within_s: float) -> None:
                deadline = time.monotonic() + within_s
                while True:
                    try:
                        question = health_pb2.HealthCheckRequest()
                        answer = await stub.Check(question, wait_for_ready=True, timeout=60)
                        if answer.status == status:
                            return
                    except grpc.aio.AioRpcError:
                        pass  # not listening yet
                    assert time.monotonic() < deadline, (tmp_path / "log").read_text()[-3000:]
                    await asyncio.sleep(0.1)

            await until(Answer.SERVING, 120)
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))  # every write fails, as on a full disk
            await until(Answer.NOT_SERVING, SECONDS)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
            await until(Answer.SERVING, SECONDS)
