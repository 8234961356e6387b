"""A computation that fails with every secret of the process within reach."""

import os
from collections.abc import Callable
from typing import Any

from calc_grpc.kinds import Kind

CORE = "tests.calc_grpc.kernels_that_fail"


def warm_up() -> None:
    """Nothing to load."""


def fail(text: bytes, *, report: Callable[[float, str], None], cancelled: Callable[[], bool]) -> bytes:
    """Its frame holds them, for whatever prints the values of a frame."""
    settings = dict(os.environ)
    raise RuntimeError(f"a fault of the test, with {len(settings) > 0} settings")


def _unchecked(message: Any, now: Any) -> list[Any]:
    return []


KINDS = {"distance": Kind(core=CORE, function="fail", find_problems=_unchecked, decode=bytes, encode=bytes)}
