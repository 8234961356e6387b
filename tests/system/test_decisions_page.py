"""A moderator's filters and decisions in a real Chromium: days, creators, several at once, again, from elsewhere."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.system.client import Client, sign_in
from tests.system.cutting import frozen_workers
from tests.system.deployment import Deployment
from tests.system.portal import Look, form_requests, grave_findings, is_within_the_screen, row_of, unfold_filters

pytestmark = pytest.mark.browser

PASSWORD = "a-long-password-7"


@pytest.fixture(scope="module")
def giuseppe(deployment: Deployment) -> Client:
    """Another observer."""
    name = "giuseppe"
    made = Client(deployment.url, {}).post("/api/auth/register", {"username": name, "password": PASSWORD})
    assert made.status == 201, made
    return sign_in(deployment.url, name, PASSWORD)


def test_days_go_to_the_backend_and_a_creator_is_found_beyond_the_page_shown(
    moderator_page: Page, deployment: Deployment, observer: Client, giuseppe: Client, look: Look
) -> None:
    page = moderator_page
    below, above = f"Far down {look.language}", f"Above {look.language}"
    (number,) = form_requests(giuseppe, below)
    form_requests(observer, *(f"{above} {number:02}" for number in range(20)))
    day = giuseppe.get(f"/api/requests/{number}").body["formed_at"][:10]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/requests?" in request.url else None)
    page.goto(f"{deployment.url}/requests")
    expect(row_of(page, f"{above} 19")).to_be_visible()
    expect(row_of(page, below)).to_have_count(0)
    unfold_filters(page, look)
    page.get_by_label(look.say("Creator", "Автор"), exact=True).select_option("giuseppe")
    expect(row_of(page, below)).to_be_visible()
    expect(row_of(page, f"{above} 19")).to_have_count(0)
    first = page.get_by_role("textbox", name=look.say("Formed from", "Сформирована с"))
    last = page.get_by_role("textbox", name=look.say("Formed to", "Сформирована по"))
    first.fill(day)
    last.fill(day)
    expect(page).to_have_url(re.compile(f"from={day}&to={day}&creator=giuseppe$"))
    expect(row_of(page, below)).to_be_visible()
    assert is_within_the_screen(page)
    last.fill(look.say("02 Jan 2000", "02.01.2000"))
    first.fill("1.1.2000")
    expect(page.get_by_text(look.say("No request matches", "Подходящих заявок нет"))).to_be_visible()
    assert any(f"formed_after={day}&formed_before={day}" in url for url in asked)
    assert not any("creator" in url for url in asked)
    page.get_by_role("button", name=look.say("Reset filters", "Сбросить отбор")).first.click()
    expect(row_of(page, f"{above} 19")).to_be_visible()


def test_several_are_rejected_with_one_reason_while_their_moderator_looks_at_another_page(
    moderator_page: Page, deployment: Deployment, observer: Client, look: Look
) -> None:
    page = moderator_page
    numbers = form_requests(observer, *(f"Refused {look.language} {number}" for number in (1, 2, 3)))
    held: list[Route] = []
    released = False

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/reject$"), hold)
    page.goto(f"{deployment.url}/requests?q=Refused+{look.language}")
    page.get_by_role("button", name=look.say("Choose all 3", "Выбрать все, что ждут решения: 3")).click()
    page.get_by_role("button", name=look.say("Reject 3", "Отклонить: 3")).click()
    dialog = page.get_by_role("dialog")
    reason = dialog.get_by_label(look.say("Reason", "Причина"))
    confirm = dialog.get_by_role("button", name=look.say("Reject request", "Отклонить заявку"))
    expect(reason).to_be_focused()
    assert grave_findings(page) == []
    confirm.click()
    expect(dialog.get_by_text(look.say("A reason is required.", "Нужно указать причину."))).to_be_visible()
    assert is_within_the_screen(page)
    reason.fill("All of one night.")
    confirm.click()
    bar = page.get_by_role("region", name=look.say("Chosen requests", "Выбранные заявки"))
    expect(bar).to_contain_text(look.say("Rejecting: 0 of 3", "Отклоняются: 0 из 3"))
    calculations = look.say("Calculations", "Вычисления")
    page.get_by_role("link", name=calculations, exact=True).click()
    expect(page.get_by_role("heading", name=calculations)).to_be_visible()
    released = True
    for route in held:
        route.continue_()
    said = look.say(
        "3 requests rejected. The list of requests tells which.",
        "Отклонено: 3 заявки. Какие именно, видно в списке заявок.",
    )
    expect(page.get_by_text(said)).to_be_visible()
    # The message does not lie over the way to other pages.
    page.get_by_role("link", name=look.say("Requests", "Заявки"), exact=True).click(trial=True, timeout=10_000)
    assert is_within_the_screen(page)
    page.go_back()
    expect(bar).to_contain_text(look.say("3 requests rejected", "Отклонено: 3 заявки"))
    for number in numbers:
        entry = observer.get(f"/api/requests/{number}").body
        assert (entry["status"], entry["history"][-1]["note"]) == ("REJECTED", "All of one night.")


def test_calculating_again_replaces_the_calculation_and_both_stay_in_the_list_of_calculations(
    moderator_page: Page, deployment: Deployment, moderator: Client, observer: Client, look: Look
) -> None:
    page = moderator_page
    name = f"Once more {look.language}"
    (number,) = form_requests(observer, name)
    page.goto(f"{deployment.url}/requests/{number}")
    page.get_by_role("button", name=look.say("Complete", "Завершить")).click()
    known = look.say("The distance is known to", "Расстояние известно с точностью")
    expect(page.get_by_text(known).first).to_be_visible()
    first = moderator.get(f"/api/requests/{number}").body["calculation_id"]
    going_on = page.get_by_role("region", name=look.say("Calculation", "Вычисление"), exact=True)
    with frozen_workers(deployment):  # else it might be over before the page is looked at
        page.get_by_role("button", name=look.say("Recalculate", "Вычислить заново")).click()
        said = look.say("a new calculation is scheduled.", "запланировано новое вычисление.")
        expect(page.get_by_text(f"{name}: {said}")).to_be_visible()
        expect(going_on).to_be_visible()
        # The results before stay until the new ones come.
        expect(page.get_by_text(look.say("Outlier", "Выброс"), exact=True)).to_have_count(1)
        assert is_within_the_screen(page)
    expect(going_on).to_have_count(0)
    second = moderator.get(f"/api/requests/{number}").body["calculation_id"]
    assert first != second
    page.goto(f"{deployment.url}/calculations?kind=distance")
    expect(page.locator(f"#calculation-{second}")).to_have_attribute("href", f"/requests/{number}")
    expect(page.locator(f"#calculation-{first}")).to_have_attribute("href", f"/requests/{number}")
    superseded = page.get_by_role("row").filter(has=page.locator(f"#calculation-{first}"))
    expect(superseded).to_contain_text(look.say("Superseded", "Заменено более новым"))
    assert is_within_the_screen(page)
