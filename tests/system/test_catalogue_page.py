"""The pages of the catalogue in a real Chromium, in front of the real services and a stand-in of the source."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.browser import find_chromium, open_browser, sign_in_page
from tests.system.catalogue import (
    completed_request,
    eros_observations,
    running_standin,
    source_settings,
    synchronise,
)
from tests.system.client import sign_in
from tests.system.deployment import Deployment, running
from tests.system.portal import PHONE, Look, ill_drawn_names, is_within_the_screen, open_looked, rows_of

pytestmark = pytest.mark.browser

OBJECT_COUNT, PAGE_SIZE = 1500, 50


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Services with a filled catalogue, whose source is a stand-in that takes half a second for each page."""
    folder = tmp_path_factory.mktemp("catalogue_page")
    with running_standin(folder, object_count=OBJECT_COUNT, delay_s=0.5) as source:
        settings = source_settings(source, page_size=PAGE_SIZE, concurrency=3)
        with running(Deployment(folder, CALC_DELAY_S="0", **settings)) as services:
            synchronise(sign_in(services.url, "moderator"))
            yield services


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("Chromium is missing: apt install chromium")
    with open_browser(executable) as chromium:
        yield chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 860}) as context:
        yield context.new_page()


def picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_sync_is_watched_and_each_asteroid_has_its_page(
    browser: Browser, services: Deployment, look: Look, tmp_path: Path
) -> None:
    page = open_looked(browser, services.url, "moderator", look)
    page.get_by_role("link", name=look.say("Asteroids", "Астероиды")).click()
    page.get_by_role("button", name=look.say("Synchronise", "Синхронизировать")).click()
    panel = page.get_by_role("region", name=look.say("Synchronisation", "Синхронизация"))
    count = look.write(OBJECT_COUNT)
    expect(panel).to_contain_text(look.say(f"{count} objects on 30 pages", f"Объектов: {count}, страниц: 30"))
    expect(panel).to_contain_text(look.say("Live", "В прямом эфире"))
    assert is_within_the_screen(page)
    picture(page, tmp_path, "sync")
    expect(panel).to_contain_text(look.say("The catalogue is up to date", "Каталог обновлён"))
    facts = look.say(f"Added0Updated0Unchanged{count}Deleted0", f"Добавлено0Изменено0Без изменений{count}Удалено0")
    expect(panel).to_contain_text(facts)
    expect(page.get_by_text(look.say(f"{count} asteroids", f"{count} астероидов"))).to_be_visible()
    expect(page.get_by_text(look.say("Made up for a try", "Выдуманы для пробы"))).to_be_visible()
    picture(page, tmp_path, "catalogue")

    page.get_by_role("table").get_by_role("link").first.click()
    year = look.say("Distance from Earth over the coming year", "Расстояние от Земли за ближайший год")
    expect(page.get_by_role("figure", name=year)).to_be_visible()
    plot = page.get_by_role("img", name=re.compile(look.say("Jupiter", "Юпитера")))
    expect(plot).to_be_visible()
    assert ill_drawn_names(plot) == []
    assert is_within_the_screen(page)
    picture(page, tmp_path, "asteroid")
    page.context.close()


def test_truth_check_sets_real_observations_of_eros_beside_its_orbit_and_finds_the_mistyped_one(
    browser: Browser, services: Deployment, look: Look, tmp_path: Path
) -> None:
    observer, moderator = (sign_in(services.url, name) for name in ("observer", "moderator"))
    number = completed_request(observer, moderator, "433 Eros", eros_observations())
    page = open_looked(browser, services.url, "observer", look)
    page.goto(f"{services.url}/requests/{number}")
    check = page.get_by_role("region", name=look.say("Truth check", "Сверка с каталогом"))
    stranger = look.say("1 observation does not stand where", "1 наблюдение не там, где астероид должен быть")
    expect(check.get_by_text(stranger)).to_be_visible()
    wrong = rows_of(check).filter(has_text=look.say("Does not belong", "Чужое"))
    expect(wrong).to_contain_text("2016-03-18 02:38:34")
    expect(check.get_by_role("img", name=look.say("Fits the orbit", "Соответствует орбите"))).to_have_count(13)
    expect(rows_of(check).first).to_contain_text(re.compile(look.say(r"2\.07.*\+1\.\d σ", r"2,07.*\+1,\d σ")))
    assert is_within_the_screen(page)
    picture(page, tmp_path, "truth-check")
    check.get_by_role("link", name="433 Eros").click()
    expect(page.get_by_role("heading", name="433 Eros")).to_be_visible()
    page.context.close()


def test_moderator_asks_which_one_it_is_and_finds_the_answer_again_after_a_reload(
    browser: Browser, services: Deployment, look: Look, tmp_path: Path
) -> None:
    observer, moderator = (sign_in(services.url, name) for name in ("observer", "moderator"))
    number = completed_request(observer, moderator, "seen by chance", eros_observations())
    page = open_looked(browser, services.url, "moderator", look)
    page.goto(f"{services.url}/requests/{number}")
    panel = page.get_by_role("region", name=look.say("Which one is it?", "Что это за астероид?"))
    start = panel.get_by_role("button", name=look.say("Find it in the catalogue", "Найти в каталоге"))
    expect(start).to_be_visible()
    expect(page.get_by_role("region", name=look.say("Truth check", "Сверка с каталогом"))).to_have_count(0)
    start.click()
    compared = look.write(OBJECT_COUNT)
    found = look.say(f"1 asteroid fits of {compared} compared", f"Подходит 1 из сравненных {compared}")
    expect(panel.get_by_role("status")).to_have_text(found)
    expect(rows_of(panel).first).to_contain_text(look.say("13 of 14", "13 из 14"))
    assert is_within_the_screen(page)
    page.reload()
    expect(panel.get_by_role("link", name="433 Eros")).to_be_visible()
    picture(page, tmp_path, "which-one")
    page.context.close()


def test_visitor_searches_the_catalogue_and_is_asked_in_for_the_distance(
    browser: Browser, services: Deployment, look: Look
) -> None:
    with browser.new_context(
        viewport=look.viewport,  # type: ignore[arg-type]
        color_scheme="dark" if look.dark else "light",
    ) as context:
        page = context.new_page()
        page.goto(f"{services.url}/asteroids")
        page.get_by_text(look.language, exact=True).click()
        search = page.get_by_label(look.say("Search", "Поиск"), exact=True)
        expect(rows_of(page.get_by_role("table")).first).to_be_visible()
        expect(page.get_by_role("button", name=look.say("Synchronise", "Синхронизировать"))).to_have_count(0)
        search.fill("42")
        expect(page).to_have_url(re.compile(r"\?q=42$"))
        first = page.get_by_role("table").get_by_role("link").first
        expect(first).to_have_text(re.compile(r"^42"))
        if look.viewport == PHONE:
            page.get_by_role("button", name="Отбор").click()
        order = page.get_by_label(look.say("Order", "Порядок"), exact=True)
        order.select_option(label=look.say("Largest first", "Сначала крупные"))
        expect(page).to_have_url(re.compile(r"\?q=42&order=-diameter_km$"))
        expect(first).to_have_text(re.compile(r"^42"))
        assert is_within_the_screen(page)
        first.click()
        asked_in = look.say("The distance is for whoever is signed in", "Расстояние видят вошедшие пользователи")
        expect(page.get_by_text(asked_in)).to_be_visible()
        assert is_within_the_screen(page)
        page.go_back()
        expect(search).to_have_value("42")
        expect(order).to_have_value("-diameter_km")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_catalogue_is_wider_than_the_screen(
    page: Page, services: Deployment, width: int, tmp_path: Path
) -> None:
    sign_in_page(page, services.url, "moderator")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{services.url}/asteroids")
    link = page.get_by_role("table").get_by_role("link").first
    expect(link).to_be_visible()
    picture(page, tmp_path, f"catalogue-{width}")
    assert is_within_the_screen(page)
    link.click()
    expect(page.get_by_role("figure")).to_be_visible()
    picture(page, tmp_path, f"asteroid-{width}")
    assert is_within_the_screen(page)
    page.get_by_text("RU", exact=True).click()
    expect(page.get_by_role("heading", name="Расстояние от Земли")).to_be_visible()
    assert is_within_the_screen(page)
