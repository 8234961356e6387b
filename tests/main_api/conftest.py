"""What the tests of main_api share: a database in a file, users, clients, a calculation service that is a fake."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from rest_framework.test import APIClient

from main_api import calc_channel
from main_api.accounts.models import Role, User
from main_api.accounts.services import create_token
from main_api.errors import ApiError
from main_api.requests.models import Request
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_requests import make_draft

CALLBACK_KEY = "development-callback-key"
PASSWORD = "wrench-orbit-41"
DEADLINE_S = 120

Clients = Callable[[User], APIClient]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a file: threads cannot share SQLite's database in memory without locking each other out."""
    database = django_settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        folder: Path = tmp_path_factory.mktemp("main")
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(folder / "main.sqlite3")}


@pytest.fixture(scope="session")
def dead_address() -> Iterator[str]:
    """An address where nobody listens, held: gRPC is slow to call again where it was refused a moment ago."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture(autouse=True)
def quick_and_alone(settings: Any, dead_address: str) -> None:
    """No slow hashes, and no calculation service unless a test starts one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CALC_ADDRESSES = (dead_address,)
    settings.CALLBACK_KEYS = (CALLBACK_KEY,)
    settings.REQUIRE_SIGNATURE = False
    settings.CALLBACK_BASE_URL = "http://127.0.0.1:8001"


@pytest.fixture
def calc(settings: Any) -> Iterator[FakeCalc]:
    """A real gRPC server with a fake behind it; main_api is told its address."""
    with FakeCalc() as fake:
        settings.CALC_ADDRESSES = (fake.address,)
        yield fake
    # A later fake may get the same port; a channel that has just lost this one would call it unreachable for a moment.
    calc_channel._stub_at.cache_clear()


@pytest.fixture
def observer(db: None) -> User:
    return User.objects.create_user("olga", password=PASSWORD, role=Role.OBSERVER)


@pytest.fixture
def other_observer(db: None) -> User:
    return User.objects.create_user("oscar", password=PASSWORD, role=Role.OBSERVER)


@pytest.fixture
def moderator(db: None) -> User:
    return User.objects.create_user("maria", password=PASSWORD, role=Role.MODERATOR)


@pytest.fixture
def draft(observer: User) -> Request:
    """The observer's, still without observations."""
    return make_draft(observer, observation_count=0)


@pytest.fixture
def signed_in() -> Clients:
    """A client of a user, by token."""

    def build(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(user=user)}")
        return client

    return build


@pytest.fixture
def as_observer(observer: User, signed_in: Clients) -> APIClient:
    return signed_in(observer)


@pytest.fixture
def as_moderator(moderator: User, signed_in: Clients) -> APIClient:
    return signed_in(moderator)


@pytest.fixture
def anonymous(db: None) -> APIClient:
    return APIClient()


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Runs calls in threads of their own; an ApiError is an outcome."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(calls))

        def attempt(call: Callable[[], Any]) -> Any:
            start.wait(DEADLINE_S)
            try:
                return call()
            except ApiError as error:
                return error.reason
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result(DEADLINE_S) for future in [pool.submit(attempt, call) for call in calls]]

    return run
