"""A server in a thread with a loop of its own, for tests that call it synchronously."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from calc_grpc.config import Config
from calc_grpc.server import Server
from tests.calc_grpc.fakes import FakePool

START_TIMEOUT_S = 120.0


class InstantPool(FakePool):
    """Whatever it is given is worked out at once, to nothing."""

    async def run(self, *arguments: Any, **values: Any) -> bytes:
        return b""


@contextmanager
def served(config: Config) -> Iterator[Server]:
    """The server, ready; stopped at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait_for(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(START_TIMEOUT_S)

    async def started() -> Server:
        names = ("pool", "reading_pool", "digits_pool", "sky_pool")
        server = Server(config, **{name: InstantPool() for name in names})
        await server.start()
        await server.become_ready()
        return server

    server = wait_for(started())
    try:
        yield server
    finally:
        wait_for(server.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_S)
        loop.close()
