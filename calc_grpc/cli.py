"""The command line: python -m calc_grpc [serve]"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from calc_grpc import logs
from calc_grpc.config import Config
from calc_grpc.errors import StartRefused
from calc_grpc.server import Server


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code: 2 when the settings do not allow a start."""
    parser = argparse.ArgumentParser(
        prog="python -m calc_grpc",
        description="The calculation service. Settings come from the environment; .env.example lists them.",
    )
    parser.add_argument(
        "command", nargs="?", choices=["serve"], default="serve", help="serve: run the server (default)"
    )
    parser.parse_args(arguments)
    try:
        config = Config.from_env(os.environ)
        logs.set_up(config.log_level)
        asyncio.run(_serve(config))
    except StartRefused as error:
        print(error.message, file=sys.stderr)
        return 2
    return 0


async def _serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = Server(config)
    await server.start()
    working = asyncio.create_task(server.work())
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
    finally:
        working.cancel()
        stopping.cancel()
        await server.stop()
        await asyncio.gather(working, stopping, return_exceptions=True)
