"""`python -m calc_grpc sync` at a running server."""

import asyncio
import io
from collections.abc import Awaitable, Callable

import grpc.aio
import pytest
from astrodist.calc.v1 import calculation_pb2, catalogue_sync_pb2

from calc_grpc import sync_command
from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.cli import main
from calc_grpc.server import Server
from calc_grpc.sync_command import Screen
from tests.calc_grpc.catalogue.catalogue_double import Catalogue
from tests.calc_grpc.catalogue.sources import serving, source_at
from tests.calc_grpc.fakes import soon


async def command(address: str, *, is_quiet: bool = False, allow_shrink: bool = False) -> tuple[int, str]:
    stream = io.StringIO()

    def channel() -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(address)

    code = await soon(sync_command._synchronise(address, channel, None, allow_shrink, Screen(stream, is_quiet)), 120.0)
    return code, stream.getvalue()


StartServer = Callable[..., Awaitable[Server]]


async def test_it_starts_one_shows_it_and_tells_how_it_ended(start_server: StartServer, catalogue: Catalogue) -> None:
    async with serving(Standin(100)) as url:
        server = await start_server(main_url=catalogue.origin, catalogue_source=source_at(url))
        code, shown = await command(f"127.0.0.1:{server.port}")
        quiet_code, quiet = await command(f"127.0.0.1:{server.port}", is_quiet=True)
    assert code == 0 and "started synchronisation" in shown and "of 5, " in shown
    assert "SUCCEEDED in" in shown and "100 added, 0 updated, 0 unchanged, 0 deleted" in shown
    assert quiet_code == 0 and len(quiet.splitlines()) == 2 and "100 unchanged" in quiet


async def test_a_second_one_joins_the_first(start_server: StartServer, catalogue: Catalogue) -> None:
    async with serving(Standin(100), "slow@3=0.5") as url:
        server = await start_server(main_url=catalogue.origin, catalogue_source=source_at(url))
        address = f"127.0.0.1:{server.port}"
        first = asyncio.create_task(command(address))
        await soon(catalogue.arrived.wait(), 120.0)
        code, shown = await command(address)
        first_code, first_shown = await soon(first)
    assert code == first_code == 0 and "joined synchronisation" in shown
    assert shown.split("synchronisation ")[1][:36] == first_shown.split("synchronisation ")[1][:36]


async def test_a_failure_is_told_with_its_page(start_server: StartServer, catalogue: Catalogue) -> None:
    async with serving(Standin(100), "html@2xever") as url:
        server = await start_server(main_url=catalogue.origin, catalogue_source=source_at(url))
        code, shown = await command(f"127.0.0.1:{server.port}")
    assert code == 1 and "FAILED: SOURCE_UNREADABLE" in shown and "page 2" in shown


def test_no_server_is_said_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CALC_PORT", "1")
    assert main(["sync"]) == 2
    assert "No server answers at 127.0.0.1:1" in capsys.readouterr().err


def test_on_a_terminal_one_line_is_written_over() -> None:
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    screen = Screen(stream, is_quiet=False)
    counts = catalogue_sync_pb2.CatalogueSyncProgress(page_count=3, done_page_count=1)
    screen.show(calculation_pb2.Progress(stage="storing pages", catalogue_sync=counts))
    screen.show(calculation_pb2.Progress(stage="done"))
    screen.say("told")
    text = stream.getvalue()
    assert text.count("\r") == 2 and text.endswith("\ntold\n") and "page 1 of 3" in text
