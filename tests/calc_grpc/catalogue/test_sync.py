"""A synchronisation from its start to its end, with the faults that a source, a catalogue and a process can have."""

import asyncio
import hashlib
import hmac
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from astrodist.calc.v1 import catalogue_sync_pb2

from calc_grpc.catalogue.elements import unpack_elements
from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.catalogue.sync_pool import SyncPool, SyncSettings
from calc_grpc.errors import RunCancelled, RunFailed, WorkerCrashed
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Journal
from tests.calc_grpc.catalogue.catalogue_double import Catalogue, ThreadWorkers
from tests.calc_grpc.catalogue.sources import serving, source_at
from tests.calc_grpc.fakes import new_calculation, soon

KEY = "key-of-these-tests"
CREATED_AT = datetime(2026, 11, 21, tzinfo=UTC)
Progress = catalogue_sync_pb2.CatalogueSyncProgress
Result = catalogue_sync_pb2.CatalogueSyncResult


@dataclass
class Bench:
    """What a run needs, with a journal that can be closed and opened again."""

    url: str
    journal: Journal
    catalogue: Catalogue
    workers: ThreadWorkers = field(default_factory=ThreadWorkers)
    stages: list[str] = field(default_factory=list)
    snapshots: list[Progress] = field(default_factory=list)
    run_count: int = 0

    async def reopen(self) -> None:
        await self.journal.close()
        self.journal = await open_journal(self.url)

    async def begin(self) -> str:
        """Accept and claim a synchronisation."""
        self.run_count += 1
        new = new_calculation(self.run_count, kind="catalogue_sync")
        await self.journal.accept(new)
        await self.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        return new.calculation_id

    def pool(self, source: SourceSettings) -> SyncPool:
        settings = SyncSettings(source=source, main_url=self.catalogue.origin, key=KEY)
        return SyncPool(self.workers, self.journal, settings)  # type: ignore[arg-type]

    def tell(self, fraction: float, stage: str, detail: bytes | None = None) -> None:
        assert detail is not None
        self.stages.append(stage)
        self.snapshots.append(Progress.FromString(detail))

    def start(self, pool: SyncPool, calculation_id: str) -> "asyncio.Task[bytes]":
        """A run that is cancelled at the pool."""
        return asyncio.ensure_future(pool.run(calculation_id, "catalogue_sync", b"", self.tell, created_at=CREATED_AT))

    async def run(self, source: SourceSettings, *, calculation_id: str = "", allow_shrink: bool = False) -> Result:
        """Run to its end, and end the calculation as the dispatcher would."""
        calculation_id = calculation_id or await self.begin()
        sync_input = catalogue_sync_pb2.CatalogueSyncInput(allow_shrink=allow_shrink).SerializeToString()
        call = self.pool(source).run(calculation_id, "catalogue_sync", sync_input, self.tell, created_at=CREATED_AT)
        result = Result.FromString(await soon(call))
        await self.journal.cancel(calculation_id)
        return result

    async def elements(self) -> Sequence[int]:
        """The ids of the current elements."""
        store = self.journal.catalogue
        return [int(spkid) for spkid in unpack_elements(
            [blob async for blob in store.elements_blobs(await store.elements_version())]
        )["spkid"]]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def bench(url: str) -> AsyncIterator[Bench]:
    catalogue = Catalogue()
    async with TestServer(catalogue.application(), host="127.0.0.1") as server:
        catalogue.origin = f"http://127.0.0.1:{server.port}"
        bench = Bench(url=url, journal=await open_journal(url), catalogue=catalogue)
        yield bench
        await bench.journal.close()
        catalogue.released.set()


def counts_of(result: Result) -> tuple[int, int, int, int]:
    counts = result.counts
    return counts.added_count, counts.updated_count, counts.unchanged_count, counts.deleted_count


async def test_a_first_run_adds_everything_and_the_next_one_finds_it_unchanged(bench: Bench) -> None:
    async with serving(Standin(1913)) as source_url:
        first = await bench.run(source_at(source_url))
        again = await bench.run(source_at(source_url))
    assert counts_of(first) == (1913, 0, 0, 0) and counts_of(again) == (0, 0, 1913, 0)
    assert len(bench.catalogue.rows) == 1913 and first.warning == "" and first.duration_s > 0
    assert (first.counts.object_count, first.counts.page_count, first.counts.done_page_count) == (1913, 96, 96)
    assert sorted(await bench.elements()) == sorted(bench.catalogue.rows)
    assert bench.catalogue.conflict_count == 0


async def test_every_snapshot_carries_what_was_done_so_far(bench: Bench) -> None:
    async with serving(Standin(300)) as source_url:
        await bench.run(source_at(source_url))
    done = [snapshot.done_page_count for snapshot in bench.snapshots]
    assert done == sorted(done) and done[-1] == 15
    assert bench.stages[0] == "starting" and bench.stages[-1] == "finishing"
    for snapshot in bench.snapshots:
        stored = snapshot.added_count + snapshot.updated_count + snapshot.unchanged_count
        assert stored <= 20 * snapshot.done_page_count
    assert not bench.snapshots[0].HasField("object_count") and bench.snapshots[-1].added_count == 300
    assert bench.snapshots[-1].objects_per_second > 0


async def test_the_first_page_is_stored_before_any_other_is_sent(bench: Bench) -> None:
    async with serving(Standin(200)) as source_url:
        await bench.run(source_at(source_url))
    assert bench.catalogue.asked[0].endswith("/pages/1") and bench.catalogue.asked[-1].endswith("/finish")
    assert len(bench.catalogue.asked) == 11


async def test_what_is_sent_carries_the_key_and_a_signature(bench: Bench) -> None:
    async with serving(Standin(10)) as source_url:
        await bench.run(source_at(source_url))
    headers = bench.catalogue.headers[0]
    ((body, _),) = bench.catalogue.pages.values()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.digest(KEY.encode(), signed, hashlib.sha256)).decode()
    assert headers["X-Calc-Key"] == KEY and headers["webhook-signature"] == f"v1,{expected}"
    assert "." not in headers["webhook-id"]


async def test_what_the_source_no_longer_has_is_deleted(bench: Bench) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(95)) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (0, 0, 95, 5) and len(bench.catalogue.rows) == 95 == len(await bench.elements())


async def test_a_source_that_shrinks_by_much_deletes_nothing_until_it_is_allowed(bench: Bench) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(50)) as source_url:
        held_back = await bench.run(source_at(source_url))
        assert held_back.warning == "SHRINKS" and held_back.counts.deleted_count == 0
        assert len(bench.catalogue.rows) == 100 == len(await bench.elements())
        allowed = await bench.run(source_at(source_url), allow_shrink=True)
    assert allowed.warning == "" and allowed.counts.deleted_count == 50 == len(await bench.elements())


@pytest.mark.parametrize(("fault", "count"), [("drift@3=2", 102), ("moving@3", 100)])
async def test_a_drift_makes_a_second_pass_that_is_whole(bench: Bench, fault: str, count: int) -> None:
    async with serving(Standin(100), fault) as source_url:
        result = await bench.run(source_at(source_url, concurrency=1))
    assert result.warning == "" and result.counts.pass_number == 2
    assert len(bench.catalogue.rows) == count == len(await bench.elements())
    assert counts_of(result) == (count, 0, 0, 0)
    assert "storing pages, second pass" in bench.stages
    assert [end["complete"] for end in bench.catalogue.ends] == [True]


async def test_a_source_that_never_rests_is_taken_as_it_is_and_nothing_is_deleted(bench: Bench) -> None:
    async with serving(Standin(200)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(190), "drift@2xever=1") as source_url:
        result = await bench.run(source_at(source_url, concurrency=1))
    assert result.warning.startswith("SOURCE_CHANGED: it kept changing") and result.counts.deleted_count == 0
    assert len(bench.catalogue.rows) == 200 == len(await bench.elements())
    assert bench.catalogue.ends[-1]["complete"] is False


@pytest.mark.parametrize(
    "fault", ["503@3x2", "429-bare@2", "truncated@5x2", "cut@1", "html@4", "short-row@2", "null-data@3"]
)
async def test_a_fault_that_passes_costs_no_object(bench: Bench, fault: str) -> None:
    async with serving(Standin(100), fault) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (100, 0, 0, 0) and len(bench.catalogue.rows) == 100


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("html@3xever", "SOURCE_UNREADABLE"), ("503@3xever", "SOURCE_UNAVAILABLE"), ("version@3", "SOURCE_UNREADABLE")],
)
async def test_a_fault_that_stays_names_the_page_and_deletes_nothing(bench: Bench, fault: str, reason: str) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(90), fault) as source_url:
        with pytest.raises(RunFailed, match="page 3") as failed:
            await bench.run(source_at(source_url))
    assert failed.value.reason == reason
    assert len(bench.catalogue.rows) == 100 == len(await bench.elements())
    assert bench.catalogue.ends[-1]["complete"] is False


async def test_after_a_crash_no_page_is_fetched_or_stored_again(bench: Bench) -> None:
    standin = Standin(400)
    calculation_id = await bench.begin()
    async with serving(standin) as source_url:
        bench.workers.crash_after = 11
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        await bench.reopen()
        kept = {page.page_number for page in await bench.journal.catalogue.pages(calculation_id, 1)}
        assert 1 in kept and len(kept) <= 11
        await bench.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        standin.pages.clear()
        bench.workers.crash_after = None
        result = await bench.run(source_at(source_url), calculation_id=calculation_id)
    assert sorted(standin.pages) == sorted(set(range(1, 21)) - kept) and set(standin.pages.values()) == {1}
    assert counts_of(result) == (400, 0, 0, 0) and len(bench.catalogue.rows) == 400
    assert len(bench.catalogue.pages) == 20 and bench.catalogue.conflict_count == 0


def when_kept(store: Any, count: int) -> asyncio.Event:
    """Set when the store has kept so many pages."""
    keep, enough, done = store.keep_page, asyncio.Event(), []

    async def keep_page(*arguments: Any) -> bool:
        is_kept: bool = await keep(*arguments)
        done.append(arguments)
        if len(done) == count:
            enough.set()
        return is_kept

    store.keep_page = keep_page
    return enough


async def test_pages_that_were_kept_and_not_sent_are_sent_after_a_restart(bench: Bench) -> None:
    calculation_id = await bench.begin()
    standin = Standin(60)
    bench.catalogue.answers = [None] * 2
    all_kept = when_kept(bench.journal.catalogue, 3)
    async with serving(standin) as source_url:
        pool = bench.pool(source_at(source_url))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.arrived.wait())
        await soon(all_kept.wait())
        pool.cancel(calculation_id)
        with pytest.raises(RunCancelled):
            await soon(running)
        await bench.reopen()
        await bench.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        standin.pages.clear()
        bench.catalogue.released.set()
        result = await bench.run(source_at(source_url), calculation_id=calculation_id)
    assert not standin.pages and counts_of(result)[0] + counts_of(result)[2] == 60
    assert len(bench.catalogue.rows) == 60 and bench.catalogue.conflict_count == 0


async def test_another_source_in_the_settings_begins_a_new_pass(bench: Bench) -> None:
    calculation_id = await bench.begin()
    async with serving(Standin(100)) as source_url:
        bench.workers.crash_after = 2
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        bench.workers.crash_after = None
        result = await bench.run(source_at(source_url, page_size=50), calculation_id=calculation_id)
    assert result.counts.pass_number == 2 and result.counts.page_count == 2 and len(bench.catalogue.rows) == 100


async def test_a_run_that_is_cancelled_stops_and_closes_the_run_at_the_catalogue(bench: Bench) -> None:
    calculation_id = await bench.begin()
    standin = Standin(100)
    async with serving(standin, "slow@3xever=60") as source_url:
        pool = bench.pool(source_at(source_url, request_timeout_s=60.0))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.arrived.wait())
        await bench.journal.cancel(calculation_id)
        pool.cancel(calculation_id)
        with pytest.raises(RunCancelled):
            await soon(running)
    assert bench.catalogue.ends[-1]["complete"] is False and pool.free_count == 1
    await bench.journal.catalogue.prune(limit=100)
    assert await bench.journal.catalogue.pages(calculation_id, 1) == []


async def test_a_run_cancelled_while_the_catalogue_ends_it_leaves_both_rooms_with_the_same(
    bench: Bench,
) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    calculation_id = await bench.begin()
    bench.catalogue.end_stored.clear()
    bench.catalogue.end_may_answer.clear()
    async with serving(Standin(95)) as source_url:
        pool = bench.pool(source_at(source_url))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.end_stored.wait())
        await bench.journal.cancel(calculation_id)
        pool.cancel(calculation_id)
        await asyncio.sleep(0)
        bench.catalogue.end_may_answer.set()
        await soon(running)
    assert len(bench.catalogue.rows) == 95 == len(await bench.elements()) and len(bench.catalogue.ends) == 2


async def test_a_run_that_is_cancelled_while_it_waits_for_the_catalogue_to_end_it_stops(bench: Bench) -> None:
    calculation_id = await bench.begin()
    bench.catalogue.end_may_answer.clear()
    async with serving(Standin(40)) as source_url:
        pool = bench.pool(source_at(source_url))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.end_stored.wait())
        bench.catalogue.end_status = 503
        await bench.journal.cancel(calculation_id)
        pool.cancel(calculation_id)
        bench.catalogue.end_may_answer.set()
        with pytest.raises(RunCancelled):
            await soon(running)


async def test_after_a_crash_between_the_end_and_its_elements_the_end_is_told_again(bench: Bench) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    calculation_id = await bench.begin()

    async def crash(*arguments: Any) -> int:
        raise WorkerCrashed

    async with serving(Standin(95)) as source_url:
        bench.journal.catalogue.publish = crash  # type: ignore[method-assign]
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        await bench.reopen()
        assert len(await bench.elements()) == 100
        await bench.journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
        result = await bench.run(source_at(source_url), calculation_id=calculation_id)
    assert counts_of(result) == (0, 0, 95, 5) and len(await bench.elements()) == 95


async def test_an_answer_that_comes_in_two_pieces_is_read_whole(bench: Bench) -> None:
    bench.catalogue.answers_in_pieces = True
    async with serving(Standin(40)) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (40, 0, 0, 0)


async def test_a_drift_after_another_source_in_the_settings_has_its_second_pass(bench: Bench) -> None:
    calculation_id = await bench.begin()
    async with serving(Standin(100)) as source_url:
        bench.workers.crash_after = 2
        with pytest.raises(WorkerCrashed):
            await bench.run(source_at(source_url), calculation_id=calculation_id)
        bench.workers.crash_after = None
    async with serving(Standin(100), "moving@3") as source_url:
        result = await bench.run(source_at(source_url, concurrency=1), calculation_id=calculation_id)
    assert result.warning == "" and result.counts.pass_number == 3 and len(bench.catalogue.rows) == 100


async def test_a_catalogue_that_is_away_for_a_moment_is_waited_for(bench: Bench) -> None:
    bench.catalogue.answers = [(503, {}), (500, {})]
    async with serving(Standin(40)) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (40, 0, 0, 0)
    assert any("waiting for the catalogue: HTTP 503" in stage for stage in bench.stages)
    assert bench.stages[-1] == "finishing"


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        ((403, {"reason": "WRONG_KEY", "detail": "Wrong."}), "WRONG_KEY", "pages/1: HTTP 403 WRONG_KEY Wrong."),
        ((410, {"reason": "SYNC_SUPERSEDED"}), "SYNC_SUPERSEDED", "HTTP 410"),
        (
            (400, {"reason": "INVALID_PAGE", "errors": [{"path": "rows.3.e", "message": "below 0"}]}),
            "INVALID_PAGE",
            "rows.3.e: below 0",
        ),
        ((404, {"reason": "NO_SUCH_WORD"}), "CATALOGUE_UNAVAILABLE", "HTTP 404"),
        ((200, {}), "CATALOGUE_UNAVAILABLE", "added_count"),
    ],
)
async def test_a_catalogue_that_refuses_ends_the_run_in_its_words(
    bench: Bench, answer: tuple[int, dict[str, object]], reason: str, words: str
) -> None:
    bench.catalogue.answers = [answer]
    async with serving(Standin(40)) as source_url:
        with pytest.raises(RunFailed) as failed:
            await bench.run(source_at(source_url))
    assert failed.value.reason == reason and words in failed.value.message


async def test_no_more_pages_are_at_hand_than_there_is_room_for(bench: Bench) -> None:
    """A catalogue that does not answer stops the fetching, so that memory is bounded."""
    standin = Standin(2000)
    calculation_id = await bench.begin()
    bench.catalogue.answers = [None] * 2
    async with serving(standin) as source_url:
        pool = bench.pool(source_at(source_url, concurrency=4))
        running = bench.start(pool, calculation_id)
        await soon(bench.catalogue.arrived.wait())
        for _ in range(60):
            await asyncio.sleep(0.01)
            if len(standin.pages) >= 13:
                break
        await asyncio.sleep(0.05)
        # 8 kept by the server, 1 on its way, 4 in the worker.
        assert len(standin.pages) <= 14
        bench.catalogue.released.set()
        await soon(running)
    assert len(bench.catalogue.rows) == 2000
