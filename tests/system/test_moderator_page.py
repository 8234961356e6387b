"""A moderator in a real Chromium, in front of the real services: deciding, failing, cut off, not alone."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from scripts.services import ROOT
from tests.system.client import Client
from tests.system.deployment import Deployment, wait_for
from tests.system.portal import (
    LOOKS,
    Look,
    cut_buttons,
    form_requests,
    grave_findings,
    is_within_the_screen,
    open_looked,
    order_by_designation,
    row_of,
    unfold_filters,
)
from tests.system.test_whole_path import wait_for_results

pytestmark = pytest.mark.browser

PASSWORD = "a-long-password-7"


@pytest.fixture(scope="module")
def second_moderator(deployment: Deployment) -> str:
    command = [sys.executable, "main_api/manage.py", "create_moderator", "maria", "--password-stdin"]
    subprocess.run(command, cwd=ROOT, env=deployment.environment, input=PASSWORD.encode(), check=True)
    return "maria"


def test_completing_without_the_calculation_service_says_so_and_works_when_it_is_back(
    browser: Browser, deployment: Deployment, observer: Client
) -> None:
    # Both at once: to stop and start the service takes longer than all the rest.
    names = [f"Down {look.language}" for look in LOOKS.values()]
    numbers = form_requests(observer, *names)
    pages = [(look, open_looked(browser, deployment.url, "moderator", look)) for look in LOOKS.values()]
    deployment.kill("calc_grpc")
    try:
        for (look, page), name in zip(pages, names, strict=True):
            row_of(page, name).get_by_role("button", name=look.say("Complete", "Завершить")).click()
            unreachable = look.say(
                "The calculation service cannot be reached; the request is as it was.",
                "Вычислитель недоступен. Ничего не изменилось",
            )
            expect(page.get_by_text(unreachable)).to_be_visible()
            assert is_within_the_screen(page)
        assert [observer.get(f"/api/requests/{number}").body["status"] for number in numbers] == ["FORMED", "FORMED"]
    finally:
        deployment.start("calc_grpc")
        deployment.wait_until_ready()
    for (look, page), name in zip(pages, names, strict=True):
        row = row_of(page, name)
        row.get_by_role("button", name=look.say("Complete", "Завершить")).click()
        expect(row).to_contain_text(look.say("21 of 21", "21 из 21"))
        page.context.close()


def test_of_two_moderators_the_slower_one_reads_who_was_faster(
    browser: Browser, moderator_page: Page, deployment: Deployment, observer: Client, second_moderator: str, look: Look
) -> None:
    page = moderator_page
    completed, rejected = f"Both complete {look.language}", f"One rejects {look.language}"
    form_requests(observer, completed, rejected)
    complete, reject = look.say("Complete", "Завершить"), look.say("Reject", "Отклонить")
    # Polling would show the first one's decision before the second one clicks.
    page.route(re.compile("updated_after"), lambda route: route.abort())
    page.reload()
    expect(row_of(page, rejected)).to_be_visible()
    other = open_looked(browser, deployment.url, second_moderator, look, password=PASSWORD)
    row_of(other, completed).get_by_role("button", name=complete).click()
    said = look.say("completed, the calculation is scheduled.", "завершена, вычисление запланировано.")
    expect(other.get_by_text(f"{completed}: {said}")).to_be_visible()
    row_of(other, rejected).get_by_role("button", name=reject).click()
    other.get_by_role("dialog").get_by_label(look.say("Reason", "Причина")).fill("The station is wrong.")
    other.get_by_role("button", name=look.say("Reject request", "Отклонить заявку")).click()
    expect(other.get_by_text(f"{rejected}: {look.say('rejected.', 'отклонена.')}")).to_be_visible()
    other.context.close()

    row_of(page, completed).get_by_role("button", name=complete).click()
    said = look.say("maria had completed it already.", "заявка уже завершена (maria).")
    expect(page.get_by_text(f"{completed}: {said}")).to_be_visible()
    row_of(page, rejected).get_by_role("button", name=complete).click()
    said = look.say(
        "maria has rejected this request in the meantime. Nothing was changed.",
        "Заявка уже отклонена (maria). Ничего не изменилось.",
    )
    expect(page.get_by_text(said)).to_be_visible()
    expect(row_of(page, rejected)).to_contain_text(look.say("Rejected", "Отклонена"))
    assert is_within_the_screen(page)


def test_several_are_decided_at_once_and_what_was_refused_is_told_row_by_row(
    moderator_page: Page, deployment: Deployment, observer: Client, moderator: Client, look: Look
) -> None:
    page = moderator_page
    names = [f"Batch {look.language} {number}" for number in (1, 2, 3, 4)]
    numbers = form_requests(observer, *names)
    page.route(re.compile("updated_after"), lambda route: route.abort())
    page.goto(f"{deployment.url}/requests?q=Batch+{look.language}")
    unfold_filters(page, look)
    page.get_by_label(look.say("Status", "Статус"), exact=True).select_option("FORMED")
    order_by_designation(page, look)
    expect(page).to_have_url(re.compile("status=FORMED.*&sort=designation$"))
    for name in names[:3]:
        row_of(page, name).get_by_role("checkbox").check()
    assert moderator.put(f"/api/requests/{numbers[1]}/reject", {"reason": "Somebody was faster."}).status == 200
    page.get_by_role("button", name=look.say("Complete 3", "Завершить: 3")).click()
    outcome = page.get_by_role("region", name=look.say("Chosen requests", "Выбранные заявки"))
    expect(outcome).to_contain_text(
        look.say("2 requests completed, 1 not changed", "Завершено: 2 заявки, не изменено: 1")
    )
    refused = look.say("moderator has rejected this request in the meantime.", "Заявка уже отклонена (moderator).")
    expect(outcome).to_contain_text(f"{names[1]}: {refused}")
    # What left the status asked for leaves the view; what was never chosen stays.
    expect(page.get_by_role("table").get_by_role("link")).to_have_text([names[3]])
    expect(outcome).to_be_in_viewport()
    assert cut_buttons(page) == []
    assert is_within_the_screen(page)
    statuses = [observer.get(f"/api/requests/{number}").body["status"] for number in numbers]
    assert statuses == ["COMPLETED", "REJECTED", "COMPLETED", "FORMED"]


def test_refreshing_keeps_filter_order_selection_and_scroll(
    moderator_page: Page, deployment: Deployment, observer: Client, moderator: Client, look: Look
) -> None:
    page = moderator_page
    names = [f"Kept {look.language} {number:02}" for number in range(12)]
    numbers = form_requests(observer, *names)
    page.goto(f"{deployment.url}/requests?q=Kept+{look.language}")
    unfold_filters(page, look)
    order_by_designation(page, look)
    expect(page).to_have_url(re.compile(rf"\?q=Kept\+{look.language}&sort=designation$"))
    links = page.get_by_role("table").get_by_role("link")
    expect(links).to_have_text(names)
    chosen = row_of(page, names[3]).get_by_role("checkbox")
    chosen.check()
    page.mouse.wheel(0, 200)
    scrolled = wait_for(lambda: rests_at(page), "the page to scroll and to come to rest")
    moderator.put(f"/api/requests/{numbers[11]}/reject", {"reason": "Elsewhere."})
    refresh = page.get_by_role("button", name=look.say("Refresh now", "Обновить сейчас"))
    with page.expect_response(re.compile("updated_after")) as caught:
        press_where_it_is(refresh)
    assert "status" not in caught.value.url
    expect(row_of(page, names[11])).to_contain_text(look.say("Rejected", "Отклонена"))
    expect(chosen).to_be_checked()
    assert page.evaluate("scrollY") == scrolled
    expect(links).to_have_text(names)
    with page.expect_response(re.compile("updated_after")) as caught:
        press_where_it_is(refresh)
    with page.expect_response(lambda answer: "updated_after" in answer.url and answer.status == 304):
        press_where_it_is(refresh)


def press_where_it_is(button: Locator) -> None:
    """Presses a button by the keyboard without bringing it into view first."""
    button.evaluate("button => button.focus({ preventScroll: true })")
    button.page.keyboard.press("Enter")


def rests_at(page: Page) -> int:
    """How far the page is scrolled down; 0 while it moves."""
    before = int(page.evaluate("scrollY"))
    page.wait_for_timeout(300)
    return before if before >= 150 and page.evaluate("scrollY") == before else 0


def test_session_that_expired_leads_to_signing_in_and_back_to_the_same_view(
    moderator_page: Page, deployment: Deployment, look: Look
) -> None:
    page = moderator_page
    page.goto(f"{deployment.url}/requests?status=FORMED&sort=-formed_at")
    refresh = page.get_by_role("button", name=look.say("Refresh now", "Обновить сейчас"))
    expect(refresh).to_be_visible()
    page.context.clear_cookies()
    refresh.click()
    expect(page.get_by_text(look.say("Your session has ended", "Сеанс закончился"))).to_be_visible()
    page.get_by_label(look.say("Username", "Имя пользователя")).fill("moderator")
    page.get_by_label(look.say("Password", "Пароль"), exact=True).fill("moderator")
    page.get_by_role("button", name=look.say("Sign in", "Войти")).click()
    expect(page).to_have_url(f"{deployment.url}/requests?status=FORMED&sort=-formed_at")
    expect(page.get_by_label(look.say("Status", "Статус"), exact=True)).to_have_value("FORMED")


def test_calculations_go_on_by_polling_when_the_live_line_is_cut_in_the_middle(
    moderator_page: Page, observer: Client, moderator: Client, look: Look
) -> None:
    page = moderator_page
    by_line, by_polling = f"Live line {look.language}", f"Cut line {look.language}"
    first, second = form_requests(observer, by_line, by_polling)
    cut = False
    lines: list[WebSocketRoute] = []

    def pass_on(line: WebSocketRoute) -> None:
        if cut:
            line.close()
            return
        line.connect_to_server()
        lines.append(line)

    def calculation_of(name: str) -> Locator:
        link = page.get_by_role("link", name=f"{look.say('Distance', 'Расстояние')}: {name}", exact=True)
        return page.get_by_role("row").filter(has=link)

    page.route_web_socket(re.compile("calculations:watch"), pass_on)
    page.get_by_role("link", name=look.say("Calculations", "Вычисления"), exact=True).click()
    expect(page.get_by_text(look.say("Live", "В прямом эфире"), exact=True)).to_be_visible()
    moderator.put(f"/api/requests/{first}/complete")
    expect(calculation_of(by_line)).to_contain_text(look.say("Delivered", "Доставлен"))

    cut = True
    lines[-1].close()
    said = look.say(
        "The live line is cut: asking every two seconds instead.",
        "Прямая связь прервана: состояние запрашивается каждые две секунды.",
    )
    expect(page.get_by_text(said)).to_be_visible()
    moderator.put(f"/api/requests/{second}/complete")
    row = calculation_of(by_polling)
    expect(row).to_contain_text(look.say("Delivered", "Доставлен"))
    assert is_within_the_screen(page)
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name=by_polling)).to_be_visible()


def test_calculation_is_cancelled_and_its_report_sent_again(
    moderator_page: Page, deployment: Deployment, moderator: Client, formed_request: int, look: Look
) -> None:
    page = moderator_page
    made = moderator.post("/v1/calculations", {"pi": {"digit_position": 9_999_998}, "delay": "600s"}).body
    page.goto(f"{deployment.url}/calculations?kind=pi&state=SCHEDULED")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href='/pi/{made['calculation_id']}']"))
    expect(row).to_contain_text(look.say("starts in", "начнётся через"))
    row.get_by_role("button", name=look.say("Cancel", "Отменить")).click()
    page.get_by_role("button", name=look.say("Cancel the calculation", "Отменить вычисление")).click()
    said = look.say("Digit 9,999,998: cancelled.", "Цифра 9 999 998: отменено.")
    expect(page.get_by_text(said)).to_be_visible()
    expect(row).to_have_count(0)
    assert moderator.get(f"/v1/calculations/{made['calculation_id']}").body["state"] == "CANCELLED"

    moderator.put(f"/api/requests/{formed_request}/complete")
    wait_for_results(moderator, formed_request, 21)
    page.get_by_label(look.say("Kind", "Вид"), exact=True).select_option("distance")
    page.get_by_label(look.say("State", "Состояние"), exact=True).select_option("SUCCEEDED")
    page.get_by_role("button", name=look.say("Send again", "Отправить снова")).first.click()
    said = look.say("the report is sent again.", "отчёт отправляется снова.")
    expect(page.get_by_text(said)).to_be_visible()
    assert is_within_the_screen(page)


def test_pages_fit_the_screen_and_axe_finds_nothing_grave(
    moderator_page: Page, deployment: Deployment, observer: Client, moderator: Client, look: Look
) -> None:
    page = moderator_page
    name = f"Looked at {look.language}"
    _, decided = form_requests(observer, name, f"{name} 2")
    assert moderator.put(f"/api/requests/{decided}/complete").status == 200  # else there might be no calculation yet
    for path in ("/requests", "/calculations"):
        page.goto(f"{deployment.url}{path}")
        page.get_by_role("table").wait_for()
        if path == "/requests":
            row_of(page, name).get_by_role("checkbox").check()
        assert is_within_the_screen(page)
        assert grave_findings(page) == []
    page.context.set_offline(True)
    expect(page.get_by_text(look.say("You are offline", "Нет сети"))).to_be_visible()
