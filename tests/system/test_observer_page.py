"""The observer's way in a real Chromium, in front of the real services: a file with mistakes, a draft, the results."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.system.browser import sign_in_page
from tests.system.client import Client
from tests.system.conftest import DATA
from tests.system.deployment import Deployment, wait_for
from tests.system.portal import grave_findings

pytestmark = pytest.mark.browser

RESULTS_TIMEOUT_MS = 60_000
PHONE = {"width": 360, "height": 780}
FILE = DATA / "ceres_1801.obs"


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        sign_in_page(page, deployment.url, "observer")
        yield page


@pytest.fixture
def completed(observer: Client, moderator: Client, formed_request: int) -> int:
    """Ceres of 1801 with its result; the number of the request."""
    assert moderator.put(f"/api/requests/{formed_request}/complete").status == 200
    wait_for(lambda: observer.get(f"/api/requests/{formed_request}").body["verdict"], "the result")
    return formed_request


def in_russian(page: Page) -> None:
    page.get_by_text("RU", exact=True).click()


def is_within_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_file_with_a_wrong_line_is_marked_mended_and_becomes_a_draft(
    page: Page, deployment: Deployment, observer: Client, tmp_path: Path
) -> None:
    lines = FILE.read_text().splitlines()
    lines[2] = lines[2].replace("03 38 05.840", "25 38 05.840")
    wrong = tmp_path / "wrong.obs"
    wrong.write_text("\n".join(lines))
    count = observer.get("/api/requests").body["count"]

    page.goto(f"{deployment.url}/requests/new")
    page.get_by_label("Designation").fill("Ceres from a file")
    page.locator("input[type=file]").set_input_files(wrong)
    problems = page.get_by_role("list", name="What is wrong, line by line")
    expect(problems).to_contain_text("Right ascension cannot be read")
    expect(page.get_by_text("20 observations understood")).to_be_visible()
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_text("Mend the lines marked")).to_be_visible()
    assert observer.get("/api/requests").body["count"] == count
    assert grave_findings(page) == []

    problems.get_by_role("button", name="Line 3, columns 33–44").click()
    assert page.evaluate("getSelection().toString()").strip() == "25 38 05.840".strip()
    page.keyboard.type("03 38 05.840")
    expect(page.get_by_text("21 observations understood, 21 nights")).to_be_visible()
    expect(page.get_by_role("img", name="Track of 21 observations")).to_be_visible()
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_text("Forming sends the request")).to_be_visible()
    expect(page.get_by_role("table", name="Observations").get_by_role("row")).to_have_count(22)


def test_draft_is_edited_by_the_keyboard_and_a_removal_undone(
    page: Page, deployment: Deployment, observer: Client, ceres: dict[str, Any]
) -> None:
    made = observer.post("/api/requests", {"designation": "By hand", "observations": ceres["observations"][:4]}).body
    page.goto(f"{deployment.url}/requests/{made['id']}")
    first = page.get_by_role("button", name="Edit observation 1801-01-01")
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Time, UTC")).to_be_focused()
    page.get_by_label("Declination").fill("+16 20 50")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Time, UTC")).to_have_value(re.compile("1801-01-03"))
    page.reload()
    expect(page.get_by_label("Time, UTC")).to_have_value(re.compile("1801-01-03"))
    page.keyboard.press("Tab")
    page.get_by_label("Time, UTC").press("Escape")
    page.get_by_role("button", name="Delete observation 1801-01-04").click()
    expect(page.get_by_role("table", name="Observations").get_by_role("row")).to_have_count(4)
    assert grave_findings(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("table", name="Observations").get_by_role("row")).to_have_count(5)
    rows = observer.get(f"/api/requests/{made['id']}").body["observations"]
    assert rows[1]["dec_deg"] == pytest.approx(16 + 20 / 60 + 50 / 3600)
    assert rows[3]["ra_deg"] == pytest.approx(ceres["observations"][3]["ra_deg"])


def test_results_say_why_in_both_languages_and_fit_a_phone(page: Page, deployment: Deployment, completed: int) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{deployment.url}/requests/{completed}")
    expect(page.get_by_text("The distance is known to").first).to_be_visible()
    expect(page.get_by_role("heading", name="Why this distance")).to_be_visible()
    expect(page.get_by_role("list", name="Share of each night")).to_contain_text("1801-01-01")
    expect(page.get_by_role("img", name="Track of 21 observations")).to_be_visible()
    assert is_within_the_screen(page)
    assert grave_findings(page) == []
    in_russian(page)
    expect(page.get_by_text("Расстояние известно с точностью 0,32 %: 41 сут, 20 ночей")).to_be_visible()
    expect(page.get_by_role("heading", name="Почему такое расстояние")).to_be_visible()
    assert is_within_the_screen(page)


def test_new_request_fits_a_phone_in_russian(page: Page, deployment: Deployment) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{deployment.url}/requests/new")
    in_russian(page)
    page.get_by_label("Наблюдения текстом").fill(FILE.read_text())
    expect(page.get_by_text("Распознано: 21 наблюдение, 21 ночь")).to_be_visible()
    assert grave_findings(page) == []
    assert is_within_the_screen(page)


def test_exported_ades_is_read_back_as_it_was(
    page: Page, deployment: Deployment, observer: Client, completed: int
) -> None:
    page.goto(f"{deployment.url}/requests/{completed}")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name="ADES").click()
    content = Path(downloading.value.path()).read_bytes()
    assert downloading.value.suggested_filename == f"request-{completed}.psv"
    rows = observer.get(f"/api/requests/{completed}").body["observations"]
    assert content.count(b"|A\n") == sum(row["used"] for row in rows)
    read = observer.post("/api/observations/parse", content, Content_Type="text/plain").body
    assert (read["error_count"], read["observation_count"]) == (0, len(rows))
    for got, row in zip(read["observations"], rows, strict=True):
        assert (got["observed_at"], got["station"]) == (row["observed_at"], row["station"])
        assert got["ra_deg"] == pytest.approx(row["ra_deg"], abs=1e-9)
        assert got["dec_deg"] == pytest.approx(row["dec_deg"], abs=1e-9)


def test_when_the_stream_is_cut_polling_carries_on_and_says_so(
    page: Page, deployment: Deployment, moderator: Client, formed_request: int
) -> None:
    refused = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=503, body="")

    page.route("**/v1/calculations/*:watch", refuse)
    page.goto(f"{deployment.url}/requests/{formed_request}")
    expect(page.get_by_text("waits for a moderator")).to_be_visible()
    assert moderator.put(f"/api/requests/{formed_request}/complete").status == 200
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("The live line is cut")).to_be_visible()
    expect(page.get_by_text("Every distance is known to 1 % or better.")).to_be_visible(timeout=RESULTS_TIMEOUT_MS)
    assert refused


def test_session_that_ends_while_typing_loses_nothing(page: Page, deployment: Deployment, observer: Client) -> None:
    page.goto(f"{deployment.url}/requests/new")
    page.get_by_label("Designation").fill("Typed before the session ended")
    page.context.clear_cookies()
    page.get_by_label("Observations as text").fill(FILE.read_text())
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    page.get_by_label("Username").fill("observer")
    page.get_by_label("Password").fill("observer")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Designation")).to_have_value("Typed before the session ended")
    expect(page.get_by_text("21 observations understood")).to_be_visible()
