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

pytestmark = pytest.mark.browser

OBJECT_COUNT, PAGE_SIZE = 1500, 50
SYNC_TIMEOUT_MS = 60_000
RESULTS_TIMEOUT_MS = 60_000  # the first one may have to compile


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Services with a filled catalogue, whose source is a stand-in that takes a fifth of a second for each page."""
    folder = tmp_path_factory.mktemp("catalogue_page")
    with running_standin(folder, object_count=OBJECT_COUNT, delay_s=0.2) as source:
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


def test_sync_is_watched_and_each_asteroid_has_its_page(page: Page, services: Deployment, tmp_path: Path) -> None:
    sign_in_page(page, services.url, "moderator")
    page.get_by_role("link", name="Asteroids").click()
    page.get_by_role("button", name="Synchronise").click()
    panel = page.get_by_role("region", name="Synchronisation")
    expect(panel).to_contain_text("1,500 objects on 30 pages")
    expect(panel).to_contain_text("Live")
    picture(page, tmp_path, "sync")
    expect(panel).to_contain_text("The catalogue is up to date", timeout=SYNC_TIMEOUT_MS)
    expect(panel).to_contain_text(re.compile(r"Added0Updated0Unchanged1,500Deleted0"))
    expect(page.get_by_text("1,500 asteroids")).to_be_visible()
    expect(page.get_by_text("Made up for a try")).to_be_visible()
    picture(page, tmp_path, "catalogue")

    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("figure", name="Distance from Earth over the coming year")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Jupiter"))).to_be_visible()
    picture(page, tmp_path, "asteroid")


def test_truth_check_sets_real_observations_of_eros_beside_its_orbit_and_finds_the_mistyped_one(
    page: Page, services: Deployment, tmp_path: Path
) -> None:
    observer, moderator = (sign_in(services.url, name) for name in ("observer", "moderator"))
    number = completed_request(observer, moderator, "433 Eros", eros_observations())
    sign_in_page(page, services.url, "observer")
    page.goto(f"{services.url}/requests/{number}")
    check = page.get_by_role("region", name="Truth check")
    expect(check.get_by_text("1 observation does not stand where")).to_be_visible()
    expect(check.get_by_role("row").filter(has_text="Does not belong")).to_contain_text("2016-03-18 02:38:34")
    expect(check.get_by_role("img", name="Fits the orbit")).to_have_count(13)
    first = check.get_by_role("row").nth(1)
    expect(first).to_contain_text(re.compile(r"2\.07.*\+1\.\d σ"), timeout=RESULTS_TIMEOUT_MS)
    picture(page, tmp_path, "truth-check")
    check.get_by_role("link", name="433 Eros").click()
    expect(page.get_by_role("heading", name="433 Eros")).to_be_visible()


def test_moderator_asks_which_one_it_is_and_finds_the_answer_again_after_a_reload(
    page: Page, services: Deployment, tmp_path: Path
) -> None:
    observer, moderator = (sign_in(services.url, name) for name in ("observer", "moderator"))
    number = completed_request(observer, moderator, "seen by chance", eros_observations())
    sign_in_page(page, services.url, "moderator")
    page.goto(f"{services.url}/requests/{number}")
    panel = page.get_by_role("region", name="Which one is it?")
    expect(page.get_by_role("region", name="Truth check")).to_have_count(0)
    panel.get_by_role("button", name="Find it in the catalogue").click()
    expect(panel.get_by_role("status")).to_have_text("1 asteroid fits of 1,500 compared", timeout=RESULTS_TIMEOUT_MS)
    expect(panel.get_by_role("row").nth(1)).to_contain_text("13 of 14")
    page.reload()
    expect(panel.get_by_role("link", name="433 Eros")).to_be_visible()
    picture(page, tmp_path, "which-one")


def test_visitor_searches_the_catalogue_and_is_asked_in_for_the_distance(
    page: Page, services: Deployment, tmp_path: Path
) -> None:
    page.goto(f"{services.url}/asteroids")
    expect(page.get_by_role("button", name="Synchronise")).to_have_count(0)
    page.get_by_label("Search").fill("42")
    expect(page).to_have_url(re.compile(r"\?q=42$"))
    first = page.get_by_role("table").get_by_role("link").first
    expect(first).to_have_text(re.compile(r"^42"))
    first.click()
    expect(page.get_by_text("The distance is for whoever is signed in")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("42")


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
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    link.click()
    expect(page.get_by_role("figure")).to_be_visible()
    picture(page, tmp_path, f"asteroid-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_text("RU", exact=True).click()
    expect(page.get_by_role("heading", name="Расстояние от Земли")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
