"""Steps of a new user in a real Chromium: observer, moderator, results without a reload, a request of one's own."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.client import Client
from tests.system.deployment import Deployment
from tests.system.portal import Look, form_requests, is_within_the_screen, open_page, row_of, sign_in_looked

pytestmark = pytest.mark.browser

OBSERVATIONS = (
    ("2024-03-01 20:00:00", "03 38 23.07", "+16 17 25.5"),
    ("2024-03-02 20:00:00", "03 38 05.84", "+16 20 51.5"),
    ("2024-03-03 20:00:00", "03 37 50.60", "+16 24 21.2"),
)


@pytest.fixture
def page(browser: Browser, look: Look) -> Iterator[Page]:
    """Nobody is signed in on it."""
    colours: Literal["dark", "light"] = "dark" if look.dark else "light"
    with browser.new_context(viewport=look.viewport, color_scheme=colours) as context:  # type: ignore[arg-type]
        yield context.new_page()


def test_moderator_completes_and_the_results_appear_without_a_reload(
    page: Page, deployment: Deployment, observer: Client, ceres: dict[str, Any], look: Look
) -> None:
    name = f"Ceres in the browser {look.language}"
    form_requests(observer, name)
    row = row_of(page, name)
    complete = look.say("Complete", "Завершить")

    sign_in_looked(page, deployment.url, "observer", look)
    expect(row).to_contain_text(look.say("0 of 21", "0 из 21"))
    expect(page.get_by_role("button", name=complete)).to_have_count(0)
    page.get_by_role("button", name=look.say("Sign out", "Выйти")).click()

    sign_in_looked(page, deployment.url, "moderator", look)
    row.get_by_role("button", name=complete).click()
    expect(row).to_contain_text(look.say("Completed", "Завершена"))
    page.evaluate("window.notReloaded = true")
    expect(row).to_contain_text(look.say("21 of 21", "21 из 21"))
    assert page.evaluate("window.notReloaded") is True
    assert is_within_the_screen(page)

    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text(look.say("Outlier", "Выброс"), exact=True)).to_have_count(1)
    expect(page.get_by_text(look.say("Semi-major axis", "Большая полуось"))).to_be_visible()
    shown = page.get_by_role("row").filter(has_text="1801-02-11 17:18").inner_text()
    written = shown if look.language == "EN" else shown.replace(",", ".")
    numbers = [float(word) for word in written.split() if is_number(word)]
    assert any(abs(number - ceres["distance_au"][-1]) < 0.012 for number in numbers)
    assert is_within_the_screen(page)


def test_observer_makes_a_request_and_the_moderator_rejects_it_with_a_reason(
    page: Page, deployment: Deployment, moderator: Client, look: Look
) -> None:
    name = f"Made by hand {look.language}"
    sign_in_looked(page, deployment.url, "observer", look)
    page.get_by_role("link", name=look.say("New request", "Новая заявка")).click()
    page.get_by_label(look.say("Designation", "Обозначение")).fill(name)
    page.get_by_role("button", name=look.say("Create draft", "Создать черновик")).click()
    editor = open_editor(page, look)
    form = page.get_by_role("button", name=look.say("Form", "Сформировать"), exact=True)
    for count, (moment, ra, dec) in enumerate(OBSERVATIONS, start=1):
        fill_observation(editor, look, moment, ra, dec)
        expect(page.get_by_text(moment)).to_have_count(1)
        if count < 3:
            expect(form).to_be_disabled()
    assert is_within_the_screen(page)
    editor.get_by_role("button", name=look.say("Close", "Закрыть")).click()
    form.click()
    expect(page.get_by_text(look.say("waits for a moderator", "ждёт модератора")).first).to_be_visible()
    page.get_by_role("button", name=look.say("Sign out", "Выйти")).click()

    sign_in_looked(page, deployment.url, "moderator", look)
    row = row_of(page, name)
    row.get_by_role("button", name=look.say("Reject", "Отклонить")).click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name=look.say("Reject request", "Отклонить заявку"))
    confirm.click()
    expect(dialog.get_by_text(look.say("A reason is required.", "Нужно указать причину."))).to_be_visible()
    dialog.get_by_label(look.say("Reason", "Причина")).fill("These positions are Piazzi's, with other dates.")
    confirm.click()
    expect(row).to_contain_text(look.say("Rejected", "Отклонена"))
    rows = moderator.get(f"/api/requests?search=Made+by+hand+{look.language}").body["results"]
    assert [row["status"] for row in rows] == ["REJECTED"]


def test_wrong_position_is_explained_at_its_field_and_nothing_is_lost(
    page: Page, deployment: Deployment, observer: Client, look: Look
) -> None:
    draft = observer.post("/api/requests", {"designation": "With a mistake"}).body
    sign_in_looked(page, deployment.url, "observer", look)
    page.goto(f"{deployment.url}/requests/{draft['id']}")
    editor = open_editor(page, look)
    fill_observation(editor, look, "2024-03-01 20:00:00", "360", "-91")
    ra, dec = (editor.get_by_label(name) for name in position_names(look))
    expect(ra).to_have_attribute("aria-invalid", "true")
    expect(dec).to_have_attribute("aria-invalid", "true")
    expect(ra).to_have_value("360")
    assert is_within_the_screen(page)
    assert observer.get(f"/api/requests/{draft['id']}").body["observations"] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(browser: Browser, deployment: Deployment, width: int) -> None:
    page = open_page(browser, deployment.url, "moderator", viewport={"width": width, "height": 800})
    page.goto(f"{deployment.url}/requests?q=Piazzi")
    row = page.get_by_role("link").filter(has_text="Piazzi").first
    row.wait_for()
    assert is_within_the_screen(page)
    row.click()
    page.get_by_role("heading", name="Piazzi").wait_for()
    assert is_within_the_screen(page)
    page.context.close()


def open_editor(page: Page, look: Look) -> Locator:
    page.get_by_role("button", name=look.say("Add observation", "Добавить наблюдение")).first.click()
    return page.get_by_role("form", name=look.say("New observation", "Новое наблюдение"))


def position_names(look: Look) -> tuple[str, str]:
    return look.say("Right ascension", "Прямое восхождение"), look.say("Declination", "Склонение")


def fill_observation(editor: Locator, look: Look, moment: str, ra: str, dec: str) -> None:
    editor.get_by_label(look.say("Time, UTC", "Время, UTC")).fill(moment)
    for name, value in zip(position_names(look), (ra, dec), strict=True):
        editor.get_by_label(name).fill(value)
    editor.get_by_label(look.say("Station", "Станция")).fill("535")
    editor.get_by_role("button", name=look.say("Save observation", "Сохранить наблюдение")).click()


def is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
