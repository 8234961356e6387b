"""The clock of the services, moved by libfaketime."""

from collections.abc import Callable
from pathlib import Path

Lift = Callable[[], None]

HOUR_S = 3600
NOTICED_WITHIN_S = 1.0
LIBRARY = "faketime/libfaketimeMT.so.1"  # for programs with threads
LIBRARY_FOLDERS = ("/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/local/lib")


class Clock:
    """The clock of every service: what a file says is added to it, where libfaketime is installed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.library = find_faketime()
        self._file.write_text("+0s\n")

    def environment(self) -> dict[str, str]:
        """What a process needs to have this clock."""
        if self.library is None:
            return {}
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": f"{NOTICED_WITHIN_S:g}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, seconds: int) -> Lift:
        self._set(seconds)
        return lambda: self._set(0)

    def _set(self, seconds: int) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}s\n")
        new.replace(self._file)  # at once, or a service would read an empty file


def find_faketime() -> Path | None:
    """libfaketime; None where it is not installed."""
    found = [path for folder in LIBRARY_FOLDERS for path in Path("/").glob(f"{folder[1:]}/{LIBRARY}")]
    return found[0] if found else None
