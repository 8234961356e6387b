"""A stand-in in this process, and settings that ask it without waiting long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp.test_utils import TestServer

from calc_grpc.catalogue.settings import RetrySettings, SourceSettings
from calc_grpc.catalogue.standin.application import PATH, Standin
from calc_grpc.catalogue.standin.faults import Fault

HASTY = RetrySettings(first_wait_s=0.001, longest_wait_s=0.01)


@asynccontextmanager
async def serving(standin: Standin, *faults: str) -> AsyncIterator[str]:
    """Yields the address of its query API."""
    standin.faults += [Fault.parse(text) for text in faults]
    async with TestServer(standin.application(), host="127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.port}{PATH}"


def source_at(url: str, *, page_size: int = 20, concurrency: int = 10, **values: object) -> SourceSettings:
    defaults: dict[str, object] = {"retry": HASTY, "request_timeout_s": 60.0, "connect_timeout_s": 60.0}
    return SourceSettings(url=url, page_size=page_size, concurrency=concurrency, **defaults | values)  # type: ignore[arg-type]
