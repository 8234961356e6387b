"""The streams: the present first, then changes, the end last; nobody misses the end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2
from grpc import StatusCode
from grpc.aio import EOF

from calc_grpc.calculation import FINAL_STATES
from calc_grpc.errors import ShuttingDown
from calc_grpc.journal.port import Filter, Outcome
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.watching import FINISHED_COUNT, Watchers
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import TIMEOUT_S, FakePool, distance_input, new_calculation, soon
from tests.calc_grpc.rpc_errors import refused

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
ID = new_calculation().calculation_id


@pytest.fixture
async def watchers(sqlite_journal: SqliteJournal) -> AsyncIterator[Watchers]:
    watchers = Watchers(sqlite_journal)
    yield watchers
    watchers.close()


async def run_to_the_end(journal: SqliteJournal) -> None:
    (claim,) = await journal.claim(owner="test", kinds=["distance"], limit=1)
    for percent in range(0, 100, 10):
        await journal.progress(claim.calculation_id, claim.fence, fraction=percent / 100, stage="scanning")
    await journal.finish(claim.calculation_id, claim.fence, Outcome(state="SUCCEEDED", result=b""))


async def take(stream: Any, count: int) -> list[Any]:
    return [await soon(anext(stream)) for _ in range(count)]


async def initial_set(stream: Any) -> list[Any]:
    rows = []
    while (row := await soon(anext(stream))) is not None:
        rows.append(row)
    return rows


# --- one calculation ---


async def test_a_watcher_sees_the_present_then_changes_then_the_end(
    watchers: Watchers, sqlite_journal: SqliteJournal
) -> None:
    await sqlite_journal.accept(new_calculation())
    stream = watchers.watch_one(ID, visible_to="")
    (first,) = await take(stream, 1)
    assert first.state == "SCHEDULED" and first.input == b"input"
    await run_to_the_end(sqlite_journal)
    rest = [row async for row in stream]
    revisions = [first.revision, *(row.revision for row in rest)]
    assert revisions == sorted(set(revisions))
    assert rest[-1].state == "SUCCEEDED" and not any(row.state in FINAL_STATES for row in rest[:-1])


async def test_a_slow_reader_misses_middles_but_not_the_end(watchers: Watchers, sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.accept(new_calculation())
    stream = watchers.watch_one(ID, visible_to="")
    await take(stream, 1)
    await run_to_the_end(sqlite_journal)  # twelve changes while nobody reads
    assert [row.state async for row in stream] == ["SUCCEEDED"]


async def test_watching_what_is_finished_gives_it_once(watchers: Watchers, sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.accept(new_calculation())
    await sqlite_journal.cancel(ID)
    assert [row.state async for row in watchers.watch_one(ID, visible_to="")] == ["CANCELLED"]


async def test_a_stream_that_its_reader_left_leaves_nothing_behind(
    watchers: Watchers, sqlite_journal: SqliteJournal
) -> None:
    await sqlite_journal.accept(new_calculation())
    for stream in (watchers.watch_one(ID, visible_to=""), watchers.watch_many(Filter())):
        await take(stream, 1)
        await stream.aclose()  # type: ignore[attr-defined]
    assert not watchers._of_one and not watchers._of_all


async def test_streams_end_when_the_server_stops(watchers: Watchers, sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.accept(new_calculation())
    one, many = watchers.watch_one(ID, visible_to=""), watchers.watch_many(Filter())
    await take(one, 1)
    await initial_set(many)
    watchers.close()
    for stream in (one, many, watchers.watch_one(ID, visible_to="")):
        with pytest.raises(ShuttingDown):
            await take(stream, 2)


# --- many calculations ---


async def test_the_initial_set_is_what_is_active_and_the_latest_that_finished(
    watchers: Watchers, sqlite_journal: SqliteJournal
) -> None:
    for n in range(FINISHED_COUNT + 12):
        await sqlite_journal.accept(new_calculation(n))
        if n >= 2:
            await sqlite_journal.cancel(new_calculation(n).calculation_id)
    rows = await initial_set(watchers.watch_many(Filter()))
    active = [row for row in rows if row.state == "SCHEDULED"]
    finished = [row for row in rows if row.state == "CANCELLED"]
    assert (len(active), len(finished)) == (2, FINISHED_COUNT)
    assert min(row.sequence for row in finished) > 12
    assert all(row.input is None for row in rows)


async def test_changes_follow_the_initial_set_and_those_that_do_not_match_stay_out(
    watchers: Watchers, sqlite_journal: SqliteJournal
) -> None:
    stream = watchers.watch_many(Filter(visible_to="anna"))
    assert await initial_set(stream) == []
    await sqlite_journal.accept(new_calculation(1, creator="boris"))
    await sqlite_journal.accept(new_calculation(2, creator="boris", kind="pi"))
    await sqlite_journal.accept(new_calculation(3, creator="anna"))
    assert [row.sequence for row in await take(stream, 2)] == [2, 3]


async def test_what_leaves_the_filter_is_sent_once_more(watchers: Watchers, sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.accept(new_calculation(1))
    stream = watchers.watch_many(Filter(states=("SCHEDULED",)))
    assert [row.state for row in await initial_set(stream)] == ["SCHEDULED"]
    await run_to_the_end(sqlite_journal)
    (left,) = await take(stream, 1)
    assert left.state != "SCHEDULED"
    await sqlite_journal.accept(new_calculation(2))
    (row,) = await take(stream, 1)
    assert row.sequence == 2  # the other one's later changes did not come


async def test_what_joins_the_filter_is_sent(watchers: Watchers, sqlite_journal: SqliteJournal) -> None:
    await sqlite_journal.accept(new_calculation(1))
    stream = watchers.watch_many(Filter(states=("CANCELLED",)))
    assert await initial_set(stream) == []
    await sqlite_journal.cancel(new_calculation(1).calculation_id)
    assert [row.state for row in await take(stream, 1)] == ["CANCELLED"]


async def test_when_hints_were_missed_both_streams_look_again_and_send_what_changed(
    sqlite_journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners: list[Any] = []
    monkeypatch.setattr(sqlite_journal, "listen", lambda listener: listeners.append(listener) or (lambda: None))
    watchers = Watchers(sqlite_journal)
    await sqlite_journal.accept(new_calculation())
    await sqlite_journal.accept(new_calculation(1))
    one, many = watchers.watch_one(ID, visible_to=""), watchers.watch_many(Filter())
    await take(one, 1)
    await initial_set(many)
    await sqlite_journal.cancel(ID)
    await sqlite_journal.accept(new_calculation(2))
    listeners[0](())
    assert [row.state for row in await take(one, 1)] == ["CANCELLED"]
    changed = {row.sequence: row.state for row in await take(many, 2)}
    assert changed == {1: "CANCELLED", 3: "SCHEDULED"}  # the second one did not change and is not sent again


async def test_what_a_stream_remembers_does_not_grow_with_what_finished(
    watchers: Watchers, sqlite_journal: SqliteJournal
) -> None:
    stream = watchers.watch_many(Filter())
    await initial_set(stream)
    for n in range(20):
        await sqlite_journal.accept(new_calculation(n))
        await sqlite_journal.cancel(new_calculation(n).calculation_id)
    last = new_calculation(19).calculation_id
    async with asyncio.timeout(TIMEOUT_S):
        async for row in stream:
            assert row is not None
            if row.calculation_id == last and row.is_final:
                break
    assert stream.ag_frame.f_locals["tracked"] == {}  # type: ignore[attr-defined]


# --- over the wire ---


async def test_watch_calculation_over_the_wire(stub: Stub, pool: FakePool) -> None:
    request = pb2.CreateCalculationRequest(distance=distance_input())
    created = await stub.CreateCalculation(request)
    run = await pool.next_run()
    stream = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=created.calculation_id))
    running = await soon(stream.read())
    assert running.state == State.RUNNING and running.distance == request.distance
    run.tell(0.5, "halfway")
    while running.progress.stage != "halfway":
        running = await soon(stream.read())
    run.succeed()
    last = running
    while (snapshot := await soon(stream.read())) is not EOF:
        last = snapshot
    assert last.state == State.SUCCEEDED and last.revision > running.revision


async def test_watch_calculations_over_the_wire(stub: Stub, pool: FakePool) -> None:
    stream = stub.WatchCalculations(pb2.WatchCalculationsRequest(kind=["distance"]))
    assert (await soon(stream.read())).initial_set_complete
    created = await stub.CreateCalculation(pb2.CreateCalculationRequest(distance=distance_input()))
    event = await soon(stream.read())
    assert event.calculation.calculation_id == created.calculation_id
    assert event.calculation.WhichOneof("input") is None
    stream.cancel()


async def test_watch_calculations_refuses_bad_filters(stub: Stub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.WatchCalculations(pb2.WatchCalculationsRequest(kind=["horoscope"])).read()
    assert refusal.fields == [("kind[0]", "UNKNOWN_VALUE")]
