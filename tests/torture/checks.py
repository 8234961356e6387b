"""What must hold when all is over; each check returns what it found wrong, with the evidence."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import grpc
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc
from google.protobuf.json_format import MessageToDict

from tests.system.client import Client
from tests.torture.users import FINAL, Ledger

PAGE_SIZE = 1000
RESULT_FIELDS = (
    "result_state",
    "distance_au",
    "distance_sigma_au",
    "distance_low_au",
    "distance_high_au",
    "heliocentric_distance_au",
    "residual_ra_arcsec",
    "residual_dec_arcsec",
    "used",
)
EFFECTS = ("RESULT_RECORDED", "RESULT_REPLACED", "CALCULATION_FAILED", "CALCULATION_CANCELLED")
SETTLED_REPORTS = ("DELIVERED", "REJECTED")
# A worker that is killed twice at the same calculation ends it: that is the promise, and no fault of the program.
ALLOWED_FAILURES = ("WORKER_CRASHED",)

Calculation = calculation_pb2.Calculation
State = calculation_pb2.Calculation.State
ReportState = calculation_pb2.Report.State


@dataclass(frozen=True)
class Findings:
    """Sentences with evidence; all empty when every promise was kept."""

    lost: list[str]
    doubled: list[str]
    stuck: list[str]
    wrong: list[str]

    def all(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.stuck, *self.wrong]


@dataclass(frozen=True)
class Remains:
    """Both sides as they are at the end: the journal of calc_grpc, and main_api's requests."""

    calculations: dict[str, Calculation]
    rows: dict[int, dict[str, Any]]


def read_remains(address: str, moderator: Client, ledger: Ledger) -> Remains:
    rows = {number: moderator.get(f"/api/requests/{number}").body for number in sorted(ledger.requests)}
    return Remains(calculations={one.calculation_id: one for one in read_calculations(address, whole=True)}, rows=rows)


def read_calculations(address: str, *, whole: bool) -> list[Calculation]:
    """Every row of the journal; whole: with input and result."""
    found: list[Calculation] = []
    with grpc.insecure_channel(address) as channel:
        stub = calculation_service_pb2_grpc.CalculationServiceStub(channel)
        request = calculation_service_pb2.ListCalculationsRequest(page_size=PAGE_SIZE)
        while True:
            page = stub.ListCalculations(request, timeout=30)
            found += page.calculations
            request.page_token = page.next_page_token
            if not request.page_token:
                break
        if not whole:
            return found
        get = calculation_service_pb2.GetCalculationRequest
        return [stub.GetCalculation(get(calculation_id=one.calculation_id), timeout=30) for one in found]


def unsettled(calculations: list[Calculation], rows: list[dict[str, Any]]) -> list[str]:
    """What is still under way: calculations, reports, and completed requests that wait for a result."""
    open_runs = [
        f"{one.calculation_id} is {State.Name(one.state)}, due {one.due_time.ToJsonString()}"
        for one in calculations
        if State.Name(one.state) not in FINAL
    ]
    open_reports = [
        f"the report of {one.calculation_id} is PENDING after {one.report.attempt_count} attempts, "
        f"next {one.report.next_time.ToJsonString()}, last: {one.report.last_error}"
        for one in calculations
        if ReportState.Name(one.report.state) == "PENDING" and State.Name(one.state) in FINAL
    ]
    waiting = [
        f"request {row['id']} waits for {row['calculation_id']}, which is {row['calculation_state']}"
        for row in rows
        if row["status"] == "COMPLETED" and row["calculation_state"] not in FINAL
    ]
    return open_runs + open_reports + waiting


def judge(remains: Remains, ledger: Ledger, said: dict[str, set[str]], stuck: list[str]) -> Findings:
    doubled = [*_said_twice(said), *_effects_twice(remains), *_strangers(remains, ledger)]
    wrong = [*ledger.refusals, *_broken_answers(remains, ledger), *_failures(remains), *_different_results(remains)]
    return Findings(lost=list(_lost(remains, ledger)), doubled=doubled, stuck=stuck, wrong=wrong)


def recompute(remains: Remains, *, count: int, chance: random.Random) -> Iterator[str]:
    """Work a sample out again, without any service: every byte is the same."""
    # Here, since it brings numba, which only the end of a run needs.
    from calc_grpc.convert import KINDS

    succeeded = [one for one in remains.calculations.values() if one.state == State.SUCCEEDED]
    for one in chance.sample(succeeded, min(count, len(succeeded))):
        computed = KINDS["distance"].compute(
            one.distance.SerializeToString(deterministic=True),
            created_at=one.create_time.ToDatetime(tzinfo=UTC),
            report=lambda fraction, stage: None,
            cancelled=lambda: False,
        )
        again = type(one.distance_result).FromString(computed)
        if again != one.distance_result:
            yield f"{one.calculation_id} comes out otherwise when it is computed again"


def _lost(remains: Remains, ledger: Ledger) -> Iterator[str]:
    for calculation_id in sorted(ledger.accepted - remains.calculations.keys()):
        yield f"{calculation_id} was accepted and calc_grpc does not know it"
    for one in remains.calculations.values():
        report = ReportState.Name(one.report.state)
        if State.Name(one.state) in FINAL and report not in (*SETTLED_REPORTS, "PENDING"):
            yield f"the report of {one.calculation_id} is {report}: {one.report.last_error}"
    for row in remains.rows.values():
        if row["calculation_state"] == "SUCCEEDED" and row["result_count"] != row["observation_count"]:
            yield f"request {row['id']} has {row['result_count']} of {row['observation_count']} results"


def _said_twice(said: dict[str, set[str]]) -> Iterator[str]:
    for calculation_id, bodies in said.items():
        if len(bodies) > 1:
            yield f"calc_grpc told {len(bodies)} different ends of {calculation_id}"


def _effects_twice(remains: Remains) -> Iterator[str]:
    for number, row in remains.rows.items():
        actions = Counter(entry["action"] for entry in row["history"])
        effects = Counter(entry["calculation_id"] for entry in row["history"] if entry["action"] in EFFECTS)
        again = Counter(entry["calculation_id"] for entry in row["history"] if entry["action"] == "RECALCULATED")
        once = {name: actions[name] for name in ("CREATED", "FORMED", "COMPLETED", "REJECTED", "RESULT_RECORDED")}
        for name, count in [*once.items(), *effects.items(), *again.items()]:
            if count > 1:
                yield f"request {number}: {name} stands {count} times in its history"


def _strangers(remains: Remains, ledger: Ledger) -> Iterator[str]:
    """Calculations nobody asked for, and more than one of a request that was rejected."""
    of_request: Counter[int] = Counter()
    number_of = {one["id"]: number for number, row in remains.rows.items() for one in row["observations"]}
    for calculation_id, one in remains.calculations.items():
        if calculation_id in ledger.direct:
            continue
        number = number_of[one.distance.observations[0].id]
        row = remains.rows[number]
        of_request[number] += 1
        known = {entry["calculation_id"] for entry in row["history"]} | {row["calculation_id"]}
        if calculation_id not in known:
            yield f"request {number} knows nothing of its calculation {calculation_id}"
        if row["status"] == "REJECTED" and of_request[number] > 1:
            yield f"request {number} was rejected and has {of_request[number]} calculations"


def _broken_answers(remains: Remains, ledger: Ledger) -> Iterator[str]:
    for number, row in remains.rows.items():
        if row["status"] not in ("COMPLETED", "REJECTED"):
            yield f"request {number} is {row['status']} though its moderators had an answer"
        if number in ledger.completed and row["status"] != "COMPLETED":
            yield f"request {number} was said to be completed and is {row['status']}"
        if number in ledger.rejected and row["status"] != "REJECTED":
            yield f"request {number} was said to be rejected and is {row['status']}"
        if row["status"] == "REJECTED" and row["result_count"]:
            yield f"request {number} is rejected and has results"


def _failures(remains: Remains) -> Iterator[str]:
    for one in remains.calculations.values():
        if one.state == State.FAILED and one.error.reason not in ALLOWED_FAILURES:
            yield f"{one.calculation_id} FAILED: {one.error.reason} {one.error.message}"


def _different_results(remains: Remains) -> Iterator[str]:
    for number, row in remains.rows.items():
        if row["status"] != "COMPLETED":
            continue
        calculation = remains.calculations.get(row["calculation_id"])
        if calculation is None:
            yield f"request {number}: calc_grpc does not know its calculation {row['calculation_id']}"
        elif State.Name(calculation.state) != row["calculation_state"]:
            yield (
                f"request {number}: its calculation {row['calculation_id']} is {State.Name(calculation.state)} "
                f"at calc_grpc and {row['calculation_state']} at main_api"
            )
        elif calculation.state == State.SUCCEEDED and (differing := _differing_fields(calculation, row)):
            yield f"request {number}: {', '.join(differing)} differ from what was computed"


def _differing_fields(calculation: Calculation, row: dict[str, Any]) -> list[str]:
    computed = MessageToDict(
        calculation.distance_result, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    differing = [name for name in ("verdict", "verdict_reason") if computed[name] != row[name]]
    orbit, stored_orbit = computed.get("orbit") or {}, row["orbit"] or {}
    differing += [f"orbit.{name}" for name, value in orbit.items() if value and stored_orbit.get(name) != value]
    stored = {one["id"]: one for one in row["observations"]}
    for one in computed["observations"]:
        differing += [f"{name} of {one['id']}" for name in RESULT_FIELDS if one.get(name) != stored[one["id"]][name]]
    return differing
