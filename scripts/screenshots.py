"""Write the pictures of the README into docs/: python scripts/screenshots.py

Starts the services with throw-away databases and a made-up catalogue, completes Piazzi's request, and photographs the
pages in the system's Chromium. The pictures are for people; no test compares them.
"""

import json
import re
import sys
import tempfile
from functools import partial
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, ViewportSize, expect

from scripts.services import ROOT
from tests.system.browser import find_chromium, open_browser, sign_in_page
from tests.system.catalogue import completed_request, eros_observations, running_standin, source_settings
from tests.system.client import Client, sign_in
from tests.system.deployment import Deployment, running, wait_for

EROS = 20000433  # its identity in the catalogue
DIGITS_TIME_LIMIT_S = 20  # long enough for ten million digits, too short for the largest position
LARGEST_POSITION = 100_000_000

# Requests and the recorded observations that they are made of.
COMPLETED = {"(47740)": "mpc-47740-w400", "(282624)": "mpc-282624-w10", "(523599)": "hard-523599_NEO_6d"}
FORMED = {"(742428)": "mpc-742428-w30", "(146058)": "mpc-146058-w100", "433 Eros, one night": "hard-Eros_2016_6d"}

DOCS = ROOT / "docs"
WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


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
        running(Deployment(Path(folder), **settings(source))) as deployment,
    ):
        with browser.new_context(viewport=WIDE) as context:
            take_wide(context.new_page(), deployment.url)
            take_catalogue(context.new_page(), deployment.url)
            take_truth_check(context.new_page(), deployment.url)
            take_calculations(context.new_page(), deployment.url)
            take_pi(context.new_page(), deployment.url)
        with browser.new_context(viewport=WIDE) as context:
            take_new_request(context.new_page(), deployment.url)
        with browser.new_context(viewport=PHONE, color_scheme="dark") as context:
            take_phone(context.new_page(), deployment.url)
    print(f"written: {', '.join(str(path.relative_to(ROOT)) for path in sorted(DOCS.glob('*.png')))}")
    return 0


def settings(source: str) -> dict[str, str]:
    digits = {
        "CALC_DIGITS_TIME_LIMIT_S": str(DIGITS_TIME_LIMIT_S),
        "CALC_DIGITS_LARGEST_POSITION": str(LARGEST_POSITION),
    }
    return {**digits, **source_settings(source, page_size=200, concurrency=5)}


def take_wide(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").wait_for()
    page.screenshot(path=DOCS / "sign-in.png")
    fill_requests(url)
    sign_in_page(page, url, "moderator")
    piazzi = page.get_by_role("row").filter(has_text="Piazzi")
    piazzi.get_by_role("button", name="Complete").click()
    expect(piazzi.get_by_text("21 of 21")).to_be_visible(timeout=30_000)
    page.reload()  # without the notice of what was just done
    expect(piazzi.get_by_text("Determined")).to_be_visible()
    page.screenshot(path=DOCS / "requests.png")
    page.get_by_role("link").filter(has_text="Piazzi").first.click()
    page.get_by_text("Semi-major axis").wait_for()
    page.locator(".recharts-line-curve, .recharts-line").first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # the charts' entrance
    page.screenshot(path=DOCS / "request.png")
    take_why(page)


def fill_requests(url: str) -> None:
    """Observers' requests as a moderator finds them: some wait, some are done, one was rejected."""
    moderator, observer = (sign_in(url, name) for name in ("moderator", "observer"))
    cases = json.loads((ROOT / "tests" / "data" / "orbit_cases.json").read_text())["cases"]
    rows = {case["id"]: case["observations"] for case in cases}
    for designation, case in COMPLETED.items():
        number = completed_request(observer, moderator, designation, rows[case])
        wait_for(partial(verdict_of, moderator, number), "the verdict")
    for designation, case in FORMED.items():
        body = {"designation": designation, "observations": rows[case]}
        formed = observer.put(f"/api/requests/{observer.post('/api/requests', body).body['id']}/form")
        assert formed.status == 200, formed
    rejected = moderator.put(f"/api/requests/{formed.body['id']}/reject", {"reason": "One night only."})
    assert rejected.status == 200, rejected


def verdict_of(client: Client, number: int) -> str | None:
    verdict: str | None = client.get(f"/api/requests/{number}").body["verdict"]
    return verdict


def take_why(page: Page) -> None:
    page.get_by_role("region", name="Why this distance").screenshot(path=DOCS / "request-why.png")


def take_new_request(page: Page, url: str) -> None:
    """Piazzi's file with a wrong hour in its second position."""
    sign_in_page(page, url, "observer")
    page.goto(f"{url}/requests/new")
    page.get_by_label("Designation").fill("1 Ceres")
    content = (ROOT / "tests" / "data" / "ceres_1801.obs").read_text()
    page.get_by_label("Observations as text").fill(content.replace("03 38 05.840", "25 38 05.840"))
    page.set_viewport_size({"width": 1080, "height": 900})
    page.get_by_role("img", name="Track of 20 observations").wait_for()
    page.get_by_label("Observations as text").evaluate("area => area.scrollTop = 0")
    page.evaluate("scrollTo(0, 330)")
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


def take_calculations(page: Page, url: str) -> None:
    """Every kind, and every state: one was cancelled, one failed, one runs and one waits for it to end."""
    moderator, observer = (sign_in(url, name) for name in ("moderator", "observer"))
    asked = [(moderator, LARGEST_POSITION), (moderator, 50_000_000), (observer, 60_000_000), (observer, 80_000_000)]
    created = [ask_for_digit(client, position) for client, position in asked]
    assert moderator.post(f"/v1/calculations/{created[-1]}:cancel", {}).status == 200
    page.goto(f"{url}/calculations")
    page.set_viewport_size({"width": 1280, "height": 1000})
    failed = page.get_by_role("row").filter(has_text="100,000,000")
    expect(failed).to_contain_text("Failed", timeout=3_000 * DIGITS_TIME_LIMIT_S)
    page.wait_for_timeout(4_000)  # some progress of the next one to see
    page.screenshot(path=DOCS / "calculations.png")
    for number in created[1:3]:  # out of the way of the page of pi
        assert moderator.post(f"/v1/calculations/{number}:cancel", {}).status == 200


def ask_for_digit(client: Client, position: int) -> str:
    body = {"calculation_id": str(uuid4()), "pi": {"digit_position": position}, "delay": "0s"}
    created = client.post("/v1/calculations", body)
    assert created.status < 300, created
    return str(created.body["calculation_id"])


def take_phone(page: Page, url: str) -> None:
    sign_in_page(page, url, "moderator")
    page.get_by_role("link").filter(has_text="Piazzi").first.wait_for()
    page.screenshot(path=DOCS / "requests-phone.png")


if __name__ == "__main__":
    sys.exit(main())
