"""Asking for digits as a client does, and the digits a worker would hand over."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, pi_pb2

from calc_grpc import convert_pi
from calc_grpc.digits.pi import find_digits
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import TIMEOUT_S, FakePool

pb2 = calculation_service_pb2
State = calculation_pb2.Calculation.State
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def silent(fraction: float, stage: str) -> None:
    """Nobody listens."""


def digits(count: int) -> bytes:
    return find_digits(count, report=silent, cancelled=lambda: False)


def computed(input_bytes: bytes) -> bytes:
    """What a worker hands over."""
    kind = convert_pi.KINDS["pi"]
    return kind.compute(input_bytes, created_at=NOW, report=silent, cancelled=lambda: False)


async def create(stub: Stub, position: int, **values: Any) -> calculation_pb2.Calculation:
    request = pb2.CreateCalculationRequest(pi=pi_pb2.PiInput(digit_position=position), **values)
    created: calculation_pb2.Calculation = await stub.CreateCalculation(request)
    return created


async def ended(stub: Stub, calculation_id: str) -> calculation_pb2.Calculation:
    """Watch to the end."""
    async with asyncio.timeout(TIMEOUT_S):
        watch = stub.WatchCalculation(pb2.WatchCalculationRequest(calculation_id=calculation_id))
        snapshots = [snapshot async for snapshot in watch]
    last: calculation_pb2.Calculation = snapshots[-1]
    return last


async def compute(stub: Stub, pool: FakePool, position: int) -> calculation_pb2.Calculation:
    created = await create(stub, position)
    run = await pool.next_run()
    run.succeed(computed(run.input))
    return await ended(stub, created.calculation_id)


async def text_of(stub: Stub, calculation_id: str, **span: int) -> bytes:
    request = pb2.GetPiDigitsRequest(calculation_id=calculation_id, **span)
    return b"".join([chunk.digits async for chunk in stub.GetPiDigits(request)])
