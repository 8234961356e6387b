"""A call repeated under its Idempotency-Key is one call: one effect, the same answer."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.idempotency import answering, services
from main_api.idempotency.models import KeptAnswer
from main_api.requests.models import Observation, Request
from main_api.requests.services import drafts
from tests.main_api.conftest import DEADLINE_S, Clients
from tests.main_api.fake_calc import FakeCalc, parsed
from tests.main_api.import_calls import post as import_file
from tests.main_api.import_calls import rows
from tests.main_api.sample_requests import make_completed, make_draft, observation_body

URL = "/api/requests"
KEY = {"HTTP_IDEMPOTENCY_KEY": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
REPLAYED = "Idempotency-Replayed"


def is_replay_of(first: Any, again: Any) -> bool:
    assert REPLAYED not in first and again[REPLAYED] == "true"
    kept = ("Content-Type", "Location", "ETag")
    headers = [[answer.headers.get(name) for name in kept] for answer in (first, again)]
    return (again.status_code, again.content) == (first.status_code, first.content) and headers[0] == headers[1]


def test_a_request_created_twice_under_one_key_is_one_draft(as_observer: APIClient) -> None:
    first = as_observer.post(URL, {"designation": "Ceres"}, **KEY)
    again = as_observer.post(URL, {"designation": "Ceres"}, **KEY)
    assert first.status_code == 201 and first["Location"] == f"{URL}/{first.json()['id']}"
    assert is_replay_of(first, again) and Request.objects.count() == 1


def test_without_a_key_every_call_counts(as_observer: APIClient) -> None:
    for _ in range(2):
        answer = as_observer.post(URL, {"designation": "Ceres"})
        assert answer.status_code == 201 and REPLAYED not in answer
    assert Request.objects.count() == 2 and not KeptAnswer.objects.exists()


def test_the_answer_is_the_same_whether_a_key_was_sent_or_not(as_observer: APIClient) -> None:
    plain, keyed = (as_observer.post(URL, {"designation": "Ceres"}, **headers) for headers in ({}, KEY))
    assert set(plain.json()) == set(keyed.json()) and plain["Content-Type"] == keyed["Content-Type"]


def test_an_observation_added_twice_under_one_key_is_one(as_observer: APIClient, draft: Request) -> None:
    url = f"{URL}/{draft.pk}/observations"
    first, again = (as_observer.post(url, observation_body(), **KEY) for _ in range(2))
    assert first.status_code == 201 and is_replay_of(first, again)
    assert Observation.objects.count() == 1


def test_a_file_imported_twice_under_one_key_is_read_once(
    as_observer: APIClient, draft: Request, calc: FakeCalc
) -> None:
    calc.read = parsed(*rows(0, 1))
    first = import_file(as_observer, draft, **KEY)
    calc.read = parsed(*rows(2))
    again = import_file(as_observer, draft, **KEY)
    assert first.status_code == 200 and is_replay_of(first, again)
    assert Observation.objects.count() == 2


def test_a_dry_run_keeps_nothing(as_observer: APIClient, draft: Request, calc: FakeCalc) -> None:
    calc.read = parsed(*rows(0))
    assert import_file(as_observer, draft, query="?dry_run=true", **KEY).status_code == 200
    assert not KeptAnswer.objects.exists()


def test_a_recalculation_repeated_under_one_key_is_one(
    as_moderator: APIClient, observer: User, moderator: User, calc: FakeCalc
) -> None:
    completed = make_completed(observer, moderator)
    body = {"supersedes": str(completed.calculation_id)}
    first, again = (as_moderator.post(f"{URL}/{completed.pk}/recalculate", body, **KEY) for _ in range(2))
    assert first.status_code == 200 and is_replay_of(first, again) and len(calc.calculations) == 1


def test_a_synchronisation_started_twice_under_one_key_is_told_alike(as_moderator: APIClient, calc: FakeCalc) -> None:
    first, again = (as_moderator.post("/api/asteroids/sync", {}, **KEY) for _ in range(2))
    assert first.status_code == 202 and is_replay_of(first, again)


@pytest.mark.parametrize("change", ["body", "parameters", "content type"])
def test_the_same_key_for_another_input_is_422(
    as_observer: APIClient, draft: Request, calc: FakeCalc, change: str
) -> None:
    calc.read = parsed(*rows(0))
    assert import_file(as_observer, draft, b"a file", **KEY).status_code == 200
    changes: dict[str, Any] = {
        "body": {"content": b"another"},
        "parameters": {"query": "?designation=Ceres"},
        "content type": {"content_type": "application/xml"},
    }[change]
    answer = import_file(as_observer, draft, **changes, **KEY)
    assert (answer.status_code, answer.json()["reason"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert Observation.objects.count() == 1


def test_a_key_is_one_user_s_and_one_call_s(
    as_observer: APIClient, other_observer: User, signed_in: Clients, draft: Request
) -> None:
    body = {"designation": "Ceres"}
    assert as_observer.post(URL, body, **KEY).status_code == 201
    answer = signed_in(other_observer).post(URL, body, **KEY)
    assert answer.status_code == 201 and REPLAYED not in answer
    other_call = as_observer.post(f"{URL}/{draft.pk}/observations", observation_body(), **KEY)
    assert other_call.status_code == 201 and REPLAYED not in other_call


def test_a_refusal_is_kept_as_well(as_observer: APIClient) -> None:
    first, again = (as_observer.post(URL, {"designation": ""}, **KEY) for _ in range(2))
    assert first.status_code == 400 and is_replay_of(first, again)


def test_one_user_s_keys_are_bounded_and_the_oldest_refusals_go_first(
    as_observer: APIClient, other_observer: User, signed_in: Clients, settings: Any
) -> None:
    settings.IDEMPOTENCY_KEYS_MAX = 3

    def post(key: str, designation: str, client: APIClient = as_observer) -> Any:
        return client.post(URL, {"designation": designation}, HTTP_IDEMPOTENCY_KEY=key)

    def kept(user: str = "olga") -> list[str]:
        return list(KeptAnswer.objects.filter(user__username=user).order_by("pk").values_list("key", flat=True))

    assert post("theirs", "", signed_in(other_observer)).status_code == 400
    for key, designation in (("a", "Ceres"), ("b", ""), ("c", "Vesta"), ("d", "")):
        post(key, designation)
    assert kept() == ["a", "c", "d"], "the oldest refusal went, though an answer is older"
    post("e", "Juno")
    assert kept() == ["a", "c", "e"]
    post("f", "Pallas")
    assert kept() == ["c", "e", "f"], "where no refusal is left, the oldest answer goes"
    assert REPLAYED in post("c", "Vesta") and REPLAYED in post("f", "Pallas")
    assert kept() == ["c", "e", "f"] and kept("oscar") == ["theirs"]
    for number in range(9):
        post(f"refused {number}".replace(" ", "-"), "")
    assert kept() == ["e", "f", "refused-8"], "a refusal takes no answer's place but the oldest one's"


def test_a_call_that_runs_is_not_forgotten_for_a_new_one(as_observer: APIClient, settings: Any) -> None:
    settings.IDEMPOTENCY_KEYS_MAX = 1
    as_observer.post(URL, {"designation": "Ceres"}, **KEY)
    KeptAnswer.objects.update(status=None)
    assert as_observer.post(URL, {"designation": "Vesta"}, HTTP_IDEMPOTENCY_KEY="another").status_code == 201
    assert as_observer.post(URL, {"designation": "Ceres"}, **KEY).json()["reason"] == "IDEMPOTENCY_KEY_RUNNING"


def test_a_refusal_that_repeats_a_large_body_is_not_kept(as_observer: APIClient) -> None:
    body = {"designation": "Ceres", "x" * services.REFUSAL_BYTES_MAX: 1}
    answers = [as_observer.post(URL, body, **KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400] and REPLAYED not in answers[1]
    assert not KeptAnswer.objects.exists()


def test_a_fault_is_not_kept(as_observer: APIClient, draft: Request, calc: FakeCalc, settings: Any) -> None:
    alive, settings.CALC_ADDRESSES = settings.CALC_ADDRESSES, ("127.0.0.1:1",)
    assert import_file(as_observer, draft, **KEY).status_code == 503
    assert not KeptAnswer.objects.exists()
    settings.CALC_ADDRESSES, calc.read = alive, parsed(*rows(0))
    answer = import_file(as_observer, draft, **KEY)
    assert answer.status_code == 200 and REPLAYED not in answer


def test_an_effect_whose_answer_could_not_be_kept_is_none(
    as_observer: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any) -> None:
        assert Request.objects.exists(), "the effect came first"
        raise RuntimeError("the power fails here")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "keep_answer", lose)
        as_observer.raise_request_exception = False
        assert as_observer.post(URL, {"designation": "Ceres"}, **KEY).status_code == 500
    assert not Request.objects.exists()
    assert as_observer.post(URL, {"designation": "Ceres"}, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", '""', '"', '"a', "a b", 'a"b', '"a\\b"', "ключ", "x" * 256, "a,b"])
def test_a_key_that_is_no_text_in_quotation_marks_is_refused(as_observer: APIClient, key: str) -> None:
    answer = as_observer.post(URL, {"designation": "Ceres"}, HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "Idempotency-Key")
    assert not Request.objects.exists()


@pytest.mark.parametrize(("given", "same"), [('"abc"', "abc"), (' "abc" ', '"abc"'), (r'"a\"b\\c"', r'"a\"b\\c"')])
def test_a_key_may_come_without_its_quotation_marks(as_observer: APIClient, given: str, same: str) -> None:
    first, again = (as_observer.post(URL, {"designation": "Ceres"}, HTTP_IDEMPOTENCY_KEY=key) for key in (given, same))
    assert is_replay_of(first, again)


def test_answers_are_forgotten_after_the_time_of_the_setting(as_observer: APIClient, settings: Any) -> None:
    settings.IDEMPOTENCY_KEEP_H = 2
    as_observer.post(URL, {"designation": "Ceres"}, **KEY)
    for age_h, replayed in ((1.9, True), (2.1, False)):
        KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=age_h))
        assert (REPLAYED in as_observer.post(URL, {"designation": "Ceres"}, **KEY)) is replayed
    assert KeptAnswer.objects.count() == 1 and Request.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_call_that_still_runs_is_409_and_has_one_effect(
    observer: User, signed_in: Clients, monkeypatch: pytest.MonkeyPatch, together: Callable[..., list[Any]]
) -> None:
    clients = [signed_in(observer), signed_in(observer)]
    began, refused = threading.Event(), threading.Event()

    def prepare(request: Any) -> None:
        began.set()
        assert refused.wait(DEADLINE_S)

    def first() -> Any:
        return clients[0].post(URL, {"designation": "Ceres"}, **KEY)

    def second() -> Any:
        assert began.wait(DEADLINE_S)
        try:
            return clients[1].post(URL, {"designation": "Ceres"}, **KEY)
        finally:
            refused.set()

    once = answering.once_prepared
    monkeypatch.setattr(
        answering, "once_prepared", lambda request, _, answer: once(request, lambda: prepare(request), answer)
    )
    outcomes = together(first, second)
    assert [answer.status_code for answer in outcomes] == [201, 409]
    assert outcomes[1].json()["reason"] == "IDEMPOTENCY_KEY_RUNNING" and outcomes[1]["Retry-After"]
    assert Request.objects.count() == 1


def test_who_was_too_slow_stores_neither_effect_nor_answer(
    as_observer: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes over does so a minute later; then the first, coming back, must not be a second effect."""
    create = drafts.create_request

    def slow(**values: Any) -> int:
        KeptAnswer.objects.update(claim=uuid4())
        return create(**values)

    monkeypatch.setattr(drafts, "create_request", slow)
    answer = as_observer.post(URL, {"designation": "Ceres"}, **KEY)
    assert (answer.status_code, answer.json()["reason"]) == (409, "IDEMPOTENCY_KEY_RUNNING")
    assert not Request.objects.exists()


def test_a_call_that_died_is_taken_over_after_a_while(as_observer: APIClient, observer: User) -> None:
    make_draft(observer)
    body = {"designation": "Ceres"}
    assert as_observer.post(URL, body, **KEY).status_code == 201
    KeptAnswer.objects.update(status=None, body=b"")
    assert as_observer.post(URL, body, **KEY).status_code == 409
    ago = timedelta(seconds=services.TAKE_OVER_AFTER_S + 1)
    KeptAnswer.objects.update(claimed_at=timezone.now() - ago)
    answer = as_observer.post(URL, body, **KEY)
    assert answer.status_code == 201 and REPLAYED not in answer


def test_a_body_beyond_the_limit_is_413_with_a_key_too(as_observer: APIClient) -> None:
    large = b'{"designation": "' + b"x" * 2_621_440 + b'"}'
    answer = as_observer.generic("POST", URL, large, content_type="application/json", **KEY)
    assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")
