"""A calculation fails in its worker and its report is refused: keys, signatures and what came in headers and callback
are in no log line, no span and no answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from calc_grpc import tracing
from calc_grpc.config import Config
from calc_grpc.logs import JsonFormatter, KeyValueFormatter
from calc_grpc.workers import WorkerPool
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import TIMEOUT_S, Receiver, distance_input, soon

CALLBACK_KEY, API_KEY, WRONG_KEY, TOKEN, PASSWORD = (
    f"secret-{name}-of-the-test" for name in ("callback-key", "api-key", "wrong-key", "token", "password")
)
KNOWN = (("authorization", f"Bearer {API_KEY}"),)
State = calculation_pb2.Calculation.State


@pytest.fixture
def config(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Config:
    environ = {
        "CALC_PORT": "0",
        "CALC_HOST": "127.0.0.1",
        "CALC_DATABASE_URL": f"sqlite:///{tmp_path / 'calc.sqlite3'}",
        "CALC_DELAY_S": "0",
        "CALC_CALLBACK_ALLOWED_ORIGINS": receiver.origin,
        "CALC_CALLBACK_KEY": CALLBACK_KEY,
        "CALC_API_KEY": API_KEY,
        "CALC_WORKER_COUNT": "1",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)  # the workers have them, too
    return Config.from_env(environ)


@pytest.fixture
def pool(tmp_path: Path, config: Config) -> WorkerPool:
    return WorkerPool(worker_count=1, numba_cache_path=tmp_path, table="tests.calc_grpc.kernels_that_fail")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What an exporter is given."""
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(trace_exporter, "OTLPSpanExporter", lambda: exporter)
    tracing.start()
    yield exporter
    tracing.stop()


@pytest.fixture(params=[KeyValueFormatter, JsonFormatter])
def logged(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """The lines of our log, as they are written; the receiver, which is another program, has one of its own."""
    lines: list[str] = []
    formatter = request.param()

    def emit(record: logging.LogRecord) -> None:
        if record.name != "aiohttp.access":
            lines.append(formatter.format(record))

    monkeypatch.setattr(caplog.handler, "emit", emit)
    caplog.set_level(logging.DEBUG, logger="calc_grpc")
    return lambda: "\n".join(lines)


@pytest.fixture
async def stub(spans: InMemorySpanExporter, config: Config, start_server: Any) -> AsyncIterator[Stub]:
    server = await start_server()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Stub(channel)


def create(callback_url: str) -> calculation_service_pb2.CreateCalculationRequest:
    request = calculation_service_pb2.CreateCalculationRequest(distance=distance_input(), creator="olga")
    request.callback.url = callback_url
    return request


async def refusal(call: Any) -> str:
    """All that the caller is told."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    status = status_pb2.Status()
    for name, value in caught.value.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
    details = (error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest())
    told = [str(part) for any_ in status.details for part in details if any_.Unpack(part)]
    return f"{caught.value.details()} {told} {caught.value.debug_error_string()}"


async def test_nothing_tells_a_secret_where_a_calculation_and_its_report_fail(
    stub: Stub,
    receiver: Receiver,
    spans: InMemorySpanExporter,
    logged: Callable[[], str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    receiver.reason = CALLBACK_KEY  # says what it was sent
    receiver.answers.extend([(403, {})] * 50)
    created = await stub.CreateCalculation(create(receiver.url(f"/result?token={TOKEN}")), metadata=KNOWN)
    asked = calculation_service_pb2.WatchCalculationRequest(calculation_id=created.calculation_id)
    told = [str(snapshot) async for snapshot in stub.WatchCalculation(asked, metadata=KNOWN)]
    await soon(receiver.bodies.get())

    async def reported() -> Any:
        request = calculation_service_pb2.GetCalculationRequest(calculation_id=created.calculation_id)
        async with asyncio.timeout(TIMEOUT_S):
            while "report attempted" not in logged():  # written after the row
                await stub.GetCalculation(request, metadata=KNOWN)
        return await stub.GetCalculation(request, metadata=KNOWN)

    failed = await reported()
    assert (failed.state, failed.error.reason) == (State.FAILED, "COMPUTATION_FAILED")
    listed = await stub.ListCalculations(calculation_service_pb2.ListCalculationsRequest(), metadata=KNOWN)
    told += [str(failed), str(listed)]
    refused = [
        stub.CreateCalculation(create(f"http://olga:{PASSWORD}@127.0.0.1/"), metadata=KNOWN),
        stub.CreateCalculation(create(f"http://elsewhere.example/?token={TOKEN}"), metadata=KNOWN),
        stub.CreateCalculation(create(receiver.url()), metadata=(("authorization", f"Bearer {WRONG_KEY}"),)),
    ]
    told += [await refusal(call) for call in refused]
    tracing.stop()

    sent = receiver.headers[0]
    signature = sent["webhook-signature"]
    assert (sent["X-Calc-Key"], signature[:3]) == (CALLBACK_KEY, "v1,")
    seen = "".join(span.to_json() for span in spans.get_finished_spans())
    lines = logged()
    assert "RuntimeError: a fault of the test" in lines and "kernels_that_fail.py" in lines
    assert "HTTP 403" in lines and "report attempted" in lines
    assert {"run distance", "report"} <= {span.name for span in spans.get_finished_spans()}
    output = capfd.readouterr()
    secrets = (CALLBACK_KEY, API_KEY, WRONG_KEY, PASSWORD, TOKEN, signature, signature.removeprefix("v1,"))
    for text in (lines, seen, output.out, output.err, *told):
        assert [secret for secret in secrets if secret in text] == [], text
