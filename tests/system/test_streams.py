"""Both watches as server-sent events and WebSocket, from the real calc_grpc: cut, opened again, nothing missed."""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment
from tests.system.test_live import open_socket, receive

Event = tuple[int | None, dict[str, Any]]


@contextmanager
def events(client: Client, path: str, **headers: str) -> Iterator[Iterator[Event]]:
    """The events of a stream, until the block ends."""
    sent = {**client.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = urllib.request.Request(f"{client.base_url}{path}", headers=sent)
    with urllib.request.urlopen(request, timeout=120) as response:
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        yield _events_in(response)


def _events_in(lines: Any) -> Iterator[Event]:
    revision = None
    for line in lines:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "id":
            revision = int(value)
        elif name == "data":
            yield revision, json.loads(value)
            revision = None


@pytest.fixture
def waiting(observer: Client) -> Iterator[str]:
    """A calculation of pi that waits for a minute, of digits that no other test has had worked out; its id."""
    body = {"calculation_id": str(uuid.uuid4()), "pi": {"digit_position": 9_999_999}, "delay": "60s"}
    created = observer.post("/v1/calculations", body)
    assert created.status == 200, created
    yield str(created.body["calculation_id"])
    observer.post(f"/v1/calculations/{body['calculation_id']}:cancel")


def test_one_calculation_is_watched_again_after_a_cut(observer: Client, waiting: str) -> None:
    path = f"/v1/calculations/{waiting}:watch"
    with events(observer, path) as stream:
        revision, snapshot = next(stream)
    assert (snapshot["state"], snapshot["revision"]) == ("SCHEDULED", revision)
    assert observer.post(f"/v1/calculations/{waiting}:cancel").status == 200  # it ends while nobody looks
    with events(observer, path, Last_Event_ID=str(revision)) as stream:
        rest = list(stream)  # the final snapshot closes the stream
    assert [event["state"] for _, event in rest] == ["CANCELLED"]
    assert rest[0][0] == rest[0][1]["revision"] > (revision or 0)


def test_the_list_is_watched_again_after_a_cut(observer: Client, waiting: str) -> None:
    def until_complete(stream: Iterator[Event]) -> dict[str, tuple[int | None, str]]:
        """Id and state of each calculation of the initial set."""
        found = {}
        for revision, event in stream:
            if event.get("initial_set_complete"):
                return found
            found[event["calculation"]["calculation_id"]] = (revision, event["calculation"]["state"])
        raise AssertionError("the stream ended")

    path = "/v1/calculations:watch?kind=pi"
    with events(observer, path) as stream:
        revision, state = until_complete(stream)[waiting]
    assert state == "SCHEDULED"
    assert observer.post(f"/v1/calculations/{waiting}:cancel").status == 200
    with events(observer, path, Last_Event_ID=str(revision)) as stream:
        again, state = until_complete(stream)[waiting]
    assert state == "CANCELLED" and (again or 0) > (revision or 0)


def test_a_websocket_is_opened_again_after_a_cut(deployment: Deployment, observer: Client, waiting: str) -> None:
    path = f"/v1/calculations/{waiting}:watch"
    with open_socket(deployment, path, observer) as socket:
        assert receive(socket)["state"] == "SCHEDULED"
    assert observer.post(f"/v1/calculations/{waiting}:cancel").status == 200
    with open_socket(deployment, path, observer) as socket:
        assert [json.loads(message)["state"] for message in socket] == ["CANCELLED"]
    with open_socket(deployment, "/v1/calculations:watch?kind=pi", observer) as socket:
        states = {}
        while not (event := receive(socket)).get("initial_set_complete"):
            states[event["calculation"]["calculation_id"]] = event["calculation"]["state"]
    assert states[waiting] == "CANCELLED"


def test_the_gateway_may_die_and_the_reader_comes_back_to_the_present(
    deployment: Deployment, observer: Client, waiting: str
) -> None:
    path = f"/v1/calculations/{waiting}:watch"
    with events(observer, path) as stream:
        revision, _ = next(stream)
        deployment.kill("gateway")
        with pytest.raises(OSError):
            while next(stream, None) is None:
                raise ConnectionResetError
    deployment.start("gateway")
    deployment.wait_until_ready()
    with events(observer, path, Last_Event_ID=str(revision)) as stream:
        assert next(stream)[1]["state"] == "SCHEDULED"
