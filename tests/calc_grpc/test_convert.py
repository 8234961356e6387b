"""Messages to dataclasses and back."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, distance_pb2
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from calc_grpc.calculation import STATES, Calculation, Report, ReportState, State
from calc_grpc.convert import (
    KIND_NAMES,
    KINDS,
    creation_of,
    distance_result_message_of,
    message_of,
    observation_message_of,
    observation_of,
    report_body,
    state_names,
)
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.result import (
    Alternative,
    DistanceResult,
    FollowUp,
    FollowUpNight,
    ObservationResult,
    Orbit,
    VerdictGrounds,
)
from tests.calc_grpc.fakes import START_US, distance_input

NOW = datetime(2026, 5, 1, tzinfo=UTC)
finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.none() | st.text(min_size=1, max_size=8)

observations = st.builds(
    Observation,
    observed_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)),
    ra_deg=finite,
    dec_deg=finite,
    station=st.text(max_size=4),
    id=st.none() | st.integers(-(2**31), 2**31 - 1),
    sigma_ra_arcsec=st.none() | finite,
    sigma_dec_arcsec=st.none() | finite,
    correlation=st.none() | finite,
    magnitude=st.none() | finite,
    band=texts,
    mode=texts,
    catalogue=texts,
    program=texts,
    observer_position_km=st.none() | st.tuples(finite, finite, finite),
)

ORBIT = Orbit(
    **{field.name: 1.5 for field in dataclasses.fields(Orbit)}
    | {"night_count": 3, "state_vector": (1.0, 2.0), "covariance": (3.0,), "orbit_class": "MBA", "uncertainty_u": 4}
    | {"a_au": None, "sigma_a_au": None}
)
FOLLOW_UP = FollowUp(
    station="535",
    relative_sigma=0.03,
    nights=(
        FollowUpNight(
            **{field.name: 1.5 for field in dataclasses.fields(FollowUpNight)}
            | {"at": NOW, "altitude_deg": 0.0, "magnitude": None, "hindrance": "LOW"}
        ),
    ),
    observe_from=NOW,
    observe_by=None,
    note="Search along the major axis.",
    remarks=("LOST", "NEAR_SUN"),
    lost_within_deg=2.5,
    observable_from=NOW,
    highest_altitude_deg=19.5,
)
RESULT = DistanceResult(
    verdict="WEAK",
    verdict_reason="Two nights.",
    orbit=ORBIT,
    observations=(
        ObservationResult(id=7, result_state="WEAK", distance_au=1.5, used=False, fit_sigma_ra_arcsec=0.5),
        ObservationResult(id=None, result_state="WEAK"),
    ),
    alternatives=(Alternative(weight=0.25, distance_au=2.5, orbit=ORBIT),),
    follow_up=FOLLOW_UP,
    grounds=VerdictGrounds(
        cause="LITTLE_BEND", arc_days=1.5, night_count=2, observation_count=7, left_out_count=1, relative_sigma=0.05
    ),
)


def calculation(**values: Any) -> Calculation:
    defaults: dict[str, Any] = {
        "sequence": 1,
        "calculation_id": "00000000-0000-0000-0000-000000000001",
        "kind": "distance",
        "creator": "anna",
        "state": "SUCCEEDED",
        "create_time_us": START_US + 123_456,
        "due_time_us": START_US,
        "start_time_us": None,
        "finish_time_us": None,
        "progress_fraction": 0.5,
        "progress_stage": "half",
        "revision": 9,
        "report": Report(report_id="r", state="PENDING", attempt_count=2, last_error="HTTP 500", next_time_us=START_US),
        "error_reason": None,
        "error_message": None,
    }
    return Calculation(**defaults | values)


@given(observations)
def test_an_observation_survives_the_way_over_the_wire(observation: Observation) -> None:
    wire = observation_message_of(observation).SerializeToString()
    assert observation_of(distance_pb2.Observation.FromString(wire)) == observation


def test_every_field_of_a_result_reaches_the_message() -> None:
    message = distance_result_message_of(RESULT)
    assert message.verdict == distance_pb2.DistanceResult.WEAK and message.verdict_reason == "Two nights."
    row, bare = message.observations
    assert (row.id, row.distance_au, row.used) == (7, 1.5, False) and row.HasField("used")
    assert not bare.HasField("id") and not bare.HasField("distance_au") and not bare.HasField("used")
    assert message.alternatives[0].weight == 0.25 and message.alternatives[0].orbit == message.orbit
    (night,) = message.follow_up.nights
    assert night.at.ToDatetime(tzinfo=UTC) == NOW and night.HasField("altitude_deg") and not night.HasField("magnitude")
    assert not message.follow_up.HasField("observe_by")
    assert {field.name for field in dataclasses.fields(FollowUpNight)} == set(night.DESCRIPTOR.fields_by_name)
    assert {field.name for field in dataclasses.fields(FollowUp)} == set(message.follow_up.DESCRIPTOR.fields_by_name)
    grounds = message.verdict_grounds
    assert (grounds.cause, grounds.left_out_count, grounds.relative_sigma) == ("LITTLE_BEND", 1, 0.05)
    assert not grounds.HasField("other_distance_au")
    assert {field.name for field in dataclasses.fields(VerdictGrounds)} == set(grounds.DESCRIPTOR.fields_by_name)
    for field in dataclasses.fields(Orbit):
        value, sent = getattr(ORBIT, field.name), getattr(message.orbit, field.name)
        if value is None:
            assert not message.orbit.HasField(field.name)  # type: ignore[arg-type]
        else:
            assert (tuple(sent) if isinstance(value, tuple) else sent) == value, field.name


def test_a_result_without_orbit_has_none() -> None:
    assert not distance_result_message_of(dataclasses.replace(RESULT, orbit=None)).HasField("orbit")


def test_the_messages_have_every_field_of_the_dataclasses() -> None:
    for domain, message in ((Observation, distance_pb2.Observation), (Orbit, distance_pb2.Orbit),
                            (ObservationResult, distance_pb2.ObservationResult)):  # fmt: skip
        assert {field.name for field in dataclasses.fields(domain)} == set(message.DESCRIPTOR.fields_by_name)


def test_a_calculation_becomes_the_resource() -> None:
    message = message_of(calculation(input=distance_input().SerializeToString(), result=b""))
    assert message.create_time.ToJsonString() == "2023-11-14T22:13:20.123456Z"
    assert not message.HasField("start_time") and not message.HasField("error")
    assert message.WhichOneof("input") == "distance" and len(message.distance.observations) == 3
    assert message.WhichOneof("result") == "distance_result"
    assert (message.report.attempt_count, message.report.last_error) == (2, "HTTP 500")


def test_a_light_row_has_neither_input_nor_result() -> None:
    message = message_of(calculation())
    assert message.WhichOneof("input") is None and message.WhichOneof("result") is None


def test_the_words_are_those_of_the_contract() -> None:
    contract = calculation_pb2.Calculation.State.keys()
    assert set(STATES) | {"STATE_UNSPECIFIED"} == set(contract)
    assert set(State.__args__) == set(STATES)  # type: ignore[attr-defined]
    words = set(ReportState.__args__)  # type: ignore[attr-defined]
    assert words | {"STATE_UNSPECIFIED"} == set(calculation_pb2.Report.State.keys())
    assert state_names([1, 5, 0, 99]) == ["SCHEDULED", "CANCELLED", None, None]


def test_every_kind_has_its_input_and_its_result_in_the_resource() -> None:
    fields = calculation_pb2.Calculation.DESCRIPTOR.fields_by_name
    assert all(kind in fields and f"{kind}_result" in fields for kind in KIND_NAMES)
    assert set(KINDS) <= set(KIND_NAMES)


def test_the_same_input_has_the_same_bytes_whatever_unknown_fields_came_along() -> None:
    plain = calculation_service_pb2.CreateCalculationRequest(distance=distance_input())
    unknown = b"\xfa\x3e\x05hello"  # field 1007, which no version has
    decorated = calculation_service_pb2.CreateCalculationRequest()
    decorated.distance.MergeFromString(distance_input().SerializeToString() + unknown)
    assert creation_of(plain).input_bytes == creation_of(decorated).input_bytes


def test_what_is_absent_in_a_request_is_none() -> None:
    creation = creation_of(calculation_service_pb2.CreateCalculationRequest())
    assert (creation.kind, creation.delay_s, creation.callback_url) == (None, None, None)


def test_a_report_of_success_has_the_fields_of_the_result_beside_the_envelope() -> None:
    body = report_body(calculation(result=distance_result_message_of(RESULT).SerializeToString()))
    assert body["calculation_id"].endswith("1") and body["report_id"] == "r" and body["state"] == "SUCCEEDED"
    assert body["calculation_created_at"] == "2023-11-14T22:13:20.123456Z"
    assert "error" not in body
    assert body["verdict"] == "WEAK" and body["alternatives"][0]["weight"] == 0.25
    follow_up = body["follow_up"]
    assert (follow_up["station"], follow_up["observe_from"]) == ("535", "2026-05-01T00:00:00Z")
    assert "observe_by" not in follow_up and follow_up["nights"][0]["ellipse_major_arcsec"] == 1.5
    assert (follow_up["remarks"], follow_up["lost_within_deg"]) == (["LOST", "NEAR_SUN"], 2.5)
    assert (follow_up["observable_from"], follow_up["highest_altitude_deg"]) == (follow_up["observe_from"], 19.5)
    assert follow_up["nights"][0]["hindrance"] == "LOW"
    first = {"id": 7, "result_state": "WEAK", "distance_au": 1.5, "used": False, "fit_sigma_ra_arcsec": 0.5}
    assert body["observations"][0] == first


def test_without_an_orbit_nothing_is_said_of_coming_nights() -> None:
    bare = dataclasses.replace(RESULT, orbit=None, follow_up=None)
    body = report_body(calculation(result=distance_result_message_of(bare).SerializeToString()))
    assert "follow_up" not in body and "orbit" not in body


def test_a_report_of_failure_says_why() -> None:
    body = report_body(calculation(state="FAILED", error_reason="WORKER_CRASHED", error_message="It died."))
    assert body["error"] == {"reason": "WORKER_CRASHED", "message": "It died."}
    assert "verdict" not in body


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"observed_at": None}, "distance.observations[1].observed_at", "REQUIRED"),
        ({"observed_at": "9999-12-31T23:59:59Z"}, "distance.observations[1].observed_at", "FUTURE_TIME"),
        ({"observer_position_km": [1.0]}, "distance.observations[1].observer_position_km", "INVALID_FORMAT"),
        ({"ra_deg": 360.0}, "distance.observations[1].ra_deg", "OUT_OF_RANGE"),
        ({"ra_deg": "NaN"}, "distance.observations[1].ra_deg", "OUT_OF_RANGE"),
        ({"dec_deg": -91.0}, "distance.observations[1].dec_deg", "OUT_OF_RANGE"),
        ({"station": "ZZZ"}, "distance.observations[1].station", "UNKNOWN_STATION"),
        ({"station": ""}, "distance.observations[1].station", "REQUIRED"),
        ({"id": 0}, "distance.observations[1].id", "DUPLICATE_OBSERVATION"),
        ({"sigma_ra_arcsec": 0.0}, "distance.observations[1].sigma_ra_arcsec", "OUT_OF_RANGE"),
    ],
)
def test_a_bad_observation_is_named_by_its_path(change: dict[str, Any], path: str, reason: str) -> None:
    rows = json_format.MessageToDict(distance_input(), preserving_proto_field_name=True)
    rows["observations"][1] |= change
    message = json_format.ParseDict(rows, distance_pb2.DistanceInput())
    assert [(p.path, p.reason) for p in KINDS["distance"].find_problems(message, NOW)] == [(path, reason)]


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    message = distance_input()
    message.observations[2].observed_at.seconds = 10**15
    (problem,) = KINDS["distance"].find_problems(message, NOW)
    assert (problem.path, problem.reason) == ("distance.observations[2].observed_at", "OUT_OF_RANGE")
