"""What the tests of the moderator's pages share: requests to decide about, pages of a signed-in user, axe."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from scripts.services import ROOT
from tests.system.browser import sign_in_page
from tests.system.client import Client

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
CERES = json.loads((ROOT / "tests" / "data" / "ceres_1801.json").read_text())
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 780}


@dataclass(frozen=True, kw_only=True)
class Look:
    """A size of the window, its colours and its language."""

    viewport: dict[str, int]
    dark: bool
    language: str

    def say(self, english: str, russian: str) -> str:
        return russian if self.language == "RU" else english

    def write(self, count: int) -> str:
        """A whole number as the pages write it."""
        return f"{count:,}".replace(",", self.say(",", " "))


LOOKS = {
    "wide": Look(viewport=WIDE, dark=False, language="EN"),
    "phone": Look(viewport=PHONE, dark=True, language="RU"),
}


def form_requests(observer: Client, *names: str) -> list[int]:
    """Formed requests with Piazzi's observations, and their numbers."""
    numbers = []
    for name in names:
        made = observer.post("/api/requests", {"designation": name, "observations": CERES["observations"]})
        assert made.status == 201, made
        assert observer.put(f"/api/requests/{made.body['id']}/form").status == 200
        numbers.append(int(made.body["id"]))
    return numbers


def open_page(
    browser: Browser,
    url: str,
    username: str,
    *,
    password: str | None = None,
    viewport: dict[str, int] | None = None,
    dark: bool = False,
) -> Page:
    """A signed-in page in a context of its own; the caller closes the context."""
    context = browser.new_context(viewport=viewport or WIDE, color_scheme="dark" if dark else "light")  # type: ignore[arg-type]
    page = context.new_page()
    sign_in_page(page, url, username, password)
    return page


def open_looked(browser: Browser, url: str, username: str, look: Look, *, password: str | None = None) -> Page:
    """As `open_page`, in the size, the colours and the language of a look."""
    page = open_page(browser, url, username, password=password, viewport=look.viewport, dark=look.dark)
    page.get_by_text(look.language, exact=True).click()
    return page


def sign_in_looked(page: Page, url: str, username: str, look: Look) -> None:
    """As `sign_in_page`, in the language of a look, which is chosen first."""
    page.goto(url)
    page.get_by_text(look.language, exact=True).click()
    page.get_by_label(look.say("Username", "Имя пользователя")).fill(username)
    page.get_by_label(look.say("Password", "Пароль"), exact=True).fill(username)
    page.get_by_role("button", name=look.say("Sign in", "Войти")).click()
    page.get_by_role("button", name=look.say("Sign out", "Выйти")).wait_for()


def row_of(page: Page, name: str) -> Locator:
    """The row or card of the request with this name."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def rows_of(table: Locator) -> Locator:
    """The rows below the head of a table, or its cards."""
    return table.get_by_role("row").filter(has=table.page.get_by_role("cell"))


def unfold_filters(page: Page, look: Look) -> None:
    """Shows the filters of the requests, which on a phone are folded away behind a button."""
    if look.viewport is PHONE:
        expect(page.get_by_label(look.say("Status", "Статус"), exact=True)).to_be_hidden()
        page.get_by_role("button", name=look.say("Filters", "Отбор"), exact=True).click()


def order_by_designation(page: Page, look: Look) -> None:
    """By the head of the table; cards have none, and a choice among the filters in its place."""
    if look.viewport is PHONE:
        page.get_by_label(look.say("Order", "Порядок"), exact=True).select_option("designation")
    else:
        page.get_by_role("button", name=look.say("Designation", "Обозначение")).click()


# Ends when nothing on the page moves any more but what turns for ever; a hint that is fading in is pale.
COME_TO_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const moving = () => document.getAnimations().filter(
    (one) => one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime));
  const until = performance.now() + 20_000;
  for (await frame(), await frame(); moving().length; await frame())
    if (performance.now() > until)
      throw new Error(`still moves: ${moving().map((one) => one.effect.target?.outerHTML)}`);
}"""


def grave_findings(page: Page) -> list[Any]:
    """What axe finds serious or critical on the page at rest; it stays without motion."""
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(COME_TO_REST)
    page.evaluate(AXE.read_text())
    violations = page.evaluate("axe.run().then((found) => found.violations)")
    return [
        (found["id"], [node["html"][:160] for node in found["nodes"][:3]])
        for found in violations
        if found["impact"] in GRAVE
    ]


def is_within_the_screen(page: Page) -> bool:
    """Whether the page, at rest, needs no scrolling sideways."""
    page.evaluate(COME_TO_REST)
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def cut_buttons(page: Page) -> list[str]:
    """What is written on buttons that are too narrow for it; words for screen readers alone are one pixel wide."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll("button, button *")]
          .filter((part) => part.checkVisibility() && getComputedStyle(part).overflowX === "hidden"
            && part.clientWidth > 1 && part.scrollWidth > part.clientWidth + 1)
          .map((part) => part.textContent)"""
    )
    return found


def ill_drawn_names(drawing: Locator) -> list[str]:
    """Names on a drawing that are too small to read, have no halo, stand outside of it, or cover each other."""
    found: list[str] = drawing.evaluate(
        """drawing => {
          const whole = drawing.getBoundingClientRect();
          let card = drawing;
          while (getComputedStyle(card).backgroundColor === "rgba(0, 0, 0, 0)") card = card.parentElement;
          const ground = getComputedStyle(card).backgroundColor;
          const names = [...drawing.querySelectorAll("text")].map((text) => ({
            name: text.textContent,
            px: parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a,
            halo: getComputedStyle(text).paintOrder.startsWith("stroke") && getComputedStyle(text).stroke === ground,
            box: text.getBBox(),
            seen: text.getBoundingClientRect(),
          }));
          const covers = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width
            && a.y + 3 < b.y + b.height - 3 && b.y + 3 < a.y + a.height - 3;
          if (names.length === 0) return ["it has no names"];
          return names.flatMap(({ name, px, halo, box, seen }, index) => [
            ...(px < 11.5 ? [`${name} is ${px.toFixed(1)} px high`] : []),
            ...(halo ? [] : [`${name} has no halo in ${ground}`]),
            ...(seen.left < whole.left || seen.right > whole.right ? [`${name} stands outside`] : []),
            ...(seen.top + 3 < whole.top || seen.bottom - 3 > whole.bottom ? [`${name} stands outside`] : []),
            ...names.slice(index + 1).filter((other) => covers(box, other.box))
              .map((other) => `${name} and ${other.name} cover each other`),
          ]);
        }"""
    )
    return found
