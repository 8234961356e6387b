"""The pool of worker processes; with `worker_process.py` the only code that knows about processes.

Not concurrent.futures: there one dead process breaks the whole pool, and a run cannot be told to stop.
"""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from calc_grpc.errors import (
    ComputationFailed,
    OutOfMemory,
    RunCancelled,
    RunEnded,
    RunFailed,
    StartRefused,
    TimeLimitExceeded,
    WorkerCrashed,
)
from calc_grpc.worker_process import OUT_OF_MEMORY, Job, WorkerSettings, main

CANCEL_GRACE_S = 1.0
EXIT_WAIT_S = 1.0
START_COUNT_MAX = 3
RESTART_WAIT_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)

logger = logging.getLogger(__name__)

OnProgress = Callable[[float, str], None]
OnPart = Callable[[Any], None]


class WorkerPool:
    """A fixed number of processes, each computing one calculation at a time; one that dies is replaced.

    table: the module whose KINDS the workers compute. niceness: by how much they give way to other processes.
    cancel_grace_s: how long one that was told to stop may go on before it is killed. time_limit_s: how long a run may
    take, memory_limit_mb: how much memory a worker may have; 0: no limit.
    on_free: called in the event loop when a worker becomes free.
    """

    def __init__(
        self,
        *,
        worker_count: int,
        numba_cache_path: Path,
        table: str = "calc_grpc.convert",
        log_level: str = "INFO",
        niceness: int = 0,
        cancel_grace_s: float = CANCEL_GRACE_S,
        time_limit_s: float = 0.0,
        memory_limit_mb: int = 0,
    ) -> None:
        self._settings = WorkerSettings(
            table=table,
            parent_pid=os.getpid(),
            numba_cache_dir=str(numba_cache_path),
            log_level=log_level,
            niceness=niceness,
            memory_limit_mb=memory_limit_mb,
        )
        self._cancel_grace_s = cancel_grace_s
        self._time_limit_s = time_limit_s
        count = worker_count or max(1, (os.cpu_count() or 2) - 1)
        self._slots = [_Slot(self._settings) for _ in range(count)]
        self._free: list[_Slot] = []
        self._is_any_free = asyncio.Event()
        self._busy: dict[str, _Slot] = {}
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker-pipe")
        self._restarts: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.on_free: Callable[[], None] = lambda: None

    @property
    def free_count(self) -> int:
        """How many calculations could start now."""
        return len(self._free)

    async def start(self) -> None:
        """Start every process and wait until they are warm; raises StartRefused when one cannot start."""
        first, *others = self._slots
        # The first one compiles into the cache that the others read.
        await self._start_slot(first)
        await asyncio.gather(*(self._start_slot(slot) for slot in others))
        self.on_free()

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: OnProgress,
        *,
        created_at: datetime,
        on_part: OnPart | None = None,
    ) -> bytes:
        """Compute in a free worker; returns the serialised result. created_at: when it was asked for.

        on_part: called in a thread with each part that the worker hands over; the worker waits while it blocks.
        Raises RunCancelled, WorkerCrashed, ComputationFailed, TimeLimitExceeded, OutOfMemory, RunFailed. There should
        be a free worker: where it died since the caller looked, this waits for the one that replaces it.
        """
        loop = asyncio.get_running_loop()
        slot = await self._take_free()
        self._busy[calculation_id] = slot
        job = slot.next_job(kind, input_bytes, created_at)

        def tell(fraction: float, stage: str) -> None:
            loop.call_soon_threadsafe(on_progress, fraction, stage)

        limit = _TimeLimit(self._time_limit_s, lambda: self.cancel(calculation_id))
        try:
            result = await loop.run_in_executor(self._threads, slot.compute, job, tell, on_part)
        except RunEnded as error:
            put_back = self._restart if isinstance(error, WorkerCrashed | OutOfMemory) else self._release
            put_back(slot)
            if limit.is_exceeded and isinstance(error, WorkerCrashed | RunCancelled):
                raise TimeLimitExceeded from error
            raise
        finally:
            limit.end()
            del self._busy[calculation_id]
        self._release(slot)
        return result

    def cancel(self, calculation_id: str) -> None:
        """Tell a run to stop; a worker that does not listen is killed after a grace period."""
        slot = self._busy.get(calculation_id)
        if slot is not None and (number := slot.request_stop()):
            asyncio.get_running_loop().call_later(self._cancel_grace_s, slot.kill_if_still_at, number)

    async def stop(self) -> None:
        """End every process; runs under way end with WorkerCrashed."""
        self._stopping = True
        for task in self._restarts:
            task.cancel()
        for slot in self._free:
            asyncio.get_running_loop().remove_reader(slot.sentinel)
        for slot in self._slots:
            slot.kill()
        await asyncio.gather(*self._restarts, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown)
        for slot in self._slots:
            await asyncio.to_thread(slot.close)

    async def _start_slot(self, slot: "_Slot") -> None:
        for _ in range(START_COUNT_MAX):
            # Started from this thread, not from one of the pool's: the death signal that Linux sends to the worker
            # follows the thread that started it.
            slot.start()
            if await asyncio.get_running_loop().run_in_executor(self._threads, slot.wait_until_ready):
                self._put_free(slot)
                return
            if self._stopping or not slot.was_killed:
                break
            logger.warning("worker killed while it was starting", extra={"pid": slot.pid})
        raise StartRefused("A worker process died while it was starting; the log above has its trace.")

    async def _take_free(self) -> "_Slot":
        while not self._free:
            self._is_any_free.clear()
            await self._is_any_free.wait()
        slot = self._free.pop()
        asyncio.get_running_loop().remove_reader(slot.sentinel)
        return slot

    def _release(self, slot: "_Slot") -> None:
        self._put_free(slot)
        self.on_free()

    def _put_free(self, slot: "_Slot") -> None:
        self._free.append(slot)
        self._is_any_free.set()
        asyncio.get_running_loop().add_reader(slot.sentinel, self._replace_idle, slot)

    def _replace_idle(self, slot: "_Slot") -> None:
        """A worker died while it had nothing to do: else the next calculation would be counted as its killer."""
        logger.warning("idle worker died", extra={"pid": slot.pid})
        asyncio.get_running_loop().remove_reader(slot.sentinel)
        self._free.remove(slot)
        self._restart(slot)

    def _restart(self, slot: "_Slot") -> None:
        if not self._stopping:
            task = asyncio.get_running_loop().create_task(self._restart_until_ready(slot))
            self._restarts.add(task)
            task.add_done_callback(self._restarts.discard)

    async def _restart_until_ready(self, slot: "_Slot") -> None:
        attempt = 0
        while True:
            await asyncio.sleep(RESTART_WAIT_S[min(attempt, len(RESTART_WAIT_S) - 1)])
            with suppress(StartRefused):
                await self._start_slot(slot)
                break
            attempt += 1
            logger.error("worker did not start", extra={"attempt_count": attempt})
        logger.info("worker replaced", extra={"pid": slot.pid})
        self.on_free()


class _TimeLimit:
    """Has a run stopped that takes too long."""

    def __init__(self, seconds: float, stop: Callable[[], None]) -> None:
        self.is_exceeded = False
        self._stop = stop
        self._timer = asyncio.get_running_loop().call_later(seconds, self._exceed) if seconds else None

    def end(self) -> None:
        """The run is over."""
        if self._timer is not None:
            self._timer.cancel()

    def _exceed(self) -> None:
        self.is_exceeded = True
        self._stop()


class _Slot:
    """One place in the pool: the process in it, its pipe and its flag. Blocking calls run in a thread."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._settings = settings
        self._flag = self._context.RawValue(ctypes.c_int64, 0)
        self._number = 0
        self._is_busy = False
        self._process: Any = None
        self._connection: Any = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def sentinel(self) -> int:
        """A file that becomes readable when the process ends."""
        sentinel: int = self._process.sentinel
        return sentinel

    def start(self) -> None:
        """Start a process in the place of the present one."""
        self.close()
        self._connection, child_end = self._context.Pipe()
        self._process = self._context.Process(
            target=main, args=(child_end, self._flag, self._settings), name="calc-worker", daemon=True
        )
        self._process.start()
        child_end.close()

    def wait_until_ready(self) -> bool:
        """Wait until the process is warm; False when it died."""
        try:
            return bool(self._connection.recv() == ("ready",))
        except (EOFError, OSError):
            self._process.join(EXIT_WAIT_S)
            return False

    @property
    def was_killed(self) -> bool:
        """Whether somebody else ended the process: it may well start the next time."""
        return bool(self._process.exitcode == -signal.SIGKILL)

    def next_job(self, kind: str, input_bytes: bytes, created_at: datetime) -> Job:
        """Number a job for this slot."""
        self._number += 1
        self._is_busy = True
        return Job(number=self._number, kind=kind, input=input_bytes, created_at=created_at)

    def compute(self, job: Job, on_progress: OnProgress, on_part: OnPart | None) -> bytes:
        """Have the process compute a job.

        Raises RunCancelled, WorkerCrashed, ComputationFailed, OutOfMemory, RunFailed.
        """
        try:
            self._connection.send(job)
            while (answer := self._connection.recv())[0] in ("progress", "part"):
                if answer[0] == "progress":
                    on_progress(*answer[1:])
                elif on_part is not None:
                    on_part(answer[1])
        except (EOFError, OSError) as error:
            raise WorkerCrashed from error
        finally:
            self._is_busy = False
        if answer == OUT_OF_MEMORY:
            raise OutOfMemory
        if answer[0] == "cancelled":
            raise RunCancelled
        if answer[0] == "failed":
            raise ComputationFailed(answer[1])
        if answer[0] == "refused":
            raise RunFailed(*answer[1:])
        result: bytes = answer[1]
        return result

    def request_stop(self) -> int:
        """Raise the flag for the job under way; returns its number, 0 when there is none."""
        if not self._is_busy:
            return 0
        self._flag.value = self._number
        return self._number

    def kill_if_still_at(self, number: int) -> None:
        """Kill the process if it has not ended that job."""
        if self._is_busy and self._number == number:
            logger.warning("worker killed, it did not stop when told", extra={"pid": self.pid})
            self.kill()

    def kill(self) -> None:
        """Kill the process."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Bury a process that ended."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._connection.close()
            self._process = self._connection = None
