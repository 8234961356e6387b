"""What the tests of a synchronisation share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from calc_grpc.journal.opening import open_journal
from tests.calc_grpc.catalogue.catalogue_double import Catalogue
from tests.calc_grpc.catalogue.sync_bench import Bench


@pytest.fixture
async def catalogue() -> AsyncIterator[Catalogue]:
    """A main_api that takes pages."""
    catalogue = Catalogue()
    async with TestServer(catalogue.application(), host="127.0.0.1") as server:
        catalogue.origin = f"http://127.0.0.1:{server.port}"
        yield catalogue
        catalogue.released.set()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A journal, on each of the databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def bench(url: str, catalogue: Catalogue) -> AsyncIterator[Bench]:
    """A synchronisation that can be run."""
    bench = Bench(url=url, journal=await open_journal(url), catalogue=catalogue)
    yield bench
    await bench.journal.close()
