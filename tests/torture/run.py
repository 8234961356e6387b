"""One run: start, let users work while the plan is carried out, wait until all is settled, check, sum up."""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path

import grpc
import psycopg

from tests.postgres import PostgresServer, running_postgres
from tests.system.client import sign_in
from tests.system.deployment import ROOT
from tests.torture.checks import Findings, Remains, judge, read_calculations, read_remains, recompute, unsettled
from tests.torture.clock import HOUR_S, Lift
from tests.torture.faults import fill_disk, freeze, lock_postgres, lock_sqlite, restart_postgres
from tests.torture.plan import CALLBACK_FAULTS, Event
from tests.torture.services import TorturedDeployment
from tests.torture.summary import Counts, Report
from tests.torture.users import Users

SETTLED_WITHIN_S = 300.0  # the longest wait between two attempts at a report is a minute
USERS_DONE_WITHIN_S = 120.0
KILL_AGAIN_AFTER_S = 0.05
LAST_KILLS_WITHIN_S = 60.0
SAMPLE_COUNT = 5
LOOK_EVERY_S = 0.5


class Torture:
    """The system in `folder`."""

    def __init__(self, folder: Path, *, database: str, seed: int, user_count: int, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._database = database
        self._seed = seed
        self._user_count = user_count
        self._say = say
        self._chance = random.Random(seed)
        self._counts = Counts()
        self._server: PostgresServer | None = None

    def run(self, plan: list[Event]) -> Report:
        with ExitStack() as stack:
            settings = self._databases(stack)
            self._services = TorturedDeployment(
                self._folder,
                second_calc=self._database == "postgresql",
                CALC_DELAY_S="0-1",
                CALC_WORKER_COUNT="1",
                **settings,
            )
            stack.callback(self._services.stop_all)
            self._services.start_all()
            self._say("everything is up; the faults begin")
            return self._torture(plan)

    def keep_logs(self, folder: Path) -> None:
        """Copy what is left of the run."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            if path.is_file():
                shutil.copy2(path, folder / path.name)

    def _databases(self, stack: ExitStack) -> dict[str, str]:
        if self._database == "sqlite":
            return {}
        self._server = stack.enter_context(running_postgres())
        with psycopg.connect(self._server.url, autocommit=True) as admin:
            for name in ("calc", "main"):
                admin.execute(f"CREATE DATABASE {name}")
        return {"CALC_DATABASE_URL": self._server.url_of("calc"), "MAIN_DATABASE_URL": self._server.url_of("main")}

    def _torture(self, plan: list[Event]) -> Report:
        self._moderator = sign_in(self._services.url, "moderator")
        users = Users(
            observer=sign_in(self._services.url, "observer"),
            moderators=(self._moderator, sign_in(self._services.url, "moderator")),
            sky=json.loads((ROOT / "tests" / "data" / "ceres_1801.json").read_text())["observations"],
            callback_base=self._services.road.origin,
            seed=self._seed,
        )
        users.start(self._user_count)
        self._carry_out(plan)
        self._say("the faults are over; waiting until everything is settled")
        began = time.monotonic()
        stuck = [] if users.stop(USERS_DONE_WITHIN_S) else ["a user is still waiting for an answer"]
        self._wait_until(self._services.are_well, SETTLED_WITHIN_S)
        self._wait_until(lambda: not self._open_ends(users), SETTLED_WITHIN_S)
        self._counts.settled_after_s = time.monotonic() - began
        stuck += self._open_ends(users)
        remains = read_remains(self._services.calc_address, self._moderator, users.ledger)
        return self._report(users, remains, judge(remains, users.ledger, self._services.road.said, stuck))

    def _carry_out(self, plan: list[Event]) -> None:
        began = time.monotonic()
        waiting: list[str] = []  # victims that are just being started again
        lifts: dict[str, Lift] = {}
        try:
            for event in plan:
                while (left_s := began + event.at_s - time.monotonic()) > 0:
                    waiting = self._kill(waiting)
                    time.sleep(min(left_s, KILL_AGAIN_AFTER_S))
                if event.action == "kill":
                    waiting.append(event.what)
                elif event.action == "begin":
                    lifts[event.what] = self._begin(event.what)
                    self._counts.faults[event.what] += 1
                else:
                    lifts.pop(event.what)()
        finally:
            for lift in lifts.values():
                lift()
        deadline = time.monotonic() + LAST_KILLS_WITHIN_S
        while (waiting := self._kill(waiting)) and time.monotonic() < deadline:
            time.sleep(KILL_AGAIN_AFTER_S)

    def _kill(self, victims: list[str]) -> list[str]:
        """Returns those of which there is none to kill at the moment."""
        spared = [victim for victim in victims if not self._services.kill_one(victim, self._chance)]
        self._counts.kills += Counter(victims)
        self._counts.kills -= Counter(spared)
        return spared

    def _begin(self, fault: str) -> Lift:
        if fault in CALLBACK_FAULTS:
            self._services.road.begin(fault)
            return self._services.road.end
        if fault == "disk_full":
            return fill_disk(self._services)
        if fault == "calc_frozen":
            return freeze(self._services)
        if fault in ("clock_ahead", "clock_behind"):
            return self._services.clock.jump(HOUR_S if fault == "clock_ahead" else -HOUR_S)
        if self._server is None:
            return lock_sqlite(self._folder / "calc.sqlite3")
        return restart_postgres(self._server) if fault == "database_restarted" else self._lock_postgres()

    def _lock_postgres(self) -> Lift:
        assert self._server is not None
        try:
            return lock_postgres(self._server.url_of("calc"))
        except psycopg.OperationalError:  # it is being restarted
            return lambda: None

    def _open_ends(self, users: Users) -> list[str]:
        """What is not settled; all of it unknown while a service does not answer."""
        try:
            calculations = read_calculations(self._services.calc_address, whole=False)
            rows = [self._moderator.get(f"/api/requests/{number}").body for number in sorted(users.ledger.requests)]
            return unsettled(calculations, rows)
        except (grpc.RpcError, OSError, ValueError, HTTPException) as error:
            return [f"a service does not answer: {error!r}"]

    def _wait_until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition() and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)

    def _report(self, users: Users, remains: Remains, findings: Findings) -> Report:
        findings.wrong.extend(recompute(remains, count=SAMPLE_COUNT, chance=self._chance))
        return Report(
            counts=self._counts,
            findings=findings,
            remains=remains,
            deeds=users.ledger.deeds,
            attempts=self._services.road.attempts,
            longest_recovery_s=dict(self._services.longest_recovery_s),
            longest_wait_s=users.ledger.longest_wait_s,
            logs=self._services.logs() if findings.all() else "",
        )
