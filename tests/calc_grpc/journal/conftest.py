"""Every journal, one after another: SQLite's and PostgreSQL's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Journal
from tests.calc_grpc.fakes import FakeClock
from tests.calc_grpc.journal.bench import Bench


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def bench(url: str, clock: FakeClock) -> AsyncIterator[Bench]:
    async def opener() -> Journal:
        return await open_journal(url, clock=clock)

    bench = Bench(opener, await opener())
    bench.journal.listen(bench.heard.extend)
    yield bench
    await bench.journal.close()


@pytest.fixture
def journal(bench: Bench) -> Journal:
    return bench.journal
