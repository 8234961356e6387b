"""The gateway on a real port between a fake calc_grpc and a fake main_api."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from gateway.__main__ import build_server
from gateway.config import Config
from tests.gateway.fakes import FakeCalc, FakeMain, start_calc
from tests.gateway.wire import PATIENCE_S

Answered = Callable[[], "asyncio.Future[None]"]
Start = Callable[..., contextlib.AbstractAsyncContextManager[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def calc_server() -> AsyncIterator[tuple[FakeCalc, int]]:
    fake = FakeCalc()
    server, port = await start_calc(fake)
    yield fake, port
    await server.stop(None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def main_server() -> AsyncIterator[tuple[FakeMain, int]]:
    fake = FakeMain()
    runner = web.AppRunner(fake.app(), handler_cancellation=True, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield fake, runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
def calc(calc_server: tuple[FakeCalc, int]) -> FakeCalc:
    calc_server[0].reset()
    return calc_server[0]


@pytest.fixture
def main(main_server: tuple[FakeMain, int]) -> FakeMain:
    main_server[0].reset()
    return main_server[0]


@pytest.fixture(scope="session")
def build_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>AstroDist</title>" + " " * 2000)
    (folder / "assets" / "app-1a2b.js").write_text("export const x = 1;\n" * 200)
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / ".secret").write_text("hidden")
    (folder.parent / "outside.txt").write_text("outside")
    return folder


@contextlib.asynccontextmanager
async def serving(config: Config) -> AsyncIterator[str]:
    """Run a gateway on a free port; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = build_server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture(scope="session")
def settings(
    calc_server: tuple[FakeCalc, int], main_server: tuple[FakeMain, int], build_folder: Path
) -> dict[str, Any]:
    return {
        "main_urls": (f"http://127.0.0.1:{main_server[1]}",),
        "calc_addresses": (f"127.0.0.1:{calc_server[1]}",),
        "calc_api_key": "gateway-key",
        "static_dir": build_folder,
        "identity_ttl_s": 0.0,
    }


@pytest.fixture
def start(settings: dict[str, Any], calc: FakeCalc, main: FakeMain) -> Start:
    """Start a gateway with settings of its own: `async with start(stream_limit=1) as url`."""
    return lambda **changes: serving(Config(**{**settings, **changes}))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_gateway(settings: dict[str, Any]) -> AsyncIterator[str]:
    async with serving(Config(**settings)) as url:
        yield url


@pytest.fixture
def url(shared_gateway: str, calc: FakeCalc, main: FakeMain) -> str:
    """Address of the gateway that tests share; the fakes behind it are fresh."""
    return shared_gateway


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers={"Accept-Encoding": "identity"},
        timeout=timeout,
    ) as session:
        yield session


@pytest.fixture
def observer() -> dict[str, str]:
    return {"Authorization": "Token observer"}


@pytest.fixture
def moderator() -> dict[str, str]:
    return {"Authorization": "Token moderator"}


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def answered(caplog: pytest.LogCaptureFixture) -> Answered:
    """Gives a future that resolves when the gateway is done with its next call, as its access log tells."""
    logger = logging.getLogger("gateway.access")
    caplog.set_level(logging.INFO, logger=logger.name)

    def watch() -> "asyncio.Future[None]":
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        class Watcher(logging.Handler):
            def emit(self, _record: logging.LogRecord) -> None:
                logger.removeHandler(self)
                written.set_result(None)

        logger.addHandler(Watcher())
        return written

    return watch
