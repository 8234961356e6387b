"""Stand-ins with the real interfaces: a clock that is told, workers that are driven, a receiver that is scripted."""

import asyncio
import random
import uuid
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from astrodist.calc.v1 import distance_pb2

from calc_grpc.calculation import SECOND_US
from calc_grpc.errors import RunCancelled
from calc_grpc.journal.port import NewCalculation

TIMEOUT_S = 60.0  # waiting long costs nothing where all is well, and machines differ
START_US = 1_700_000_000 * SECOND_US


class FakeClock:
    """Shows the time it was told."""

    def __init__(self) -> None:
        self.now_us = START_US

    def __call__(self) -> int:
        return self.now_us

    def advance(self, seconds: float) -> None:
        self.now_us += round(seconds * SECOND_US)


class Hasty(random.Random):
    """Draws the shortest wait."""

    def uniform(self, a: float, b: float) -> float:
        return a


class FakeRun:
    """One run, to be ended by the test."""

    def __init__(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        tell: Callable[[float, str], None],
        created_at: datetime,
    ) -> None:
        self.calculation_id = calculation_id
        self.created_at = created_at
        self.kind = kind
        self.input = input_bytes
        self.tell = tell
        self.end: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def succeed(self, result: bytes = b"") -> None:
        self.end.set_result(result)

    def fail(self, error: Exception) -> None:
        self.end.set_exception(error)


class FakePool:
    """Workers without processes."""

    def __init__(self, count: int = 1) -> None:
        self.on_free: Callable[[], None] = lambda: None
        self.cancelled: list[str] = []
        self._count = count
        self._busy: dict[str, FakeRun] = {}
        self._runs: asyncio.Queue[FakeRun] = asyncio.Queue()

    @property
    def free_count(self) -> int:
        return self._count - len(self._busy)

    async def start(self) -> None:
        """Fakes are warm at once."""
        self.on_free()

    async def stop(self) -> None:
        """Fakes hold nothing."""

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: Callable[[float, str], None],
        *,
        created_at: datetime,
    ) -> bytes:
        assert self.free_count > 0
        run = self._busy[calculation_id] = FakeRun(calculation_id, kind, input_bytes, on_progress, created_at)
        self._runs.put_nowait(run)
        try:
            return await run.end
        finally:
            del self._busy[calculation_id]
            self.on_free()

    def cancel(self, calculation_id: str) -> None:
        self.cancelled.append(calculation_id)
        run = self._busy.get(calculation_id)
        if run is not None and not run.end.done():
            run.fail(RunCancelled())

    async def next_run(self) -> FakeRun:
        return await soon(self._runs.get())

    @property
    def has_started_nothing(self) -> bool:
        return self._runs.empty()


class Receiver:
    """A callback. Answers with what stands in `answers`, then with 204; None stands for no answer at all."""

    def __init__(self) -> None:
        self.origin = ""
        self.reason = "SAID_SO"
        self.answers: deque[tuple[int, dict[str, str]] | None] = deque()
        self.bodies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.contents: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._released = asyncio.Event()

    def url(self, path: str = "/result") -> str:
        return self.origin + path

    def release(self) -> None:
        self._released.set()

    async def handle(self, request: web.Request) -> web.Response:
        assert request.method == "PUT"
        self.headers.append(dict(request.headers))
        self.paths.append(request.path)
        self.contents.append(await request.read())
        self.bodies.put_nowait(await request.json())
        answer = self.answers.popleft() if self.answers else (204, {})
        if answer is None:
            await self._released.wait()
            answer = (204, {})
        status, headers = answer
        return web.json_response({"reason": self.reason} if status >= 400 else {}, status=status, headers=headers)

    async def next_body(self) -> dict[str, Any]:
        return await soon(self.bodies.get())


async def soon(awaitable: Any, timeout_s: float = TIMEOUT_S) -> Any:
    """Wait with a deadline."""
    return await asyncio.wait_for(awaitable, timeout_s)


async def until(condition: Callable[[], Any], journal: Any) -> None:
    """Wait until a condition holds that a commit of this journal can bring about."""
    changed = asyncio.Event()
    end = journal.listen(lambda changes: changed.set())
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while not await condition():
                await changed.wait()
                changed.clear()
    finally:
        end()


def new_calculation(number: int = 0, **values: Any) -> NewCalculation:
    """A calculation to accept, due at once; the number names it."""
    defaults: dict[str, Any] = {
        "calculation_id": str(uuid.UUID(int=number)),
        "kind": "distance",
        "creator": "",
        "input": b"input",
        "input_sha256": b"sha of input",
        "create_time_us": START_US,
        "due_time_us": START_US,
    }
    if values.pop("has_callback", False):
        defaults |= {"callback_url": "http://receiver/x", "callback_origin": "http://receiver"}
        defaults["report_id"] = str(uuid.UUID(int=number + 1_000_000))
    return NewCalculation(**defaults | values)


def distance_input(count: int = 3) -> distance_pb2.DistanceInput:
    """Observations that pass every check; nobody solves them."""
    rows = [distance_pb2.Observation(id=n, ra_deg=10.0 + n / 100, dec_deg=5.0, station="500") for n in range(count)]
    for number, row in enumerate(rows):
        row.observed_at.FromSeconds(1_600_000_000 + 60 * number)
    return distance_pb2.DistanceInput(observations=rows)
