"""A table of computations whose core is killed from outside while it is loaded for the first time."""

import os
import signal
from pathlib import Path

from calc_grpc.kinds import Kind


def warm_up() -> None:
    marker = Path(os.environ["NUMBA_CACHE_DIR"]) / "loaded"
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


KINDS = {
    "echo": Kind(
        core="tests.calc_grpc.kernels_killed_at_first",
        function="warm_up",
        find_problems=lambda message, now: [],
        decode=bytes,
        encode=bytes,
    )
}
