"""Does a list of 5,000 requests scroll smoothly? Usage: python benchmarks/frontend_list.py [--requests N]

The real services, a real Chromium with its processor slowed down four times, a moderator's list with all rows on one
page. Printed: time until all rows are there, rows in the document; then for scrolling down at three speeds how many
animation frames a second the page got and in how many of them no row stood where rows belong, the longest task and by
how much tasks were longer than 50 ms; then what a look at an unchanged list costs. There is no peer: a page of 20 rows
scrolled in the same run shows what the browser itself does.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, CDPSession, Page
from portal.browser import CATEGORIES, SLOWDOWN, read_trace, services_and_browser, slow_down

from tests.system.browser import sign_in_page

REQUEST_COUNT = 5_000
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
DEMO_COUNT = 1
SPEEDS_PX_PER_S = (800, 3_000, 12_000)
SCROLL_S = 3
LONGEST_TASK_GOAL_MS = 100
# Counts animation frames, and those in which the middle of the window shows no row.
WATCH = """() => {
  const seen = (window.seen = { frames: 0, blank: 0, ms: 0, going: true });
  const began = performance.now();
  const look = () => {
    seen.frames += 1;
    seen.ms = performance.now() - began;
    const element = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    if (!element || element.closest('tr[class*="blank"]')) seen.blank += 1;
    if (seen.going) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUEST_COUNT)
    count = parser.parse_args().requests
    with services_and_browser(count) as (services, browser):
        print(f"{count:,} requests, processor slowed down {SLOWDOWN} times")
        for what, size in (("wide", WIDE), ("phone", PHONE)):
            with browser.new_context(viewport=size) as context:
                page = context.new_page()
                sign_in_page(page, services.url, "moderator")
                session = slow_down(page)
                print(f"{what}, 20 rows on a page: {scroll(browser, page, session, 800)}")
                open_all(page, services.url, count)
                for speed in SPEEDS_PX_PER_S:
                    print(f"{what}, {speed:6,} px/s: {scroll(browser, page, session, speed)}")
                print(f"{what}, unchanged list: {look_again(page)}")


def open_all(page: Page, url: str, count: int) -> None:
    """Opens the whole list on one page."""
    page.goto(f"{url}/requests?rows=all")
    page.get_by_text(f"{count + DEMO_COUNT} requests").wait_for()
    page.locator("tr[data-index]").first.wait_for()
    ready_ms = page.evaluate("performance.now()")
    rows = page.locator("tr[data-index]").count()
    print(f"whole list there after {ready_ms:.0f} ms; {rows} rows in the document")


def scroll(browser: Browser, page: Page, session: CDPSession, speed: int) -> str:
    """Scrolls down as a wheel does, and says what the trace of it shows."""
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    page.evaluate(WATCH)
    browser.start_tracing(page=page, categories=CATEGORIES)
    session.send(
        "Input.synthesizeScrollGesture",
        {"x": 190, "y": 500, "yDistance": -speed * SCROLL_S, "speed": speed, "gestureSourceType": "mouse"},
    )
    trace = read_trace(browser.stop_tracing())
    seen = page.evaluate("() => { window.seen.going = false; return window.seen; }")
    return (
        f"{1000 * seen['frames'] / seen['ms']:.0f} frames/s, {seen['blank']} of {seen['frames']} without a row, "
        f"longest task {trace.longest_task_ms:.0f} ms (goal: below {LONGEST_TASK_GOAL_MS}), "
        f"blocked {trace.blocked_ms:.0f} ms in {seen['ms'] / 1000:.1f} s"
    )


def look_again(page: Page) -> str:
    """What one round of polling costs while nothing changes."""
    with page.expect_response(lambda answer: "updated_after" in answer.url and answer.status == 304) as caught:
        page.get_by_role("button", name="Refresh now").click()
        page.wait_for_timeout(300)
        page.get_by_role("button", name="Refresh now").click()
    sizes = caught.value.request.sizes()
    header, body = sizes["responseHeadersSize"], sizes["responseBodySize"]
    return f"{caught.value.status} with {header} bytes of header and {body} of body"


if __name__ == "__main__":
    main()
