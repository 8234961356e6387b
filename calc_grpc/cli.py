"""The command line: python -m calc_grpc [serve | solve FILE | sync]"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from calc_grpc.worker_process import THREAD_SETTINGS

if TYPE_CHECKING:
    import grpc

    from calc_grpc.config import Config

REFUSED = 2  # settings that do not allow a start, a file that cannot be read, wrong usage
INTERRUPTED = 130  # what shells report of a program that Ctrl-C ended
NOBODY_READS = 141  # likewise, of one whose output was closed
SERVER_CACHE = Path("var/numba")

SOLVE_EPILOG = """\
The file holds observations as MPC 80-column lines, ADES PSV or ADES XML; the three are told apart by content.
Distances go to stdout, one object after another; problems of the file go to stderr, and into the object with --json.

exit codes:
  0    every object was worked out (a distance that cannot be determined is a result, too)
  1    an object had no usable observations, or the file had errors
  2    the file cannot be read, or the command is wrong
  130  interrupted
"""

SYNC_EPILOG = """\
The server fetches the catalogue from CALC_CATALOGUE_URL and stores it in main_api; its settings decide from where and
how fast. One synchronisation runs at a time: when one is under way, whoever started it, this command joins it.
Ctrl-C ends the watching, not the synchronisation.

exit codes:
  0    the catalogue is synchronised (a warning says why nothing was deleted, if so)
  1    the synchronisation failed or was cancelled; what was stored stays, nothing was deleted
  2    no server answers, it refused, or the command is wrong
  130  interrupted; the synchronisation goes on
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m calc_grpc",
        description="How far asteroids were from those who observed them: as a service, or for one file.",
    )
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(title="commands", metavar="{serve,solve,sync}")
    commands.add_parser(
        "serve",
        help="run the calculation service (default); settings come from the environment, .env.example lists them",
        description="Run the calculation service until SIGTERM or Ctrl-C. Settings come from the environment; "
        ".env.example lists them. Exit code 2: a setting does not allow a start.",
    )
    solve = commands.add_parser(
        "solve",
        help="determine the distances in a file of observations, offline",
        description="Determine distance and orbit of every object in a file of observations, without a server.",
        epilog=SOLVE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    solve.add_argument("file", metavar="FILE", help="the file, or - for stdin")
    solve.add_argument("--json", action="store_true", help="print {objects, problems} with the field names of the API")
    solve.add_argument("--quiet", action="store_true", help="show no progress (it is shown on a terminal only)")
    solve.set_defaults(run=_solve)
    sync = commands.add_parser(
        "sync",
        help="synchronise the asteroid catalogue at the running server, and watch it",
        description="Start a synchronisation of the asteroid catalogue at the running server, or join the one under "
        "way, and show its progress until it ends.",
        epilog=SYNC_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sync.add_argument(
        "--allow-shrink",
        action="store_true",
        help="delete what the source no longer lists even when that is more than a tenth of the catalogue",
    )
    sync.add_argument(
        "--server",
        metavar="HOST:PORT",
        help="where the server is (127.0.0.1 and CALC_PORT); its key is taken from CALC_API_KEY",
    )
    sync.add_argument(
        "--ca",
        metavar="FILE",
        type=Path,
        help="PEM file with the authority of the server's certificate: the call goes over TLS (so it does, with the "
        "system's authorities, when CALC_TLS_CERT is set)",
    )
    sync.add_argument("--quiet", action="store_true", help="show no progress, only how it ended")
    sync.set_defaults(run=_sync)
    return parser


def _serve(chosen: argparse.Namespace) -> int:
    # Here, since `solve` and --help need no server: importing it takes most of a second.
    import uvloop

    from calc_grpc import logs, tracing
    from calc_grpc.config import Config
    from calc_grpc.errors import StartRefused

    try:
        config = Config.from_env(os.environ)
        logs.set_up(config.log_level, config.log_format)
        if config.traces:
            tracing.start()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve_until_stopped(config))
        tracing.stop()
    except StartRefused as error:
        print(error.message, file=sys.stderr)
        return REFUSED
    return 0


async def _serve_until_stopped(config: "Config") -> None:
    """Serve until SIGTERM or SIGINT."""
    from calc_grpc.server import Server  # here for the same reason

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


def _sync(chosen: argparse.Namespace) -> int:
    # Here, since --help and `solve` need no client.
    from calc_grpc.sync_command import synchronise

    port = os.environ.get("CALC_PORT", "").strip() or "50051"
    try:
        return synchronise(
            chosen.server or f"127.0.0.1:{port}",
            api_key=os.environ.get("CALC_API_KEY", "").strip() or None,
            credentials=_credentials(chosen.ca),
            allow_shrink=chosen.allow_shrink,
            is_quiet=chosen.quiet,
        )
    except CannotRead as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("\nnot watched any more; the synchronisation goes on", file=sys.stderr)
        return INTERRUPTED


def _credentials(authority: Path | None) -> "grpc.ChannelCredentials | None":
    """What the channel to the server needs; None: it is not encrypted. Raises CannotRead."""
    import grpc  # here, since --help and `solve` need no client

    if authority is not None:
        return grpc.ssl_channel_credentials(_content_of(str(authority)))
    return grpc.ssl_channel_credentials() if os.environ.get("CALC_TLS_CERT", "").strip() else None


def _solve(chosen: argparse.Namespace) -> int:
    try:
        content = _content_of(chosen.file)
        _prepare_numerics(os.environ)
        # Here, since it brings numba: half a second that --help and a wrong file name need not wait for.
        from calc_grpc.solve import solve_content

        name = "stdin" if chosen.file == "-" else chosen.file
        return solve_content(content, name=name, as_json=chosen.json, is_quiet=chosen.quiet)
    except CannotRead as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # `| head` has seen enough. What is still buffered must not be tried again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS


class CannotRead(Exception):
    """The file cannot be read."""


def _content_of(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except IsADirectoryError as error:
        raise CannotRead(f"{name} is a directory; name a file with observations.") from error
    except FileNotFoundError as error:
        raise CannotRead(f"There is no file {name}; check the name, or use - for stdin.") from error
    except PermissionError as error:
        raise CannotRead(f"{name} may not be read; check its permissions.") from error
    except (OSError, ValueError) as error:
        raise CannotRead(f"{name} cannot be read: {error}.") from error


def _prepare_numerics(environ: MutableMapping[str, str]) -> None:
    """Set what numerical libraries read when they are loaded."""
    for variable in THREAD_SETTINGS:
        environ.setdefault(variable, "1")  # six unknowns: a second thread only costs
    if not environ.get("NUMBA_CACHE_DIR") and SERVER_CACHE.is_dir():
        environ["NUMBA_CACHE_DIR"] = str(SERVER_CACHE.absolute())  # what the server compiled need not be compiled again
