"""Write the pictures of the README into docs/: python scripts/screenshots.py

Starts the services with throw-away databases, completes Piazzi's request, and photographs the pages in the system's
Chromium. The pictures are for people; no test compares them.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, expect

from scripts.services import ROOT
from tests.system.browser import find_chromium, open_browser, sign_in_page
from tests.system.deployment import Deployment, running

DOCS = ROOT / "docs"
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


def main() -> int:
    executable = find_chromium()
    if executable is None:
        print("Chromium is missing: apt install chromium", file=sys.stderr)
        return 1
    DOCS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_browser(executable) as browser,
        running(Deployment(Path(folder))) as deployment,
    ):
        with browser.new_context(viewport=WIDE) as context:
            take_wide(context.new_page(), deployment.url)
            take_pi(context.new_page(), deployment.url)
        with browser.new_context(viewport=WIDE) as context:
            take_new_request(context.new_page(), deployment.url)
        with browser.new_context(viewport=PHONE, color_scheme="dark") as context:
            take_phone(context.new_page(), deployment.url)
    print(f"written: {', '.join(str(path.relative_to(ROOT)) for path in sorted(DOCS.glob('*.png')))}")
    return 0


def take_wide(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").wait_for()
    page.screenshot(path=DOCS / "sign-in.png")
    sign_in_page(page, url, "moderator")
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_text("21 of 21")).to_be_visible(timeout=30_000)
    page.screenshot(path=DOCS / "requests.png")
    page.get_by_role("link").filter(has_text="Piazzi").first.click()
    page.get_by_text("Semi-major axis").wait_for()
    page.reload()  # without the notice of what was just done
    page.locator(".recharts-line-curve, .recharts-line").first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # the charts' entrance
    page.screenshot(path=DOCS / "request.png")
    take_why(page)


def take_why(page: Page) -> None:
    page.get_by_role("region", name="Why this distance").screenshot(path=DOCS / "request-why.png")


def take_new_request(page: Page, url: str) -> None:
    """Piazzi's file with a wrong hour in its second position."""
    sign_in_page(page, url, "observer")
    page.goto(f"{url}/requests/new")
    page.get_by_label("Designation").fill("1 Ceres")
    content = (ROOT / "tests" / "data" / "ceres_1801.obs").read_text()
    page.get_by_label("Observations as text").fill(content.replace("03 38 05.840", "25 38 05.840"))
    page.set_viewport_size({"width": 1080, "height": 980})
    page.get_by_role("img", name="Track of 20 observations").wait_for()
    page.get_by_label("Observations as text").evaluate("area => area.scrollTop = 0")
    page.evaluate("scrollTo(0, 230)")
    page.wait_for_timeout(500)  # the marks follow the scrolled text
    page.screenshot(path=DOCS / "new-request.png")


def take_pi(page: Page, url: str) -> None:
    page.goto(f"{url}/pi")
    for position in ("1,000,000", "762", "31,415"):
        page.get_by_label("Position after the point").fill(position)
        page.get_by_role("button", name="Work it out").click()
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=f"Digit {position}", exact=True))
        expect(row).to_contain_text("Done", timeout=60_000)
    page.get_by_label("Position after the point").fill("10,000,000")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("row").filter(has_text="10,000,000")).to_contain_text("In progress", timeout=30_000)
    page.wait_for_timeout(1500)  # some progress to see
    page.screenshot(path=DOCS / "pi.png")
    page.get_by_role("link", name="Digit 1,000,000", exact=True).click()
    page.get_by_label("Find digits").fill("14159265")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_text("1 of 1").or_(page.get_by_text("1 of 2")).first.wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=DOCS / "pi-digits.png", full_page=True)


def take_phone(page: Page, url: str) -> None:
    sign_in_page(page, url, "moderator")
    page.get_by_role("link").filter(has_text="Piazzi").first.wait_for()
    page.screenshot(path=DOCS / "requests-phone.png")


if __name__ == "__main__":
    sys.exit(main())
