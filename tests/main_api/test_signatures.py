"""Signed reports: what passes, what is refused by which word, and that a key can be replaced without losing one."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from main_api import callback_key
from main_api.accounts.models import User
from main_api.requests.models import Request
from main_api.signing_secret import secret_of
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.sample_catalogue import Run, source_row
from tests.main_api.sample_requests import make_completed, result_body
from tests.main_api.test_transitions import actions

FILE = Path(__file__).resolve().parents[1] / "data" / "webhook_signatures.json"
SAMPLES = json.loads(FILE.read_text())["signatures"]
STANDARD_KEY = "whsec_TGvTb0cXSjJ3yHfwmTJ3C2CY6mA3xGzQkz1dE1sV0nQ"


@pytest.fixture(autouse=True)
def signatures_required(settings: Any) -> None:
    settings.REQUIRE_SIGNATURE = True


@pytest.fixture
def completed(observer: User, moderator: User) -> Request:
    return make_completed(observer, moderator)


def now_s() -> int:
    return int(timezone.now().timestamp())


def signature(key: str, message_id: str, timestamp: Any, content: bytes) -> str:
    """Made here once more, so that signer and verifier are not the same lines."""
    digest = hmac.new(
        secret_of(key), b".".join([message_id.encode(), str(timestamp).encode(), content]), hashlib.sha256
    )
    return f"v1,{base64.b64encode(digest.digest()).decode()}"


def signed(content: bytes, message_id: str, *, key: str = CALLBACK_KEY, age_s: float = 0) -> dict[str, str]:
    timestamp = int(now_s() - age_s)
    return {
        "X-Calc-Key": key,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(key, message_id, timestamp, content),
    }


def send(request: Request, content: bytes, headers: dict[str, str]) -> tuple[int, str | None]:
    """Status and reason."""
    answer = APIClient().generic(
        "PUT", f"/api/requests/{request.pk}/result", content, "application/json", headers=headers
    )
    request.refresh_from_db()
    return answer.status_code, answer.json()["reason"] if answer.content else None


def report(request: Request, **changes: Any) -> tuple[bytes, str]:
    """A body as bytes, and its report id."""
    report_id = str(uuid4())
    return json.dumps(result_body(request, report_id=report_id, **changes)).encode(), report_id


@pytest.mark.parametrize("key", [CALLBACK_KEY, STANDARD_KEY])
def test_a_signed_report_is_stored(completed: Request, settings: Any, key: str) -> None:
    settings.CALLBACK_KEYS = (key,)
    content, report_id = report(completed)
    assert send(completed, content, signed(content, report_id, key=key)) == (204, None)
    assert completed.verdict == "DETERMINED"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["key"][:12])
def test_published_signatures_pass(
    completed: Request, settings: Any, monkeypatch: pytest.MonkeyPatch, sample: dict[str, Any]
) -> None:
    """They pass as far as the body, which is no result."""
    moment = datetime.fromtimestamp(sample["timestamp"], UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    settings.CALLBACK_KEYS = (sample["key"],)
    headers = {
        "X-Calc-Key": sample["key"],
        "webhook-id": sample["id"],
        "webhook-timestamp": str(sample["timestamp"]),
        "webhook-signature": sample["signature"],
    }
    assert send(completed, sample["body"].encode(), headers) == (400, "INVALID_INPUT")
    assert send(completed, sample["body"].encode() + b" ", headers) == (403, "WRONG_SIGNATURE")


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_report_without_a_whole_signature_is_401(completed: Request, missing: str, is_empty: bool) -> None:
    content, report_id = report(completed)
    headers = signed(content, report_id)
    given = headers | {missing: ""} if is_empty else {name: value for name, value in headers.items() if name != missing}
    assert send(completed, content, given) == (401, "NO_SIGNATURE")
    assert completed.verdict == ""


def test_the_key_is_asked_for_first(completed: Request) -> None:
    content, report_id = report(completed)
    headers = signed(content, report_id)
    assert send(completed, content, headers | {"X-Calc-Key": ""}) == (401, "NO_KEY")
    assert send(completed, content, headers | {"X-Calc-Key": "another-key"}) == (403, "WRONG_KEY")


@pytest.mark.parametrize(
    "change",
    [
        lambda content, headers: (content.replace(b"2.25", b"9.25"), headers),
        lambda content, headers: (content + b"\n", headers),
        lambda content, headers: (json.dumps(json.loads(content), indent=1).encode(), headers),
        lambda content, headers: (b"", headers),
        lambda content, headers: (content, headers | {"webhook-id": str(uuid4())}),
        lambda content, headers: (content, headers | {"webhook-timestamp": str(now_s() - 17)}),
        lambda content, headers: (content, headers | {"webhook-timestamp": f"+{now_s()}"}),
        lambda content, headers: (content, headers | {"webhook-timestamp": f"{now_s()}.0"}),
        lambda content, headers: (content, headers | {"webhook-timestamp": "soon"}),
        lambda content, headers: (content, headers | {"webhook-id": f"{headers['webhook-id']}.1"}),
        lambda content, headers: (content, headers | {"webhook-signature": headers["webhook-signature"][:-2]}),
        lambda content, headers: (content, headers | {"webhook-signature": headers["webhook-signature"][3:]}),
        lambda content, headers: (content, headers | {"webhook-signature": "v1a" + headers["webhook-signature"][2:]}),
        lambda content, headers: (content, headers | {"webhook-signature": "v1,"}),
        lambda content, headers: (content, headers | {"webhook-signature": "v1,é v1 ,"}),
    ],
)
def test_a_report_that_was_changed_is_403_and_changes_nothing(completed: Request, change: Any) -> None:
    content, report_id = report(completed)
    assert send(completed, *change(content, signed(content, report_id))) == (403, "WRONG_SIGNATURE")
    assert completed.verdict == "" and actions(completed) == ["CREATED", "FORMED"]


def test_a_signature_of_a_key_that_is_not_accepted_is_403(completed: Request) -> None:
    content, report_id = report(completed)
    headers = signed(content, report_id, key="a-key-of-somebody") | {"X-Calc-Key": CALLBACK_KEY}
    assert send(completed, content, headers) == (403, "WRONG_SIGNATURE")


def test_the_parts_of_what_was_signed_cannot_be_divided_in_another_way(completed: Request) -> None:
    """Signed as id `a`, moment and a body that begins with digits and a dot; sent with the moment in the id."""
    content, _ = report(completed)
    inner = b"%d." % now_s() + content
    headers = signed(inner, "a")
    moved = headers | {"webhook-id": f"a.{headers['webhook-timestamp']}", "webhook-timestamp": str(now_s())}
    assert send(completed, content, moved) == (403, "WRONG_SIGNATURE")


@pytest.mark.parametrize(
    ("age_s", "is_fresh"), [(290, True), (-290, True), (310, False), (-310, False), (10**9, False)]
)
def test_a_signature_is_good_for_five_minutes_around_its_moment(
    completed: Request, age_s: float, is_fresh: bool
) -> None:
    content, report_id = report(completed)
    expected = (204, None) if is_fresh else (403, "STALE_SIGNATURE")
    assert send(completed, content, signed(content, report_id, age_s=age_s)) == expected


def test_a_signed_report_sent_again_changes_nothing(completed: Request) -> None:
    content, report_id = report(completed)
    headers = signed(content, report_id)
    assert send(completed, content, headers) == (204, None)
    by_hand, other_id = report(completed, distance_au=7.5)
    assert send(completed, by_hand, signed(by_hand, other_id)) == (204, None)
    assert send(completed, content, headers) == (204, None)
    assert set(completed.observations.values_list("result__distance_au", flat=True)) == {7.5}


@pytest.mark.parametrize(("report_id", "reason"), [(None, "REQUIRED"), (str(uuid4()), "UNKNOWN_VALUE")])
def test_a_body_has_to_name_the_id_that_was_signed(completed: Request, report_id: str | None, reason: str) -> None:
    """Else a copy of it, sent within five minutes, could undo what came after it."""
    content = json.dumps(result_body(completed, report_id=report_id)).encode()
    answer = APIClient().generic(
        "PUT",
        f"/api/requests/{completed.pk}/result",
        content,
        "application/json",
        headers=signed(content, str(uuid4())),
    )
    assert answer.status_code == 400
    assert [(error["path"], error["reason"]) for error in answer.json()["errors"]] == [("report_id", reason)]


def test_one_good_signature_among_several_is_enough(completed: Request) -> None:
    """A sender that replaces its secret signs with both."""
    content, report_id = report(completed)
    headers = signed(content, report_id)
    other = signature("the-other-key", report_id, headers["webhook-timestamp"], content)
    several = f"v1a,AAAA {other} v1,not-base64 {headers['webhook-signature']}  v1"
    assert send(completed, content, headers | {"webhook-signature": several}) == (204, None)


def test_where_signatures_are_not_required_the_key_alone_will_do(completed: Request, settings: Any) -> None:
    settings.REQUIRE_SIGNATURE = False
    content = json.dumps(result_body(completed)).encode()
    assert send(completed, content, {"X-Calc-Key": CALLBACK_KEY}) == (204, None)
    stale = signed(content, "not-the-report-s", age_s=10**6)
    assert send(completed, content, stale) == (204, None)


def test_the_largest_result_can_be_signed(completed: Request) -> None:
    """Beyond the 2.5 MB at which Django stops reading a body by itself."""
    content, report_id = report(completed, verdict_reason="", alternatives=[])
    padded = content[:-1] + b" " * 3_000_000 + b"}"
    assert send(completed, padded, signed(padded, report_id)) == (204, None)


# --- replacing a key, in the order of docs/reports.md ---

OLD, NEW = "the-key-until-today", STANDARD_KEY


@pytest.mark.parametrize("required", [True, False])
def test_a_key_is_replaced_without_a_moment_in_which_a_report_is_refused(
    observer: User, moderator: User, settings: Any, required: bool
) -> None:
    settings.REQUIRE_SIGNATURE = required
    steps: list[tuple[tuple[str, ...], str]] = [
        ((OLD,), OLD),
        ((NEW, OLD), OLD),  # 1. main_api accepts both
        ((NEW, OLD), NEW),  # 2. calc_grpc changes over; several of them do one by one
        ((NEW, OLD), OLD),
        ((NEW,), NEW),  # 3. main_api forgets the old one
    ]
    for accepted, used in steps:
        settings.CALLBACK_KEYS = accepted
        request = make_completed(observer, moderator)
        content, report_id = report(request)
        assert send(request, content, signed(content, report_id, key=used)) == (204, None)
    late, report_id = report(make_completed(observer, moderator))
    assert send(request, late, signed(late, report_id, key=OLD)) == (403, "WRONG_KEY")


def test_every_accepted_key_is_compared_whichever_fits(
    completed: Request, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer must not tell which key, or how much of it, was right."""
    settings.CALLBACK_KEYS = ("first-of-three", "second-of-three", "third-of-three")
    compared: list[bytes] = []

    def compare(sent: bytes, accepted: bytes) -> bool:
        compared.append(accepted)
        return hmac.compare_digest(sent, accepted)

    monkeypatch.setattr(callback_key, "compare_digest", compare)
    content, report_id = report(completed)
    for key in (*settings.CALLBACK_KEYS, "of-nobody"):
        compared.clear()
        send(completed, content, signed(content, report_id, key=key))
        assert compared == [accepted.encode() for accepted in settings.CALLBACK_KEYS]


def test_what_was_signed_for_one_page_of_the_catalogue_is_not_taken_for_another(db: None) -> None:
    run = Run()
    page = run.page_body([source_row(433)]) | {"page_count": 2}
    content = json.dumps(page).encode()
    headers = signed(content, f"{run.calculation_id}-1-1")

    def put(number: int) -> Any:
        path = f"{run.path}/pages/{number}"
        return APIClient().generic("PUT", path, content, "application/json", headers=headers)

    assert put(1).status_code == 200
    refused = put(2)
    assert (refused.status_code, refused.json()["reason"]) == (403, "WRONG_SIGNATURE")
    end = json.dumps(run.body(object_count=1, page_count=1, complete=False)).encode()
    for message, status in (("1-1", 403), ("1-finish", 200)):
        headers = signed(end, f"{run.calculation_id}-{message}")
        answer = APIClient().generic("POST", f"{run.path}/finish", end, "application/json", headers=headers)
        assert answer.status_code == status
