"""Several calc_grpc behind the gateway: calls in turn, away from the unhealthy and the dead, encrypted or not."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
import trustme
from astrodist.calc.v1 import calculation_service_pb2_grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeCalc, calculation
from tests.gateway.wire import PATIENCE_S

HOSTS = ("127.0.0.1", "127.0.0.2")


class Calc:
    """One of them: a fake, its server, and what it says of its health."""

    def __init__(self, host: str, credentials: grpc.ServerCredentials | None = None) -> None:
        self.fake = FakeCalc()
        self.health = health.aio.HealthServicer()
        self.server = grpc.aio.server()
        calculation_service_pb2_grpc.add_CalculationServiceServicer_to_server(self.fake, self.server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.server)
        address = f"{host}:0"
        port = (
            self.server.add_secure_port(address, credentials) if credentials else self.server.add_insecure_port(address)
        )
        self.address = f"{host}:{port}"

    async def say(self, is_serving: bool) -> None:
        status = health_pb2.HealthCheckResponse
        await self.health.set("", status.SERVING if is_serving else status.NOT_SERVING)


@asynccontextmanager
async def serving(*calcs: Calc) -> AsyncIterator[tuple[str, ...]]:
    async with AsyncExitStack() as running:
        for calc in calcs:
            await calc.say(True)
            await calc.server.start()
            running.push_async_callback(calc.server.stop, None)
        yield tuple(calc.address for calc in calcs)


async def until(asked: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Ask again until it is so: gRPC hears of it over another connection."""
    async with asyncio.timeout(PATIENCE_S):
        while not await asked():
            pass


class Caller:
    """Calls one rpc through a gateway as an observer."""

    def __init__(self, http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self._http, self.url, self.headers = http, url, headers

    async def get(self, path: str = "/v1/calculations/c1") -> int:
        async with self._http.get(f"{self.url}{path}", headers=self.headers) as response:
            await response.read()
            return response.status


async def test_calls_go_to_both_and_to_one_while_the_other_is_not_healthy(
    start: Start, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    one, two = (Calc(host) for host in HOSTS)
    async with serving(one, two) as addresses, start(calc_addresses=addresses) as url:
        caller = Caller(http, url, observer)

        async def both() -> bool:
            assert await caller.get() == 200
            return bool(one.fake.received and two.fake.received)

        async def only_two() -> bool:
            one.fake.received.clear()
            assert [await caller.get() for _ in range(4)] == [200] * 4
            return not one.fake.received

        await until(both)
        await one.say(False)
        await until(only_two)
        assert await caller.get("/readyz") == 200


async def test_a_call_that_is_refused_as_unavailable_is_made_again_elsewhere_but_a_create_is_not(
    start: Start, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    async def unavailable(_request: Any, context: Any) -> Any:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "stopping")

    one, two = (Calc(host) for host in HOSTS)
    one.fake.answers = dict.fromkeys(("GetCalculation", "CreateCalculation"), unavailable)
    async with serving(one, two) as addresses, start(calc_addresses=addresses) as url:
        caller = Caller(http, url, observer)
        assert [await caller.get() for _ in range(6)] == [200] * 6
        statuses = []
        for _ in range(6):
            async with http.post(f"{url}/v1/calculations", headers=observer, json={"pi": {}}) as response:
                statuses.append(response.status)
        assert set(statuses) == {200, 503}
        sent = [call for calc in (one, two) for call in calc.fake.received if call.rpc == "CreateCalculation"]
        assert len(sent) == 6


async def test_a_stream_whose_server_dies_ends_and_the_next_one_opens_elsewhere(
    start: Start, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    one, two = (Calc(host) for host in HOSTS)

    async def endless(_request: Any, _context: Any) -> AsyncIterator[Any]:
        yield calculation(3)
        await asyncio.Event().wait()

    for calc in (one, two):
        calc.fake.answers["WatchCalculation"] = endless
    async with serving(one, two) as addresses, start(calc_addresses=addresses) as url:
        watch = f"{url}/v1/calculations/c1:watch"
        headers = {**observer, "Accept": "text/event-stream"}
        async with http.get(watch, headers=headers) as response:
            await response.content.readuntil(b"\n\n")
            victim, survivor = (one, two) if one.fake.received else (two, one)
            await victim.server.stop(None)
            rest = await response.content.read()
            assert rest.startswith(b"event: problem\n") and json.loads(rest.split(b"data: ")[1])["status"] == 503
        async with http.get(watch, headers=headers) as response:
            assert b'"revision"' in await response.content.readuntil(b"\n\n")
        assert [call.rpc for call in survivor.fake.received] == ["WatchCalculation"]


@pytest.mark.parametrize(
    ("names", "calc_name", "expected"),
    [
        (("calc.example", "calc.example"), "calc.example", 200),
        (("127.0.0.1", "127.0.0.1"), "", 200),  # one certificate for all, which names the first address
        (("calc.example", "calc.example"), "", 503),
        (("other.example", "other.example"), "calc.example", 503),
    ],
)
async def test_of_several_encrypted_ones_all_certificates_bear_one_name(
    start: Start,
    http: aiohttp.ClientSession,
    observer: dict[str, str],
    tmp_path: Path,
    names: tuple[str, ...],
    calc_name: str,
    expected: int,
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    calcs = []
    for host, name in zip(HOSTS, names, strict=True):
        issued = authority.issue_cert(name)
        pair = (issued.private_key_pem.bytes(), issued.cert_chain_pems[0].bytes())
        calcs.append(Calc(host, grpc.ssl_server_credentials([pair])))
    async with (
        serving(*calcs) as addresses,
        start(calc_addresses=addresses, calc_ca=tmp_path / "ca.pem", calc_name=calc_name) as url,
    ):
        caller = Caller(http, url, observer)
        assert await caller.get() == expected
        if expected == 200:

            async def both() -> bool:
                assert await caller.get() == 200
                return all(calc.fake.received for calc in calcs)

            await until(both)
