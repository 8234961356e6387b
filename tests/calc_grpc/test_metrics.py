"""What calc_grpc counts, and the page that shows it."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_service_pb2 as pb2
from prometheus_client.parser import text_string_to_metric_families

from calc_grpc.convert import KIND_NAMES
from calc_grpc.journal import census
from calc_grpc.journal.port import Journal
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.metrics import Counts, Histogram, counts
from calc_grpc.metrics_page import render
from calc_grpc.server import Server
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, Receiver, distance_input, new_calculation, soon
from tests.calc_grpc.journal.bench import claim_one
from tests.system.deployment import free_ports

Start = Callable[..., Awaitable[Server]]
KEY = "key-of-prometheus"


@pytest.fixture
def metrics_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def samples(text: str) -> dict[str, float]:
    """Values by name and labels, as in `name{kind=distance}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def scraped(http: aiohttp.ClientSession, port: int) -> dict[str, float]:
    async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
        assert response.status == 200 and response.headers["Content-Type"].startswith("text/plain")
        return samples(await response.text())


def test_a_histogram_counts_a_value_at_its_bound_and_all_in_the_last_bucket() -> None:
    histogram = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(value)
    assert histogram.buckets() == [("0.1", 2), ("1.0", 3), ("+Inf", 4)]
    assert histogram.total == pytest.approx(7.65)


async def test_a_calculation_leaves_its_traces_on_the_page(
    start_server: Start, pool: FakePool, receiver: Receiver, metrics_port: int, http: aiohttp.ClientSession
) -> None:
    server = await start_server(metrics_port=metrics_port)
    before = await scraped(http, metrics_port)
    receiver.answers.append((503, {"Retry-After": "0"}))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        request = pb2.CreateCalculationRequest(distance=distance_input(), callback={"url": receiver.url()})
        created = await Stub(channel).CreateCalculation(request)
        run = await pool.next_run()
        during = await scraped(http, metrics_port)
        watching = Stub(channel).WatchCalculation(pb2.WatchCalculationRequest(calculation_id=created.calculation_id))
        await soon(watching.read())
        watched = await scraped(http, metrics_port)
        run.succeed()
        await receiver.next_body()
        await receiver.next_body()
        while await soon(watching.read()):
            pass
        with pytest.raises(grpc.aio.AioRpcError):
            await Stub(channel).GetCalculation(pb2.GetCalculationRequest(calculation_id="nobody"))
    after = await scraped(http, metrics_port)

    def grew(name: str) -> float:
        return after[f"astrodist_calc_{name}"] - before.get(f"astrodist_calc_{name}", 0.0)

    assert during["astrodist_calc_calculations{kind=distance,state=RUNNING}"] == 1
    assert watched["astrodist_calc_watch_streams{method=WatchCalculation}"] == 1
    assert after["astrodist_calc_watch_streams{method=WatchCalculation}"] == 0
    assert grew("rpcs_total{code=OK,method=CreateCalculation}") == 1
    assert grew("rpcs_total{code=NOT_FOUND,method=GetCalculation}") == 1
    assert grew("rpc_duration_seconds_count{method=CreateCalculation}") == 1
    assert grew("start_lateness_seconds_count{kind=distance}") == 1
    assert grew("runs_total{kind=distance,outcome=SUCCEEDED}") == 1
    assert grew("run_duration_seconds_count{kind=distance}") == 1
    assert grew("report_attempts_total{state=PENDING}") == 1
    assert grew("journal_commit_duration_seconds_count") >= 4
    assert grew("journal_batch_operations_sum") >= grew("journal_batch_operations_count")
    assert after["astrodist_calc_journal_up"] == 1 and after["process_resident_memory_bytes"] > 1e6


async def test_without_a_port_nothing_listens(server: Server) -> None:
    assert server._metrics_page.port == 0


@pytest.mark.parametrize(
    ("settings", "header", "status"),
    [
        ({"metrics_key": KEY}, "", 401),
        ({"metrics_key": KEY}, "Bearer another-key-of-yours", 401),
        ({"metrics_key": KEY}, f"Bearer {KEY}", 200),
        ({"metrics_key": KEY, "metrics_are_open": False}, f"Bearer {KEY}", 200),
        ({"metrics_are_open": False}, "", 404),
    ],
)
async def test_the_page_wants_the_key_where_there_is_one_and_hides_in_production_without(
    settings: dict[str, object],
    header: str,
    status: int,
    start_server: Start,
    metrics_port: int,
    http: aiohttp.ClientSession,
) -> None:
    await start_server(metrics_port=metrics_port, **settings)
    url = f"http://127.0.0.1:{metrics_port}/metrics"
    async with http.get(url, headers={"Authorization": header} if header else {}) as response:
        assert response.status == status


async def test_the_census_counts_by_kind_on_every_journal(census_journal: Journal) -> None:
    for number in range(3):
        await census_journal.accept(new_calculation(number))
    await census_journal.accept(new_calculation(7, kind="pi"))
    claim = await claim_one(census_journal)
    counted = await census_journal.census()
    others = {"identification": 0, "catalogue_sync": 0}
    assert counted.waiting == {"distance": 2, "pi": 1, **others}
    assert counted.running == {"distance": 1, "pi": 0, **others} and claim.kind == "distance"
    assert (counted.pending_report_count, counted.digit_count, counted.object_count) == (0, 0, 0)


@pytest.fixture(params=["sqlite", "postgres"])
async def census_journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    from calc_grpc.journal.opening import open_journal  # a name of its own for this fixture alone

    path = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    journal = await open_journal(path if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield journal
    await journal.close()


def test_the_census_knows_every_kind() -> None:
    assert set(census.KINDS) == set(KIND_NAMES)


async def test_the_census_reads_indexes_alone_and_of_them_what_has_not_finished(sqlite_journal: SqliteJournal) -> None:
    def plans(db: sqlite3.Connection) -> list[str]:
        explained = [f"EXPLAIN QUERY PLAN {query}" for query in census.QUERIES[:3]]
        return [row["detail"] for query in explained for row in db.execute(query)]

    details = [detail for detail in await sqlite_journal._read(plans) if "calculations" in detail or " c " in detail]
    waiting, running, reports = details
    for detail in (waiting, running):
        assert "SEARCH c USING COVERING INDEX calculations_kind_state (kind=? AND state=?)" in detail
    assert "SEARCH calculations USING COVERING INDEX calculations_report_due" in reports


async def test_a_worker_that_is_replaced_is_counted(start_server: Start) -> None:
    from calc_grpc.workers import WorkerPool  # real processes, for this test alone

    pool = WorkerPool(worker_count=1, numba_cache_path=Path("unused"), table="tests.calc_grpc.kernels")
    before = counts.worker_restarts["tests.calc_grpc.kernels"]
    replaced = asyncio.Event()
    await pool.start()
    pool.on_free = replaced.set
    os.kill(pool._slots[0].pid or 0, signal.SIGKILL)
    await soon(replaced.wait())
    await pool.stop()
    assert counts.worker_restarts["tests.calc_grpc.kernels"] == before + 1


def test_a_journal_that_cannot_be_read_is_said_and_the_rest_is_shown() -> None:
    shown = samples(render(Counts(), None).decode())
    assert shown["astrodist_calc_journal_up"] == 0
    assert not any("astrodist_calc_calculations" in name for name in shown)
    assert "astrodist_calc_journal_failed_commits_total" in shown
