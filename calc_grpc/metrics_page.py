"""GET /metrics on a port of its own: the counts of this process, and how many calculations the journal holds."""

import asyncio
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric

from calc_grpc.errors import JournalUnavailable, StartRefused
from calc_grpc.journal.census import Census
from calc_grpc.journal.port import Journal
from calc_grpc.metrics import Counts, Histogram, counts

HOST = "127.0.0.1"
PREFIX = "astrodist_calc_"
CENSUS_TIMEOUT_S = 3.0


class MetricsPage:
    """The server of the page. port: 0 for none. key: who must be sent as bearer token, empty for nobody."""

    def __init__(self, *, port: int, key: str, is_open: bool, journal: Journal) -> None:
        self._port = port
        self._key = key
        self._is_open = is_open
        self._journal = journal
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen, where a port is set; raises StartRefused."""
        if not self._port:
            return
        app = web.Application()
        app.router.add_get("/metrics", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port, reuse_port=False).start()
        except OSError as error:
            await self._runner.cleanup()
            message = f"CALC_METRICS_PORT: {self._port} cannot be listened on; choose another port, or 0 for none"
            raise StartRefused(message) from error
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """End the server, if there is one."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if not self._key and not self._is_open:
            raise web.HTTPNotFound
        given = request.headers.get("Authorization", "").encode()
        if self._key and not hmac.compare_digest(given, f"Bearer {self._key}".encode()):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        return web.Response(body=render(counts, await self._census()), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _census(self) -> Census | None:
        """None where the journal cannot be read just now: the rest is worth as much then, or more."""
        try:
            return await asyncio.wait_for(self._journal.census(), CENSUS_TIMEOUT_S)
        except (JournalUnavailable, TimeoutError):
            return None


def render(present: Counts, census: Census | None) -> bytes:
    """The page as text."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Collector(lambda: (*_of_process(present), *_of_journal(census))))
    return generate_latest(registry)


class _Collector:
    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        return self._collect()

    def describe(self) -> Iterable[Metric]:
        return ()


def _of_process(present: Counts) -> Iterator[Metric]:
    rpcs = CounterMetricFamily(
        f"{PREFIX}rpcs",
        "Calls that ended, by rpc and gRPC code; a stream when it is closed.",
        labels=["method", "code"],
    )
    for (method, code), count in present.rpcs.items():
        rpcs.add_metric([method, code], count)
    yield rpcs
    yield _histograms("rpc_duration_seconds", "Time to answer an rpc that is no stream.", "method", present.rpc_s)
    yield _gauge("watch_streams", "Streams that are open now.", "method", present.streams)
    yield _histograms(
        "start_lateness_seconds", "From when a calculation was due to when it started.", "kind", present.lateness_s
    )
    yield _histograms("run_duration_seconds", "From a run's start to its stored end.", "kind", present.run_s)
    runs = CounterMetricFamily(
        f"{PREFIX}runs",
        "Runs that ended in this process: SUCCEEDED, FAILED, or HANDED_BACK (cancelled, stopped, crashed once).",
        labels=["kind", "outcome"],
    )
    for (kind, outcome), count in present.runs.items():
        runs.add_metric([kind, outcome], count)
    yield runs
    yield _counter(
        "report_attempts",
        "Attempts at reports by the report's state after it; PENDING: it will be tried again.",
        "state",
        present.reports,
    )
    yield _histogram("report_attempt_duration_seconds", "Time of one attempt at a report.", present.report_s)
    yield _counter("worker_restarts", "Worker processes that were replaced.", "pool", present.worker_restarts)
    yield _histogram("journal_batch_operations", "Operations in one commit of the journal.", present.batch_size)
    yield _histogram("journal_commit_duration_seconds", "Time of one commit of the journal.", present.commit_s)
    failed = CounterMetricFamily(f"{PREFIX}journal_failed_commits", "Commits of the journal that failed.")
    failed.add_metric([], present.failed_commits)
    yield failed


def _of_journal(census: Census | None) -> Iterator[Metric]:
    up = GaugeMetricFamily(f"{PREFIX}journal_up", "1 where the journal could be read for this page, else 0.")
    up.add_metric([], 0 if census is None else 1)
    yield up
    if census is None:
        return
    unfinished = GaugeMetricFamily(
        f"{PREFIX}calculations",
        "Calculations of all processes on this journal that wait (SCHEDULED) or run (RUNNING).",
        labels=["kind", "state"],
    )
    for state, numbers in (("SCHEDULED", census.waiting), ("RUNNING", census.running)):
        for kind, count in numbers.items():
            unfinished.add_metric([kind, state], count)
    yield unfinished
    for name, text, value in (
        ("reports_pending", "Reports of finished calculations that nobody has taken yet.", census.pending_report_count),
        ("pi_digits_kept", "Digits of pi that are kept, the 3 included.", census.digit_count),
        ("catalogue_objects", "Asteroids whose orbits are published.", census.object_count),
    ):
        gauge = GaugeMetricFamily(f"{PREFIX}{name}", text)
        gauge.add_metric([], value)
        yield gauge


def _counter(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}{name}", text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _gauge(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}{name}", text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, values: Histogram) -> Metric:
    family = HistogramMetricFamily(f"{PREFIX}{name}", text)
    family.add_metric([], values.buckets(), values.total)
    return family


def _histograms(name: str, text: str, label: str, values: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(f"{PREFIX}{name}", text, labels=[label])
    for value, histogram in values.items():
        family.add_metric([value], histogram.buckets(), histogram.total)
    return family
