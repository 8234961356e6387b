"""Ends a process when the one that started it is gone, even when that was killed without a chance to say so."""

import os
import signal
import threading

CHECK_INTERVAL_S = 1.0


def stop_with_parent() -> None:
    """From now on, sends this process SIGTERM as soon as its present parent has ended."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True, name="lifeline").start()


def _watch(parent_id: int) -> None:
    # The parent's end shows as another parent: waiting for it needs no help of the operating system.
    never = threading.Event()
    while os.getppid() == parent_id:
        never.wait(CHECK_INTERVAL_S)  # time.sleep fails under libfaketime, with which the tests move the clock
    os.kill(os.getpid(), signal.SIGTERM)
