"""The pages of the catalogue in a real Chromium, in front of the real services and a stand-in of the source."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.services import ROOT
from tests.system.browser import find_chromium, open_browser, sign_in_page
from tests.system.deployment import Deployment, free_ports

pytestmark = pytest.mark.browser

OBJECT_COUNT, PAGE_SIZE = 3000, 50
SYNC_TIMEOUT_MS = 60_000


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Services whose source is a stand-in that takes a fifth of a second for each page."""
    folder = tmp_path_factory.mktemp("catalogue_page")
    (port,) = free_ports(1)
    command = ["-m", "calc_grpc.catalogue.standin", "--port", str(port), "--objects", str(OBJECT_COUNT)]
    with (folder / "standin.log").open("ab") as log:
        standin = subprocess.Popen([sys.executable, *command, "--delay", "0.2"], cwd=ROOT, stdout=log, stderr=log)
    services = Deployment(
        folder,
        CALC_CATALOGUE_URL=f"http://127.0.0.1:{port}/sbdb_query.api",
        CALC_CATALOGUE_PAGE_SIZE=str(PAGE_SIZE),
        CALC_CATALOGUE_CONCURRENCY="4",
    )
    try:
        services.start_all()
        yield services
    finally:
        services.stop_all()
        standin.kill()
        standin.wait()


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


def test_catalogue_fills_while_it_is_watched_and_each_asteroid_has_its_page(
    page: Page, services: Deployment, tmp_path: Path
) -> None:
    sign_in_page(page, services.url, "moderator")
    page.get_by_role("link", name="Asteroids").click()
    expect(page.get_by_text("The catalogue is empty")).to_be_visible()
    page.get_by_role("button", name="Synchronise").click()
    panel = page.get_by_role("region", name="Synchronisation")
    expect(panel).to_contain_text("3,000 objects on 60 pages")
    expect(panel).to_contain_text("Live")
    picture(page, tmp_path, "sync")
    expect(panel).to_contain_text("The catalogue is up to date", timeout=SYNC_TIMEOUT_MS)
    expect(page.get_by_text("3,000 asteroids")).to_be_visible()
    picture(page, tmp_path, "catalogue")

    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("figure", name="Distance from Earth over the coming year")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Jupiter"))).to_be_visible()
    picture(page, tmp_path, "asteroid")


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
