"""Computations of known cost in the place of the solver, for the workers of the benchmarks."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from calc_grpc.worker_process import CancelledBy, ComputedKind, ReportTo

CPU_S = float(os.environ.get("BENCHMARK_CPU_S", "0"))


@dataclass(frozen=True, kw_only=True)
class Burning:
    """Burns a core for a while and answers an empty result."""

    cpu_s: float

    def warm_up(self) -> None:
        """Nothing to load."""

    def compute(self, input_bytes: bytes, *, created_at: datetime, report: ReportTo, cancelled: CancelledBy) -> bytes:
        """Count the processor's time, not the clock's: two workers on one core must not look like two cores."""
        end = time.process_time() + self.cpu_s
        while time.process_time() < end:
            pass
        return b""


KINDS: Mapping[str, ComputedKind] = {"distance": Burning(cpu_s=CPU_S)}
