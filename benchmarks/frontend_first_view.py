"""How heavy and how soon is the first view? Usage: python benchmarks/frontend_first_view.py [--rounds N]

The real services on this machine, a real Chromium with its processor slowed down four times and an empty cache, the
page of requests opened by a signed-in user. Printed for an observer and a moderator: bytes of script and of everything
as they came over the line (compressed), and the median over rounds of: first text, rows there, and interactive. The
page is interactive from the end of the last long task (over 50 ms) before a quiet second, and not before its rows are
there.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, BrowserContext
from portal.browser import SLOWDOWN, services_and_browser, slow_down

from tests.system.browser import sign_in_page

SCRIPT_GOAL_BYTES = 200_000
INTERACTIVE_GOAL_MS = 1_500
REQUEST_COUNT = 200
ROUNDS = 5
QUIET_MS = 1_000
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) longTasks.push(task.startTime + task.duration);
}).observe({ type: "longtask", buffered: true });
"""
ROWS_THERE = "() => document.querySelectorAll('tbody tr').length > 0 ? performance.now() : false"


@dataclass(frozen=True, kw_only=True)
class View:
    """One opening of the page."""

    script_bytes: int
    all_bytes: int
    first_text_ms: float
    rows_ms: float
    interactive_ms: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with services_and_browser(REQUEST_COUNT) as (services, browser):
        print(f"processor slowed down {SLOWDOWN} times, median of {rounds} rounds")
        for username in ("observer", "moderator"):
            print(f"{username}: {told(open_often(browser, services.url, username, rounds))}")


def open_often(browser: Browser, url: str, username: str, rounds: int) -> list[View]:
    """The page opened again and again by the same user, each time with an empty cache."""
    with browser.new_context() as context:
        sign_in_page(context.new_page(), url, username)
        return [open_once(context, url) for _ in range(rounds)]


def open_once(context: BrowserContext, url: str) -> View:
    """The page opened in a new tab with an empty cache and a slow processor."""
    page = context.new_page()
    session = slow_down(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: dict[str, int] = {}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: received.update({event["requestId"]: int(event["encodedDataLength"])}),
    )
    page.add_init_script(WATCH)
    page.goto(f"{url}/requests")
    rows_ms = float(page.wait_for_function(ROWS_THERE, polling="raf").json_value())
    page.wait_for_timeout(QUIET_MS)
    tasks = page.evaluate("longTasks")
    first_text = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.close()
    return View(
        script_bytes=sum(size for number, size in received.items() if kinds.get(number) == "Script"),
        all_bytes=sum(received.values()),
        first_text_ms=first_text,
        rows_ms=rows_ms,
        interactive_ms=max([rows_ms, *tasks]),
    )


def told(views: list[View]) -> str:
    """The medians in words."""

    def middle(part: str) -> float:
        return median(getattr(view, part) for view in views)

    return (
        f"{middle('script_bytes') / 1000:.0f} kB of script (goal: at most {SCRIPT_GOAL_BYTES / 1000:.0f}), "
        f"{middle('all_bytes') / 1000:.0f} kB altogether; first text after {middle('first_text_ms'):.0f} ms, "
        f"rows after {middle('rows_ms'):.0f} ms, interactive after {middle('interactive_ms'):.0f} ms "
        f"(goal: {INTERACTIVE_GOAL_MS:,})"
    )


if __name__ == "__main__":
    main()
