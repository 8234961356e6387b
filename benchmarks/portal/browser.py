"""The real services and a real Chromium whose processor is slowed down, as on a device of the middle range."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from scripts.services import ROOT
from tests.system.browser import find_chromium, open_browser
from tests.system.deployment import Deployment, running

SLOWDOWN = 4
LONG_TASK_MS = 50
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]


@contextmanager
def services_and_browser(request_count: int = 0) -> Iterator[tuple[Deployment, Browser]]:
    """Services with throw-away databases that hold so many requests beside the demo's, and a browser."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("Chromium is missing: apt install chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_browser(executable) as browser,
        running(Deployment(Path(folder))) as services,
    ):
        if request_count:
            found = f"import sys; sys.path.insert(0, {str(ROOT / 'benchmarks')!r})"
            services.manage("shell", "-c", f"{found}; from portal.many_requests import make; make({request_count})")
        yield services, browser


def slow_down(page: Page) -> CDPSession:
    """Everything the page computes takes four times as long from now on."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    return session


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What a trace of the browser says about its main thread."""

    tasks_ms: tuple[float, ...]

    @property
    def longest_task_ms(self) -> float:
        return max(self.tasks_ms, default=0.0)

    @property
    def blocked_ms(self) -> float:
        """By how much tasks were longer than 50 ms, altogether."""
        return sum(task - LONG_TASK_MS for task in self.tasks_ms if task > LONG_TASK_MS)


def read_trace(content: bytes) -> Trace:
    """Tasks of the busiest main thread of a page."""
    events: list[dict[str, Any]] = json.loads(content)["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: dict[tuple[int, int], list[float]] = {main: [] for main in mains}
    for event in events:
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) in mains:
            tasks[event["pid"], event["tid"]].append(event.get("dur", 0) / 1000)
    return Trace(tasks_ms=tuple(max(tasks.values(), key=sum, default=[])))
