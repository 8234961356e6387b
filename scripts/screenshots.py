"""Write the pictures of the README into docs/: python scripts/screenshots.py

Starts the services with throw-away databases and a made-up catalogue, completes Piazzi's request, and photographs the
pages in the system's Chromium. The pictures are for people; no test compares them.
"""

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, expect

from scripts.services import ROOT
from tests.system.browser import find_chromium, open_browser, sign_in_page
from tests.system.catalogue import completed_request, eros_observations, running_standin, source_settings
from tests.system.client import sign_in
from tests.system.deployment import Deployment, running

EROS = 20000433  # its identity in the catalogue

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
        running_standin(Path(folder), object_count=20_000, delay_s=0.5) as source,
        running(Deployment(Path(folder), **source_settings(source, page_size=200, concurrency=5))) as deployment,
    ):
        with browser.new_context(viewport=WIDE) as context:
            take_wide(context.new_page(), deployment.url)
            take_catalogue(context.new_page(), deployment.url)
            take_truth_check(context.new_page(), deployment.url)
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


def take_catalogue(page: Page, url: str) -> None:
    page.goto(f"{url}/asteroids")
    page.get_by_role("button", name="Synchronise").click()
    panel = page.get_by_role("region", name="Synchronisation")
    expect(panel).to_contain_text("20,000 objects on 100 pages", timeout=30_000)
    page.get_by_role("alert").get_by_role("button", name="Close").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("table")).to_be_visible()  # what is stored is listed while the rest comes
    expect(panel).to_contain_text(re.compile(r"[4-9]\d of 100"), timeout=30_000)
    page.screenshot(path=DOCS / "catalogue-sync.png")
    expect(panel).to_contain_text("The catalogue is up to date", timeout=60_000)
    page.get_by_label("Near Earth (NEO)").select_option("Yes")
    page.get_by_label("Order").select_option("Brightest first (H)")
    expect(page.get_by_role("row").nth(1)).to_contain_text("1036 Ganymed")
    page.mouse.move(0, 0)
    page.screenshot(path=DOCS / "catalogue.png")
    page.goto(f"{url}/asteroids/{EROS}")
    page.locator(".recharts-line-curve, .recharts-line").first.wait_for()
    page.screenshot(path=DOCS / "asteroid.png", full_page=True)


def take_truth_check(page: Page, url: str) -> None:
    observer, moderator = (sign_in(url, name) for name in ("observer", "moderator"))
    number = completed_request(observer, moderator, "433 Eros", eros_observations())
    page.goto(f"{url}/requests/{number}")
    check = page.get_by_role("region", name="Truth check")
    expect(check.get_by_role("row").nth(1)).to_contain_text("σ", timeout=60_000)
    panel = page.get_by_role("region", name="Which one is it?")
    panel.get_by_role("button", name="Find it in the catalogue").click()
    expect(panel.get_by_role("link", name="433 Eros")).to_be_visible(timeout=60_000)
    page.locator(".recharts-line-curve, .recharts-line").first.wait_for()
    page.mouse.move(0, 0)
    page.set_viewport_size({"width": WIDE["width"], "height": 1120})
    check.evaluate("part => scrollTo(0, part.getBoundingClientRect().top + scrollY - 76)")  # below the page's head
    page.screenshot(path=DOCS / "truth-check.png")


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
