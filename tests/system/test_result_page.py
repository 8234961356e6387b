"""A finished request in a real Chromium: units, exports, dialogs, colours and languages; its live line really cut."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.system.client import Client, sign_in
from tests.system.conftest import DATA
from tests.system.cutting import cutting_proxy, frozen_workers
from tests.system.deployment import Deployment, wait_for
from tests.system.portal import (
    PHONE,
    WIDE,
    Look,
    form_requests,
    grave_findings,
    ill_drawn_names,
    is_within_the_screen,
    open_looked,
    open_page,
    rows_of,
)

pytestmark = pytest.mark.browser

FILE = DATA / "ceres_1801.obs"
KM_PER_AU = 149_597_870.7
KM_PER_LUNAR_DISTANCE = 384_399


@pytest.fixture(scope="module")
def completed(deployment: Deployment) -> int:
    """Ceres of 1801 with its result; the number of the request."""
    observer, moderator = (sign_in(deployment.url, name) for name in ("observer", "moderator"))
    (number,) = form_requests(observer, "Ceres, finished")
    assert moderator.put(f"/api/requests/{number}/complete").status == 200
    wait_for(lambda: observer.get(f"/api/requests/{number}").body["verdict"], "the result")
    return number


def test_distances_are_told_in_the_unit_chosen_which_is_remembered(
    observer_page: Page, deployment: Deployment, observer: Client, completed: int, look: Look
) -> None:
    page = observer_page
    first = observer.get(f"/api/requests/{completed}").body["observations"][0]["distance_au"]
    page.goto(f"{deployment.url}/requests/{completed}")
    row = rows_of(page.get_by_role("table", name=look.say("Observations", "Наблюдения"), exact=True)).first
    units = page.get_by_role("radiogroup", name=look.say("Unit of distance", "Единица расстояния")).first
    sizes = {look.say("au", "а.е."): 1.0, look.say("km", "км"): KM_PER_AU, "LD": KM_PER_AU / KM_PER_LUNAR_DISTANCE}
    for unit, size in sizes.items():
        units.get_by_text(unit, exact=True).click()
        wait_for(partial(tells, row, first * size, look), f"the distance in {unit}")
    assert is_within_the_screen(page)
    page.reload()
    expect(units.get_by_role("radio", name="LD")).to_be_checked()


def tells(row: Locator, expected: float, look: Look) -> bool:
    """Whether a number in the row, in the notation of its language, is the one expected to a tenth of a per cent."""
    group, point = look.say(",", "\u00a0"), look.say(".", ",")
    words = re.findall(rf"\d[\d{group}]*(?:\{point}\d+)?", row.inner_text())
    numbers = [float(word.replace(group, "").replace(point, ".")) for word in words]
    return any(abs(number / expected - 1) < 0.001 for number in numbers)


def test_result_is_exported_as_csv_and_json(
    observer_page: Page, deployment: Deployment, observer: Client, completed: int, look: Look
) -> None:
    observer_page.goto(f"{deployment.url}/requests/{completed}")
    distance = observer.get(f"/api/requests/{completed}").body["observations"][0]["distance_au"]
    csv, whole = (exported(observer_page, name, look) for name in ("CSV", "JSON"))
    assert len(csv.splitlines()) >= 22
    assert "distance_au" in csv
    assert json.loads(whole)["observations"][0]["distance_au"] == pytest.approx(distance)


def test_track_on_the_sky_is_read_on_any_screen(
    observer_page: Page, deployment: Deployment, completed: int, look: Look
) -> None:
    page = observer_page
    page.goto(f"{deployment.url}/requests/{completed}")
    track = page.get_by_role("img", name=look.say("Track of 21 observations", "Путь по небу, 21 наблюдение"))
    for shown in ("1801-01-01", "1801-02-11", "+17°", "+19°", "03ʰ40ᵐ"):
        expect(track.get_by_text(shown, exact=True)).to_be_visible()
    assert ill_drawn_names(track) == []
    page.goto(f"{deployment.url}/requests/new")
    page.get_by_label(look.say("Observations as text", "Наблюдения текстом")).fill(FILE.read_text())
    expect(track.get_by_text("1801-02-11", exact=True)).to_be_visible()
    assert ill_drawn_names(track) == []
    assert is_within_the_screen(page)


def exported(page: Page, name: str, look: Look) -> str:
    page.get_by_role("button", name=look.say("Export", "Скачать")).click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name=name).click()
    return Path(downloading.value.path()).read_text()


@pytest.mark.parametrize(("viewport", "dark", "language"), [(WIDE, True, "RU"), (PHONE, True, "EN")])
def test_result_and_open_dialogs_pass_axe_and_fit(
    browser: Browser,
    deployment: Deployment,
    observer: Client,
    completed: int,
    viewport: dict[str, int],
    dark: bool,
    language: str,
) -> None:
    (waiting,) = form_requests(observer, f"Dialogs {language}")
    page = open_page(browser, deployment.url, "moderator", viewport=viewport, dark=dark)
    page.get_by_text(language, exact=True).click()
    page.goto(f"{deployment.url}/requests/{completed}")
    expect(page.locator(".recharts-surface").first).to_be_visible()
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
    page.goto(f"{deployment.url}/requests/{waiting}")
    page.get_by_role("button", name="Отклонить" if language == "RU" else "Reject", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
    page.context.close()


def test_draft_is_edited_in_russian_on_a_phone(
    browser: Browser, deployment: Deployment, observer: Client, completed: int
) -> None:
    rows = observer.get(f"/api/requests/{completed}").body["observations"][:3]
    kept = [{name: row[name] for name in ("observed_at", "ra_deg", "dec_deg", "station")} for row in rows]
    draft = observer.post("/api/requests", {"designation": "С телефона", "observations": kept}).body["id"]
    page = open_page(browser, deployment.url, "observer", viewport=PHONE)
    page.get_by_text("RU", exact=True).click()
    page.goto(f"{deployment.url}/requests/{draft}")
    page.get_by_role("button", name=re.compile("1801-01-01")).first.click()
    page.get_by_label("Склонение").fill("+16 17 26")
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
    page.get_by_label("Склонение").press("Enter")
    expect(page.get_by_text("+16 17 26")).to_be_visible()
    stored = observer.get(f"/api/requests/{draft}").body["observations"][0]["dec_deg"]
    assert stored == pytest.approx(16 + 17 / 60 + 26 / 3600)
    page.get_by_role("button", name="Удалить черновик").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert grave_findings(page) == []
    page.context.close()


def test_file_dragged_from_the_desktop_and_dropped_is_read(
    observer_page: Page, deployment: Deployment, look: Look
) -> None:
    page = observer_page
    page.goto(f"{deployment.url}/requests/new")
    area = page.get_by_label(look.say("Observations as text", "Наблюдения текстом"))
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    drag = {"items": [], "files": [str(FILE)], "dragOperationsMask": 1}
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    for step in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": step, "data": drag, **place})
    understood = look.say("21 observations understood", "Распознано: 21 наблюдение")
    expect(page.get_by_text(understood)).to_be_visible()
    expect(area).to_have_value(re.compile("1801"))
    assert is_within_the_screen(page)


def test_stream_that_is_cut_in_the_middle_of_a_run_is_replaced_by_polling_which_is_said(
    browser: Browser, deployment: Deployment, observer: Client, moderator: Client, look: Look
) -> None:
    (number,) = form_requests(observer, f"Cut off {look.language}")
    with cutting_proxy(deployment) as proxy:
        page = open_looked(browser, proxy.url, "observer", look)
        page.goto(f"{proxy.url}/requests/{number}")
        expect(page.get_by_text(look.say("waits for a moderator", "ждёт решения модератора"))).to_be_visible()
        with frozen_workers(deployment):
            assert moderator.put(f"/api/requests/{number}/complete").status == 200
            page.get_by_role("button", name=look.say("Refresh now", "Обновить сейчас")).click()
            progress = page.get_by_role("region", name=look.say("Calculation", "Вычисление"))
            expect(progress.get_by_text(look.say("Live", "В прямом эфире"), exact=True)).to_be_visible()
            assert proxy.cut() > 0
            expect(progress.get_by_text(look.say("The live line is cut", "Прямая связь прервана"))).to_be_visible()
            assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
        known = look.say("The distance is known to", "Расстояние известно с точностью")
        expect(page.get_by_text(known).first).to_be_visible()
        page.context.close()
