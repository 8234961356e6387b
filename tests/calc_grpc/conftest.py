"""What the tests of the engine share: a journal, a clock, a receiver of callbacks, a server in this process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import grpc.aio
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from astrodist.calc.v1 import calculation_service_pb2_grpc

from calc_grpc.config import Config
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.server import Server
from tests.calc_grpc.fakes import FakeClock, FakePool, Receiver

Stub = calculation_service_pb2_grpc.CalculationServiceStub


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        receiver.origin = f"http://127.0.0.1:{server.port}"
        yield receiver
        receiver.release()


@pytest.fixture
def config(tmp_path: Path, receiver: Receiver) -> Config:
    environ = {
        "CALC_PORT": "0",
        "CALC_DATABASE_URL": f"sqlite:///{tmp_path / 'calc.sqlite3'}",
        "CALC_DELAY_S": "0",
        "CALC_CALLBACK_ALLOWED_ORIGINS": receiver.origin,
        "CALC_WORKER_COUNT": "1",
    }
    return Config.from_env(environ)


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


@pytest.fixture
def reading_pool() -> FakePool:
    return FakePool()


@pytest.fixture
def digits_pool() -> FakePool:
    return FakePool()


@pytest.fixture
def sky_pool() -> FakePool:
    return FakePool()


@pytest.fixture
async def start_server(
    config: Config, pool: FakePool, reading_pool: FakePool, digits_pool: FakePool, sky_pool: FakePool
) -> AsyncIterator[Callable[..., Awaitable[Server]]]:
    """Start a server in this process; settings given replace those of `config`."""
    servers: list[Server] = []

    async def start(**settings: object) -> Server:
        pools = {"pool": pool, "reading_pool": reading_pool, "digits_pool": digits_pool, "sky_pool": sky_pool}
        server = Server(replace(config, **settings), **pools)
        await server.start()
        servers.append(server)
        await server.become_ready()
        return server

    yield start
    for server in servers:
        await server.stop()


@pytest.fixture
async def server(start_server: Callable[[], Awaitable[Server]]) -> Server:
    return await start_server()


@pytest.fixture
async def channel(server: Server) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


@pytest.fixture
def stub(channel: grpc.aio.Channel) -> Stub:
    return Stub(channel)


@pytest.fixture
async def sqlite_journal(tmp_path: Path, clock: FakeClock) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(tmp_path / "journal.sqlite3", clock=clock)
    yield journal
    await journal.close()
