"""PredictPositions over a real channel: what is refused, turns; and once with the real process."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_service_pb2 as pb2
from astrodist.calc.v1 import distance_pb2
from grpc import StatusCode

from calc_grpc.config import Config
from calc_grpc.convert_positions import TIMES_MAX
from calc_grpc.server import Server
from calc_grpc.sky_pool import WAITING_MAX
from calc_grpc.workers import WorkerPool
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, soon
from tests.calc_grpc.rpc_errors import refused

CERES = {
    "epoch_mjd_tdb": 58600.0, "a_au": 2.76916515450648, "e": 0.07600902910070946, "i_deg": 10.59406704424526,
    "node_deg": 80.30553156826473, "peri_deg": 73.597694115971, "mean_anomaly_deg": 77.37209588584763,
}  # fmt: skip
START = datetime(2019, 5, 28, 23, tzinfo=UTC)


def request(*, orbit: dict[str, Any] | None = None, days: tuple[float, ...] = (0.0,), **values: Any) -> Any:
    """A request that passes every check, but for what is given."""
    elements = {name: value for name, value in (CERES | (orbit or {})).items() if value is not None}
    message = pb2.PredictPositionsRequest(**{"orbit": distance_pb2.Orbit(**elements), "station": "500"} | values)
    for day in days:
        message.times.add().FromDatetime(START + timedelta(days=day))
    return message


async def test_a_request_is_handed_to_the_process_that_knows_the_sky(
    stub: Stub, pool: FakePool, sky_pool: FakePool
) -> None:
    asked = request(days=(0.0, 1.0))
    call = stub.PredictPositions(asked)
    run = await sky_pool.next_run()
    assert run.kind == "prediction" and pb2.PredictPositionsRequest.FromString(run.input) == asked
    assert pool.has_started_nothing
    answer = pb2.PredictPositionsResponse(positions=[pb2.PredictedPosition(ra_deg=1.0)] * 2)
    run.succeed(answer.SerializeToString())
    assert await soon(call) == answer


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (pb2.PredictPositionsRequest(), [("orbit", "REQUIRED"), ("times", "REQUIRED"), ("station", "REQUIRED")]),
        (request(orbit={"e": -0.1}), [("orbit.e", "OUT_OF_RANGE")]),
        (request(orbit={"e": float("nan")}), [("orbit.e", "OUT_OF_RANGE"), ("orbit.a_au", "OUT_OF_RANGE")]),
        (request(orbit={"i_deg": float("inf")}), [("orbit.i_deg", "OUT_OF_RANGE")]),
        (request(orbit={"epoch_mjd_tdb": 1e9}), [("orbit.epoch_mjd_tdb", "OUT_OF_RANGE")]),
        (request(orbit={"a_au": None}), [("orbit.q_au", "REQUIRED")]),
        (request(orbit={"a_au": -2.0}), [("orbit.a_au", "OUT_OF_RANGE")]),
        (request(orbit={"e": 1.0, "q_au": 1.0}), [("orbit.mean_anomaly_deg", "OUT_OF_RANGE")]),
        (request(orbit={"mean_anomaly_deg": None}), [("orbit.tp_mjd_tdb", "REQUIRED")]),
        (request(orbit={"uncertainty_u": 10}), [("orbit.uncertainty_u", "OUT_OF_RANGE")]),
        (request(orbit={"h_magnitude": 99.0}), [("orbit.h_magnitude", "OUT_OF_RANGE")]),
        (request(g_slope=5.0), [("g_slope", "OUT_OF_RANGE")]),
        (request(station="ZZZ"), [("station", "UNKNOWN_STATION")]),
        (request(station="C51"), [("station", "STATION_WITHOUT_POSITION")]),
        (request(days=()), [("times", "REQUIRED")]),
        (request(days=(0.0,) * (TIMES_MAX + 1)), [("times", "OUT_OF_RANGE")]),
        (request(days=(0.0, -200_000.0)), [("times[1]", "OUT_OF_RANGE")]),
        (request(sites=[pb2.PredictionSite(station="500")]), [("station", "UNKNOWN_FIELD")]),
        (request(station="", sites=[pb2.PredictionSite(station="500")] * 2), [("sites", "OUT_OF_RANGE")]),
        (request(station="", sites=[pb2.PredictionSite(station="C51")]),
         [("sites[0].station", "STATION_WITHOUT_POSITION")]),
        (request(station="", sites=[pb2.PredictionSite(station="C51", observer_position_km=[1.0])]),
         [("sites[0].observer_position_km", "INVALID_FORMAT")]),
    ],
)  # fmt: skip
async def test_what_cannot_be_predicted_is_refused_field_by_field(
    stub: Stub, sky_pool: FakePool, asked: Any, fields: list[tuple[str, str]]
) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as refusal:
        await stub.PredictPositions(asked)
    assert refusal.fields == fields and sky_pool.has_started_nothing


async def test_when_too_many_wait_the_next_is_told_to_try_again(server: Server, stub: Stub, sky_pool: FakePool) -> None:
    first = asyncio.ensure_future(server._service._sky.predict(b"first"))
    run = await sky_pool.next_run()
    waiting = [asyncio.ensure_future(server._service._sky.predict(b"")) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    with refused(StatusCode.RESOURCE_EXHAUSTED, "THROTTLED") as refusal:
        await stub.PredictPositions(request())
    assert refusal.retry_after_s == 1
    run.succeed(b"done")
    assert await soon(first) == b"done"
    for call in waiting:
        (await sky_pool.next_run()).succeed(b"")
        assert await soon(call) == b""


@pytest.fixture
async def real_stub(config: Config) -> AsyncIterator[Stub]:
    """A server whose sky is worked out by a real process."""
    sky = WorkerPool(worker_count=1, numba_cache_path=config.numba_cache_path, table="calc_grpc.convert_identification")
    server = Server(config, pool=FakePool(), reading_pool=FakePool(), digits_pool=FakePool(), sky_pool=sky)
    await server.start()
    try:
        await server.become_ready()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            yield Stub(channel)
    finally:
        await server.stop()


async def test_the_real_process_predicts_a_year_and_extreme_orbits(real_stub: Stub) -> None:
    year = await real_stub.PredictPositions(
        request(orbit={"h_magnitude": 3.34, "uncertainty_u": 0}, days=tuple(range(366)), g_slope=0.12)
    )
    assert len(year.positions) == 366
    assert year.positions[0].distance_au == pytest.approx(1.7505, abs=0.002)
    assert year.positions[0].magnitude == pytest.approx(7.0, abs=0.15)
    assert [row.time.seconds for row in year.positions] == [int(START.timestamp()) + 86400 * day for day in range(366)]
    sites = [pb2.PredictionSite(station="568"), pb2.PredictionSite(station="C51", observer_position_km=[7e3, 0.0, 0.0])]
    ground, orbit = (await real_stub.PredictPositions(request(station="", sites=sites, days=(0.0, 0.0)))).positions
    assert ground.ra_deg != orbit.ra_deg and not ground.HasField("magnitude")
    open_orbits = (
        {"e": 1.0, "q_au": 1.0, "tp_mjd_tdb": 58000.0, "a_au": None}, {"e": 3.0, "a_au": -1.0},
        {"e": 0.999999, "q_au": 0.0001, "mean_anomaly_deg": 179.0}, {"e": 0.0, "a_au": 9000.0},
        {"e": 100.0, "q_au": 1e-4, "mean_anomaly_deg": 700.0, "a_au": None},
        {"e": 1.0000001, "a_au": -1e7, "mean_anomaly_deg": 700.0},
    )  # fmt: skip
    for change in open_orbits:
        answer = await real_stub.PredictPositions(request(orbit=change, days=(0.0, -80_000.0, 80_000.0)))
        assert all(row.distance_au > 0.0 for row in answer.positions)
