"""What a page holds fits into it, in a real Chromium: many digits, wide tables, one night alone, decided rows."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.catalogue import completed_request
from tests.system.client import sign_in
from tests.system.conftest import DATA
from tests.system.deployment import Deployment, wait_for
from tests.system.portal import (
    PHONE,
    WIDE,
    cut_buttons,
    form_requests,
    grave_findings,
    is_within_the_screen,
    open_page,
    row_of,
)

pytestmark = pytest.mark.browser

LONG_ARC = "mpc-47740-w400"  # its distance has seven digits
ONE_NIGHT = "hard-Eros_2016_6d"


def completed(deployment: Deployment, case_id: str) -> int:
    """The number of an observer's request with these recorded observations, when its result is there."""
    observer, moderator = (sign_in(deployment.url, name) for name in ("observer", "moderator"))
    cases = json.loads((DATA / "orbit_cases.json").read_text())["cases"]
    rows = next(case["observations"] for case in cases if case["id"] == case_id)
    number = completed_request(observer, moderator, case_id, rows)
    wait_for(lambda: observer.get(f"/api/requests/{number}").body["verdict"], "the result")
    return number


@pytest.fixture(scope="module")
def long_arc(deployment: Deployment) -> int:
    return completed(deployment, LONG_ARC)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("unit", ["au", "km", "ld"])
def test_distance_of_many_digits_fits_a_phone(
    browser: Browser, deployment: Deployment, long_arc: int, language: str, unit: str
) -> None:
    page = open_page(browser, deployment.url, "observer", viewport=PHONE)
    choose(page, language, unit)
    page.goto(f"{deployment.url}/requests/{long_arc}")
    page.get_by_text("±").first.wait_for()
    assert is_within_the_screen(page)
    page.context.close()


@pytest.mark.parametrize("unit", ["au", "km"])
def test_wide_table_is_scrolled_by_keys_alone_and_axe_finds_nothing_grave(
    browser: Browser, deployment: Deployment, long_arc: int, unit: str
) -> None:
    page = open_page(browser, deployment.url, "observer", viewport={"width": 1000, "height": 800})
    choose(page, "en", unit)
    page.goto(f"{deployment.url}/requests/{long_arc}")
    frame = page.get_by_role("group", name="Observations")
    expect(frame).to_have_attribute("tabindex", "0")
    assert grave_findings(page) == []
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("frame => frame.scrollLeft > 0", arg=frame.element_handle())
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_whole_result_is_seen_without_scrolling_sideways(
    browser: Browser, deployment: Deployment, long_arc: int, language: str
) -> None:
    page = open_page(browser, deployment.url, "observer", viewport=WIDE)
    choose(page, language, "au")
    page.goto(f"{deployment.url}/requests/{long_arc}")
    for name in {"en": ("Observations", "The coming nights"), "ru": ("Наблюдения", "Ближайшие ночи")}[language]:
        table = page.get_by_role("table", name=name, exact=True)
        table.wait_for()
        assert table.evaluate("table => table.scrollWidth - table.parentElement.clientWidth") <= 0, name
    assert grave_findings(page) == []
    page.context.close()


@pytest.mark.parametrize("width", [1000, WIDE["width"]])
def test_filters_of_a_moderator_have_room_for_their_words_in_russian(
    browser: Browser, deployment: Deployment, width: int
) -> None:
    page = open_page(browser, deployment.url, "moderator", viewport={"width": width, "height": 800})
    choose(page, "ru", "au")
    page.goto(f"{deployment.url}/requests?q=observer")
    expect(page.get_by_role("search").get_by_role("button", name="Сбросить отбор")).to_be_visible()
    assert cut_buttons(page) == []
    page.context.close()


def test_one_night_alone_is_told_in_words_that_fit(browser: Browser, deployment: Deployment) -> None:
    number = completed(deployment, ONE_NIGHT)
    page = open_page(browser, deployment.url, "observer")
    page.goto(f"{deployment.url}/requests/{number}")
    why = page.get_by_role("region", name="Why this distance")
    expect(why).to_contain_text("There is one night only.")
    expect(why.locator("svg text").filter(has_text="2016-03-12")).to_have_count(1)
    expect(page.locator(".recharts-wrapper").first).to_contain_text("12 Mar, 02:")
    page.context.close()


def test_rows_below_stay_where_they_are_when_a_row_loses_its_buttons(browser: Browser, deployment: Deployment) -> None:
    form_requests(sign_in(deployment.url, "observer"), "Stays put", "Gets decided")
    page = open_page(browser, deployment.url, "moderator")
    page.goto(f"{deployment.url}/requests?q=observer&rows=50")
    row = row_of(page, "Gets decided")
    before = row.bounding_box()
    row.get_by_role("button", name="Complete").click()
    expect(row.get_by_role("button")).to_have_count(0)
    after = row.bounding_box()
    assert before and after and before["height"] == after["height"]
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/register"])
def test_axe_finds_nothing_grave_before_signing_in(browser: Browser, deployment: Deployment, path: str) -> None:
    with browser.new_context(viewport=PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{deployment.url}{path}")
        page.get_by_label("Username").wait_for()
        assert grave_findings(page) == []


def choose(page: Page, language: str, unit: str) -> None:
    """As after earlier visits."""
    page.evaluate(
        "([language, unit]) => { localStorage['astrodist-language'] = language; "
        "localStorage['astrodist-distance-unit'] = unit; }",
        [language, unit],
    )
