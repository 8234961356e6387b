"""main_api and the gateway, without calc_grpc: nothing measured here asks it, and warming up it would compute."""

import contextlib
from functools import partial
from pathlib import Path

from tests.system.client import Client, sign_in
from tests.system.deployment import Deployment, wait_for

BENCHMARKS = Path(__file__).resolve().parents[1]


class Entrance(Deployment):
    """With so many requests in main_api's database; `upstream` is what the gateway takes for main_api."""

    def __init__(self, folder: Path, *, row_count: int, upstream: str = "") -> None:
        super().__init__(folder)
        self._row_count = row_count
        self._upstream = upstream

    def start_all(self) -> None:
        """Start both, and wait until each answers."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_demo", "--verbosity", "0")
        found = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r})"
        rows = f"from portal.many_requests import make; make({self._row_count})"
        self.manage("shell", "--verbosity", "0", "-c", f"{found}; {rows}")
        for name, base in (("main_api", self.callback_base), ("gateway", self.url)):
            self.start(name)
            wait_for(partial(_answers, base), "an answer", hint=self.logs)

    def environment_of(self, name: str) -> dict[str, str]:
        """The same for all but the gateway."""
        changed = {"GATEWAY_MAIN_URL": self._upstream} if self._upstream and name == "gateway" else {}
        return {**super().environment_of(name), **changed}

    def moderator(self) -> dict[str, str]:
        """Headers of a moderator who signed in by token."""
        return sign_in(self.callback_base, "moderator").headers


def _answers(base: str) -> bool:
    with contextlib.suppress(OSError):
        return Client(base, {}).get("/api/stations?search=500").status == 200
    return False
