"""Several machines: what a killed calc_grpc, a killed main_api and an upgrade of all of them cost the users.

Addresses of the loopback stand for machines; the settings are those of production.
"""

import http.client
import itertools
import json
import logging
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.postgres import PostgresServer
from tests.system.client import Answer, Client
from tests.system.deployment import running, wait_for
from tests.system.machines import PASSWORD, Machines, databases

REQUEST_COUNT = 24
CUT = (502, 503)  # what a call may say whose connection broke under it

logger = logging.getLogger(__name__)  # pytest --log-cli-level=INFO shows what was counted


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("machines")
    with databases(postgres_server), running(Machines(folder, postgres_server)) as started:
        yield started


@pytest.fixture(scope="module")
def observer(machines: Machines) -> Client:
    return machines.register("piazzi")


@pytest.fixture(scope="module")
def moderator(machines: Machines) -> Client:
    return machines.create_moderator("zach")


@pytest.fixture(scope="module")
def by_session(machines: Machines, observer: Client) -> Client:
    """The observer again, signed in as a browser is."""
    anonymous = Client(machines.url, {"Origin": machines.url}, trust=machines.trust)
    answer = anonymous.post("/api/auth/login", {"username": "piazzi", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].partition(";")[0]
    return Client(machines.url, {"Origin": machines.url, "Cookie": cookie}, trust=machines.trust)


class Tally:
    """The statuses of repeated calls, by what was called."""

    def __init__(self) -> None:
        self.statuses: dict[str, Counter[int]] = {}
        self.wrong: list[Answer] = []

    def note(self, what: str, answer: Answer) -> None:
        self.statuses.setdefault(what, Counter())[answer.status] += 1
        if answer.status >= 400:
            self.wrong.append(answer)


@contextmanager
def meanwhile(tally: Tally, calls: dict[str, Callable[[], Answer]]) -> Iterator[None]:
    """Each of the calls again and again, in a thread of its own, until the block ends."""
    over = threading.Event()

    def repeat(what: str) -> None:
        while not over.wait(0.05):
            tally.note(what, calls[what]())

    with ThreadPoolExecutor(len(calls)) as threads:
        repeated = [threads.submit(repeat, what) for what in calls]
        try:
            yield
        finally:
            over.set()
        for one in repeated:
            one.result()


class Watcher:
    """A stream of all calculations, opened again whenever it ends; `opened_count` counts how often it was complete."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._over = threading.Event()
        self.opened_count = 0
        self.final_ids: set[str] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(0.05):
            with suppress(OSError, http.client.HTTPException):
                self._read()

    def _read(self) -> None:
        request = urllib.request.Request(
            f"{self._client.base_url}/v1/calculations:watch",
            headers={**self._client.headers, "Accept": "text/event-stream"},
        )
        with urllib.request.urlopen(request, timeout=120, context=self._client.trust) as lines:
            for line in lines:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "data":
                    self._take(json.loads(value))
                if self._over.is_set():
                    return

    def _take(self, event: dict[str, Any]) -> None:
        self.opened_count += bool(event.get("initial_set_complete"))
        calculation = event.get("calculation", {})
        if calculation.get("state") == "SUCCEEDED":
            self.final_ids.add(calculation["calculation_id"])


@pytest.fixture
def watchers(moderator: Client) -> Iterator[list[Watcher]]:
    watchers = [Watcher(moderator) for _ in range(4)]
    yield watchers
    for watcher in watchers:
        watcher.close()


def formed(observer: Client, ceres: dict[str, Any], count: int) -> list[int]:
    numbers = []
    for _ in range(count):
        made = observer.post("/api/requests", {"designation": "Ceres", "observations": ceres["observations"]})
        assert made.status == 201, made
        assert observer.put(f"/api/requests/{made.body['id']}/form").status == 200
        numbers.append(int(made.body["id"]))
    return numbers


def complete(moderator: Client, number: int, tally: Tally) -> None:
    """As a person does: click, and where it could not be done, look at the row and click again."""

    def is_completed() -> bool:
        answer = moderator.put(f"/api/requests/{number}/complete")
        tally.note("PUT complete", answer)
        assert answer.status == 200 or answer.status in CUT or answer.status == 409, answer
        return str(moderator.get(f"/api/requests/{number}").body["status"]) == "COMPLETED"

    wait_for(is_completed, f"request {number} to be completed")


def test_a_killed_calc_grpc_and_a_killed_main_api_lose_nothing_and_repeat_nothing(
    machines: Machines,
    observer: Client,
    moderator: Client,
    by_session: Client,
    watchers: list[Watcher],
    ceres: dict[str, Any],
) -> None:
    numbers = formed(observer, ceres, REQUEST_COUNT)
    tally = Tally()
    anonymous = Client(machines.url, {}, trust=machines.trust)
    reads = {
        "GET /readyz": lambda: anonymous.get("/readyz"),
        "GET /api/auth/me by token": lambda: observer.get("/api/auth/me"),
        "GET /api/auth/me by session": lambda: by_session.get("/api/auth/me"),
        "GET /v1/calculations": lambda: observer.get("/v1/calculations"),
    }
    wait_for(lambda: all(watcher.opened_count for watcher in watchers), "the streams to open", hint=machines.logs)
    with meanwhile(tally, reads):
        for done_count, number in enumerate(numbers):
            if done_count == REQUEST_COUNT // 3:
                machines.kill("calc_grpc-1")
            if done_count == 2 * REQUEST_COUNT // 3:
                machines.kill("main_api-1")
            complete(moderator, number, tally)
        rows = [wait_for_result(observer, number, machines) for number in numbers]
    logger.info("killed calc_grpc-1 and main_api-1: %s", tally.statuses)
    for what in reads:
        assert set(tally.statuses[what]) == {200}, (what, tally.wrong)
    for row in rows:
        assert (row["calculation_state"], row["result_count"]) == ("SUCCEEDED", 21)
        assert [entry["action"] for entry in row["history"]].count("RESULT_RECORDED") == 1
    created = moderator.get("/v1/calculations?page_size=200&kind=distance").body["calculations"]
    assert {one["calculation_id"] for one in created} >= {row["calculation_id"] for row in rows}
    assert len(created) == REQUEST_COUNT, "a request was calculated twice"
    wanted = {row["calculation_id"] for row in rows}
    wait_for(lambda: all(watcher.final_ids >= wanted for watcher in watchers), "every stream to hear every end")
    assert any(watcher.opened_count > 1 for watcher in watchers), "no stream was cut: the wrong calc_grpc was killed"
    for name in ("calc_grpc-1", "main_api-1"):
        machines.start(name)
    machines.wait_until_said("calc_grpc-1", '"event": "serving"', 2)
    machines.wait_until_said("main_api-1", "Started worker-1", 2)


def test_an_upgrade_of_one_after_the_other_fails_no_read_and_hardly_a_change(
    machines: Machines,
    observer: Client,
    moderator: Client,
    by_session: Client,
    ceres: dict[str, Any],
) -> None:
    waiting, completed = formed(observer, ceres, 2 * REQUEST_COUNT), []
    tally, turn = Tally(), itertools.count()
    reads = {
        "GET /readyz": lambda: observer.get("/readyz"),
        "GET /api/requests": lambda: observer.get("/api/requests?page_size=5"),
        "GET /api/auth/me by session": lambda: by_session.get("/api/auth/me"),
        "GET /v1/calculations": lambda: moderator.get("/v1/calculations?page_size=5"),
    }

    def change() -> Answer:
        if not waiting or next(turn) % 2:
            return observer.post("/api/requests", {"designation": "one more draft"})
        number = waiting.pop()
        complete(moderator, number, tally)
        completed.append(number)
        return observer.get(f"/api/requests/{number}")

    with meanwhile(tally, {**reads, "POST or complete": change}):
        away_s = {name: round(machines.restart(name), 1) for name in ORDER}
    logger.info("restarted, seconds: %s; %s", away_s, tally.statuses)
    for what in reads:
        assert set(tally.statuses[what]) == {200}, (what, tally.wrong)
    assert {answer.status for answer in tally.wrong} <= {*CUT}, tally.wrong
    assert len(tally.wrong) <= 2 * len(ORDER), "more calls were cut than those under way at a restart"
    for number in completed:
        row = wait_for_result(observer, number, machines)
        assert [entry["action"] for entry in row["history"]].count("RESULT_RECORDED") == 1


ORDER = ("calc_grpc-1", "calc_grpc-2", "main_api-1", "main_api-2")


def wait_for_result(client: Client, number: int, machines: Machines) -> dict[str, Any]:
    def row() -> dict[str, Any] | None:
        read: dict[str, Any] = client.get(f"/api/requests/{number}").body
        return read if read["verdict"] else None

    found: dict[str, Any] = wait_for(row, f"the result of request {number}", hint=machines.logs)
    return found
