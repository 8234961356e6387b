"""The checks at the end of a torture find what they are there for."""

from collections.abc import Callable
from typing import Any

import pytest
from astrodist.calc.v1 import calculation_pb2, distance_pb2

from tests.torture.checks import RESULT_FIELDS, Remains, judge, unsettled
from tests.torture.users import Ledger

ID = "00000000-0000-0000-0000-000000000001"
State = calculation_pb2.Calculation.State
ReportState = calculation_pb2.Report.State


class Scene:
    """One completed request with its result, as it should be; tests spoil it."""

    def __init__(self) -> None:
        self.calculation = calculation_pb2.Calculation(calculation_id=ID, state=State.SUCCEEDED)
        self.calculation.report.state = ReportState.DELIVERED
        self.calculation.distance.observations.add(id=7)
        result = self.calculation.distance_result
        result.verdict = distance_pb2.DistanceResult.Verdict.DETERMINED
        result.verdict_reason = "well"
        result.observations.add(id=7, result_state=result.verdict, distance_au=2.5, used=True)
        observation = {**dict.fromkeys(RESULT_FIELDS), "id": 7, "distance_au": 2.5, "used": True}
        observation["result_state"] = "DETERMINED"
        self.row: dict[str, Any] = {
            "id": 1,
            "status": "COMPLETED",
            "calculation_id": ID,
            "calculation_state": "SUCCEEDED",
            "result_count": 1,
            "observation_count": 1,
            "verdict": "DETERMINED",
            "verdict_reason": "well",
            "orbit": None,
            "observations": [observation],
            "history": [entry("COMPLETED"), entry("RESULT_RECORDED")],
        }
        self.ledger = Ledger(requests={1}, accepted={ID}, completed={1})
        self.said = {ID: {"body"}}

    def judged(self) -> list[str]:
        remains = Remains(calculations={self.calculation.calculation_id: self.calculation}, rows={1: self.row})
        return judge(remains, self.ledger, self.said, []).all()


def entry(action: str) -> dict[str, str]:
    return {"action": action, "calculation_id": ID}


def test_nothing_is_found_where_all_is_well() -> None:
    assert Scene().judged() == []


def lose_the_calculation(scene: Scene) -> None:
    scene.ledger.accepted.add("another")


def give_the_report_up(scene: Scene) -> None:
    scene.calculation.report.state = ReportState.GIVEN_UP


def tell_two_ends(scene: Scene) -> None:
    scene.said[ID] = {"body", "another"}


def record_the_result_twice(scene: Scene) -> None:
    scene.row["history"].append(entry("RESULT_REPLACED"))


def complete_twice(scene: Scene) -> None:
    scene.row["history"].append(entry("COMPLETED"))


def spoil_a_distance(scene: Scene) -> None:
    scene.row["observations"][0]["distance_au"] = 2.6


def disagree_about_the_state(scene: Scene) -> None:
    scene.calculation.state = State.CANCELLED


def fail_by_a_fault_of_the_program(scene: Scene) -> None:
    scene.calculation.state = State.FAILED
    scene.calculation.error.reason = "COMPUTATION_FAILED"
    scene.row["calculation_state"] = "FAILED"


def forget_the_completion(scene: Scene) -> None:
    scene.row["status"] = "FORMED"


@pytest.mark.parametrize(
    ("spoil", "evidence"),
    [
        (lose_the_calculation, "another was accepted and calc_grpc does not know it"),
        (give_the_report_up, "is GIVEN_UP"),
        (tell_two_ends, "calc_grpc told 2 different ends"),
        (record_the_result_twice, "stands 2 times in its history"),
        (complete_twice, "COMPLETED stands 2 times"),
        (spoil_a_distance, "distance_au of 7 differ from what was computed"),
        (disagree_about_the_state, "is CANCELLED at calc_grpc and SUCCEEDED at main_api"),
        (fail_by_a_fault_of_the_program, "FAILED: COMPUTATION_FAILED"),
        (forget_the_completion, "was said to be completed and is FORMED"),
    ],
)
def test_what_is_wrong_is_found_and_named(spoil: Callable[[Scene], None], evidence: str) -> None:
    scene = Scene()
    spoil(scene)
    assert any(evidence in sentence for sentence in scene.judged()), scene.judged()


def test_what_is_still_under_way_is_not_settled() -> None:
    scene = Scene()
    assert unsettled([scene.calculation], [scene.row]) == []
    scene.calculation.report.state = ReportState.PENDING
    scene.row["calculation_state"] = "RUNNING"
    assert len(unsettled([scene.calculation], [scene.row])) == 2
