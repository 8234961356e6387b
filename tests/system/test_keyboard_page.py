"""The whole way without a mouse, in a real Chromium: an observer's request from paste to forming, then its decision."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.client import Client
from tests.system.conftest import DATA
from tests.system.deployment import Deployment
from tests.system.portal import WIDE, form_requests, row_of

pytestmark = pytest.mark.browser

FILE = DATA / "ceres_1801.obs"
MOST_TABS = 60
# Whoever looks sees where the keyboard is: by an outline, or, in a field, by its border and caret.
SEEN = """element => element.matches(':focus-visible') &&
  (getComputedStyle(element).outlineStyle !== 'none' || element.matches('input, textarea, select, [tabindex="-1"]'))"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as context:  # type: ignore[arg-type]
        yield context.new_page()


def tab_to(page: Page, goal: Locator) -> None:
    """Presses Tab until the goal has the focus, which must be seen there."""
    expect(goal).to_be_visible()
    for _ in range(MOST_TABS):
        if goal.evaluate("element => element === document.activeElement"):
            assert goal.evaluate(SEEN), f"{goal} has the focus, but nobody sees it"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {goal}; {focused(page)} has the focus")


def press(page: Page, goal: Locator, key: str = "Enter") -> None:
    tab_to(page, goal)
    page.keyboard.press(key)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement?.outerHTML.slice(0, 120)"))


def expect_focus_kept(page: Page) -> None:
    expect(page.locator(":focus")).to_have_count(1)


def sign_in_by_keys(page: Page, name: str) -> None:
    tab_to(page, page.get_by_label("Username"))
    page.keyboard.type(name)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect_focus_kept(page)


def test_request_is_pasted_edited_and_formed_by_the_keyboard(
    page: Page, deployment: Deployment, observer: Client
) -> None:
    page.goto(deployment.url)
    sign_in_by_keys(page, "observer")
    press(page, page.get_by_role("link", name="New request").first)
    expect(page.get_by_label("Designation")).to_be_visible()
    expect_focus_kept(page)
    tab_to(page, page.get_by_label("Designation"))
    page.keyboard.type("Without a mouse")
    tab_to(page, page.get_by_label("Observations as text"))
    page.evaluate("text => navigator.clipboard.writeText(text)", FILE.read_text())
    page.keyboard.press("Control+V")
    expect(page.get_by_text("21 observations understood")).to_be_visible()
    press(page, page.get_by_role("button", name="Create draft"))
    expect(page.get_by_text("Forming sends the request")).to_be_visible()
    expect_focus_kept(page)

    press(page, page.get_by_role("button", name="Edit observation 1801-01-01"))
    expect(page.get_by_label("Time, UTC")).to_be_focused()
    tab_to(page, page.get_by_label("Declination"))
    page.keyboard.press("Control+A")
    page.keyboard.type("+16 17 25.7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text="+16 17 25.7")).to_be_visible()
    expect_focus_kept(page)
    press(page, page.get_by_role("button", name="Form", exact=True))
    expect(page.get_by_text("waits for a moderator").first).to_be_visible()
    expect_focus_kept(page)
    press(page, page.get_by_role("button", name="Sign out"))
    expect(page.get_by_label("Username")).to_be_visible()


def test_requests_are_filtered_completed_and_rejected_by_the_keyboard(
    page: Page, deployment: Deployment, observer: Client, moderator: Client
) -> None:
    numbers = form_requests(observer, "Keys 1", "Keys 2", "Keys 3")
    page.goto(f"{deployment.url}/requests")
    sign_in_by_keys(page, "moderator")
    tab_to(page, page.get_by_label("Search"))
    page.keyboard.type("Keys")
    expect(page).to_have_url(re.compile(r"q=Keys"))
    tab_to(page, page.get_by_label("Status"))
    page.keyboard.type("Formed")
    expect(page).to_have_url(re.compile(r"status=FORMED&q=Keys"))
    names = page.get_by_role("table").get_by_role("link")
    expect(names).to_have_text(["Keys 3", "Keys 2", "Keys 1"])

    press(page, row_of(page, "Keys 3").get_by_role("button", name="Complete"), "Space")
    expect(names).to_have_text(["Keys 2", "Keys 1"])
    expect(names.first).to_be_focused()

    press(page, row_of(page, "Keys 1").get_by_role("button", name="Reject"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(row_of(page, "Keys 1").get_by_role("button", name="Reject")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Keys do not measure.")
    press(page, dialog.get_by_role("button", name="Reject request"))
    expect(names).to_have_text(["Keys 2"])
    expect(names.first).to_be_focused()

    press(page, row_of(page, "Keys 2").get_by_role("checkbox"), "Space")
    press(page, page.get_by_role("button", name="Reject 1"))
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Nor do these.")
    press(page, dialog.get_by_role("button", name="Reject request"))
    expect(page.get_by_text("1 request rejected")).to_be_visible()
    expect_focus_kept(page)
    press(page, page.get_by_role("region", name="Chosen requests").get_by_role("button", name="Close"))
    expect_focus_kept(page)
    statuses = [moderator.get(f"/api/requests/{number}").body["status"] for number in numbers]
    assert statuses == ["REJECTED", "REJECTED", "COMPLETED"]
