"""Fixtures of the system tests: the real services, and who calls them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.browser import find_chromium, open_browser
from tests.system.client import Client, sign_in
from tests.system.deployment import PATIENCE_S, ROOT, Deployment, running
from tests.system.portal import LOOKS, Look, open_looked, open_page

DATA = ROOT / "tests" / "data"
expect.set_options(timeout=1000 * PATIENCE_S)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with running(Deployment(tmp_path_factory.mktemp("deployment"))) as services:
        yield services


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium; by module, since its driver keeps an event loop running in this thread."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("Chromium is missing: apt install chromium")
    with open_browser(executable) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def username() -> str:
    """Who is signed in on `page`; a module of another user's pages has a fixture of its own."""
    return "moderator"


@pytest.fixture
def page(browser: Browser, deployment: Deployment, username: str) -> Iterator[Page]:
    """The page of a signed-in user, in a context of its own."""
    page = open_page(browser, deployment.url, username)
    yield page
    page.context.close()


@pytest.fixture(params=LOOKS.values(), ids=list(LOOKS))
def look(request: pytest.FixtureRequest) -> Look:
    """Wide in English, then on a phone in Russian."""
    assert isinstance(request.param, Look)
    return request.param


@pytest.fixture
def observer_page(browser: Browser, deployment: Deployment, look: Look) -> Iterator[Page]:
    """The page of the observer in each look."""
    page = open_looked(browser, deployment.url, "observer", look)
    yield page
    page.context.close()


@pytest.fixture
def moderator_page(browser: Browser, deployment: Deployment, look: Look) -> Iterator[Page]:
    """The page of the moderator in each look."""
    page = open_looked(browser, deployment.url, "moderator", look)
    yield page
    page.context.close()


@pytest.fixture
def anonymous(deployment: Deployment) -> Client:
    return Client(deployment.url, {})


@pytest.fixture
def observer(deployment: Deployment) -> Client:
    return sign_in(deployment.url, "observer")


@pytest.fixture
def moderator(deployment: Deployment) -> Client:
    return sign_in(deployment.url, "moderator")


@pytest.fixture(scope="session")
def ceres() -> dict[str, Any]:
    """Piazzi's observations of 1801 and the true distances."""
    return json.loads((DATA / "ceres_1801.json").read_text())


@pytest.fixture
def formed_request(observer: Client, ceres: dict[str, Any]) -> int:
    """A formed request with the observations of Ceres; its number."""
    answer = observer.post(
        "/api/requests",
        {"designation": "Ceres", "comment": "made by a test", "observations": ceres["observations"]},
    )
    assert answer.status == 201, answer
    number = answer.body["id"]
    formed = observer.put(f"/api/requests/{number}/form")
    assert formed.status == 200, formed
    return int(number)
