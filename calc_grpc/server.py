"""Builds, starts and stops the server: journal, workers, dispatcher, reporter and the gRPC port."""

import asyncio
import gc
import logging
import os
import random
import socket
import uuid
from collections.abc import Awaitable
from typing import Any

import grpc.aio
from astrodist.calc.v1 import calculation_service_pb2, calculation_service_pb2_grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from calc_grpc.calculation import LONE_KIND, Clock
from calc_grpc.catalogue.schedule import SyncSchedule
from calc_grpc.catalogue.sync_pool import SyncPool, SyncSettings
from calc_grpc.config import DAY_S, MAX_RETENTION_DAYS, Config
from calc_grpc.convert import KINDS
from calc_grpc.dispatcher import Dispatcher, Pool
from calc_grpc.elements_cache import ElementsCache, cache_directory
from calc_grpc.interceptors import ApiKeyInterceptor, LoggedCalls
from calc_grpc.journal.opening import open_journal
from calc_grpc.kept_digits import KeptDigits
from calc_grpc.listening import OPTIONS, check_port_is_free, open_port
from calc_grpc.metrics_page import MetricsPage
from calc_grpc.pi_pool import PiPool
from calc_grpc.readiness import Readiness
from calc_grpc.reading import FileReader
from calc_grpc.reporting import Reporter
from calc_grpc.retention import Retention
from calc_grpc.service import CalculationService
from calc_grpc.short_runs import ShortRuns
from calc_grpc.sky_pool import SkyPool
from calc_grpc.watching import Watchers
from calc_grpc.workers import WorkerPool

SERVICE_NAME = calculation_service_pb2.DESCRIPTOR.services_by_name["CalculationService"].full_name
STOP_STEP_TIMEOUT_S = 2.5
RPC_GRACE_S = 0.5
HOUR_S = 3600.0
READING_TIME_LIMIT_S = 60.0  # the largest file takes two seconds
DIGITS_NICENESS = 10  # beside a distance on the same core, a tenth of the time
# One operation on millions of digits takes a second, and cannot be told to stop: its process is replaced instead.
DIGITS_CANCEL_GRACE_S = 0.15

logger = logging.getLogger(__name__)


class MethodAwarePool:
    """The descriptors that reflection serves. protobuf's pool does not find an rpc by name, and grpcurl asks for it."""

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:
        """Return the file of a symbol; for an rpc that of its service."""
        try:
            return descriptor_pool.Default().FindFileContainingSymbol(symbol)
        except KeyError:
            service, _, method = symbol.rpartition(".")
            if method not in descriptor_pool.Default().FindServiceByName(service).methods_by_name:
                raise
            return descriptor_pool.Default().FindFileContainingSymbol(service)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the pool's own."""
        return getattr(descriptor_pool.Default(), name)


class Server:
    """The engine of one process: `start`, then `work` until something ends it, then `stop`."""

    def __init__(
        self,
        config: Config,
        *,
        pool: Pool | None = None,
        reading_pool: Pool | None = None,
        digits_pool: Pool | None = None,
        sky_pool: Pool | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        workers: Pool = pool or WorkerPool(
            worker_count=config.worker_count,
            numba_cache_path=config.numba_cache_path,
            log_level=config.log_level,
            log_format=config.log_format,
            time_limit_s=config.time_limit_s,
            memory_limit_mb=config.worker_memory_mb,
        )
        self._pool = ShortRuns(workers)
        self._reading_pool: Pool = reading_pool or WorkerPool(
            worker_count=1,
            numba_cache_path=config.numba_cache_path,
            table="calc_grpc.convert_astrometry",
            log_level=config.log_level,
            log_format=config.log_format,
            time_limit_s=READING_TIME_LIMIT_S,
            memory_limit_mb=config.worker_memory_mb,
        )
        self._digits_workers: Pool = digits_pool or WorkerPool(
            worker_count=config.digits_worker_count,
            numba_cache_path=config.numba_cache_path,
            table="calc_grpc.convert_pi",
            log_level=config.log_level,
            log_format=config.log_format,
            niceness=DIGITS_NICENESS,
            cancel_grace_s=DIGITS_CANCEL_GRACE_S,
            time_limit_s=config.digits_time_limit_s,
            memory_limit_mb=config.worker_memory_mb,
        )
        self._catalogue_workers = WorkerPool(
            worker_count=1,
            numba_cache_path=config.numba_cache_path,
            table="calc_grpc.catalogue.pages",
            log_level=config.log_level,
            log_format=config.log_format,
            memory_limit_mb=config.worker_memory_mb,
        )
        self._sky_workers: Pool = sky_pool or WorkerPool(
            worker_count=1,
            numba_cache_path=config.numba_cache_path,
            table="calc_grpc.convert_identification",
            log_level=config.log_level,
            log_format=config.log_format,
            time_limit_s=config.time_limit_s,
            memory_limit_mb=config.worker_memory_mb,
        )
        self._health = health.aio.HealthServicer()
        self._tasks: list[asyncio.Task[None]] = []
        self._watching_over: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Open the journal and listen: calculations are accepted from here on; raises StartRefused."""
        check_port_is_free(self._config.door.host, self._config.port)
        self._journal = await open_journal(
            self._config.database_url, clock=self._clock, queue_max=self._config.queue_max
        )
        try:
            self._build()
            await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
            await self._listen()
            await self._metrics_page.start()
        except BaseException:
            await self._journal.close()
            raise
        works = (
            *(self._reporter, self._dispatcher, self._digits_dispatcher, self._digits_retention),
            *(self._sky_dispatcher, self._sync_dispatcher, self._sync_schedule),
        )
        self._tasks = [asyncio.create_task(work.run()) for work in works]
        if self._config.retention_days:
            self._tasks.append(asyncio.create_task(self._retention.run()))

    async def become_ready(self) -> None:
        """Warm the workers and say SERVING."""
        others = (self._reading_pool, self._digits_pool, self._sync_pool)
        await asyncio.gather(self._start_numerics(), *(pool.start() for pool in others))
        await self._say_ready(is_ready=True)
        self._watching_over = asyncio.create_task(Readiness(self._journal, self._say_ready).run())
        logger.info("serving", extra={"port": self.port, "worker_count": self._pool.free_count})

    async def work(self) -> None:
        """Become ready, then return only by raising what broke the dispatcher or the reporter."""
        # What is loaded by now stays: to search it for cycles again and again would stop the event loop for 50 ms.
        gc.freeze()
        await self.become_ready()
        await asyncio.gather(*(asyncio.shield(task) for task in self._tasks))

    async def stop(self) -> None:
        """Refuse new work, hand back what runs, end the streams, close the journal; takes a few seconds at most."""
        await self._health.enter_graceful_shutdown()
        if self._watching_over is not None:
            self._watching_over.cancel()
        self._service.draining = True
        self._dispatcher.stop()
        self._digits_dispatcher.stop()
        self._sky_dispatcher.stop()
        self._sync_dispatcher.stop()
        self._sync_schedule.stop()
        self._reporter.stop()
        self._retention.stop()
        self._digits_retention.stop()
        self._watchers.close()
        await asyncio.gather(*map(_end, (self._grpc_server.stop(RPC_GRACE_S), *self._tasks)))
        pools = (self._pool, self._reading_pool, self._digits_pool, self._sky_pool, self._sync_pool)
        for close in (self._metrics_page.stop, *(pool.stop for pool in pools), self._journal.close):
            try:
                await close()
            except Exception:  # else a worker is left over, for which the process would wait and never end
                logger.exception("could not be closed")
        logger.info("stopped")

    async def _start_numerics(self) -> None:
        """One after the other: on a fresh machine the second reads what the first has compiled for a minute."""
        await self._pool.start()
        await self._sky_pool.start()

    def _build(self) -> None:
        chance = random.SystemRandom()
        owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        kept_digits = KeptDigits(self._journal.digits)
        self._digits_pool = PiPool(self._digits_workers, kept_digits)
        elements = ElementsCache(self._journal.catalogue, cache_directory(self._config.database_url))
        self._sky_pool = SkyPool(self._sky_workers, elements)
        self._watchers = Watchers(self._journal)
        self._service = CalculationService(
            config=self._config,
            journal=self._journal,
            watchers=self._watchers,
            files=FileReader(self._reading_pool),
            sky=self._sky_pool,
            elements=elements,
            kept_digits=kept_digits,
            clock=self._journal.clock,
            chance=chance,
        )
        self._dispatcher = Dispatcher(
            journal=self._journal,
            pool=self._pool,
            kinds=tuple(KINDS),
            owner=owner,
            clock=self._journal.clock,
        )
        # Workers of their own: digits take minutes, and no distance is to wait for one.
        self._digits_dispatcher = Dispatcher(
            journal=self._journal,
            pool=self._digits_pool,
            kinds=("pi",),
            owner=f"{owner}/pi",
            clock=self._journal.clock,
        )
        # One of its own: a synchronisation waits for others most of the time, and may take hours.
        sync_settings = SyncSettings(
            source=self._config.catalogue_source,
            main_url=self._config.main_url,
            key=self._config.callback_key,
            main_ca=self._config.door.callback_ca,
        )
        self._sync_pool = SyncPool(self._catalogue_workers, self._journal, sync_settings)
        self._sync_dispatcher = Dispatcher(
            journal=self._journal,
            pool=self._sync_pool,
            kinds=(LONE_KIND,),
            owner=f"{owner}/catalogue",
            clock=self._journal.clock,
        )
        self._sync_schedule = SyncSchedule(journal=self._journal, every_s=self._config.catalogue_every_h * HOUR_S)
        # Nor is one to wait for the whole catalogue.
        self._sky_dispatcher = Dispatcher(
            journal=self._journal,
            pool=self._sky_pool,
            kinds=("identification",),
            owner=f"{owner}/sky",
            clock=self._journal.clock,
        )
        self._retention = Retention(journal=self._journal, keep_s=self._config.retention_days * DAY_S)
        self._digits_retention = Retention(
            journal=self._journal.digits,
            keep_s=(self._config.digits_keep_days or MAX_RETENTION_DAYS) * DAY_S,
            name="digits",
        )
        self._reporter = Reporter(
            journal=self._journal,
            key=self._config.callback_key,
            allowed_origins=self._config.callback_allowed_origins,
            authority=self._config.door.callback_ca,
            give_up_after_s=self._config.report_give_up_after_s,
            clock=self._journal.clock,
            chance=chance,
        )

        self._metrics_page = MetricsPage(
            port=self._config.metrics_port,
            key=self._config.metrics_key,
            is_open=self._config.metrics_are_open,
            journal=self._journal,
        )

    async def _listen(self) -> None:
        interceptors = [ApiKeyInterceptor(self._config.api_key)] if self._config.api_key else []
        self._grpc_server = grpc.aio.server(interceptors=interceptors, options=OPTIONS)
        calculation_service_pb2_grpc.add_CalculationServiceServicer_to_server(
            self._service, LoggedCalls(self._grpc_server)
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc_server)
        names = (SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._grpc_server, pool=MethodAwarePool())
        self.port = open_port(self._grpc_server, self._config.door, self._config.port)
        await self._grpc_server.start()

    async def _say_ready(self, is_ready: bool) -> None:
        answer = health_pb2.HealthCheckResponse
        await self._set_health(answer.SERVING if is_ready else answer.NOT_SERVING)

    async def _set_health(self, status: health_pb2.HealthCheckResponse.ServingStatus) -> None:
        for name in ("", SERVICE_NAME):
            await self._health.set(name, status)


async def _end(task: Awaitable[None]) -> None:
    """Wait for a task that was told to stop; one that cannot (a full disk) is cancelled, its rows stay claimable. One
    that is broken keeps nothing else from being stopped."""
    try:
        await asyncio.wait_for(task, STOP_STEP_TIMEOUT_S)
    except TimeoutError:
        logger.warning("stopped before everything was handed back; it is taken up at the next start")
    except Exception:
        logger.exception("broken before it was stopped")
