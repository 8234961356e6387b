"""/docs of the running system: every link leads somewhere, and it is readable on a small phone, by day and by night."""

import re
import subprocess
from html import unescape
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser

from tests.system.client import Client
from tests.system.deployment import ROOT, Deployment
from tests.system.portal import PHONE, is_within_the_screen


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses |= {value for name, value in attributes if name in ("href", "src") and value}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_link_leads_somewhere(anonymous: Client, language: str) -> None:
    addresses = Links(anonymous.get(f"/docs?lang={language}").body).addresses
    followed = {address for address in addresses if address.startswith("/")}
    assert {"/api/docs", "/api/schema", "/docs/files/protos/astrodist/calc/v1/calculation_service.proto"} <= followed
    assert not {address for address in addresses - followed if not address.startswith(("#", "data:"))}
    for path in (ROOT / "clients").rglob("*.md"):
        assert f"/docs/files/{path.relative_to(ROOT).as_posix()}" in followed
    for address in followed:
        answer = anonymous.get(address, Accept="text/html,*/*")
        assert answer.status == 200 and answer.body, address


def test_the_example_to_begin_with_works_as_it_is_written(anonymous: Client) -> None:
    found = re.search(r"<pre>(.*?)</pre>", anonymous.get("/docs").body, re.DOTALL)
    assert found
    with subprocess.Popen(
        ["bash", "-ec", f"exec 2>&1; {unescape(found[1])}"], stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout
        printed = ""
        while "initial_set_complete" not in printed and (line := shell.stdout.readline()):
            printed += line
        shell.kill()
    assert printed.startswith('{"count":') and "initial_set_complete" in printed, printed


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_fits_a_small_phone_and_breaks_no_policy(
    deployment: Deployment, browser: Browser, scheme: str, language: str
) -> None:
    with browser.new_context(viewport=PHONE, color_scheme=scheme, locale=language) as context:  # type: ignore[arg-type]
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.on("requestfailed", lambda request: problems.append(request.url))
        page.goto(f"{deployment.url}/docs")
        assert page.evaluate("document.documentElement.lang") == language
        assert is_within_the_screen(page)
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 22, 29)"}[scheme]
        assert not problems
