"""Faults that last a while: each function begins one and returns what ends it."""

import contextlib
import resource
import signal
import sqlite3
import threading
from pathlib import Path

import psycopg

from tests.postgres import PostgresServer
from tests.torture.clock import Lift
from tests.torture.services import TorturedDeployment

FULL_AT_BYTES = 4096  # no write beyond: not one page fits into the log of the journal
APPLY_EVERY_S = 0.05


def fill_disk(services: TorturedDeployment) -> Lift:
    """No file of calc_grpc can grow, also not those of a process that is started meanwhile."""
    lifted = threading.Event()

    def limit() -> None:
        _limit_files(services.pid_of("calc_grpc"), FULL_AT_BYTES)

    def hold() -> None:
        while not lifted.wait(APPLY_EVERY_S):
            limit()

    def lift() -> None:
        lifted.set()
        holder.join()
        for pid in (services.pid_of("calc_grpc"), *services.workers_of("calc_grpc")):
            _limit_files(pid, resource.RLIM_INFINITY)

    limit()
    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    return lift


def _limit_files(pid: int | None, limit: int) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, hard))


def lock_sqlite(path: Path) -> Lift:
    """Another process that writes: nobody else can until it is done."""
    other = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def lift() -> None:
        other.execute("ROLLBACK")
        other.close()

    return lift


def lock_postgres(url: str) -> Lift:
    """Somebody who has locked the table of calculations."""
    other = psycopg.connect(url)
    other.execute("LOCK TABLE calculations IN ACCESS EXCLUSIVE MODE")

    def lift() -> None:
        with contextlib.suppress(psycopg.Error):  # the server may have been restarted
            other.rollback()
        other.close()

    return lift


def restart_postgres(server: PostgresServer) -> Lift:
    """As abrupt as a crash; it is back when the fault is lifted."""
    server.stop()
    return server.start


def freeze(services: TorturedDeployment) -> Lift:
    """A process that stands still, its workers too: alive, but not heard of."""
    name = services.calc_names[-1]
    services.signal_group(name, signal.SIGSTOP)
    return lambda: services.signal_group(name, signal.SIGCONT)
