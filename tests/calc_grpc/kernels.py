"""Computations for tests of real worker processes: each kind misbehaves in its own way."""

import ctypes
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calc_grpc.kinds import Kind

Report = Callable[[float, str], None]
Cancelled = Callable[[], bool]

CORE = "tests.calc_grpc.kernels"


def warm_up() -> None:
    """Nothing to load."""


def echo(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    return text


def hurry(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    """Reports far too often for three tenths of a second."""
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        report(0.5, "hurrying")
    return b""


def spin(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    """Works until told to stop."""
    while not cancelled():
        report(0.5, "spinning")
        time.sleep(0.005)
    raise RuntimeError("told to stop")


def deaf(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    """Works on whatever it is told."""
    report(0.5, "deaf")
    while True:
        time.sleep(0.01)


def crash(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    os._exit(3)


def crash_once(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    """Dies unless the file named in the input is there, which it makes first."""
    mark = Path(text.decode())
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"second time"


def segfault(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    return ctypes.string_at(0)


def hoard(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    """Takes as many megabytes as the input says, and touches them."""
    kept = [bytearray(b"x" * 1024 * 1024) for _ in range(int(text))]
    return str(len(kept)).encode()


def fail(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    raise ZeroDivisionError("secret inner text")


def environment(text: bytes, *, report: Report, cancelled: Cancelled) -> bytes:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "NUMBA_CACHE_DIR")
    return json.dumps({name: os.environ.get(name) for name in names} | {"pid": os.getpid()}).encode()


def _unchecked(message: Any, now: Any) -> list[Any]:
    return []


KINDS = {
    name: Kind(core=CORE, function=name, find_problems=_unchecked, decode=bytes, encode=bytes)
    for name in ("echo", "hurry", "spin", "deaf", "crash", "crash_once", "segfault", "hoard", "fail", "environment")
}
