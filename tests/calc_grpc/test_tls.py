"""gRPC over TLS, reports and the catalogue over https, and which doors the settings allow."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from astrodist.calc.v1 import calculation_service_pb2

from calc_grpc.catalogue.receiver import open_session
from calc_grpc.cli import main
from calc_grpc.config import Config
from calc_grpc.config_trust import Door
from calc_grpc.errors import StartRefused
from calc_grpc.server import Server
from tests.calc_grpc.certificates import Certificates, make_certificates
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool, Receiver, distance_input, soon

pb2 = calculation_service_pb2
KEY = "api-key-of-the-tests"
METADATA = (("authorization", f"Bearer {KEY}"),)
SECRET = "a-real-secret-of-production"
Start = Callable[..., Awaitable[Server]]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def door(certificates: Certificates) -> Door:
    return Door(tls_cert=certificates.certificate, tls_key=certificates.key, callback_ca=certificates.authority)


def secure_channel(server: Server, authority: Path) -> grpc.aio.Channel:
    credentials = grpc.ssl_channel_credentials(authority.read_bytes())
    return grpc.aio.secure_channel(f"127.0.0.1:{server.port}", credentials)


async def test_who_believes_the_authority_is_served_over_tls_and_nobody_else(
    start_server: Start, door: Door, certificates: Certificates, tmp_path: Path
) -> None:
    server = await start_server(api_key=KEY, door=door)
    request = pb2.ListCalculationsRequest()
    async with secure_channel(server, certificates.authority) as channel:
        assert await Stub(channel).ListCalculations(request, metadata=METADATA) == pb2.ListCalculationsResponse()
    stranger = make_certificates(tmp_path / "stranger").authority
    for wrong in (secure_channel(server, stranger), grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")):
        async with wrong as channel:
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await Stub(channel).ListCalculations(request, metadata=METADATA, timeout=60)
            assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_the_command_line_speaks_tls_to_the_server(
    start_server: Start,
    door: Door,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = await start_server(api_key=KEY, door=door)
    monkeypatch.setenv("CALC_API_KEY", "another-key")
    command = ["sync", "--server", f"127.0.0.1:{server.port}", "--ca", str(certificates.authority)]
    assert await asyncio.to_thread(main, command) == 2
    assert "The server refused: UNAUTHENTICATED" in capsys.readouterr().err
    assert await asyncio.to_thread(main, [*command[:-1], "no-such.pem"]) == 2
    assert "There is no file no-such.pem" in capsys.readouterr().err


async def test_reports_go_over_https_to_who_the_authority_signed(
    start_server: Start, door: Door, certificates: Certificates, pool: FakePool
) -> None:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    listening = TestServer(app, host="127.0.0.1")
    await listening.start_server(ssl=context)
    origin = f"https://127.0.0.1:{listening.port}"
    server = await start_server(door=door, callback_allowed_origins=frozenset((origin,)))
    async with secure_channel(server, certificates.authority) as channel:
        created = await Stub(channel).CreateCalculation(
            pb2.CreateCalculationRequest(distance=distance_input(), callback=pb2.Callback(url=f"{origin}/result"))
        )
        (await pool.next_run()).succeed()
        assert (await receiver.next_body())["calculation_id"] == created.calculation_id
    async with open_session(certificates.authority) as session, session.put(origin, json={}) as answer:
        assert answer.status == 204
    receiver.release()
    await listening.close()


# --- which doors the settings allow ---


def production(**settings: str) -> Config:
    enough = {
        "ASTRODIST_ENV": "production",
        "CALC_CALLBACK_KEY": SECRET,
        "CALC_API_KEY": SECRET,
        "CALC_CALLBACK_ALLOWED_ORIGINS": "https://main.example",
    }
    return Config.from_env(enough | settings)


def test_the_port_is_open_only_with_the_key_and_in_production_only_over_tls(certificates: Certificates) -> None:
    tls = {"CALC_TLS_CERT": str(certificates.certificate), "CALC_TLS_KEY": str(certificates.key)}
    assert Config.from_env({}).door.host == "127.0.0.1"
    assert Config.from_env({"CALC_API_KEY": SECRET}).door.host == "[::]"
    assert production().door.host == "127.0.0.1"
    assert production(**tls).door.host == "[::]"
    assert production(CALC_HOST="0.0.0.0", **tls).door.host == "0.0.0.0"
    assert Config.from_env({"CALC_HOST": "localhost"}).door.host == "127.0.0.1"
    assert Config.from_env({"CALC_HOST": "::1"}).door.host == "[::1]"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"CALC_HOST": "everywhere"}, "CALC_HOST: expected an address"),
        ({"CALC_HOST": "0.0.0.0"}, "CALC_HOST: 0.0.0.0 can be reached from other machines; set CALC_API_KEY"),
        ({"CALC_HOST": "::"}, r"CALC_HOST: \[::\] can be reached"),
        ({"CALC_TLS_CERT": __file__}, "CALC_TLS_KEY: is missing"),
        ({"CALC_TLS_KEY": __file__}, "CALC_TLS_CERT: is missing"),
        ({"CALC_TLS_CERT": __file__, "CALC_TLS_KEY": __file__}, "CALC_TLS_CERT, CALC_TLS_KEY: .* no certificate"),
        ({"CALC_TLS_CERT": "no-such.pem"}, "CALC_TLS_CERT: there is no file 'no-such.pem'"),
        ({"CALC_CALLBACK_CA": __file__}, "CALC_CALLBACK_CA: .* holds no certificate"),
        ({"CALC_STREAM_LIMIT": "0"}, "CALC_STREAM_LIMIT: expected a whole number"),
        ({"CALC_USER_STREAM_LIMIT": "many"}, "CALC_USER_STREAM_LIMIT: expected a whole number"),
        ({"CALC_CALLBACK_ALLOWED_ORIGINS": "*"}, "CALC_CALLBACK_ALLOWED_ORIGINS: expected a comma list"),
        (
            {"CALC_CALLBACK_ALLOWED_ORIGINS": "https://*.example"},
            "CALC_CALLBACK_ALLOWED_ORIGINS: expected a comma list",
        ),
    ],
)
def test_a_door_that_cannot_be_is_refused_by_name(settings: dict[str, str], message: str) -> None:
    with pytest.raises(StartRefused, match=f"^{message}"):
        Config.from_env(settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"CALC_API_KEY": ""}, "CALC_API_KEY: is missing"),
        ({"CALC_HOST": "0.0.0.0"}, "CALC_HOST: .* in production set CALC_TLS_CERT"),
        ({"CALC_CALLBACK_KEY": "development-callback-key"}, "CALC_CALLBACK_KEY: the development key"),
        ({"CALC_CALLBACK_ALLOWED_ORIGINS": ""}, "CALC_CALLBACK_ALLOWED_ORIGINS: is missing"),
        ({"CALC_CALLBACK_ALLOWED_ORIGINS": "http://main.example"}, "CALC_CALLBACK_ALLOWED_ORIGINS: .* in the clear"),
        ({"CALC_MAIN_URL": "http://main.example:8001"}, "CALC_MAIN_URL: .* in the clear"),
    ],
)
def test_production_refuses_an_open_door_by_name(settings: dict[str, str], message: str) -> None:
    with pytest.raises(StartRefused, match=f"^{message}"):
        production(**settings)


async def test_an_address_of_another_machine_is_refused_by_name(config: Config) -> None:
    server = Server(replace(config, door=Door(host="192.0.2.1")), pool=FakePool())
    with pytest.raises(StartRefused, match=r"CALC_HOST: 192\.0\.2\.1 is no address of this machine"):
        await soon(server.start())
