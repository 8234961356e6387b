"""One fault at a time, each on the real services: what was asked for arrives once, and nothing waits for ever."""

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.system.client import Answer, Client, sign_in
from tests.system.deployment import running, wait_for
from tests.torture.clock import HOUR_S
from tests.torture.faults import fill_disk, lock_sqlite
from tests.torture.services import TorturedDeployment

COUNT = 21  # observations of Ceres
ARRIVES_WITHIN_S = 240.0  # a report that failed several times may wait for a minute


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TorturedDeployment]:
    folder = tmp_path_factory.mktemp("faults")
    with running(TorturedDeployment(folder, CALC_DELAY_S="0.5", CALC_WORKER_COUNT="1")) as services:
        yield services


@pytest.fixture
def moderator(services: TorturedDeployment) -> Client:
    return sign_in(services.url, "moderator")


@pytest.fixture
def formed(services: TorturedDeployment, ceres: dict[str, Any]) -> int:
    return form_request(services, ceres)


def form_request(services: TorturedDeployment, ceres: dict[str, Any]) -> int:
    observer = sign_in(services.url, "observer")
    answer = observer.post("/api/requests", {"designation": "Ceres", "observations": ceres["observations"]})
    number = int(answer.body["id"])
    assert observer.put(f"/api/requests/{number}/form").status == 200
    return number


def test_two_moderators_completing_at_the_same_instant_make_one_calculation(
    services: TorturedDeployment, moderator: Client, formed: int
) -> None:
    rows = at_once(lambda: complete(moderator, formed), count=4)
    assert len({row["calculation_id"] for row in rows}) == 1
    row = wait_for_result(services, moderator, formed)
    assert actions(row).count("COMPLETED") == actions(row).count("RESULT_RECORDED") == 1


@pytest.mark.parametrize("fault", ["main_500", "main_429", "main_garbage", "main_hangs", "callback_answer_lost"])
def test_a_result_arrives_once_although_main_api_first(
    services: TorturedDeployment, moderator: Client, formed: int, fault: str
) -> None:
    services.road.begin(fault)
    try:
        complete(moderator, formed)
        wait_for(lambda: services.road.attempts[fault] >= 2, f"two callbacks that meet {fault}", hint=services.logs)
    finally:
        services.road.end()
    row = wait_for_result(services, moderator, formed)
    assert actions(row).count("RESULT_RECORDED") == 1 and "RESULT_REPLACED" not in actions(row)
    wait_for_delivery(services, moderator, row)


def test_a_report_that_comes_twice_at_the_same_instant_has_one_effect(
    services: TorturedDeployment, moderator: Client, formed: int
) -> None:
    services.road.begin("callback_doubled")
    try:
        complete(moderator, formed)
        row = wait_for_result(services, moderator, formed)
        wait_for_delivery(services, moderator, row)
    finally:
        services.road.end()
    row = moderator.get(f"/api/requests/{formed}").body
    assert actions(row).count("RESULT_RECORDED") == 1 and "RESULT_REPLACED" not in actions(row)


def test_a_late_copy_of_a_report_does_not_undo_what_came_after_it(
    services: TorturedDeployment, moderator: Client, formed: int
) -> None:
    services.road.late_after_s = 600
    services.road.begin("callback_late")
    try:
        complete(moderator, formed)
        first = wait_for_result(services, moderator, formed)
        wait_for_delivery(services, moderator, first)
    finally:
        services.road.end()
    path = f"/api/requests/{formed}/recalculate"
    assert moderator.post(path, {"supersedes": first["calculation_id"]}).status == 200
    second = wait_for_result(services, moderator, formed)
    assert services.road.let_late_ones_pass() >= 1
    assert moderator.get(f"/api/requests/{formed}").body == second


def test_a_calculation_is_refused_while_the_disk_is_full_and_accepted_afterwards(
    services: TorturedDeployment, moderator: Client, formed: int
) -> None:
    lift = fill_disk(services)
    try:
        answer = moderator.put(f"/api/requests/{formed}/complete")
        assert (answer.status, answer.body["reason"]) == (503, "CALC_UNAVAILABLE")
        assert moderator.get(f"/api/requests/{formed}").body["status"] == "FORMED"
    finally:
        lift()
    complete(moderator, formed)
    wait_for_result(services, moderator, formed)


def test_a_result_that_cannot_be_stored_is_kept_until_the_disk_has_room(
    services: TorturedDeployment, moderator: Client, formed: int, ceres: dict[str, Any]
) -> None:
    other = form_request(services, ceres)
    path = f"/v1/calculations/{complete(moderator, formed)['calculation_id']}"
    wait_for(lambda: moderator.get(path).body["state"] != "SCHEDULED", "the calculation to start")
    lift = fill_disk(services)
    try:
        wait_for(lambda: moderator.put(f"/api/requests/{other}/complete").status == 503, "the disk to be full")
        assert moderator.get(path).status == 200  # what is there can be read
    finally:
        lift()
    row = wait_for_result(services, moderator, formed)
    assert actions(row).count("RESULT_RECORDED") == 1


def test_a_calculation_is_refused_while_the_journal_is_locked_and_accepted_afterwards(
    services: TorturedDeployment, moderator: Client, formed: int
) -> None:
    lift = lock_sqlite(services.folder / "calc.sqlite3")
    try:
        answer = moderator.put(f"/api/requests/{formed}/complete")
        assert (answer.status, answer.body["reason"]) == (503, "CALC_UNAVAILABLE")
    finally:
        lift()
    complete(moderator, formed)
    wait_for_result(services, moderator, formed)


@pytest.mark.parametrize("seconds", [HOUR_S, -HOUR_S])
@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_clock_that_jumps_an_hour_and_back_holds_up_nothing(
    services: TorturedDeployment,
    moderator: Client,
    formed: int,
    ceres: dict[str, Any],
    seconds: int,
    is_restarted: bool,
) -> None:
    if services.clock.library is None:
        pytest.skip("libfaketime is missing: apt install faketime")
    lift = services.clock.jump(seconds)
    try:
        wait_for(lambda: shows_jump(moderator, seconds), "the services to have another time", hint=services.logs)
        if is_restarted:  # by now all it knows is the wrong time
            restart_calc(services)
        complete(moderator, formed)
    finally:
        lift()
    if is_restarted:
        restart_calc(services)
    wait_for_result(services, moderator, formed)


def test_a_worker_killed_while_it_computes_costs_nothing_but_time(
    services: TorturedDeployment, moderator: Client, formed: int
) -> None:
    path = f"/v1/calculations/{complete(moderator, formed)['calculation_id']}"
    wait_for(lambda: moderator.get(path).body["state"] != "SCHEDULED", "the calculation to start")
    for pid in services.workers_of("calc_grpc"):
        os.kill(pid, signal.SIGKILL)
    row = wait_for_result(services, moderator, formed)
    assert actions(row).count("RESULT_RECORDED") == 1


def complete(moderator: Client, number: int) -> dict[str, Any]:
    """Insist: on a loaded machine calc_grpc may not answer in time, and a moderator would click again."""

    def answer() -> dict[str, Any] | None:
        given: Answer = moderator.put(f"/api/requests/{number}/complete")
        assert given.status in (200, 503), given
        return given.body if given.status == 200 else None

    return wait_for(answer, f"request {number} to be completed")


def at_once(call: Callable[[], dict[str, Any]], *, count: int) -> list[dict[str, Any]]:
    start = threading.Barrier(count)
    rows: list[dict[str, Any]] = []

    def act() -> None:
        start.wait()
        rows.append(call())

    threads = [threading.Thread(target=act) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows) == count
    return rows


def wait_for_result(services: TorturedDeployment, moderator: Client, number: int) -> dict[str, Any]:
    def row() -> dict[str, Any] | None:
        body = moderator.get(f"/api/requests/{number}").body
        is_there = body["calculation_state"] == "SUCCEEDED" and body["result_count"] == COUNT
        return body if is_there else None

    return wait_for(row, f"the result of request {number}", timeout_s=ARRIVES_WITHIN_S, hint=services.logs)


def wait_for_delivery(services: TorturedDeployment, moderator: Client, row: dict[str, Any]) -> None:
    def is_delivered() -> bool:
        report = moderator.get(f"/v1/calculations/{row['calculation_id']}").body["report"]
        return bool(report["state"] == "DELIVERED")

    wait_for(is_delivered, "the report to be delivered", timeout_s=ARRIVES_WITHIN_S, hint=services.logs)


def restart_calc(services: TorturedDeployment) -> None:
    before = services.pid_of("calc_grpc")
    assert services.kill_one("calc_grpc", random.Random(0))
    wait_for(lambda: services.pid_of("calc_grpc") not in (None, before), "calc_grpc to be started again")
    wait_for(lambda: services.is_well("calc_grpc"), "calc_grpc to serve", hint=services.logs)


def shows_jump(client: Client, seconds: int) -> bool:
    """Whether the gateway's clock is ahead by that much, give or take a minute."""
    shown = parsedate_to_datetime(client.get("/healthz").headers["date"])
    return abs((shown - datetime.now(UTC)).total_seconds() - seconds) < 60


def actions(row: dict[str, Any]) -> list[str]:
    return [entry["action"] for entry in row["history"]]
