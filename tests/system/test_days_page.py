"""The days of forming in a real Chromium: typed and chosen without a mouse, in the language of the interface."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.system.deployment import Deployment
from tests.system.portal import PHONE, WIDE, grave_findings, is_within_the_screen, open_page

pytestmark = pytest.mark.browser

ENGLISH = ("Filters", "Formed from", "Formed to", "20 Jan 2026", "Wednesday, 28 January 2026", "clear")
RUSSIAN = ("Отбор", "Сформирована с", "Сформирована по", "20.01.2026", "среда, 28 января 2026 г.", "очистить")


@pytest.mark.parametrize(
    ("viewport", "dark", "language", "words"),
    [(WIDE, False, "EN", ENGLISH), (PHONE, True, "RU", RUSSIAN), (PHONE, False, "EN", ENGLISH)],
)
def test_days_are_typed_and_chosen_by_keys_in_the_language_of_the_interface(
    browser: Browser,
    deployment: Deployment,
    viewport: dict[str, int],
    dark: bool,
    language: str,
    words: tuple[str, ...],
) -> None:
    filters, first, last, written, chosen, clear = words
    page = open_page(browser, deployment.url, "moderator", viewport=viewport, dark=dark)
    page.get_by_text(language, exact=True).click()
    page.goto(f"{deployment.url}/requests")
    if viewport is PHONE:
        page.get_by_role("button", name=filters, exact=True).click()
    day = page.get_by_role("textbox", name=first)
    day.fill("20.1.2026")
    day.press("Tab")
    expect(day).to_have_value(written)
    expect(page).to_have_url(re.compile(r"\?from=2026-01-20$"))
    day.press("ArrowDown")
    expect(page.get_by_role("dialog", name=first)).to_be_visible()
    expect(page.locator(":focus")).to_have_text("20")
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name=chosen)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?from=2026-01-28$"))
    expect(day).to_be_focused()

    # The other end is inclusive, and none before the first can be chosen.
    page.get_by_role("textbox", name=last).press("ArrowDown")
    expect(page.get_by_role("dialog", name=last)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name=last)).to_be_focused()
    page.keyboard.type("2026-01-28")
    expect(page).to_have_url(re.compile(r"\?from=2026-01-28&to=2026-01-28$"))
    page.get_by_role("button", name=f"{first}: {clear}").click()
    expect(page).to_have_url(re.compile(r"\?to=2026-01-28$"))
    expect(day).to_have_value("")
    page.context.close()
