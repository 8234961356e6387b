"""What opens, is turned, undone or told on pages, in a real Chromium: wide in English, on a phone in Russian."""

import json
import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.catalogue import completed_request
from tests.system.client import Client, sign_in
from tests.system.conftest import DATA
from tests.system.deployment import Deployment, wait_for
from tests.system.portal import (
    LOOKS,
    Look,
    grave_findings,
    ill_drawn_names,
    is_within_the_screen,
    open_looked,
    sign_in_looked,
)

pytestmark = pytest.mark.browser

PASSWORD = "a-long-password-7"
AMBIGUOUS = "hard-Eros_2016_15d"  # two orbits fit
FILE = DATA / "ceres_1801.obs"
# Slow 3G as Lighthouse has it: 400 ms there and back, 400 kbit a second.
SLOW_LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SHIFTS = """new PerformanceObserver((list) => {
  for (const shift of list.getEntries())
    if (!shift.hadRecentInput) window.shifted = (window.shifted ?? 0) + shift.value;
}).observe({ type: "layout-shift", buffered: true });"""
WIDER = """window.wider = 0;
requestAnimationFrame(function look() {
  if (document.documentElement?.scrollWidth > window.innerWidth) window.wider += 1;
  requestAnimationFrame(look);
});"""
LARGEST_SHIFT = 0.1  # what https://web.dev/articles/cls calls good
SLOW_TIMEOUT_MS = 30_000


@pytest.fixture(scope="module")
def ambiguous(deployment: Deployment) -> int:
    """The number of a request whose observations two orbits fit."""
    observer, moderator = (sign_in(deployment.url, name) for name in ("observer", "moderator"))
    cases = json.loads((DATA / "orbit_cases.json").read_text())["cases"]
    rows = next(case["observations"] for case in cases if case["id"] == AMBIGUOUS)
    number = completed_request(observer, moderator, "Two orbits", rows)
    wait_for(lambda: observer.get(f"/api/requests/{number}").body["verdict"], "the result")
    return number


def expect_sound(page: Page, folder: Path, name: str) -> None:
    """Nothing grave for axe, nothing beyond the screen; a picture for whoever wants to look."""
    page.screenshot(path=folder / f"{name}.png")
    assert grave_findings(page) == []
    assert is_within_the_screen(page)


def walk(page: Page, dialog: Locator, presses: int) -> None:
    """Presses Tab so often: the focus stays in the dialog."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        expect(dialog.locator(":focus")).to_have_count(1)


def test_account_dialog_is_walked_by_keys_and_gives_the_focus_back(
    browser: Browser, deployment: Deployment, look: Look, tmp_path: Path
) -> None:
    name = f"walker-{secrets.token_hex(4)}"
    made = Client(deployment.url, {}).post("/api/auth/register", {"username": name, "password": PASSWORD})
    assert made.status == 201, made
    for _ in range(2):
        made = Client(deployment.url, {}).post("/api/auth/token", {"username": name, "password": PASSWORD})
        assert made.status in (200, 201), made
    page = open_looked(browser, deployment.url, name, look, password=PASSWORD)
    opener = page.get_by_role("button", name=look.say("Account", "Учётная запись"), exact=True)
    opener.press("Enter")
    dialog = page.get_by_role("dialog")
    present = dialog.get_by_label(look.say("Present password", "Нынешний пароль"))
    expect(present).to_be_focused()
    revoke = dialog.get_by_role("button", name=look.say("Revoke the token of", "Отозвать токен от"))
    expect(revoke).to_have_count(2)
    expect_sound(page, tmp_path, "account")
    walk(page, dialog, 10)
    revoke.first.press("Enter")
    expect(revoke).to_have_count(1)
    expect(revoke).to_be_focused()
    page.keyboard.press("Enter")
    expect(revoke).to_have_count(0)
    expect(present).to_be_focused()

    present.fill("not-my-password")
    dialog.get_by_label(look.say("New password", "Новый пароль")).fill("another-password-8")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text(look.say("This is not your present password.", "Это не ваш нынешний пароль."))
    expect_sound(page, tmp_path, "account-refused")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    page.context.close()


def test_cancel_dialog_is_walked_by_keys_and_gives_the_focus_back(
    moderator_page: Page, deployment: Deployment, moderator: Client, look: Look, tmp_path: Path
) -> None:
    page = moderator_page
    made = moderator.post("/v1/calculations", {"pi": {"digit_position": 27_182}, "delay": "600s"}).body
    page.goto(f"{deployment.url}/calculations?kind=pi&state=SCHEDULED")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href='/pi/{made['calculation_id']}']"))
    opener = row.get_by_role("button", name=look.say("Cancel", "Отменить"))
    opener.press("Enter")
    dialog = page.get_by_role("dialog")
    keep = dialog.get_by_role("button", name=look.say("Let it go on", "Не отменять"))
    expect(keep).to_be_focused()
    expect_sound(page, tmp_path, "cancel")
    walk(page, dialog, 4)
    keep.press("Enter")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    opener.press("Enter")
    expect(keep).to_be_focused()  # else the dialog takes the focus between focus and key
    dialog.get_by_role("button", name=look.say("Cancel the calculation", "Отменить вычисление")).press("Enter")
    expect(row).to_have_count(0)
    expect(page.locator(":focus")).to_have_count(1)
    assert moderator.get(f"/v1/calculations/{made['calculation_id']}").body["state"] == "CANCELLED"


def test_file_dropped_by_mistake_is_undone(observer_page: Page, deployment: Deployment, look: Look) -> None:
    page = observer_page
    page.goto(f"{deployment.url}/requests/new")
    area = page.get_by_label(look.say("Observations as text", "Наблюдения текстом"))
    area.fill("typed by hand")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for step in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": step,
                "data": {"items": [], "files": [str(FILE)], "dragOperationsMask": 1},
                "x": box["x"] + box["width"] / 2,
                "y": box["y"] + 20,
            },
        )
    expect(area).to_have_value(re.compile("1801"))
    undo = page.get_by_role("button", name=look.say("Undo", "Отменить"), exact=True)
    undo.click()
    expect(area).to_have_value("typed by hand")
    undo.click()
    expect(area).to_have_value(re.compile("1801"))


def test_other_orbits_that_fit_are_told_and_the_orbit_is_turned_by_touch_and_keys(
    browser: Browser, deployment: Deployment, ambiguous: int, look: Look, tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport=look.viewport,  # type: ignore[arg-type]
        has_touch=True,
        reduced_motion="reduce",
        color_scheme="dark" if look.dark else "light",
    )
    page = context.new_page()
    page.add_init_script(WIDER)
    sign_in_looked(page, deployment.url, "observer", look)
    page.goto(f"{deployment.url}/requests/{ambiguous}")
    others = page.get_by_role("table", name=look.say("Other solutions that fit", "Другие подходящие решения"))
    expect(others.get_by_role("row").last).to_contain_text("%")
    expect_sound(page, tmp_path, "alternatives")

    stage = page.get_by_role("group", name=look.say("The orbit in space", "Орбита в пространстве"))
    stage.scroll_into_view_if_needed()
    assert ill_drawn_names(page.get_by_role("img", name=look.say("lines of sight", "лучами зрения"))) == []
    seen = stage.get_by_role("img")
    expect(seen).to_have_attribute("aria-label", re.compile("90°"))
    box = stage.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = context.new_cdp_session(page)
    for step, at in (("touchStart", x), ("touchMove", x + 20), ("touchMove", x + 60), ("touchEnd", None)):
        points = [] if at is None else [{"x": at, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": step, "touchPoints": points})
    turned = re.compile(look.say("turned by [1-9]", "поворот [1-9]"))
    expect(seen).to_have_attribute("aria-label", turned)
    stage.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(seen).to_have_attribute("aria-label", re.compile("75°"))
    expect_sound(page, tmp_path, "turned")
    for _ in range(72):
        page.keyboard.press("ArrowRight")
        assert ill_drawn_names(seen) == [], seen.get_attribute("aria-label")
    # Who wants no motion is shown the view at once.
    page.get_by_role("button", name=look.say("From the side", "Сбоку")).click()
    assert "10°" in (seen.get_attribute("aria-label") or "")
    assert ill_drawn_names(seen) == []
    assert page.evaluate("window.wider") == 0, "no frame of it was wider than the screen"
    context.close()


def test_sign_in_that_is_locked_says_so_and_for_how_long(
    browser: Browser, deployment: Deployment, look: Look, tmp_path: Path
) -> None:
    name = f"locked-{secrets.token_hex(4)}"
    for _ in range(10):
        Client(deployment.url, {}).post("/api/auth/login", {"username": name, "password": "wrong-password"})
    with browser.new_context(
        viewport=look.viewport,  # type: ignore[arg-type]
        color_scheme="dark" if look.dark else "light",
    ) as context:
        page = context.new_page()
        page.goto(deployment.url)
        page.get_by_text(look.language, exact=True).click()
        page.get_by_label(look.say("Username", "Имя пользователя")).fill(name)
        page.get_by_label(look.say("Password", "Пароль"), exact=True).fill(PASSWORD)
        page.get_by_role("button", name=look.say("Sign in", "Войти")).click()
        said = page.get_by_role("alert")
        expect(said).to_contain_text(re.compile(look.say("too many", "слишком много неудачных попыток"), re.IGNORECASE))
        expect(said).to_contain_text(re.compile(look.say(r"1[45] minutes", r"1[45] минут")))
        expect(page.get_by_label(look.say("Username", "Имя пользователя"))).to_have_value(name)
        expect_sound(page, tmp_path, "locked")


@pytest.mark.parametrize("look", [LOOKS["phone"]], ids=["phone"])
def test_slow_line_shows_that_it_loads_moves_nothing_and_loses_nothing(
    observer_page: Page, deployment: Deployment, ambiguous: int, look: Look, tmp_path: Path
) -> None:
    page = observer_page
    page.add_init_script(SHIFTS)
    page.goto(f"{deployment.url}/requests")
    page.get_by_role("row").first.wait_for()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_LINE)
    page.goto(f"{deployment.url}/requests/{ambiguous}", timeout=SLOW_TIMEOUT_MS)
    expect(page.get_by_role("status", name=look.say("Loading", "Загрузка")).first).to_be_visible(
        timeout=SLOW_TIMEOUT_MS
    )
    page.screenshot(path=tmp_path / "loading.png")
    expect(page.get_by_role("heading", name="Two orbits")).to_be_visible(timeout=SLOW_TIMEOUT_MS)
    assert page.evaluate("window.shifted ?? 0") < LARGEST_SHIFT

    page.goto(f"{deployment.url}/requests/new", timeout=SLOW_TIMEOUT_MS)
    title = page.get_by_label(look.say("Designation", "Обозначение"))
    title.fill("By a slow line", timeout=SLOW_TIMEOUT_MS)
    page.get_by_role("button", name=look.say("Create draft", "Создать черновик")).click()
    expect(page).to_have_url(re.compile(r"/requests/\d+$"), timeout=SLOW_TIMEOUT_MS)
    expect(page.get_by_role("heading", name="By a slow line")).to_be_visible(timeout=SLOW_TIMEOUT_MS)
