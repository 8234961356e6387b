"""The observer's way in a real Chromium, in front of the real services: a file with mistakes, a draft, the results."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.system.browser import sign_in_page
from tests.system.client import Client
from tests.system.conftest import DATA
from tests.system.cutting import frozen_workers
from tests.system.deployment import Deployment, wait_for
from tests.system.portal import PHONE, Look, grave_findings, is_within_the_screen, rows_of

pytestmark = pytest.mark.browser

FILE = DATA / "ceres_1801.obs"


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        sign_in_page(page, deployment.url, "observer")
        yield page


@pytest.fixture
def completed(observer: Client, moderator: Client, formed_request: int) -> int:
    """Ceres of 1801 with its result; the number of the request."""
    assert moderator.put(f"/api/requests/{formed_request}/complete").status == 200
    wait_for(lambda: observer.get(f"/api/requests/{formed_request}").body["verdict"], "the result")
    return formed_request


def in_russian(page: Page) -> None:
    page.get_by_text("RU", exact=True).click()


def test_file_with_a_wrong_line_is_marked_mended_and_becomes_a_draft(
    observer_page: Page, deployment: Deployment, observer: Client, look: Look, tmp_path: Path
) -> None:
    page = observer_page
    lines = FILE.read_text().splitlines()
    lines[2] = lines[2].replace("03 38 05.840", "25 38 05.840")
    wrong = tmp_path / "wrong.obs"
    wrong.write_text("\n".join(lines))
    count = observer.get("/api/requests").body["count"]

    page.goto(f"{deployment.url}/requests/new")
    page.get_by_label(look.say("Designation", "Обозначение")).fill("Ceres from a file")
    page.locator("input[type=file]").set_input_files(wrong)
    problems = page.get_by_role("list", name=look.say("What is wrong, line by line", "Что не так, по строкам"))
    expect(problems).to_contain_text(look.say("Right ascension cannot be read", "Прямое восхождение не прочесть"))
    expect(page.get_by_text(look.say("20 observations understood", "Распознано: 20 наблюдений"))).to_be_visible()
    create = page.get_by_role("button", name=look.say("Create draft", "Создать черновик"))
    create.click()
    mend = look.say("Mend the lines marked", "Сначала исправьте отмеченные в тексте строки")
    expect(page.get_by_text(mend)).to_be_visible()
    assert observer.get("/api/requests").body["count"] == count
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)

    place = look.say("Line 3, columns 33–44", "Строка 3, колонки 33–44")
    problems.get_by_role("button", name=place).click()
    page.wait_for_function("() => getSelection().toString().trim() === '25 38 05.840'")
    page.keyboard.type("03 38 05.840")
    understood = look.say("21 observations understood, 21 nights", "Распознано: 21 наблюдение, 21 ночь")
    expect(page.get_by_text(understood)).to_be_visible()
    track = look.say("Track of 21 observations", "Путь по небу, 21 наблюдение")
    expect(page.get_by_role("img", name=track)).to_be_visible()
    create.click()
    formed = look.say("Forming sends the request", "После формирования заявка уходит модератору")
    expect(page.get_by_text(formed)).to_be_visible()
    expect(rows_of(observations_on(page, look))).to_have_count(21)


def observations_on(page: Page, look: Look) -> Locator:
    return page.get_by_role("table", name=look.say("Observations", "Наблюдения"), exact=True)


def test_draft_is_edited_by_the_keyboard_and_a_removal_undone(
    observer_page: Page, deployment: Deployment, observer: Client, ceres: dict[str, Any], look: Look
) -> None:
    page = observer_page
    made = observer.post("/api/requests", {"designation": "By hand", "observations": ceres["observations"][:4]}).body
    page.goto(f"{deployment.url}/requests/{made['id']}")
    edit = look.say("Edit observation", "Изменить наблюдение")
    delete = look.say("Delete observation", "Удалить наблюдение")
    time = page.get_by_label(look.say("Time, UTC", "Время, UTC"))
    page.get_by_role("button", name=f"{edit} 1801-01-01").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(time).to_be_focused()
    page.get_by_label(look.say("Declination", "Склонение")).fill("+16 20 50")
    assert is_within_the_screen(page)
    page.keyboard.press("ArrowDown")
    expect(time).to_have_value(re.compile("1801-01-03"))
    page.reload()
    expect(time).to_have_value(re.compile("1801-01-03"))
    page.keyboard.press("Tab")
    time.press("Escape")
    page.get_by_role("button", name=f"{delete} 1801-01-04").click()
    expect(rows_of(observations_on(page, look))).to_have_count(3)
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
    page.get_by_role("button", name=look.say("Undo", "Вернуть")).click()
    expect(rows_of(observations_on(page, look))).to_have_count(4)
    path = f"/api/requests/{made['id']}"
    wait_for(lambda: len(observer.get(path).body["observations"]) == 4, "the removed row to be stored again")
    rows = observer.get(path).body["observations"]
    assert rows[1]["dec_deg"] == pytest.approx(16 + 20 / 60 + 50 / 3600)
    assert rows[3]["ra_deg"] == pytest.approx(ceres["observations"][3]["ra_deg"])


def test_results_say_why_in_both_languages_and_fit_a_phone(page: Page, deployment: Deployment, completed: int) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{deployment.url}/requests/{completed}")
    expect(page.get_by_text("The distance is known to").first).to_be_visible()
    expect(page.get_by_role("heading", name="Why this distance")).to_be_visible()
    expect(page.get_by_role("list", name="Share of each night")).to_contain_text("1801-01-01")
    expect(page.get_by_role("img", name="Track of 21 observations")).to_be_visible()
    assert is_within_the_screen(page)
    assert grave_findings(page) == []
    in_russian(page)
    expect(page.get_by_text("Расстояние известно с точностью 0,32 %: 41 сут, 20 ночей")).to_be_visible()
    expect(page.get_by_role("heading", name="Почему такое расстояние")).to_be_visible()
    assert is_within_the_screen(page)


def test_new_request_fits_a_phone_in_russian(page: Page, deployment: Deployment) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{deployment.url}/requests/new")
    in_russian(page)
    page.get_by_label("Наблюдения текстом").fill(FILE.read_text())
    expect(page.get_by_text("Распознано: 21 наблюдение, 21 ночь")).to_be_visible()
    assert grave_findings(page) == []
    assert is_within_the_screen(page)


def test_exported_ades_is_read_back_as_it_was(
    observer_page: Page, deployment: Deployment, observer: Client, completed: int, look: Look
) -> None:
    page = observer_page
    page.goto(f"{deployment.url}/requests/{completed}")
    page.get_by_role("button", name=look.say("Export", "Скачать")).click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name="ADES").click()
    content = Path(downloading.value.path()).read_bytes()
    assert downloading.value.suggested_filename == f"request-{completed}.psv"
    rows = observer.get(f"/api/requests/{completed}").body["observations"]
    records = [[cell.strip() for cell in line.split("|")] for line in content.decode().splitlines()[1:]]
    accepted = [record[records[0].index("selAst")] == "A" for record in records[1:]]
    assert accepted == [row["used"] for row in rows]
    read = observer.post("/api/observations/parse", content, Content_Type="text/plain").body
    assert (read["error_count"], read["observation_count"]) == (0, len(rows))
    for got, row in zip(read["observations"], rows, strict=True):
        assert (got["observed_at"], got["station"]) == (row["observed_at"], row["station"])
        assert got["ra_deg"] == pytest.approx(row["ra_deg"], abs=1e-9)
        assert got["dec_deg"] == pytest.approx(row["dec_deg"], abs=1e-9)


def test_when_the_stream_is_cut_polling_carries_on_and_says_so(
    observer_page: Page, deployment: Deployment, moderator: Client, formed_request: int, look: Look
) -> None:
    page = observer_page
    refused = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=503, body="")

    page.route("**/v1/calculations/*:watch", refuse)
    page.goto(f"{deployment.url}/requests/{formed_request}")
    expect(page.get_by_text(look.say("waits for a moderator", "ждёт решения модератора"))).to_be_visible()
    with frozen_workers(deployment):  # else the result might be there before the page asks for the stream
        assert moderator.put(f"/api/requests/{formed_request}/complete").status == 200
        page.get_by_role("button", name=look.say("Refresh now", "Обновить сейчас")).click()
        expect(page.get_by_text(look.say("The live line is cut", "Прямая связь прервана"))).to_be_visible()
        assert is_within_the_screen(page)
    known = look.say(
        "Every distance is known to 1 % or better.", "Все расстояния известны с точностью до 1 % или лучше."
    )
    expect(page.get_by_text(known)).to_be_visible()
    assert refused


def test_session_that_ends_while_typing_loses_nothing(observer_page: Page, deployment: Deployment, look: Look) -> None:
    page = observer_page
    page.goto(f"{deployment.url}/requests/new")
    designation = page.get_by_label(look.say("Designation", "Обозначение"))
    designation.fill("Typed before the session ended")
    page.context.clear_cookies()
    page.get_by_label(look.say("Observations as text", "Наблюдения текстом")).fill(FILE.read_text())
    expect(page.get_by_text(look.say("Your session has ended", "Сеанс закончился"))).to_be_visible()
    assert (grave_findings(page), is_within_the_screen(page)) == ([], True)
    page.get_by_label(look.say("Username", "Имя пользователя")).fill("observer")
    page.get_by_label(look.say("Password", "Пароль"), exact=True).fill("observer")
    page.get_by_role("button", name=look.say("Sign in", "Войти")).click()
    expect(designation).to_have_value("Typed before the session ended")
    expect(page.get_by_text(look.say("21 observations understood", "Распознано: 21 наблюдение"))).to_be_visible()
