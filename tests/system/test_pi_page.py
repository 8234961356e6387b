"""The pages of pi in a real Chromium, in front of the real services: ask, watch, open, read, jump, find."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.browser import sign_in_page
from tests.system.client import Client
from tests.system.deployment import Deployment

pytestmark = pytest.mark.browser

RESULT_TIMEOUT_MS = 60_000
POSITION = 1_200_007  # further than the million of test_pi.py: else it would be known already
FEYNMAN_POINT = 762  # six nines in a row, the best known place of the decimals


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 860}) as context:
        page = context.new_page()
        sign_in_page(page, deployment.url, "observer")
        page.get_by_role("link", name="π").click()
        yield page


def row_of(page: Page, position: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=f"Digit {position}", exact=True)).first


def ask_for(page: Page, position: str) -> Locator:
    page.get_by_label("Position after the point").fill(position)
    page.get_by_role("button", name="Work it out").click()
    return row_of(page, position)


def test_digit_is_asked_for_watched_and_read_among_all_others(
    page: Page, deployment: Deployment, observer: Client
) -> None:
    expect(page.get_by_text("Live")).to_be_visible()
    page.evaluate("window.notReloaded = true")
    row = ask_for(page, f"{POSITION:,}")
    expect(row).to_contain_text("Done", timeout=RESULT_TIMEOUT_MS)
    assert page.evaluate("window.notReloaded") is True

    row.get_by_role("link").click()
    facts = page.get_by_role("region", name="What came out")
    expect(facts).to_contain_text("Worked out for this calculation")
    calculation_id = page.url.rsplit("/", 1)[1]
    result = observer.get(f"/v1/calculations/{calculation_id}").body["pi_result"]
    expect(facts).to_contain_text(result["checksum_sha256"])
    expect(page.locator("mark[data-kind=asked]")).to_have_text(str(result["digit"]))

    page.get_by_label("Jump to position").fill(str(FEYNMAN_POINT))
    page.get_by_role("button", name="Jump").click()
    line = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="701", exact=True))
    expect(line).to_contain_text("4999999837")
    expect(page.locator("mark[data-kind=current]")).to_have_text("9")
    assert page.url.endswith(f"?at={FEYNMAN_POINT}")

    page.get_by_label("Find digits").fill("999999")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text(re.compile(rf"1 of \d+, at position {FEYNMAN_POINT}"))).to_be_visible()

    # What is known already is there at once, in the other language as well.
    page.get_by_role("link", name="All calculations of π").click()
    expect(ask_for(page, "1,000")).to_contain_text("Done")
    page.get_by_text("RU", exact=True).click()
    expect(page.get_by_role("link", name="Цифра 1 000", exact=True).first).to_be_visible()


def test_position_beyond_the_bound_is_refused_at_its_field_and_stays_there(page: Page) -> None:
    page.get_by_label("Position after the point").fill("2000000000")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_text("The largest position here is 10,000,000.")).to_be_visible()
    expect(page.get_by_label("Position after the point")).to_have_value("2000000000")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_pi_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    row = ask_for(page, "500")
    expect(row).to_contain_text("Done", timeout=RESULT_TIMEOUT_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row.get_by_role("link").click()
    expect(page.locator("mark[data-kind=asked]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
