"""Writers of SQLite one after the other, whatever thread they are in."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from main_api import turns
from main_api.accounts.models import User
from main_api.errors import NotFound
from main_api.requests.models import Request
from main_api.requests.services.drafts import create_request
from main_api.turns import _queue_path, in_turn, write_together, writing
from tests.main_api.conftest import DEADLINE_S
from tests.main_api.sample_requests import make_completed, make_draft
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


@pytest.fixture
def all_at_once(together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Writes together what threads want that came while another one wrote; the number of transactions comes first."""

    def run(*writes: Callable[[], Any]) -> list[Any]:
        transactions, begun = list[int](), threading.Event()

        @contextmanager
        def counted() -> Iterator[None]:
            transactions.append(1)
            with writing():
                yield

        def write_before() -> None:
            with turns._leading:
                begun.set()
                ends_at = time.monotonic() + DEADLINE_S
                while len(turns._waiting) < len(writes) and time.monotonic() < ends_at:
                    time.sleep(0.001)

        def write_after(write: Callable[[], Any]) -> Any:
            assert begun.wait(DEADLINE_S)
            return write_together(write)

        monkeypatch.setattr(turns, "writing", counted)
        outcomes = together(write_before, *[lambda write=write: write_after(write) for write in writes])
        return [len(transactions), *outcomes[1:]]

    return run


def comment(request: Request, text: str) -> int:
    return Request.objects.filter(pk=request.pk).update(comment=text)


def comments() -> list[str]:
    return list(Request.objects.order_by("pk").values_list("comment", flat=True))


def test_those_who_come_while_another_writes_share_a_transaction(
    observer: User, all_at_once: Callable[..., list[Any]]
) -> None:
    if connection.vendor != "sqlite":
        return
    drafts = [make_draft(observer, observation_count=0) for _ in range(4)]
    writes = [lambda draft=draft, n=n: comment(draft, str(n)) + n for n, draft in enumerate(drafts)]
    assert all_at_once(*writes) == [1, 1, 2, 3, 4]
    assert comments() == ["0", "1", "2", "3"]


def test_who_fails_among_others_fails_alone(observer: User, all_at_once: Callable[..., list[Any]]) -> None:
    if connection.vendor != "sqlite":
        return
    drafts = [make_draft(observer, observation_count=0) for _ in range(3)]

    def fail() -> None:
        comment(drafts[1], "undone")
        raise NotFound()

    transaction_count, *outcomes = all_at_once(lambda: comment(drafts[0], "a"), fail, lambda: comment(drafts[2], "c"))
    assert (transaction_count, outcomes) == (4, [1, "NOT_FOUND", 1])
    assert comments() == ["a", "", "c"]


def test_who_writes_alone_or_inside_a_transaction_waits_for_nobody(observer: User) -> None:
    draft = make_draft(observer, observation_count=0)
    assert write_together(lambda: comment(draft, "alone")) == 1
    with transaction.atomic(), turns._leading:
        assert write_together(lambda: comment(draft, "inside")) == 1
    assert comments() == ["inside"]
