"""Calculations of kind identification: where the elements come from; and once with the real process."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, distance_pb2, identification_pb2
from astrodist.calc.v1 import calculation_service_pb2 as pb2
from grpc import StatusCode

from calc_grpc.catalogue.elements import map_elements, pack_elements
from calc_grpc.catalogue.elements_file import ROW_BYTES, UnknownLayout
from calc_grpc.config import Config
from calc_grpc.convert import observation_message_of
from calc_grpc.convert_identification import IDENTIFICATION, question_bytes
from calc_grpc.elements_cache import OUTDATED_AFTER_S, ElementsCache, cache_directory
from calc_grpc.errors import RunFailed
from calc_grpc.journal.catalogue_port import ElementsGone, NewPage
from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import Outcome
from calc_grpc.server import Server
from calc_grpc.workers import WorkerPool
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, distance_input, new_calculation, soon
from tests.calc_grpc.identification.skies import CERES, FIELDS, bacchus, made_up_belt, real_neos
from tests.calc_grpc.rpc_errors import refused

State = calculation_pb2.Calculation.State
BLOB = pack_elements(FIELDS, [CERES])


async def publish(config: Config, *blobs: bytes) -> None:
    """Before the server starts, leave in its journal what a synchronisation brought."""
    journal = await open_journal(config.database_url)
    now_us = journal.clock()
    await journal.accept(new_calculation(7, kind="catalogue_sync", create_time_us=now_us, due_time_us=now_us))
    (claim,) = await journal.claim(owner="me", kinds=["catalogue_sync"], limit=1)
    await journal.catalogue.begin(claim.calculation_id, source="a test")
    for number, blob in enumerate(blobs, start=1):
        page = NewPage(page_number=number, object_count=1, row_count=1, spkids=b"", elements=blob, rows=b"[]")
        assert await journal.catalogue.keep_page(claim.calculation_id, 1, page)
    await journal.catalogue.publish(claim.calculation_id, 1)
    await journal.finish(claim.calculation_id, claim.fence, Outcome(state="SUCCEEDED", result=b""))
    await journal.close()


@pytest.fixture
async def published(config: Config) -> None:
    """A catalogue of one asteroid; to be named before the server or its stub."""
    await publish(config, BLOB)


@pytest.fixture
async def published_by_another(config: Config) -> None:
    """The same in the layout of another version of this program."""
    await publish(config, b"AST0" + BLOB[4:])


async def identify(stub: Stub, observations: Any = None) -> calculation_pb2.Calculation:
    rows = observations if observations is not None else distance_input(1).observations
    wanted = identification_pb2.IdentificationInput(observations=rows)
    return await stub.CreateCalculation(pb2.CreateCalculationRequest(identification=wanted))


async def final(stub: Stub, calculation_id: str) -> calculation_pb2.Calculation:
    async def last() -> calculation_pb2.Calculation:
        async for snapshot in stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id)):
            seen = snapshot
        return seen

    return await soon(last(), 180.0)


# --- the calculation ---


async def test_without_a_catalogue_create_is_refused_at_once(stub: Stub) -> None:
    with refused(StatusCode.FAILED_PRECONDITION, "CATALOGUE_EMPTY") as refusal:
        await identify(stub)
    assert "synchronise" in refusal.message


async def test_without_observations_create_is_refused(stub: Stub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await identify(stub, [])
    assert refusal.fields == [("identification.observations", "TOO_FEW_OBSERVATIONS")]


async def test_observations_are_checked_as_those_of_a_distance(stub: Stub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await identify(stub, [distance_pb2.Observation(ra_deg=400.0, station="ZZZ")])
    assert refusal.fields == [("identification.observations[0].observed_at", "REQUIRED")]


async def test_a_run_is_given_the_file_of_the_published_elements(
    published: None, stub: Stub, sky_pool: FakePool, pool: FakePool
) -> None:
    created = await identify(stub)
    run = await sky_pool.next_run()
    question = IDENTIFICATION.decode(run.input)
    assert map_elements(question.elements_path)["name"].tolist() == [b"Ceres"]
    assert len(question.observations) == 1 and pool.has_started_nothing
    found = identification_pb2.IdentificationResult(object_count=1)
    run.succeed(found.SerializeToString())
    ended = await final(stub, created.calculation_id)
    assert ended.state == State.SUCCEEDED and ended.identification_result == found


async def test_elements_of_another_version_of_the_program_end_it_with_what_to_do(
    published_by_another: None, stub: Stub
) -> None:
    ended = await final(stub, (await identify(stub)).calculation_id)
    assert (ended.state, ended.error.reason) == (State.FAILED, "CATALOGUE_EMPTY")
    assert "synchronise" in ended.error.message


async def test_a_cancelled_identification_stops_its_run(published: None, stub: Stub, sky_pool: FakePool) -> None:
    created = await identify(stub)
    run = await sky_pool.next_run()
    await stub.CancelCalculation(pb2.CancelCalculationRequest(calculation_id=created.calculation_id))
    await soon(asyncio.wait([run.end]))
    assert sky_pool.cancelled == [created.calculation_id]


# --- the cache ---


class Store:
    """Versions of elements, as a journal holds them."""

    def __init__(self, **blobs_by_version: list[bytes]) -> None:
        self.blobs = {int(version[1:]): blobs for version, blobs in blobs_by_version.items()}
        self.version = max(self.blobs, default=0)
        self.read_count = 0

    async def elements_version(self) -> int:
        return self.version

    async def elements_blobs(self, version: int) -> AsyncIterator[bytes]:
        self.read_count += 1
        if version not in self.blobs:
            self.version = max(self.blobs)
            raise ElementsGone
        for blob in self.blobs[version]:
            yield blob


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def cache_of(store: Store, directory: Path) -> ElementsCache:
    return ElementsCache(store, directory)  # type: ignore[arg-type]


async def test_a_version_is_written_once_and_a_missing_file_again(tmp_path: Path) -> None:
    store = Store(v3=[BLOB, BLOB])
    cache = cache_of(store, tmp_path / "elements")
    first, second = await asyncio.gather(cache.current(), cache.current())
    assert first == second and store.read_count == 1 and map_elements(first).size == 2
    first.unlink()
    assert (await cache.current()).exists() and store.read_count == 2
    assert [path.name for path in first.parent.iterdir()] == [first.name]


async def test_a_new_version_is_another_file_and_the_old_one_goes_after_a_while(tmp_path: Path) -> None:
    store = Store(v1=[BLOB])
    cache = cache_of(store, tmp_path)
    old = await cache.current()
    store.blobs, store.version = {2: [BLOB, BLOB]}, 2
    assert (await cache.current()) != old and old.exists()
    long_ago = old.stat().st_mtime - 2.0 * OUTDATED_AFTER_S
    os.utime(old, (long_ago, long_ago))
    store.blobs, store.version = {3: [BLOB]}, 3
    assert (await cache.current()).exists() and not old.exists()


async def test_a_version_that_is_replaced_while_it_is_read_is_left_for_the_new_one(tmp_path: Path) -> None:
    store = Store(v5=[BLOB])
    store.version = 4
    path = await cache_of(store, tmp_path).current()
    assert path.name.endswith("-5") and names_in(tmp_path) == [path.name]


@pytest.mark.parametrize("size", [0, ROW_BYTES, 2 * ROW_BYTES, 2 * ROW_BYTES + 20])
async def test_a_damaged_file_is_written_anew(tmp_path: Path, size: int) -> None:
    """As the power leaves it when it fails: empty, cut between rows, or cut within one."""
    store = Store(v1=[BLOB, BLOB])
    cache = cache_of(store, tmp_path)
    path = await cache.current()
    os.truncate(path, size)
    assert map_elements(await cache.current()).size == 2 and names_in(tmp_path) == [path.name]
    await cache.current()
    assert store.read_count == 2


async def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names_at_sync: list[str] = []
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        names_at_sync.extend(names_in(tmp_path))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = await cache_of(Store(v1=[BLOB]), tmp_path).current()
    assert [name.startswith("draft-") for name in names_at_sync] == [True] and path.exists()


async def test_half_a_file_is_never_left(tmp_path: Path) -> None:
    with pytest.raises(RunFailed) as failed:
        await cache_of(Store(v1=[BLOB, b"AST0"]), tmp_path).current()
    assert isinstance(failed.value.__cause__, UnknownLayout) and names_in(tmp_path) == []


async def test_no_version_is_no_file(tmp_path: Path) -> None:
    cache = cache_of(Store(), tmp_path)
    assert await cache.is_empty()
    with pytest.raises(RunFailed, match="synchronise"):
        await cache.current()


def test_the_cache_lies_beside_its_database() -> None:
    assert cache_directory("sqlite:////data/calc.sqlite3") == Path("/data/calc.sqlite3.elements")
    assert cache_directory("postgresql://x@y/z") == Path("var/elements").absolute()


# --- the real process ---


async def test_the_real_process_names_the_asteroid(config: Config) -> None:
    """Bacchus, seen by JPL Horizons, in a catalogue of two pages."""
    sky = WorkerPool(worker_count=1, numba_cache_path=config.numba_cache_path, table="calc_grpc.convert_identification")
    pools = {"pool": FakePool(), "reading_pool": FakePool(), "digits_pool": FakePool()}
    server = Server(config, sky_pool=sky, **pools)  # type: ignore[arg-type]
    await publish(config, pack_elements(FIELDS, real_neos()), pack_elements(FIELDS, made_up_belt(1000)))
    await server.start()
    try:
        await server.become_ready()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = Stub(channel)
            created = await identify(stub, [observation_message_of(one) for one in bacchus()[0]])
            result = (await final(stub, created.calculation_id)).identification_result
    finally:
        await server.stop()
    best = result.candidates[0]
    assert (best.spkid, best.name, best.number, best.matching_count) == (20002063, "Bacchus", 2063, 12)
    assert result.object_count == 1202 and best.HasField("motion") and best.observations[0].HasField("magnitude")


def test_a_question_survives_the_way_to_the_worker(tmp_path: Path) -> None:
    path = tmp_path / "é lements"
    question = IDENTIFICATION.decode(question_bytes(path, distance_input(2).SerializeToString()))
    assert question.elements_path == path and [one.id for one in question.observations] == [0, 1]
