"""Computations of known cost in the place of the solver, for the workers of the benchmarks."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from astrodist.calc.v1 import distance_pb2

from calc_grpc.worker_process import CancelledBy, ComputedKind, ReportTo

CPU_S = float(os.environ.get("BENCHMARK_CPU_S", "0"))


@dataclass(frozen=True, kw_only=True)
class Burning:
    """Burns a core for a while and answers that nothing was determined."""

    cpu_s: float

    def warm_up(self) -> None:
        """Nothing to load."""

    def compute(self, input_bytes: bytes, *, created_at: datetime, report: ReportTo, cancelled: CancelledBy) -> bytes:
        """Count the processor's time, not the clock's: two workers on one core must not look like two cores."""
        end = time.process_time() + self.cpu_s
        while time.process_time() < end:
            pass
        observations = distance_pb2.DistanceInput.FromString(input_bytes).observations
        rows = [distance_pb2.ObservationResult(id=row.id, result_state="NOT_DETERMINED") for row in observations]
        result = distance_pb2.DistanceResult(
            verdict="NOT_DETERMINED", verdict_reason="Nothing was computed.", observations=rows
        )
        return result.SerializeToString()


KINDS: Mapping[str, ComputedKind] = {"distance": Burning(cpu_s=CPU_S)}
