"""Two calc_grpc processes on one PostgreSQL database: one is killed, the database is restarted, nothing is lost."""

import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from astrodist.calc.v1 import calculation_service_pb2, calculation_service_pb2_grpc
from google.protobuf.json_format import ParseDict
from grpc_health.v1 import health_pb2, health_pb2_grpc

from scripts.services import ROOT, SERVICES, complete_environment, is_setting
from tests.postgres import PostgresServer
from tests.system.deployment import free_ports, wait_for

pb2 = calculation_service_pb2
COUNT = 40
WORK_COUNT = 10
TAKEOVER_WITHIN_S = 10.0


class Receiver:
    """Counts the reports by calculation, state and report_id."""

    def __init__(self) -> None:
        self.reports: Counter[tuple[str, str, str]] = Counter()
        reports = self.reports

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                reports[(body["calculation_id"], body["state"], body["report_id"])] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Be quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Calc:
    """One calc_grpc process and its workers."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.address = f"127.0.0.1:{settings['CALC_PORT']}"
        environ = {name: value for name, value in os.environ.items() if not is_setting(name)}
        self.log = folder / f"calc-{settings['CALC_PORT']}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                SERVICES[0].command,
                cwd=ROOT,
                env=complete_environment({**environ, **settings}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.channel = grpc.insecure_channel(self.address)
        self.stub = calculation_service_pb2_grpc.CalculationServiceStub(self.channel)

    def is_ready(self) -> bool:
        with suppress(grpc.RpcError):
            answer = health_pb2_grpc.HealthStub(self.channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
        return False

    def signal(self, number: int) -> None:
        """To the process and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.channel.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def calcs(tmp_path: Path, postgres_url: str, receiver: Receiver) -> Iterator[list[Calc]]:
    settings = {
        "CALC_DATABASE_URL": postgres_url,
        "CALC_DELAY_S": "0-1",
        "CALC_WORKER_COUNT": "1",
        "CALC_CALLBACK_ALLOWED_ORIGINS": receiver.origin,
    }
    calcs: list[Calc] = []
    try:
        for port in free_ports(2):  # one after the other: the first may have to compile for both
            calcs.append(Calc(tmp_path, CALC_PORT=str(port), **settings))
            wait_for(calcs[-1].is_ready, "calc_grpc to serve", hint=calcs[-1].log.read_text)
        yield calcs
    finally:
        for calc in calcs:
            calc.kill()


def test_a_killed_process_and_a_restarted_database_lose_nothing_and_repeat_no_effect(
    calcs: list[Calc], receiver: Receiver, postgres_url: str, postgres_server: PostgresServer, ceres: dict[str, Any]
) -> None:
    victim, survivor = calcs
    create = creator(ceres, receiver)
    ids = [create(calcs[n % 2]) for n in range(COUNT)]
    with psycopg.connect(postgres_url, autocommit=True) as database:
        lost = kill_in_mid_run(victim, database, lambda: ids.append(create(victim)))
        began = time.monotonic()
        wait_for(lambda: not owned_by(victim, database), "the runs of the dead to be taken over")
        assert time.monotonic() - began < TAKEOVER_WITHIN_S, survivor.log.read_text()[-3000:]

    with stopped(postgres_server), pytest.raises(grpc.RpcError) as refusal:
        create(survivor)
    assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE
    ids += [wait_for(lambda: create_if_possible(create, survivor), "Create to work again") for _ in range(3)]

    wait_for(lambda: len({row[0] for row in receiver.reports}) == len(ids), "every report", hint=survivor.log.read_text)
    assert {(row[0], row[1]) for row in receiver.reports} == {(one, "SUCCEEDED") for one in ids}
    assert len(receiver.reports) == len(ids), "a calculation was reported under two report ids"
    rows = [survivor.stub.GetCalculation(pb2.GetCalculationRequest(calculation_id=one)) for one in ids]
    assert len({row.distance_result.SerializeToString(deterministic=True) for row in rows}) == 1
    with psycopg.connect(postgres_url) as database:
        fences = dict(database.execute("SELECT calculation_id, fence FROM calculations").fetchall())
    assert all(fences[one] == 2 for one in lost)  # claimed once by the dead and once by its heir


def kill_in_mid_run(victim: Calc, database: psycopg.Connection[Any], give_work: Callable[[], None]) -> list[str]:
    """Freeze it again and again until it is caught computing; returns what it ran when it was killed.

    A run takes milliseconds, so it is given work just before.
    """

    def caught() -> list[str]:
        for _ in range(WORK_COUNT):
            give_work()
        victim.signal(signal.SIGSTOP)
        wait_for(lambda: is_idle(database), "the database to do what it was told last")
        if not (held := owned_by(victim, database)):
            victim.signal(signal.SIGCONT)
        return held

    held: list[str] = wait_for(caught, "a run of the victim")
    victim.kill()
    return held


def is_idle(database: psycopg.Connection[Any]) -> bool:
    """Whether no other connection has a statement under way, but for those that wait for the frozen process: it may
    have stopped in the middle of what it says, with rows locked."""
    waiting = "coalesce(wait_event_type, '') IN ('Client', 'Lock')"
    others = f"state = 'active' AND NOT {waiting} AND datname = current_database() AND pid <> pg_backend_pid()"
    found = database.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {others}").fetchone()
    return found == (0,)


def owned_by(calc: Calc, database: psycopg.Connection[Any]) -> list[str]:
    query = "SELECT calculation_id FROM calculations WHERE state = 'RUNNING' AND split_part(owner, '/', 2) = %s"
    return [row[0] for row in database.execute(query, [str(calc.process.pid)]).fetchall()]


def creator(ceres: dict[str, Any], receiver: Receiver) -> Callable[[Calc], str]:
    """Returns what creates the same calculation, with a callback, at a process."""
    observations = [{"id": n, **row} for n, row in enumerate(ceres["observations"], 1)]
    request = ParseDict(
        {"distance": {"observations": observations}, "callback": {"url": f"{receiver.origin}/result"}},
        pb2.CreateCalculationRequest(),
    )

    def create(calc: Calc) -> str:
        return str(calc.stub.CreateCalculation(request, timeout=60).calculation_id)

    return create


def create_if_possible(create: Callable[[Calc], str], calc: Calc) -> str:
    with suppress(grpc.RpcError):
        return create(calc)
    return ""


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()
