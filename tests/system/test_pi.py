"""Digits of pi with the real services, as observers use them: create, watch, read, save, cancel."""

import gzip
import hashlib
import urllib.request
import uuid
from typing import Any

import pytest

from tests.calc_grpc.digits import published
from tests.system.client import Answer, Client, sign_in
from tests.system.deployment import Deployment, wait_for
from tests.system.test_live import open_socket, receive


@pytest.fixture
def second(deployment: Deployment) -> Client:
    """Another observer."""
    name = f"second-{uuid.uuid4().hex[:8]}"
    registered = Client(deployment.url, {}).post(
        "/api/auth/register", {"username": name, "password": "a-long-one-4711"}
    )
    assert registered.status == 201, registered
    return sign_in(deployment.url, name, "a-long-one-4711")


def create(client: Client, position: int, **fields: Any) -> Answer:
    return client.post("/v1/calculations", {"delay": "0s", "pi": {"digit_position": position}, **fields})


def finished(client: Client, calculation_id: str) -> dict[str, Any]:
    def is_final() -> Any:
        calculation = client.get(f"/v1/calculations/{calculation_id}").body
        return calculation if "finish_time" in calculation else None

    return dict(wait_for(is_final, f"the end of {calculation_id}"))


def fetch(client: Client, path: str, *, method: str = "GET", encoding: str = "identity") -> tuple[Any, bytes]:
    headers = {**client.headers, "Accept-Encoding": encoding}
    request = urllib.request.Request(f"{client.base_url}{path}", headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.headers, response.read()


def test_an_observer_creates_another_watches_and_both_read(
    deployment: Deployment, observer: Client, second: Client
) -> None:
    with open_socket(deployment, "/v1/calculations:watch?kind=pi", second) as socket:
        while not receive(socket).get("initial_set_complete"):
            pass
        number = create(observer, 100_000).body["calculation_id"]
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["state"] != "SUCCEEDED":
            calculation = receive(socket)["calculation"]
            seen += [calculation] if calculation["calculation_id"] == number else []
    assert seen[0]["pi"] == {"digit_position": 100_000} and seen[0]["creator"] == "observer"
    assert seen[-1]["pi_result"]["context"][:6] == published.LAST_TEN[100_000][-6:].decode()

    path = f"/v1/calculations/{number}/digits"
    headers, text = fetch(second, path)
    assert text[:7] == b"3.14159" and text[-10:] == published.LAST_TEN[100_000]
    assert headers["Content-Length"] == "100002"
    assert headers["Content-Disposition"] == 'attachment; filename="pi-100000-decimals.txt"'
    assert hashlib.sha256(text).hexdigest() == seen[-1]["pi_result"]["checksum_sha256"]
    packed_headers, packed = fetch(second, path, encoding="gzip")
    assert packed_headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == text
    assert len(packed) < 0.46 * len(text)
    head, nothing = fetch(second, path, method="HEAD")
    assert (head["Content-Length"], head["Content-Disposition"], nothing) == (
        headers["Content-Length"],
        headers["Content-Disposition"],
        b"",
    )
    assert fetch(second, f"{path}?offset=9991&length=10")[1] == published.LAST_TEN[10_000]

    listed = second.get("/v1/calculations?kind=pi").body["calculations"]
    assert number in {row["calculation_id"] for row in listed}
    covered = create(second, 762, delay="60s").body
    assert covered["state"] == "SUCCEEDED" and covered["pi_result"]["digit"] == 9
    assert covered["pi_result"]["source_calculation_id"]


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"pi": {"digit_position": -1}}, 400, "INVALID_INPUT"),
        ({"pi": {"digit_position": 10_000_001}}, 400, "INVALID_INPUT"),
        ({"delay": "61s"}, 403, "FORBIDDEN"),
        ({"callback": {"url": "http://127.0.0.1:1/"}}, 403, "FORBIDDEN"),
    ],
)
def test_what_an_observer_may_not_ask_is_refused(
    observer: Client, fields: dict[str, Any], status: int, reason: str
) -> None:
    answer = create(observer, 10, **fields)
    assert (answer.status, answer.body["reason"]) == (status, reason)
    if reason == "INVALID_INPUT":
        assert [error["path"] for error in answer.body["errors"]] == ["pi.digit_position"]
        assert "10,000,000" in answer.body["errors"][0]["message"]
        assert answer.body["largest_digit_position"] == "10000000"


def test_only_its_creator_cancels_and_what_was_cancelled_has_no_digits(observer: Client, second: Client) -> None:
    number = create(observer, 9_999_999).body["calculation_id"]
    assert second.post(f"/v1/calculations/{number}:cancel").status == 404
    early = observer.get(f"/v1/calculations/{number}/digits")
    assert (early.status, early.body["reason"]) == (409, "NOT_FINISHED")
    cancelled = observer.post(f"/v1/calculations/{number}:cancel")
    assert (cancelled.status, cancelled.body["state"]) == (200, "CANCELLED")
    late = observer.get(f"/v1/calculations/{number}/digits")
    assert (late.status, late.body["reason"]) == (409, "NO_DIGITS")


def test_digits_outlive_calc_grpc(deployment: Deployment, observer: Client) -> None:
    number = create(observer, 50_000).body["calculation_id"]
    finished(observer, number)
    deployment.kill("calc_grpc")
    deployment.start("calc_grpc")
    deployment.wait_until_ready()
    _, text = fetch(observer, f"/v1/calculations/{number}/digits?offset=49991")
    assert text == published.LAST_TEN[50_000]


def test_a_run_that_was_killed_is_computed_again(deployment: Deployment, observer: Client) -> None:
    number = create(observer, 1_000_000).body["calculation_id"]
    wait_for(lambda: observer.get(f"/v1/calculations/{number}").body["state"] != "SCHEDULED", "its start")
    deployment.kill("calc_grpc")
    deployment.start("calc_grpc")
    deployment.wait_until_ready()
    assert finished(observer, number)["state"] == "SUCCEEDED"
    _, text = fetch(observer, f"/v1/calculations/{number}/digits?offset=999991")
    assert text == published.LAST_TEN[1_000_000]
