"""Writers of SQLite one after the other, whatever thread they are in."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from main_api.accounts.models import User
from main_api.requests.services.drafts import create_request
from main_api.turns import _queue_path, in_turn
from tests.main_api.conftest import DEADLINE_S
from tests.main_api.sample_requests import make_completed
from tests.main_api.test_races import put
from tests.main_api.test_results import result_body

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_one_has_its_turn(together: Callable[..., list[Any]]) -> None:
    if connection.vendor != "sqlite":
        assert _queue_path() is None
        return
    present: list[int] = []
    seen: list[int] = []

    def write() -> None:
        for _ in range(20):
            with in_turn():
                present.append(1)
                seen.append(len(present))
                present.pop()

    together(*[write] * 4)
    assert seen == [1] * 80


def test_a_turn_ends_with_an_error() -> None:
    for _ in range(2):
        with pytest.raises(KeyError), in_turn():
            raise KeyError


def test_inside_a_transaction_nobody_waits(observer: User, moderator: User) -> None:
    """It holds SQLite's own lock, for which whoever has the turn may be waiting."""
    entered, left = threading.Event(), threading.Event()

    def hold() -> None:
        with in_turn():
            entered.set()
            left.wait(DEADLINE_S)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(DEADLINE_S)
    with transaction.atomic(), in_turn():
        assert not left.is_set()
    left.set()
    holder.join(DEADLINE_S)
    assert not holder.is_alive()


def test_whoever_creates_a_request_waits_for_the_turn(observer: User, together: Callable[..., list[Any]]) -> None:
    if connection.vendor != "sqlite":
        return
    entered, order = threading.Event(), list[str]()

    def hold() -> None:
        with in_turn():
            entered.set()
            time.sleep(0.1)  # whoever did not wait would be done by now
            order.append("held")

    def create() -> None:
        assert entered.wait(DEADLINE_S)
        create_request(creator=observer, designation="")
        order.append("created")

    together(hold, create)
    assert order == ["held", "created"]


def test_a_report_that_is_refused_gives_its_turn_back(observer: User, moderator: User) -> None:
    completed = make_completed(observer, moderator)
    assert put(completed.pk + 1, result_body(completed)) == 404
    assert put(completed.pk, result_body(completed)) == 204
