"""A moderator in a real Chromium, in front of the real services: deciding, failing, cut off, not alone."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from scripts.services import ROOT
from tests.system.client import Client
from tests.system.deployment import Deployment
from tests.system.portal import PHONE, form_requests, grave_findings, open_page, row_of

pytestmark = pytest.mark.browser

RESULTS_TIMEOUT_MS = 30_000
PASSWORD = "a-long-password-7"


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    page = open_page(browser, deployment.url, "moderator")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def second_moderator(deployment: Deployment) -> str:
    command = [sys.executable, "main_api/manage.py", "create_moderator", "maria", "--password-stdin"]
    subprocess.run(command, cwd=ROOT, env=deployment.environment, input=PASSWORD.encode(), check=True)
    return "maria"


def test_completing_without_the_calculation_service_says_so_and_works_when_it_is_back(
    page: Page, browser: Browser, deployment: Deployment, observer: Client
) -> None:
    numbers = form_requests(observer, "Down wide", "Down phone")
    phone = open_page(browser, deployment.url, "moderator", viewport=PHONE)
    phone.get_by_text("RU", exact=True).click()
    deployment.kill("calc_grpc")
    try:
        row_of(page, "Down wide").get_by_role("button", name="Complete").click()
        expect(page.get_by_text("The calculation service cannot be reached; the request is as it was.")).to_be_visible()
        row_of(phone, "Down phone").get_by_role("button", name="Завершить").click()
        expect(phone.get_by_text("Вычислитель недоступен. Ничего не изменилось")).to_be_visible()
        assert [observer.get(f"/api/requests/{number}").body["status"] for number in numbers] == ["FORMED", "FORMED"]
    finally:
        deployment.start("calc_grpc")
        deployment.wait_until_ready()
    row_of(page, "Down wide").get_by_role("button", name="Complete").click()
    expect(row_of(page, "Down wide")).to_contain_text("21 of 21", timeout=RESULTS_TIMEOUT_MS)
    row_of(phone, "Down phone").get_by_role("button", name="Завершить").click()
    expect(row_of(phone, "Down phone")).to_contain_text("21 из 21", timeout=RESULTS_TIMEOUT_MS)
    phone.context.close()


def test_of_two_moderators_the_slower_one_reads_who_was_faster(
    page: Page, browser: Browser, deployment: Deployment, observer: Client, second_moderator: str
) -> None:
    form_requests(observer, "Both complete", "One rejects")
    # Polling would show the first one's decision before the second one clicks.
    page.route(re.compile("updated_after"), lambda route: route.abort())
    page.reload()
    expect(row_of(page, "One rejects")).to_be_visible()
    other = open_page(browser, deployment.url, second_moderator, password=PASSWORD)
    row_of(other, "Both complete").get_by_role("button", name="Complete").click()
    expect(other.get_by_text("Both complete: completed, the calculation is scheduled.")).to_be_visible()
    row_of(other, "One rejects").get_by_role("button", name="Reject").click()
    other.get_by_role("dialog").get_by_label("Reason").fill("The station is wrong.")
    other.get_by_role("button", name="Reject request").click()
    expect(other.get_by_text("One rejects: rejected.")).to_be_visible()
    other.context.close()

    row_of(page, "Both complete").get_by_role("button", name="Complete").click()
    expect(page.get_by_text("Both complete: maria had completed it already.")).to_be_visible()
    row_of(page, "One rejects").get_by_role("button", name="Complete").click()
    expect(page.get_by_text("maria has rejected this request in the meantime. Nothing was changed.")).to_be_visible()
    expect(row_of(page, "One rejects")).to_contain_text("Rejected")


def test_several_are_decided_at_once_and_what_was_refused_is_told_row_by_row(
    page: Page, deployment: Deployment, observer: Client, moderator: Client
) -> None:
    names = ["Batch 1", "Batch 2", "Batch 3", "Batch 4"]
    numbers = form_requests(observer, *names)
    page.route(re.compile("updated_after"), lambda route: route.abort())
    page.goto(f"{deployment.url}/requests?q=Batch&status=FORMED&sort=designation")
    for name in names[:3]:
        row_of(page, name).get_by_role("checkbox").check()
    assert moderator.put(f"/api/requests/{numbers[1]}/reject", {"reason": "Somebody was faster."}).status == 200
    page.get_by_role("button", name="Complete 3").click()
    outcome = page.get_by_role("region", name="Chosen requests")
    expect(outcome).to_contain_text("2 requests completed, 1 not changed")
    expect(outcome).to_contain_text("Batch 2: moderator has rejected this request in the meantime.")
    # What left the status asked for leaves the view; what was never chosen stays.
    expect(page.get_by_role("table").get_by_role("link")).to_have_text(["Batch 4"])
    statuses = [observer.get(f"/api/requests/{number}").body["status"] for number in numbers]
    assert statuses == ["COMPLETED", "REJECTED", "COMPLETED", "FORMED"]


def test_refreshing_keeps_filter_order_selection_and_scroll(
    page: Page, deployment: Deployment, observer: Client, moderator: Client
) -> None:
    numbers = form_requests(observer, *(f"Kept {number:02}" for number in range(12)))
    page.goto(f"{deployment.url}/requests?q=Kept")
    page.get_by_role("button", name="Designation").click()
    expect(page).to_have_url(re.compile(r"\?q=Kept&sort=designation$"))
    expect(page.get_by_role("table").get_by_role("link").first).to_have_text("Kept 00")
    row_of(page, "Kept 03").get_by_role("checkbox").check()
    page.mouse.wheel(0, 200)
    page.wait_for_function("scrollY >= 150")
    scrolled = page.evaluate("scrollY")
    moderator.put(f"/api/requests/{numbers[11]}/reject", {"reason": "Elsewhere."})
    with page.expect_response(re.compile("updated_after")) as caught:
        page.get_by_role("button", name="Refresh now").press("Enter")
    assert "status" not in caught.value.url
    expect(row_of(page, "Kept 11")).to_contain_text("Rejected")
    expect(row_of(page, "Kept 03").get_by_role("checkbox")).to_be_checked()
    assert page.evaluate("scrollY") == scrolled
    assert page.get_by_role("table").get_by_role("link").first.inner_text() == "Kept 00"
    with page.expect_response(re.compile("updated_after")) as caught:
        page.get_by_role("button", name="Refresh now").press("Enter")
    with page.expect_response(lambda answer: "updated_after" in answer.url and answer.status == 304):
        page.get_by_role("button", name="Refresh now").press("Enter")


def test_session_that_expired_leads_to_signing_in_and_back_to_the_same_view(page: Page, deployment: Deployment) -> None:
    page.goto(f"{deployment.url}/requests?status=FORMED&sort=-formed_at")
    expect(page.get_by_role("button", name="Refresh now")).to_be_visible()
    page.context.clear_cookies()
    page.get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text("Your session has ended. Sign in again to continue where you were.")).to_be_visible()
    page.get_by_label("Username").fill("moderator")
    page.get_by_label("Password").fill("moderator")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{deployment.url}/requests?status=FORMED&sort=-formed_at")
    expect(page.get_by_label("Status")).to_have_value("FORMED")


def test_calculations_go_on_by_polling_when_the_live_line_is_cut_in_the_middle(
    page: Page, deployment: Deployment, observer: Client, moderator: Client
) -> None:
    first, second = form_requests(observer, "Live line", "Cut line")
    cut = False
    lines: list[WebSocketRoute] = []

    def pass_on(line: WebSocketRoute) -> None:
        if cut:
            line.close()
            return
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket(re.compile("calculations:watch"), pass_on)
    page.get_by_role("link", name="Calculations").click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    moderator.put(f"/api/requests/{first}/complete")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Distance: Live line"))
    expect(row).to_contain_text("Delivered", timeout=RESULTS_TIMEOUT_MS)

    cut = True
    lines[-1].close()
    expect(page.get_by_text("The live line is cut: asking every two seconds instead.")).to_be_visible(timeout=15_000)
    moderator.put(f"/api/requests/{second}/complete")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Distance: Cut line"))
    expect(row).to_contain_text("Delivered", timeout=RESULTS_TIMEOUT_MS)
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Cut line")).to_be_visible()


def test_calculation_is_cancelled_and_its_report_sent_again(
    page: Page, deployment: Deployment, moderator: Client
) -> None:
    made = moderator.post("/v1/calculations", {"pi": {"digit_position": 31_415}, "delay": "600s"}).body
    page.goto(f"{deployment.url}/calculations?kind=pi&state=SCHEDULED")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href='/pi/{made['calculation_id']}']"))
    expect(row).to_contain_text("starts in")
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the calculation").click()
    expect(page.get_by_text("Digit 31,415: cancelled.")).to_be_visible()
    expect(row).to_have_count(0)
    assert moderator.get(f"/v1/calculations/{made['calculation_id']}").body["state"] == "CANCELLED"

    page.get_by_label("Kind").select_option("distance")
    page.get_by_label("State").select_option("SUCCEEDED")
    page.get_by_role("button", name="Send again").first.click()
    expect(page.get_by_text("the report is sent again.")).to_be_visible()


@pytest.mark.parametrize(("viewport", "dark", "language"), [(None, False, "EN"), (PHONE, True, "RU")])
def test_pages_fit_the_screen_and_axe_finds_nothing_grave(
    browser: Browser,
    deployment: Deployment,
    observer: Client,
    viewport: dict[str, int] | None,
    dark: bool,
    language: str,
) -> None:
    name = f"Looked at {language}"
    form_requests(observer, name, f"{name} 2")
    page = open_page(browser, deployment.url, "moderator", viewport=viewport, dark=dark)
    page.get_by_text(language, exact=True).click()
    for path in ("/requests", "/calculations"):
        page.goto(f"{deployment.url}{path}")
        page.get_by_role("table").wait_for()
        if path == "/requests":
            row_of(page, name).get_by_role("checkbox").check()
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
        assert grave_findings(page) == []
    page.context.set_offline(True)
    expect(page.get_by_text("Нет сети" if language == "RU" else "You are offline")).to_be_visible()
    page.context.close()
