"""The pages of pi in a real Chromium, in front of the real services: ask, watch, open, read, jump, find."""

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.browser import sign_in_page
from tests.system.client import Client
from tests.system.deployment import Deployment
from tests.system.portal import LOOKS, Look, is_within_the_screen, open_looked

pytestmark = pytest.mark.browser

# Each further than the million of test_pi.py and than those before: else it would be known already.
POSITIONS = itertools.count(1_200_007, 100_000)
FEYNMAN_POINT = 762  # six nines in a row, the best known place of the decimals


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 860}) as context:
        page = context.new_page()
        sign_in_page(page, deployment.url, "observer")
        page.get_by_role("link", name="π").click()
        yield page


def row_of(page: Page, look: Look, position: int) -> Locator:
    name = f"{look.say('Digit', 'Цифра')} {look.write(position)}"
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True)).first


def ask_for(page: Page, look: Look, position: int) -> Locator:
    page.get_by_label(look.say("Position after the point", "Место после запятой")).fill(look.write(position))
    page.get_by_role("button", name=look.say("Work it out", "Вычислить")).click()
    return row_of(page, look, position)


@pytest.mark.parametrize(
    ("look", "other", "line"),
    [(LOOKS["wide"], LOOKS["phone"], 701), (LOOKS["phone"], LOOKS["wide"], 761)],
    ids=list(LOOKS),
)
def test_digit_is_asked_for_watched_and_read_among_all_others(
    browser: Browser, deployment: Deployment, observer: Client, look: Look, other: Look, line: int
) -> None:
    position = next(POSITIONS)
    done = look.say("Done", "Готово")
    page = open_looked(browser, deployment.url, "observer", look)
    page.get_by_role("link", name="π").click()
    expect(page.get_by_text(look.say("Live", "В прямом эфире"), exact=True)).to_be_visible()
    page.evaluate("window.notReloaded = true")
    row = ask_for(page, look, position)
    expect(row).to_contain_text(done)
    assert page.evaluate("window.notReloaded") is True

    row.get_by_role("link").click()
    facts = page.get_by_role("region", name=look.say("What came out", "Результат"))
    expect(facts).to_contain_text(look.say("Worked out for this calculation", "Вычислено здесь"))
    calculation_id = page.url.rsplit("/", 1)[1]
    result = observer.get(f"/v1/calculations/{calculation_id}").body["pi_result"]
    expect(facts).to_contain_text(result["checksum_sha256"])
    expect(page.locator("mark[data-kind=asked]")).to_have_text(str(result["digit"]))

    page.get_by_label(look.say("Jump to position", "Перейти к месту")).fill(str(FEYNMAN_POINT))
    page.get_by_role("button", name=look.say("Jump", "Перейти"), exact=True).click()
    digits = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=str(line), exact=True))
    expect(digits).to_contain_text("4999999837")
    expect(page.locator("mark[data-kind=current]")).to_have_text("9")
    expect(page).to_have_url(re.compile(rf"\?at={FEYNMAN_POINT}$"))

    page.get_by_label(look.say("Find digits", "Найти цифры")).fill("999999")
    page.get_by_role("button", name=look.say("Find", "Найти"), exact=True).click()
    found = look.say(rf"1 of \d+, at position {FEYNMAN_POINT}", rf"1 из \d+, место {FEYNMAN_POINT}")
    expect(page.get_by_text(re.compile(found))).to_be_visible()
    assert is_within_the_screen(page)

    # What is known already is there at once, in the other language as well.
    page.get_by_role("link", name=look.say("All calculations of π", "Все вычисления π")).click()
    expect(ask_for(page, look, 1_000)).to_contain_text(done)
    page.get_by_text(other.language, exact=True).click()
    expect(row_of(page, other, 1_000).get_by_role("link")).to_be_visible()
    page.context.close()


def test_position_beyond_the_bound_is_refused_at_its_field_and_stays_there(
    observer_page: Page, deployment: Deployment, look: Look
) -> None:
    page = observer_page
    page.goto(f"{deployment.url}/pi")
    position = page.get_by_label(look.say("Position after the point", "Место после запятой"))
    position.fill("2000000000")
    page.get_by_role("button", name=look.say("Work it out", "Вычислить")).click()
    bound = look.write(10_000_000)
    refused = look.say(f"The largest position here is {bound}.", f"Наибольшее место здесь — {bound}.")
    expect(page.get_by_text(refused)).to_be_visible()
    expect(position).to_have_value("2000000000")
    assert is_within_the_screen(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_pi_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    row = ask_for(page, LOOKS["wide"], 500)
    expect(row).to_contain_text("Done")
    assert is_within_the_screen(page)
    row.get_by_role("link").click()
    expect(page.locator("mark[data-kind=asked]")).to_be_visible()
    assert is_within_the_screen(page)
