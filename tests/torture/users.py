"""The stream of requests: observers and moderators who insist until they have an answer."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from uuid import uuid4

from tests.system.client import Answer, Client

ASK_AGAIN_AFTER_S = 0.4
CALL_TIMEOUT_S = 20.0
LONGEST_LOOK_S = 12.0  # then a user goes on to the next request; the checks look at all of them again
FEWEST_OBSERVATIONS = 6
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")
FIELDS = ("id", "observed_at", "ra_deg", "dec_deg", "station")

Row = dict[str, Any]


@dataclass
class Ledger:
    """What the system has promised so far: it is held to it when all is over."""

    requests: set[int] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    direct: set[str] = field(default_factory=set)
    completed: set[int] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)
    deeds: Counter[str] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    longest_wait_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Users:
    """One observer and two moderators, each pair of hands a thread. `callback_base`: where results are sent."""

    def __init__(
        self, *, observer: Client, moderators: tuple[Client, Client], sky: list[Row], callback_base: str, seed: int
    ) -> None:
        self._observer = observer
        self._moderators = moderators
        self._sky = sky
        self._callback_base = callback_base
        self._seed = seed
        self._numbers = itertools.count(1)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.ledger = Ledger()

    def start(self, count: int) -> None:
        for index in range(count):
            thread = threading.Thread(target=self._live, args=(random.Random(f"{self._seed}/{index}"),), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout_s: float) -> bool:
        """They finish what they began; False when one of them is still waiting after that time."""
        self._stop.set()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _live(self, chance: random.Random) -> None:
        try:
            self._pursue_requests(chance)
        except Exception as error:
            # The outermost edge of a thread: nobody else would hear of it.
            self.ledger.refusals.append(f"a user met what it did not expect: {error!r}")
            raise

    def _pursue_requests(self, chance: random.Random) -> None:
        deeds = {
            self._complete: 6,
            self._complete_and_reject: 3,
            self._complete_and_cancel: 2,
            self._complete_and_recalculate: 4,
            self._complete_and_create_directly: 2,
        }
        while not self._stop.is_set():
            number = self._formed_request(chance)
            (deed,) = chance.choices(list(deeds), weights=list(deeds.values()))
            deed(number)
            with self.ledger.lock:
                self.ledger.deeds[deed.__name__.strip("_")] += 1
            self._look(number)

    def _formed_request(self, chance: random.Random) -> int:
        count = chance.randint(FEWEST_OBSERVATIONS, len(self._sky))
        turn_deg = chance.uniform(0.0, 1.0)  # no two requests alike: a result in the wrong place would show
        observations = [{**row, "ra_deg": (row["ra_deg"] + turn_deg) % 360} for row in self._sky[:count]]
        body = {"designation": f"Torture {next(self._numbers)}", "comment": "", "observations": observations}
        number = int(self._insist(lambda: self._observer.post("/api/requests", body), {201}).body["id"])
        self.ledger.requests.add(number)
        # 409: an earlier attempt did it, only its answer was lost.
        self._insist(lambda: self._observer.put(f"/api/requests/{number}/form"), {200, 409})
        return number

    def _complete(self, number: int) -> None:
        """Two moderators at the same instant; then one asks for the report again, where there is a result."""
        rows = self._at_once(*(lambda m=m: self._completing(m, number) for m in self._moderators))
        if len({row["calculation_id"] for row in rows if row}) > 1:
            self.ledger.refusals.append(f"request {number}: two moderators got two calculations")
        row = self._look(number)
        if row and row["calculation_state"] in FINAL:
            path = f"/v1/calculations/{row['calculation_id']}:resendReport"
            self._insist(lambda: self._moderators[0].post(path), {200})

    def _complete_and_reject(self, number: int) -> None:
        def reject() -> None:
            path = f"/api/requests/{number}/reject"
            answer = self._insist(lambda: self._moderators[1].put(path, {"reason": "tortured"}), {200, 409})
            if answer.status == 200:
                self.ledger.rejected.add(number)

        self._at_once(lambda: self._completing(self._moderators[0], number), reject)

    def _complete_and_cancel(self, number: int) -> None:
        row = self._completing(self._moderators[0], number)
        if row:
            path = f"/v1/calculations/{row['calculation_id']}:cancel"
            self._insist(lambda: self._moderators[1].post(path), {200})

    def _complete_and_recalculate(self, number: int) -> None:
        """Two moderators replace the same calculation: one of them comes too late."""
        row = self._completing(self._moderators[0], number)
        if row:
            self._at_once(*(lambda m=m: self._recalculate(m, number, row["calculation_id"]) for m in self._moderators))

    def _complete_and_create_directly(self, number: int) -> None:
        row = self._completing(self._moderators[0], number)
        if not row:
            return
        row = self._insist(lambda: self._observer.get(f"/api/requests/{number}"), {200}).body
        calculation_id = str(uuid4())
        self.ledger.direct.add(calculation_id)
        body = {
            "calculation_id": calculation_id,
            "distance": {"observations": [{name: one[name] for name in FIELDS} for one in row["observations"]]},
            "callback": {"url": f"{self._callback_base}/api/requests/{number}/result"},
            "creator": row["creator"],
        }
        self._insist(lambda: self._moderators[1].post("/v1/calculations", body), {200})
        self.ledger.accepted.add(calculation_id)

    def _completing(self, moderator: Client, number: int) -> Row | None:
        answer = self._insist(lambda: moderator.put(f"/api/requests/{number}/complete"), {200, 409})
        if answer.status == 409:
            return None
        self.ledger.completed.add(number)
        self.ledger.accepted.add(answer.body["calculation_id"])
        return answer.body

    def _recalculate(self, moderator: Client, number: int, supersedes: str) -> None:
        path = f"/api/requests/{number}/recalculate"
        answer = self._insist(lambda: moderator.post(path, {"supersedes": supersedes}), {200, 409})
        if answer.status == 200:
            self.ledger.accepted.add(answer.body["calculation_id"])

    def _look(self, number: int) -> Row | None:
        """Watch a request until its calculation has ended, or for a while."""
        began = time.monotonic()
        row: Row | None = None
        while time.monotonic() - began < LONGEST_LOOK_S:
            row = self._insist(lambda: self._observer.get(f"/api/requests/{number}"), {200}).body
            if row["status"] != "COMPLETED" or row["calculation_state"] in FINAL:
                self.ledger.longest_wait_s = max(self.ledger.longest_wait_s, time.monotonic() - began)
                break
            self._stop.wait(ASK_AGAIN_AFTER_S)
            if self._stop.is_set():
                break
        return row

    def _insist(self, call: Callable[[], Answer], wanted: set[int]) -> Answer:
        """Repeat a call until it is answered for good. What is not wanted and no fault of the moment is noted."""
        while True:
            answer = None
            with suppress(OSError, ValueError, HTTPException):  # refused, cut off, or in the middle of a body
                answer = call()
            if answer is not None and answer.status in wanted:
                return answer
            if answer is not None and answer.status < 500 and answer.status != 429:
                self.ledger.refusals.append(f"{answer.status} {str(answer.body)[:300]}")
                raise SystemExit  # of this thread
            time.sleep(ASK_AGAIN_AFTER_S)

    def _at_once(self, *acts: Callable[[], Any]) -> list[Any]:
        """Run them in threads that begin at the same instant."""
        start = threading.Barrier(len(acts))
        results: list[Any] = [None] * len(acts)

        def act(index: int) -> None:
            start.wait()
            results[index] = acts[index]()

        threads = [threading.Thread(target=act, args=(index,), daemon=True) for index in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results
