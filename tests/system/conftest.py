"""Fixtures of the system tests: the real services, and who calls them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.system.browser import find_chromium, open_browser
from tests.system.client import Client, sign_in
from tests.system.deployment import ROOT, Deployment, running

DATA = ROOT / "tests" / "data"


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
