"""A real Chromium for the browser tests and for the screenshots: the system's own, in an empty profile."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

# Without these, Chromium calls home at every start, which fails noisily on a machine without internet.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def open_browser(executable: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--no-first-run", *QUIET]
        )
        try:
            yield browser
        finally:
            browser.close()


def sign_in_page(page: Page, url: str, username: str, password: str | None = None) -> None:
    page.goto(url)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password or username)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
