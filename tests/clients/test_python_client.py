"""The Python client of clients/python: every method, both twins, errors, waiting, TLS, its README and its wheel."""

import asyncio
import inspect
import os
import re
import shutil
import subprocess
import sys
import threading
import uuid
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2_grpc
from astrodist_client import (
    AstroDistError,
    AsyncClient,
    Away,
    Client,
    NotFound,
    Orbit,
    Refused,
    State,
    TooMuch,
    WaitedTooLong,
    core,
    observation,
)

from calc_grpc.server import Server
from tests.calc_grpc.certificates import Certificates
from tests.calc_grpc.fakes import distance_input
from tests.clients.conftest import API_KEY
from tests.system.calc_alone import CalcAlone
from tests.system.deployment import ROOT

FOLDER = ROOT / "clients" / "python"
ROWS = distance_input().observations
LINE = b"00001         C2024 01 05.12345 03 15 02.34 +21 10 45.6          12.3 V      535\n"
CERES = Orbit(
    epoch_mjd_tdb=60400, e=0.0785, i_deg=10.59, node_deg=80.27, peri_deg=73.6, a_au=2.767, mean_anomaly_deg=60.1
)


@pytest.fixture
def client(secure_server: Server, certificates: Certificates) -> Iterator[Client]:
    authority = certificates.authority.read_bytes()
    with Client(f"127.0.0.1:{secure_server.port}", api_key=API_KEY, authority=authority) as client:
        yield client


# --- calls and errors, over TLS with a key ---


def test_what_is_created_can_be_read_listed_and_cancelled(client: Client) -> None:
    creator = str(uuid.uuid4())
    created = [client.create_distance(ROWS, delay_s=600.5, creator=creator) for _ in range(5)]
    first = created[0]
    assert (first.due_time.ToMilliseconds() - first.create_time.ToMilliseconds()) == 600_500
    assert client.get(first.calculation_id) == first
    listed = [one.calculation_id for one in client.list(kinds=["distance"], creator=creator, page_size=2)]
    assert listed == [one.calculation_id for one in reversed(created)]
    assert client.cancel(first.calculation_id).state == State.CANCELLED
    assert [one.state for one in client.list(states=[State.CANCELLED], creator=creator)] == [State.CANCELLED]


def test_creating_twice_under_an_id_of_ones_own_is_one_calculation(client: Client) -> None:
    mine = str(uuid.uuid4())
    assert client.create_pi(5, calculation_id=mine, delay_s=60) == client.create_pi(5, calculation_id=mine, delay_s=60)


def test_errors_say_reason_fields_and_when_to_try_again(client: Client) -> None:
    with pytest.raises(Refused) as refusal:
        client.create_pi(-1)
    (field,) = refusal.value.fields
    assert (refusal.value.reason, field.path, field.reason) == ("INVALID_INPUT", "pi.digit_position", "OUT_OF_RANGE")
    with pytest.raises(NotFound) as unknown:
        client.get(str(uuid.uuid4()))
    assert unknown.value.reason == "CALCULATION_NOT_FOUND"
    client.create_distance(ROWS, delay_s=600, creator="bounded")
    with pytest.raises(TooMuch) as refused:
        client.create_distance(ROWS, delay_s=600, creator="bounded", creator_waiting_max=1)
    assert (refused.value.reason, refused.value.retry_after_s) == ("TOO_MANY_WAITING", 5.0)
    assert refused.value.metadata == {"waiting_max": "1", "waiting_count": "1"}
    with pytest.raises(Refused) as empty:
        client.create_identification(ROWS[:1])
    assert empty.value.reason == "CATALOGUE_EMPTY"
    with pytest.raises(Refused) as nothing_to_send:
        client.resend_report(client.cancel(client.create_pi(9, delay_s=60).calculation_id).calculation_id)
    assert nothing_to_send.value.reason == "REPORT_NOT_REQUESTED"


def test_without_the_key_or_the_authority_nothing_is_answered(
    secure_server: Server, certificates: Certificates
) -> None:
    address = f"127.0.0.1:{secure_server.port}"
    with Client(address, authority=certificates.authority.read_bytes()) as stranger:
        with pytest.raises(Refused) as refusal:
            stranger.create_pi(5)
        assert refusal.value.reason == "WRONG_API_KEY"
    with Client(address, api_key=API_KEY, authority=True, timeout_s=2) as doubtful, pytest.raises(Away):
        doubtful.create_pi(5)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        observation(id=1, observed_at=datetime(2024, 1, 1), ra_deg=1.0, dec_deg=1.0, station="500")


# --- the real service ---


def test_a_wait_tells_the_progress_and_ends_with_the_result(calc: CalcAlone) -> None:
    seen: list[Any] = []
    with Client(calc.calc_address) as client:
        created = client.create_pi(20_000, delay_s=2)  # not over before it is waited for
        done = client.wait(created.calculation_id, timeout_s=120, on_progress=seen.append)
        text = b"".join(client.digits(created.calculation_id))
        some = b"".join(client.digits(created.calculation_id, offset=0, length=6))
    assert done.state == State.SUCCEEDED and done.pi_result.kept_digit_count == 20_001
    assert [one.revision for one in seen] == sorted({one.revision for one in seen}) and len(seen) > 1
    assert (text[:8], len(text), some) == (b"3.141592", 20_002, b"314159")


def test_files_are_read_and_orbits_followed(calc: CalcAlone) -> None:
    times = [datetime(2024, 6, day, tzinfo=UTC) for day in (1, 2)]
    with Client(calc.calc_address) as client:
        (row,) = client.parse_astrometry(LINE).observations
        first, second = client.predict_positions(CERES, times, "500")
    assert (row.designation, row.observation.station) == ("1", "535")
    assert first.time.ToDatetime(UTC) == times[0] and 1.5 < first.distance_au < 4.0 and first.ra_deg != second.ra_deg


async def test_the_twin_for_asyncio_does_the_same(calc: CalcAlone) -> None:
    async with AsyncClient(calc.calc_address) as client:
        created = await client.create_pi(3_000, delay_s=0, creator="twin")
        done = await client.wait(created.calculation_id, timeout_s=120)
        assert done.state == State.SUCCEEDED
        assert [one async for one in client.watch(created.calculation_id)] == [done]
        pieces = [piece async for piece in client.digits(created.calculation_id, offset=1, length=5)]
        assert b"".join(pieces) == b"14159"
        listed = [one async for one in client.list(creator="twin", page_size=1)]
        assert [one.calculation_id for one in listed] == [created.calculation_id]
        assert (await client.cancel(created.calculation_id)).state == State.SUCCEEDED
        assert len(await client.predict_positions(CERES, [datetime(2024, 6, 1, tzinfo=UTC)], "500")) == 1
        assert (await client.parse_astrometry(LINE)).error_count == 0
        with pytest.raises(Refused):
            await client.create_distance([])
        with pytest.raises(NotFound):
            await client.get("nonsense")


def test_the_twins_have_the_same_methods() -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(one).parameters) for name, one in found if not name.startswith("_")}

    assert methods(Client) == methods(AsyncClient)


# --- waiting ---


Servicer = TypeVar("Servicer", bound=calculation_service_pb2_grpc.CalculationServiceServicer)


class Faulty(calculation_service_pb2_grpc.CalculationServiceServicer):
    """Cuts its first streams after a snapshot; the calculation ends with the last of its reads or streams."""

    def __init__(self, *, cut_count: int, with_snapshot: bool) -> None:
        self.cuts_left, self.with_snapshot = cut_count, with_snapshot
        self.read_count = self.watch_count = 0
        self.read_within_s = 0.0

    def WatchCalculation(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        self.watch_count += 1
        if self.cuts_left:
            self.cuts_left -= 1
            if self.with_snapshot:
                yield calculation_pb2.Calculation(state=State.RUNNING, revision=self.watch_count)
            context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
        yield calculation_pb2.Calculation(state=State.SUCCEEDED, revision=9)

    def GetCalculation(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.read_count += 1
        self.read_within_s = context.time_remaining()
        is_over = not self.cuts_left or self.read_count > 2
        return calculation_pb2.Calculation(state=State.SUCCEEDED if is_over else State.RUNNING, revision=9)


def faulty(**faults: Any) -> AbstractContextManager[tuple[Faulty, str]]:
    return serving(Faulty(**faults))


@contextmanager
def serving(servicer: Servicer) -> Iterator[tuple[Servicer, str]]:
    server = grpc.server(ThreadPoolExecutor(4))
    calculation_service_pb2_grpc.add_CalculationServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield servicer, f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def waited(address: str, is_async: bool, **values: Any) -> Any:
    async def wait() -> Any:
        async with AsyncClient(address) as client:
            return await client.wait("x", **values)

    if is_async:
        return asyncio.run(wait())
    with Client(address) as client:
        return client.wait("x", **values)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_wait_goes_on_after_every_cut(is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "PAUSES_S", (0.0,))
    seen: list[int] = []
    with faulty(cut_count=6, with_snapshot=True) as (servicer, address):
        done = waited(address, is_async, on_progress=lambda now: seen.append(now.revision))
    assert (done.state, servicer.watch_count, seen) == (State.SUCCEEDED, 7, [1, 2, 3, 4, 5, 6, 9])
    assert servicer.read_count == 0, "the last snapshot is the calculation, result and all"


@pytest.mark.parametrize("is_async", [False, True])
def test_a_wait_reads_where_streams_do_not_hold(is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "PAUSES_S", (0.0,))
    with faulty(cut_count=10_000, with_snapshot=False) as (servicer, address):
        assert waited(address, is_async, timeout_s=20).state == State.SUCCEEDED
    assert servicer.read_count >= 3
    assert servicer.read_within_s < 20, "no read outlasts the wait"


@pytest.mark.parametrize("is_async", [False, True])
def test_a_wait_ends_in_time(secure_server: Server, certificates: Certificates, client: Client, is_async: bool) -> None:
    created = client.create_distance(ROWS, delay_s=600)
    arguments: dict[str, Any] = {"api_key": API_KEY, "authority": certificates.authority.read_bytes()}

    async def wait() -> None:
        async with AsyncClient(f"127.0.0.1:{secure_server.port}", **arguments) as twin:
            await twin.wait(created.calculation_id, timeout_s=0.3)

    with pytest.raises(WaitedTooLong):
        asyncio.run(wait()) if is_async else client.wait(created.calculation_id, timeout_s=0.3)
    assert issubclass(WaitedTooLong, AstroDistError)


class Silent(calculation_service_pb2_grpc.CalculationServiceServicer):
    """Says nothing until the test is over."""

    def __init__(self) -> None:
        self.asked, self.is_over = threading.Event(), threading.Event()

    def WatchCalculation(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        self.asked.set()
        self.is_over.wait(120)
        yield from ()

    def GetCalculation(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.asked.set()
        self.is_over.wait(120)
        return calculation_pb2.Calculation()


@pytest.fixture
def silent() -> Iterator[tuple[Silent, str]]:
    with serving(Silent()) as (servicer, address):
        try:
            yield servicer, address
        finally:
            servicer.is_over.set()


@pytest.mark.parametrize("method", ["wait", "get"])
def test_what_waits_when_its_client_is_closed_ends_and_says_so(silent: tuple[Silent, str], method: str) -> None:
    servicer, address = silent
    client = Client(address)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(getattr(client, method), "x")
        assert servicer.asked.wait(60)
        client.close()
        with pytest.raises(AstroDistError, match="losed"):
            waiting.result(60)
    with pytest.raises(AstroDistError, match="The client is closed"):
        getattr(client, method)("x")


@pytest.mark.parametrize("method", ["wait", "get"])
def test_what_waits_when_its_client_for_asyncio_is_closed_ends_and_says_so(
    silent: tuple[Silent, str], method: str
) -> None:
    servicer, address = silent

    async def close() -> None:
        client = AsyncClient(address)
        waiting = asyncio.ensure_future(getattr(client, method)("x"))
        assert await asyncio.to_thread(servicer.asked.wait, 60)
        await client.close()
        with pytest.raises(AstroDistError, match="The client is closed"):
            await waiting
        assert not waiting.cancelled()
        with pytest.raises(AstroDistError, match="The client is closed"):
            await getattr(client, method)("x")

    asyncio.run(asyncio.wait_for(close(), 60))


def test_a_caller_that_is_cancelled_is_told_just_that(silent: tuple[Silent, str]) -> None:
    servicer, address = silent

    async def cancel() -> None:
        async with AsyncClient(address) as client:
            waiting = asyncio.ensure_future(client.wait("x"))
            assert await asyncio.to_thread(servicer.asked.wait, 60)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(asyncio.wait_for(cancel(), 60))


def test_a_wait_for_nothing_is_refused_at_once(client: Client) -> None:
    with pytest.raises(NotFound):
        client.wait(str(uuid.uuid4()), timeout_s=30)


# --- what is said of it, and what is shipped ---

EXAMPLES = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("number", "printed"), [(0, r"\["), (1, r"^3\.14159\d{995}$"), (2, r"INVALID_INPUT \[\('pi\.digit_position', ")]
)
def test_the_examples_of_the_readme_run(calc: CalcAlone, number: int, printed: str) -> None:
    code = EXAMPLES[number].replace("127.0.0.1:50051", calc.calc_address)
    path = os.pathsep.join((str(FOLDER / "src"), str(ROOT / "protos" / "gen")))
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(printed, done.stdout, re.MULTILINE), done.stdout
    assert len(EXAMPLES) == 3


def test_the_wheel_works_elsewhere_with_the_messages_in_it(calc: CalcAlone, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", "gen")
    shutil.copytree(FOLDER, checkout / "clients" / "python", ignore=ignored)
    shutil.copytree(ROOT / "protos", checkout / "protos", ignore=ignored)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    built = subprocess.run(
        [*command, "--wheel-dir", str(tmp_path), str(checkout / "clients" / "python")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    elsewhere = tmp_path / "elsewhere"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert {"astrodist_client/py.typed", "astrodist/calc/v1/distance_pb2.pyi"} <= set(wheel.namelist())
        wheel.extractall(elsewhere)
    code = (
        "import astrodist_client, astrodist.calc.v1.distance_pb2 as messages\n"
        f"with astrodist_client.Client({calc.calc_address!r}) as client:\n"
        "    print(client.create_pi(3).kind, messages.__file__)"
    )
    used = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(elsewhere)}, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert used.stdout.split() == ["pi", str(elsewhere / "astrodist/calc/v1/distance_pb2.py")]
