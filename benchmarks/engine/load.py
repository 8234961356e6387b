"""Calls at a fixed concurrency, from a process of its own, with as little work on the client's side as can be."""

import asyncio
import multiprocessing
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

import grpc.aio
from astrodist.calc.v1 import calculation_service_pb2, distance_pb2

from engine.serve import EMPTY_METHOD

CREATE_METHOD = "/astrodist.calc.v1.CalculationService/CreateCalculation"
ID_HEAD = b"\x0a\x24"  # field 1 of the request, 36 bytes
OBSERVATION_COUNT = 12  # a usual request: three positions in each of four nights
NewRequest = Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a round of calls took: calls a second, and how long each call took, s."""

    rate: float
    latencies_s: list[float]

    def quantile_ms(self, share: float) -> float:
        """The latency that this share of the calls kept, ms."""
        return sorted(self.latencies_s)[min(int(share * len(self.latencies_s)), len(self.latencies_s) - 1)] * 1e3


def empty_request() -> bytes:
    """An Empty."""
    return b""


class CreateRequest:
    """A new id with the same observations each time; built by appending, so that the client does not encode."""

    def __init__(
        self, *, delay_s: int, callback_url: str = "", count: int = OBSERVATION_COUNT, first_id: int = 0
    ) -> None:
        rows = [
            distance_pb2.Observation(
                id=first_id + n, ra_deg=150.0 + n / 100, dec_deg=11.0, station="F51",
                sigma_ra_arcsec=0.2, sigma_dec_arcsec=0.2, magnitude=19.0, band="V",
            )
            for n in range(count)
        ]  # fmt: skip
        for number, row in enumerate(rows):
            row.observed_at.FromSeconds(1_600_000_000 + 1200 * (number % 3) + 86_400 * (number // 3))
        request = calculation_service_pb2.CreateCalculationRequest(
            distance=distance_pb2.DistanceInput(observations=rows), creator="observer"
        )
        self.input = request.distance.SerializeToString(deterministic=True)
        request.delay.seconds = delay_s
        if callback_url:
            request.callback.url = callback_url
        self._rest = request.SerializeToString()

    def __call__(self) -> bytes:
        """The next request."""
        return ID_HEAD + str(uuid.uuid4()).encode() + self._rest


class Client:
    """A client process that makes one round of calls after another."""

    def __init__(self, address: str, method: str, new_request: NewRequest, *, concurrency: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, child_end = context.Pipe()
        self._process = context.Process(
            target=_client_main, args=(child_end, address, method, new_request, concurrency), daemon=True
        )
        self._process.start()

    def round(self, count: int, *, per_s: float = 0.0) -> Load:
        """Make that many calls, as fast as they are answered or at a given rate."""
        self._connection.send((count, per_s))
        load: Load = self._connection.recv()
        return load

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(timeout=30)


def _client_main(connection: Connection, address: str, method: str, new_request: NewRequest, concurrency: int) -> None:
    asyncio.run(_rounds(connection, address, method, new_request, concurrency))


async def _rounds(connection: Connection, address: str, method: str, new_request: NewRequest, concurrency: int) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.unary_unary(method)  # bytes in, bytes out
        while True:
            try:
                count, per_s = await asyncio.to_thread(connection.recv)
            except EOFError:
                return
            if not per_s:
                connection.send(await _as_fast_as_answered(call, new_request, count, concurrency))
            else:
                connection.send(await _at_a_rate(call, new_request, count, per_s))


async def _as_fast_as_answered(call: Callable, new_request: NewRequest, count: int, concurrency: int) -> Load:
    latencies: list[float] = []
    left = count

    async def one_after_another() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            began_at = time.perf_counter()
            await call(new_request())
            latencies.append(time.perf_counter() - began_at)

    began_at = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(concurrency)))
    return Load(rate=count / (time.perf_counter() - began_at), latencies_s=latencies)


async def _at_a_rate(call: Callable, new_request: NewRequest, count: int, per_s: float) -> Load:
    latencies: list[float] = []

    async def one() -> None:
        began_at = time.perf_counter()
        await call(new_request())
        latencies.append(time.perf_counter() - began_at)

    began_at = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began_at + number / per_s - time.perf_counter()))
            group.create_task(one())
    return Load(rate=count / (time.perf_counter() - began_at), latencies_s=latencies)


def empty_client(address: str, *, concurrency: int) -> Client:
    """A client of the peer."""
    return Client(address, EMPTY_METHOD, empty_request, concurrency=concurrency)


def create_client(address: str, request: CreateRequest, *, concurrency: int) -> Client:
    """A client that creates calculations."""
    return Client(address, CREATE_METHOD, request, concurrency=concurrency)


def median(values: list[float]) -> float:
    """Of the rounds: a round that met another program's work counts no more than the others."""
    return statistics.median(values)
