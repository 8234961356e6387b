"""No page breaks the policy that the gateway gives it, in a real Chromium; and pages still look and work."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.system.browser import sign_in_page
from tests.system.client import Client
from tests.system.deployment import ROOT, Deployment

WORDS_OF_REFUSAL = re.compile("Content Security Policy|Refused to|violates", re.IGNORECASE)
# Told by the browser itself; collected in the page from its very start.
LISTEN = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));"""
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Watched:
    """A page and what its browser refused to do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.refused: list[str] = []
        page.add_init_script(LISTEN)
        page.on("console", lambda message: self._note(message.text))
        page.on("pageerror", lambda error: self.refused.append(f"error: {error}"))

    def _note(self, text: str) -> None:
        if WORDS_OF_REFUSAL.search(text):
            self.refused.append(text)

    def check(self) -> None:
        assert self.page.evaluate("window.violations") == []
        assert self.refused == []


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    page = browser.new_page()
    try:
        yield Watched(page)
    finally:
        page.close()


PATHS = ("/", "/no/such/page", "/missing.js", "/healthz", "/docs", "/v1/none")
MAIN_PATHS = ("/api/docs", "/api/schema", "/api/nothing", "/api/admin/login/")


@pytest.mark.parametrize("path", PATHS + MAIN_PATHS)
def test_every_answer_has_the_headers_and_no_inline_script_may_run(deployment: Deployment, path: str) -> None:
    answer = Client(deployment.url, {}).get(path, Accept="text/html,*/*")
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers  # not by http
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy
    assert re.search("script-src 'self';|default-src 'none';", policy) and "frame-ancestors 'none'" in policy


def test_each_page_has_another_word_for_its_styles(deployment: Deployment) -> None:
    client = Client(deployment.url, {})
    policies = set()
    for _ in range(2):
        answer = client.get("/", Accept="text/html")
        (nonce,) = re.findall(r'nonce="([^"]+)"', answer.body)
        assert f"style-src 'self' 'nonce-{nonce}';" in answer.headers["content-security-policy"]
        policies.add(nonce)
    assert len(policies) == 2


def test_private_answers_are_kept_by_nobody(deployment: Deployment, observer: Client) -> None:
    for path in ("/api/auth/me", "/v1/calculations", "/readyz"):
        assert observer.get(path).headers["cache-control"] == "no-store"
    assert "private" in observer.get("/api/requests").headers["cache-control"]


def test_the_interface_keeps_its_looks(watched: Watched, deployment: Deployment, formed_request: int) -> None:
    page = watched.page
    sign_in_page(page, deployment.url, "moderator")
    # Mantine's variables come by a `<style>` element; without the word it would have been refused.
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--mantine-color-text')")
    page.goto(f"{deployment.url}/requests/{formed_request}")
    page.get_by_role("button", name="Reject").first.click()
    page.get_by_role("dialog").wait_for()
    watched.check()
    page.keyboard.press("Escape")
    for path in ("/", "/calculations", "/asteroids", "/pi"):
        page.goto(deployment.url + path)
        page.wait_for_load_state("networkidle")
        watched.check()


def test_the_documentation_s_pages_work(watched: Watched, deployment: Deployment) -> None:
    page = watched.page
    page.goto(f"{deployment.url}/api/docs")
    page.locator(".opblock").first.click()
    page.locator(".opblock.is-open .opblock-body").first.wait_for()
    watched.check()
    page.goto(f"{deployment.url}/docs")
    page.get_by_role("heading").first.wait_for()
    watched.check()


def test_the_admin_s_pages_work(watched: Watched, deployment: Deployment) -> None:
    page = watched.page
    page.goto(f"{deployment.url}/api/admin/login/")
    page.locator("input[name=username]").wait_for()
    assert page.evaluate("getComputedStyle(document.querySelector('#header')).backgroundColor") != "rgba(0, 0, 0, 0)"
    watched.check()


def test_the_admin_s_pages_behind_the_sign_in_work(
    watched: Watched, deployment: Deployment, formed_request: int
) -> None:
    page, admin = watched.page, f"{deployment.url}/api/admin"
    page.goto(f"{admin}/login/?next=/api/admin/")
    for name in ("username", "password"):
        page.locator(f"input[name={name}]").fill("moderator")
    page.locator("input[type=submit]").click()
    page.wait_for_url(f"{admin}/")
    theme = "document.documentElement.dataset.theme"
    before = page.evaluate(theme)
    page.locator("button.theme-toggle").first.click()  # its scripts do run
    assert page.evaluate(theme) != before
    watched.check()
    for path in ("/accounts/user/", f"/requests/request/{formed_request}/change/", "/password_change/"):
        page.goto(admin + path)
        assert page.locator("#content h1").first.inner_text()
        watched.check()


def test_a_script_written_into_a_page_does_not_run(watched: Watched, deployment: Deployment) -> None:
    page = watched.page
    page.goto(deployment.url)
    page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        " document.body.append(script); }"
    )
    page.wait_for_function("() => window.violations.some((one) => one.startsWith('script-src-elem inline'))")
    assert page.evaluate("window.ran") is None


def test_the_build_holds_no_secret() -> None:
    build = [path for path in (ROOT / "frontend" / "dist").rglob("*") if path.is_file() and path.suffix != ".gz"]
    assert build
    for word in (b"development-callback-key", b"development-only", b"whsec_", b"BEGIN PRIVATE KEY"):
        assert [path.name for path in build if word in path.read_bytes()] == []
