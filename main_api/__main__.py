"""Serves main_api: python -m main_api [--workers N]"""

import argparse
import errno
import logging.config
import os
import shutil
import socket
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

TARGET = "main_api.config.wsgi:application"
THREAD_COUNT = 4
STOP_TIMEOUT_S = 10


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m main_api",
        description="Serve main_api on MAIN_HOST at MAIN_PORT. Settings come from the environment, see .env.example.",
    )
    parser.add_argument("--workers", type=int, choices=range(1, 65), default=2, metavar="N", help="processes (2)")
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main_api.config.settings")
    # Inside, so that --help needs no settings; a wrong one ends the process here, with its name.
    from main_api.config import settings

    logging.config.dictConfig(settings.LOGGING)
    if not _is_free(settings.HOST, settings.PORT):
        sys.stderr.write(f"main_api cannot start: MAIN_PORT {settings.PORT} is taken by another process\n")
        return 1
    _prepare_metrics(settings.METRICS_FOLDER)
    _serve(settings.HOST, settings.PORT, settings.TLS, settings.LOGGING, options.workers)
    return 0


def _prepare_metrics(folder: Path) -> None:
    """Empty the folder that the workers count in, before anything is loaded that counts."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _is_free(host: str, port: int) -> bool:
    """Whether nobody listens there. Granian would silently share the port with another Granian."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _serve(
    host: str, port: int, pair: tuple[Path, Path] | None, logging_settings: dict[str, object], worker_count: int
) -> None:
    """Serves until SIGINT or SIGTERM; answers what was begun, then stops the workers."""
    certificate, key = pair or (None, None)
    Granian(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=worker_count,
        blocking_threads=THREAD_COUNT,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_TIMEOUT_S,
        log_dictconfig=logging_settings,
        ssl_cert=certificate,
        ssl_key=key,
    ).serve()


if __name__ == "__main__":
    sys.exit(main())
