"""What this process counts. Plain numbers, changed by the event loop alone, so that counting costs next to nothing.

`metrics_page.py` gives them to Prometheus. Create is measured against an empty call (benchmarks/engine_create.py): a
labelled counter with a lock would take as long as all that is done here for it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

RPC_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
COMMIT_BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
RUN_BOUNDS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
LATENESS_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)
BATCH_BOUNDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Histogram:
    """How often a value was at most so much, and the sum of all. counts: one for each bound, then what is above."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus wants them: cumulative, the last one without a bound."""
        shown: list[tuple[str, float]] = []
        so_far = 0
        for bound, count in zip((*map(str, map(float, self.bounds)), "+Inf"), self.counts, strict=True):
            so_far += count
            shown.append((bound, so_far))
        return shown


class Counts:
    """All of them; the names of labels stand in metrics_page.py."""

    def __init__(self) -> None:
        self.rpcs: Counter[tuple[str, str]] = Counter()
        self.rpc_s: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(RPC_BOUNDS_S))
        self.streams: Counter[str] = Counter()
        self.lateness_s: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(LATENESS_BOUNDS_S))
        self.run_s: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(RUN_BOUNDS_S))
        self.runs: Counter[tuple[str, str]] = Counter()
        self.reports: Counter[str] = Counter()
        self.report_s = Histogram(RPC_BOUNDS_S)
        self.worker_restarts: Counter[str] = Counter()
        self.batch_size = Histogram(BATCH_BOUNDS)
        self.commit_s = Histogram(COMMIT_BOUNDS_S)
        self.failed_commits = 0

    def count_rpc(self, method: str, code: str, duration_s: float) -> None:
        """A call that was answered at once has ended."""
        self.rpcs[method, code] += 1
        self.rpc_s[method].observe(duration_s)

    @contextmanager
    def stream(self, method: str) -> Iterator[None]:
        """A stream is open while this lasts."""
        self.streams[method] += 1
        try:
            yield
        finally:
            self.streams[method] -= 1

    def count_start(self, kind: str, *, due_us: int, start_us: int) -> None:
        """A calculation was claimed."""
        self.lateness_s[kind].observe(max(0, start_us - due_us) / 1_000_000)

    def count_run(self, kind: str, outcome: str, duration_s: float) -> None:
        """A run has ended."""
        self.runs[kind, outcome] += 1
        self.run_s[kind].observe(duration_s)

    def count_report(self, state: str, duration_s: float) -> None:
        """An attempt at a report has ended; state: the report's after it."""
        self.reports[state] += 1
        self.report_s.observe(duration_s)

    def count_commit(self, operation_count: int, duration_s: float, *, has_failed: bool) -> None:
        """A batch of the journal was written, or could not be."""
        self.batch_size.observe(operation_count)
        self.commit_s.observe(duration_s)
        self.failed_commits += has_failed


counts = Counts()
