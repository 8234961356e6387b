"""The caller's deadline bounds what main_api asks of calc_grpc."""

import threading
import time
from typing import Any

import pytest
from rest_framework.test import APIClient

from main_api import deadline
from main_api.accounts.models import User
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.sample_requests import make_formed

pytestmark = pytest.mark.django_db(transaction=True)


def test_completing_waits_no_longer_for_calc_than_its_caller_waits_for_it(
    as_moderator: APIClient, observer: User, calc: FakeCalc, settings: Any
) -> None:
    settings.CALC_TIMEOUT_S = 20
    address = f"/api/requests/{make_formed(observer).pk}/complete"
    given_up = threading.Event()
    calc.on_create = lambda _: given_up.wait(20) and None
    began_at = time.monotonic()
    answer = as_moderator.put(address, headers={deadline.HEADER: "0.3"})
    assert time.monotonic() - began_at < 15
    given_up.set()
    assert (answer.status_code, answer.json()["reason"]) == (503, "CALC_UNAVAILABLE")
    calc.on_create = lambda _: None
    assert as_moderator.put(address).status_code == 200


@pytest.mark.parametrize("header", ["", "soon", "-1", "nan", "1e9", "12345678"])
def test_what_is_no_number_of_seconds_sets_no_deadline(header: str) -> None:
    token = deadline.begin(header)
    assert deadline.bounded_s(5.0) == 5.0
    deadline.end(token)


def test_a_deadline_only_shortens_and_ends_with_its_call() -> None:
    token = deadline.begin("2.5")
    assert 1 < deadline.bounded_s(5.0) <= 2.5
    assert deadline.bounded_s(1.0) == 1.0
    deadline.end(token)
    assert deadline.bounded_s(5.0) == 5.0
    spent = deadline.begin("0")
    assert deadline.bounded_s(5.0) == deadline.LEAST_S
    deadline.end(spent)
