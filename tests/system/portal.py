"""What the tests of the moderator's pages share: requests to decide about, pages of a signed-in user, axe."""

import json
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from scripts.services import ROOT
from tests.system.browser import sign_in_page
from tests.system.client import Client

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
CERES = json.loads((ROOT / "tests" / "data" / "ceres_1801.json").read_text())
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 780}


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


def row_of(page: Page, name: str) -> Locator:
    """The row or card of the request with this name."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def grave_findings(page: Page) -> list[Any]:
    """What axe finds serious or critical on the page as it is."""
    page.evaluate(AXE.read_text())
    violations = page.evaluate("axe.run().then((found) => found.violations)")
    return [
        (found["id"], [node["html"][:160] for node in found["nodes"][:3]])
        for found in violations
        if found["impact"] in GRAVE
    ]
