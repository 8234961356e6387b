"""A synchronisation as callers see it: created, watched, joined, cancelled; with a real worker process."""

from collections.abc import AsyncIterator, Awaitable, Callable

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, catalogue_sync_pb2
from google.protobuf.duration_pb2 import Duration
from grpc import StatusCode

from calc_grpc.catalogue.schedule import SyncSchedule
from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.journal.port import Filter
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.server import Server
from tests.calc_grpc.catalogue.catalogue_double import Catalogue
from tests.calc_grpc.catalogue.sources import serving, source_at
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakeClock, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
Start = Callable[[SourceSettings], Awaitable[Stub]]
HOUR_S = 3600.0


@pytest.fixture
async def start(start_server: Callable[..., Awaitable[Server]], catalogue: Catalogue) -> AsyncIterator[Start]:
    channels: list[grpc.aio.Channel] = []

    async def starter(source: SourceSettings) -> Stub:
        server = await start_server(main_url=catalogue.origin, catalogue_source=source)
        channels.append(grpc.aio.insecure_channel(f"127.0.0.1:{server.port}"))
        return Stub(channels[-1])

    yield starter
    for channel in channels:
        await channel.close()


async def create(stub: Stub, **values: object) -> calculation_pb2.Calculation:
    sync = catalogue_sync_pb2.CatalogueSyncInput()
    return await soon(stub.CreateCalculation(pb2.CreateCalculationRequest(catalogue_sync=sync, **values)))


async def snapshots(stub: Stub, calculation_id: str) -> list[calculation_pb2.Calculation]:
    watch = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
    return await soon(_all(watch), 120.0)


async def _all(watch: object) -> list[calculation_pb2.Calculation]:
    return [snapshot async for snapshot in watch]  # type: ignore[attr-defined]


async def test_a_watcher_sees_cumulative_counts_and_the_result(start: Start, catalogue: Catalogue) -> None:
    async with serving(Standin(2000, delay_s=0.05)) as url:
        stub = await start(source_at(url, page_size=100, concurrency=4))
        created = await create(stub)
        assert created.kind == "catalogue_sync" and created.state == State.SCHEDULED
        seen = await snapshots(stub, created.calculation_id)
    details = [snapshot.progress.catalogue_sync for snapshot in seen]
    assert [detail.added_count for detail in details] == sorted(detail.added_count for detail in details)
    assert any(0 < detail.done_page_count < 20 for detail in details)
    last = seen[-1]
    assert last.state == State.SUCCEEDED and last.progress.catalogue_sync.added_count == 2000
    result = last.catalogue_sync_result
    assert result.counts.added_count == 2000 == len(catalogue.rows) and result.counts.objects_per_second > 0


async def test_a_second_starter_is_told_which_one_to_join(start: Start) -> None:
    async with serving(Standin(10)) as url:
        stub = await start(source_at(url))
        first = await create(stub, delay=Duration(seconds=3600))
        with refused(StatusCode.FAILED_PRECONDITION, "SYNC_RUNNING") as refusal:
            await create(stub)
        assert refusal.metadata["calculation_id"] == first.calculation_id
        assert (await create(stub, calculation_id=first.calculation_id)).revision == first.revision
        await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=first.calculation_id))
        assert (await create(stub)).calculation_id != first.calculation_id


async def test_cancelling_stops_a_run_at_once_and_the_next_one_may_start(start: Start, catalogue: Catalogue) -> None:
    async with serving(Standin(100), "slow@3=60") as url:
        stub = await start(source_at(url, request_timeout_s=60.0))
        created = await create(stub)
        await soon(catalogue.arrived.wait(), 120.0)
        request = pb2.CancelCalculationRequest(calculation_id=created.calculation_id)
        assert (await soon(stub.CancelCalculation(request))).state == State.CANCELLED
        again = await create(stub)
        assert (await snapshots(stub, again.calculation_id))[-1].state == State.SUCCEEDED
    assert len(catalogue.rows) == 100


async def test_a_source_that_fails_is_a_failed_run_that_names_the_page(start: Start) -> None:
    async with serving(Standin(100), "html@2xever") as url:
        stub = await start(source_at(url))
        created = await create(stub)
        last = (await snapshots(stub, created.calculation_id))[-1]
    assert last.state == State.FAILED and last.error.reason == "SOURCE_UNREADABLE"
    assert "page 2 of 127.0.0.1" in last.error.message
    assert last.progress.catalogue_sync.object_count == 100


async def test_the_schedule_starts_one_when_the_last_is_long_ago(
    sqlite_journal: SqliteJournal, clock: FakeClock
) -> None:
    schedule = SyncSchedule(journal=sqlite_journal, every_s=HOUR_S)
    assert await schedule.start_if_due()
    assert not await schedule.start_if_due()  # it runs
    (row,) = await sqlite_journal.list_calculations(Filter(kinds=("catalogue_sync",)), before=None, limit=5)
    assert row.creator == "schedule" and row.state == "SCHEDULED"
    await sqlite_journal.cancel(row.calculation_id)
    clock.advance(HOUR_S - 1.0)
    assert not await schedule.start_if_due()
    clock.advance(2.0)
    assert await schedule.start_if_due()
