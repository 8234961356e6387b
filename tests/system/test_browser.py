"""Steps of a new user in a real Chromium: observer, moderator, results without a reload, a request of one's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.browser import sign_in_page
from tests.system.client import Client
from tests.system.deployment import Deployment

pytestmark = pytest.mark.browser

RESULTS_TIMEOUT_MS = 30_000
OBSERVATIONS = (
    ("2024-03-01 20:00:00", "03 38 23.07", "+16 17 25.5"),
    ("2024-03-02 20:00:00", "03 38 05.84", "+16 20 51.5"),
    ("2024-03-03 20:00:00", "03 37 50.60", "+16 24 21.2"),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 860}) as context:
        yield context.new_page()


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def test_moderator_completes_and_the_results_appear_without_a_reload(
    page: Page, deployment: Deployment, observer: Client, ceres: dict[str, Any]
) -> None:
    name = "Ceres in the browser"
    made = observer.post("/api/requests", {"designation": name, "observations": ceres["observations"]}).body
    observer.put(f"/api/requests/{made['id']}/form")

    sign_in_page(page, deployment.url, "observer")
    expect(row_of(page, name)).to_contain_text("0 of 21")
    expect(page.get_by_role("button", name="Complete")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()

    sign_in_page(page, deployment.url, "moderator")
    row_of(page, name).get_by_role("button", name="Complete").click()
    expect(row_of(page, name)).to_contain_text("Completed")
    page.evaluate("window.notReloaded = true")
    expect(row_of(page, name)).to_contain_text("21 of 21", timeout=RESULTS_TIMEOUT_MS)
    assert page.evaluate("window.notReloaded") is True

    row_of(page, name).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("Outlier")).to_have_count(1)
    expect(page.get_by_text("Semi-major axis")).to_be_visible()
    shown = page.get_by_role("row").filter(has_text="1801-02-11 17:18").inner_text()
    assert any(abs(float(word) - ceres["distance_au"][-1]) < 0.012 for word in shown.split() if is_number(word))


def test_observer_makes_a_request_and_the_moderator_rejects_it_with_a_reason(
    page: Page, deployment: Deployment, moderator: Client
) -> None:
    name = "Made by hand"
    sign_in_page(page, deployment.url, "observer")
    page.get_by_role("link", name="New request").or_(page.get_by_role("button", name="New request")).first.click()
    page.get_by_label("Designation").fill(name)
    page.get_by_role("button", name="Create draft").click()
    page.get_by_role("button", name="Add observation").first.click()
    editor = page.get_by_role("form", name="New observation")
    for count, (moment, ra, dec) in enumerate(OBSERVATIONS, start=1):
        fill_observation(editor, moment, ra, dec)
        expect(page.get_by_text(moment)).to_have_count(1)
        if count < 3:
            expect(page.get_by_role("button", name="Form", exact=True)).to_be_disabled()
    editor.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.get_by_text("waits for a moderator").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    sign_in_page(page, deployment.url, "moderator")
    row_of(page, name).get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject request").click()
    expect(dialog.get_by_text("A reason is required.")).to_be_visible()
    dialog.get_by_label("Reason").fill("These positions are Piazzi's, with other dates.")
    dialog.get_by_role("button", name="Reject request").click()
    expect(row_of(page, name)).to_contain_text("Rejected")
    rows = moderator.get("/api/requests?search=Made+by+hand").body["results"]
    assert [row["status"] for row in rows] == ["REJECTED"]


def test_wrong_position_is_explained_at_its_field_and_nothing_is_lost(
    page: Page, deployment: Deployment, observer: Client
) -> None:
    draft = observer.post("/api/requests", {"designation": "With a mistake"}).body
    sign_in_page(page, deployment.url, "observer")
    page.goto(f"{deployment.url}/requests/{draft['id']}")
    page.get_by_role("button", name="Add observation").first.click()
    editor = page.get_by_role("form", name="New observation")
    fill_observation(editor, "2024-03-01 20:00:00", "360", "-91")
    expect(editor.get_by_label("Right ascension")).to_have_attribute("aria-invalid", "true")
    expect(editor.get_by_label("Declination")).to_have_attribute("aria-invalid", "true")
    expect(editor.get_by_label("Right ascension")).to_have_value("360")
    assert observer.get(f"/api/requests/{draft['id']}").body["observations"] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(page: Page, deployment: Deployment, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in_page(page, deployment.url, "moderator")
    page.goto(f"{deployment.url}/requests?q=Piazzi")
    row = page.get_by_role("link").filter(has_text="Piazzi").first
    row.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row.click()
    page.get_by_role("heading", name="Piazzi").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def fill_observation(editor: Locator, moment: str, ra: str, dec: str) -> None:
    editor.get_by_label("Time, UTC").fill(moment)
    editor.get_by_label("Right ascension").fill(ra)
    editor.get_by_label("Declination").fill(dec)
    editor.get_by_label("Station").fill("535")
    editor.get_by_role("button", name="Save observation").click()


def is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
