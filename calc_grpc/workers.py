"""The pool of worker processes; with `worker_process.py` the only code that knows about processes.

Not concurrent.futures: there one dead process breaks the whole pool, and a run cannot be told to stop.
"""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from calc_grpc import logs, tracing
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
from calc_grpc.metrics import counts
from calc_grpc.worker_process import AT_ONCE_BYTES, LARGE, OUT_OF_MEMORY, Job, WorkerSettings, main

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
        log_format: str = "text",
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
            log_format=log_format,
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
        slot = await self._take_free()
        self._busy[calculation_id] = slot
        job = slot.next_job(kind, input_bytes, created_at)
        limit = _TimeLimit(self._time_limit_s, lambda: self.cancel(calculation_id))
        try:
            with tracing.span("worker", calculation_kind=kind, worker_pid=slot.pid):
                result = await slot.compute(job, self._threads, on_progress, on_part)
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
        for slot in self._slots:
            slot.give_up()
        await asyncio.gather(*self._restarts, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown)
        for slot in self._slots:
            slot.give_up()  # again: a thread may have had its last word meanwhile
            await asyncio.to_thread(slot.close)

    async def _start_slot(self, slot: "_Slot") -> None:
        for _ in range(START_COUNT_MAX):
            # Started from this thread, not from one of the pool's: the death signal that Linux sends to the worker
            # follows the thread that started it.
            slot.start()
            if await asyncio.get_running_loop().run_in_executor(self._threads, slot.wait_until_ready):
                slot.listen(self._replace_idle)
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
        return self._free.pop()

    def _release(self, slot: "_Slot") -> None:
        self._put_free(slot)
        self.on_free()

    def _put_free(self, slot: "_Slot") -> None:
        self._free.append(slot)
        self._is_any_free.set()

    def _replace_idle(self, slot: "_Slot") -> None:
        """A worker died while it had nothing to do: else the next calculation would be counted as its killer."""
        logger.warning("idle worker died", extra={"pid": slot.pid})
        self._free.remove(slot)
        self._restart(slot)

    def _restart(self, slot: "_Slot") -> None:
        if not self._stopping:
            counts.worker_restarts[self._settings.table.removeprefix("calc_grpc.")] += 1
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
    """One place in the pool: the process in it, its pipe and its flag.

    The event loop itself sends and reads what cannot block it, messages of up to AT_ONCE_BYTES: a thread between the
    two would take as long as all else that is done for a short run. Larger ones pass through a thread.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._settings = settings
        self._flag = self._context.RawValue(ctypes.c_int64, 0)
        self._number = 0
        self._is_busy = False
        self._process: Any = None
        self._connection: Any = None
        self._answer: asyncio.Future[Any] | None = None  # what a run waits for
        self._on_progress: OnProgress = _no_progress
        self._on_idle_death: Callable[[_Slot], None] = lambda slot: None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

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

    def listen(self, on_idle_death: "Callable[[_Slot], None]") -> None:
        """Hear what the process says; on_idle_death: called when it ends while there is nothing to do."""
        self._on_idle_death = on_idle_death
        self._hear_again()

    def _hear_again(self) -> None:
        asyncio.get_running_loop().add_reader(self._connection.fileno(), self._read)
        os.set_blocking(self._connection.fileno(), True)  # uvloop changes that

    def _deafen(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._connection.fileno())

    def _read(self) -> None:
        try:
            answer = self._connection.recv()
        except (EOFError, OSError):
            answer = None
        if answer is None or answer == LARGE:
            self._deafen()
        if answer is not None and answer[0] == "progress":
            self._on_progress(*answer[1:])
        elif self._answer is None:
            self._on_idle_death(self)
        elif not self._answer.done():
            self._answer.set_result(answer)

    @property
    def was_killed(self) -> bool:
        """Whether somebody else ended the process: it may well start the next time."""
        return bool(self._process.exitcode == -signal.SIGKILL)

    def next_job(self, kind: str, input_bytes: bytes, created_at: datetime) -> Job:
        """Number a job for this slot."""
        self._number += 1
        self._is_busy = True
        cause = (logs.request_id.get(), logs.calculation_id.get(), logs.traceparent.get())
        return Job(number=self._number, kind=kind, input=input_bytes, created_at=created_at, cause=cause)

    async def compute(
        self, job: Job, threads: ThreadPoolExecutor, on_progress: OnProgress, on_part: OnPart | None
    ) -> bytes:
        """Have the process compute a job.

        Raises RunCancelled, WorkerCrashed, ComputationFailed, OutOfMemory, RunFailed.
        """
        self._on_progress = on_progress
        try:
            answer = await self._answer_to(job, threads, on_part)
        except (EOFError, OSError):
            answer = None
        finally:
            self._is_busy = False
            self._answer = None
        if answer is None or answer == OUT_OF_MEMORY:
            self._deafen()
        if answer is None:
            raise WorkerCrashed
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

    async def _answer_to(self, job: Job, threads: ThreadPoolExecutor, on_part: OnPart | None) -> Any:
        """What the process says in the end; None, EOFError or OSError: it died."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        message = pickle.dumps(job)
        if len(message) <= AT_ONCE_BYTES:
            self._connection.send_bytes(message)
        else:
            await loop.run_in_executor(threads, self._connection.send_bytes, message)
        while (answer := await self._answer) == LARGE:
            self._answer = loop.create_future()
            answer = await loop.run_in_executor(threads, self._take, loop, on_part)
            self._hear_again()
            if answer[0] != "part":
                break
        return answer

    def _take(self, loop: asyncio.AbstractEventLoop, on_part: OnPart | None) -> Any:
        """Read what is announced to be large; a part is handed on."""
        while (answer := self._connection.recv())[0] == "progress":
            loop.call_soon_threadsafe(self._on_progress, *answer[1:])
        if answer[0] == "part" and on_part is not None:
            on_part(answer[1])
        return answer

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

    def give_up(self) -> None:
        """Kill the process for good; the run under way ends with WorkerCrashed."""
        self._deafen()
        self.kill()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

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


def _no_progress(fraction: float, stage: str) -> None:
    """Nobody listens yet."""
