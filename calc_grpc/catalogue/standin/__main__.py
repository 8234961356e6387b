"""python -m calc_grpc.catalogue.standin: a source of made-up asteroids that speaks the SBDB Query API."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from aiohttp import web

from calc_grpc.catalogue.standin.application import MAX_OBJECT_COUNT, PATH, Standin
from calc_grpc.catalogue.standin.faults import KINDS, Fault

EPILOG = "kinds of faults:\n" + "\n".join(f"  {kind:<10} {text}" for kind, text in KINDS.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    chosen = _parser(os.environ).parse_args(arguments)
    try:
        faults = [Fault.parse(text) for text in chosen.fault]
    except ValueError as error:
        print(f"--fault: {error}", file=sys.stderr)
        return 2
    standin = Standin(chosen.objects, delay_s=chosen.delay, is_single_flight=chosen.single_flight, faults=faults)
    try:
        asyncio.run(_serve(standin, chosen.host, chosen.port))
    except OSError as error:
        print(f"--port: {chosen.port} cannot be listened on: {error}", file=sys.stderr)
        return 2
    return 0


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m calc_grpc.catalogue.standin",
        description="Serve a made-up asteroid catalogue as the JPL SBDB Query API serves the real one: for "
        "development, tests and measurements without the internet. The same size gives the same asteroids every time.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="interface to listen on (%(default)s)")
    parser.add_argument(
        "--port",
        type=int,
        default=environ.get("CALC_STANDIN_PORT") or "8002",
        help="port to listen on, 0: any free one (CALC_STANDIN_PORT, else 8002)",
    )
    parser.add_argument(
        "--objects",
        type=_object_count,
        default=environ.get("CALC_STANDIN_OBJECT_COUNT") or "5000",
        metavar="N",
        help=f"0 to {MAX_OBJECT_COUNT:,} (CALC_STANDIN_OBJECT_COUNT, else 5000)",
    )
    parser.add_argument("--delay", type=float, default=0.0, metavar="S", help="seconds before every answer (0)")
    parser.add_argument("--single-flight", action="store_true", help="answer a second request at a time with 429")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[@PAGE][xTIMES][=VALUE]",
        help="do something wrong, once unless TIMES says otherwise (`ever` for always); may be repeated",
    )
    return parser


def _object_count(text: str) -> int:
    if not text.isdigit() or int(text) > MAX_OBJECT_COUNT:
        raise argparse.ArgumentTypeError(f"expected 0 to {MAX_OBJECT_COUNT}, got {text!r}")
    return int(text)


async def _serve(standin: Standin, host: str, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = web.AppRunner(standin.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        print(f"a made-up catalogue answers at http://{host}:{bound}{PATH}", flush=True)
        await stopped.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
