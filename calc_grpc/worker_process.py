"""What runs inside a worker process: load the cores, then compute one calculation after another.

This module must stay light: it is imported before the environment below is set, which numerical libraries read when
they are loaded.
"""

import ctypes
import importlib
import logging
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Protocol

from calc_grpc import logs
from calc_grpc.errors import RunFailed

PROGRESS_INTERVAL_S = 0.1
PR_SET_PDEATHSIG = 1  # from linux/prctl.h
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

logger = logging.getLogger(__name__)


class Flag(Protocol):
    """A shared number: the job that is to stop."""

    value: int


class ComputedKind(Protocol):
    """The part of `kinds.Kind` that a worker uses."""

    def warm_up(self) -> None:
        """Load and compile."""

    def compute(
        self, input_bytes: bytes, *, created_at: datetime, report: "ReportTo", cancelled: "CancelledBy"
    ) -> bytes:
        """Work out one result."""


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """What a worker has to know.

    table: the module whose KINDS it computes. niceness: by how much it gives way to other processes, 0 to 19.
    memory_limit_mb: how much it may have; 0: no limit.
    """

    table: str
    parent_pid: int
    numba_cache_dir: str
    log_level: str
    log_format: str = "text"
    niceness: int = 0
    memory_limit_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class Job:
    """One calculation to compute; number is unique in the life of the slot. created_at: when it was asked for.

    cause: what its log lines are to say of their cause (see logs.py): request_id, calculation_id, traceparent.
    """

    number: int
    kind: str
    input: bytes
    created_at: datetime
    cause: tuple[str, str, str] = ("", "", "")


# A message of up to so many bytes is written, and arrives, in one piece; so the server's event loop can read it.
AT_ONCE_BYTES = 16_384
# Precedes a message that is larger, and every part: the server then reads that in a thread.
LARGE = ("large",)
# What a worker says: ("ready",), ("progress", fraction, stage), ("part", part), ("done", result), ("failed", trace),
# ("refused", reason, message), ("cancelled",), and ("out of memory",), its last word: after that nothing in the process
# can be relied on.
OUT_OF_MEMORY = ("out of memory",)
Answer = tuple[()] | tuple[str] | tuple[str, float, str] | tuple[str, bytes] | tuple[str, str] | tuple[str, str, str]


def main(connection: Connection, flag: Flag, settings: WorkerSettings) -> None:
    """Compute until the server closes its end or dies."""
    _live_and_die_with(settings.parent_pid)
    os.environ.setdefault("NUMBA_CACHE_DIR", settings.numba_cache_dir)
    for name in THREAD_SETTINGS:
        os.environ.setdefault(name, "1")
    os.nice(settings.niceness)
    logs.set_up(settings.log_level, settings.log_format)
    kinds: Mapping[str, ComputedKind] = importlib.import_module(settings.table).KINDS
    for kind in kinds.values():
        kind.warm_up()
    _limit_memory(settings.memory_limit_mb)
    try:
        connection.send(("ready",))
        answer: Answer = ()
        while answer != OUT_OF_MEMORY:
            job: Job = connection.recv()
            answer = _answer(connection, flag, kinds, job)
            _say(connection, answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


class ReportTo:
    """report(fraction, stage): tells the server, ten times a second at most."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._told_at = -PROGRESS_INTERVAL_S

    def __call__(self, fraction: float, stage: str) -> None:
        now = time.monotonic()
        if now - self._told_at >= PROGRESS_INTERVAL_S:
            self._told_at = now
            self._connection.send(("progress", min(max(float(fraction), 0.0), 1.0), stage))

    def hand_over(self, part: object) -> None:
        """Give the server a part of the result; blocks while the server has not taken the parts before."""
        self._connection.send(LARGE)
        self._connection.send(("part", part))


class CancelledBy:
    """cancelled(): whether the server wants this job to stop."""

    def __init__(self, flag: Flag, number: int) -> None:
        self._flag = flag
        self._number = number

    def __call__(self) -> bool:
        return self._flag.value == self._number


def _say(connection: Connection, answer: Answer) -> None:
    content = pickle.dumps(answer)  # connection.send makes a table of reducers for each message
    if len(content) > AT_ONCE_BYTES:
        connection.send(LARGE)
    connection.send_bytes(content)


def _answer(connection: Connection, flag: Flag, kinds: Mapping[str, ComputedKind], job: Job) -> Answer:
    cancelled = CancelledBy(flag, job.number)
    request, calculation, trace = job.cause
    logs.set_present(request=request, calculation=calculation, trace=trace)
    try:
        result = kinds[job.kind].compute(
            job.input, created_at=job.created_at, report=ReportTo(connection), cancelled=cancelled
        )
    except (BrokenPipeError, ConnectionResetError):
        raise
    except MemoryError:
        return OUT_OF_MEMORY
    except RunFailed as error:
        return ("refused", error.reason, error.message)
    except Exception:
        # The outermost edge of the worker: any fault of a core ends its calculation, not the process.
        return ("cancelled",) if cancelled() else ("failed", traceback.format_exc())
    return ("done", result)


def _limit_memory(limit_mb: int) -> None:
    """Bound what the process may ask for, so that the one who asks too much is told, and not the whole machine.

    RLIMIT_DATA and not RLIMIT_AS: libraries and reserved addresses are no memory (a warm worker has 0.36 GB of the one,
    which is what it occupies, and 0.62 GB of the other).
    """
    if limit_mb:
        limit = limit_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _live_and_die_with(parent_pid: int) -> None:
    """Ignore the terminal's signals, which are for the server; leave when the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before prctl could tell
        os._exit(1)
