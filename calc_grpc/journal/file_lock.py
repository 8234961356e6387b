"""A lock beside the journal's file, so that one server process owns it. It dies with the process."""

import contextlib
import fcntl
import os
from pathlib import Path

from calc_grpc.errors import StartRefused


class FileLock:
    """Held from creation to `release`; raises StartRefused when another process holds it."""

    def __init__(self, path: Path) -> None:
        # Not the database file itself: closing a descriptor of it would drop SQLite's own locks.
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with contextlib.closing(os.fdopen(descriptor)) as lock_file:
                holder = lock_file.read().strip()
            raise StartRefused(
                f"CALC_DATABASE_URL: {path} is in use by another calc_grpc (process {holder}); stop it first"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let others have it; harmless twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
