"""JSON against a message's descriptor: every refused value named by path and word."""

from typing import Any

import pytest
from astrodist.calc.v1 import calculation_service_pb2
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ERROR_LIMIT, InvalidInput, MalformedBody
from gateway.json_message import fill_from_json, fill_from_text, read_json_object, to_json

Create = calculation_service_pb2.CreateCalculationRequest
ROW = {"observed_at": "2026-01-31T20:15:00Z", "ra_deg": 1, "dec_deg": 2, "station": "535"}


def _refused(values: dict[str, Any], message: Any = None) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        fill_from_json(message if message is not None else Create(), values)
    return {(error.path, error.reason) for error in caught.value.errors}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("ra_deg", "12.5", "WRONG_TYPE"),
        ("ra_deg", True, "WRONG_TYPE"),
        ("ra_deg", [1], "WRONG_TYPE"),
        ("ra_deg", 10**400, "OUT_OF_RANGE"),
        ("ra_deg", float("inf"), "OUT_OF_RANGE"),
        ("id", 1.5, "WRONG_TYPE"),
        ("id", "7", "WRONG_TYPE"),
        ("id", False, "WRONG_TYPE"),
        ("id", 2**31, "OUT_OF_RANGE"),
        ("id", -(2**31) - 1, "OUT_OF_RANGE"),
        ("station", 535, "WRONG_TYPE"),
        ("station", "\ud800", "INVALID_FORMAT"),
        ("observed_at", 1700000000, "WRONG_TYPE"),
        ("observed_at", "2026-02-30T00:00:00Z", "INVALID_FORMAT"),
        ("observed_at", "2026-01-01", "INVALID_FORMAT"),
        ("observed_at", "99999-01-01T00:00:00Z", "INVALID_FORMAT"),
        ("observer_position_km", 1, "WRONG_TYPE"),
        ("raDeg", 1, "UNKNOWN_FIELD"),
        ("\ud800", 1, "UNKNOWN_FIELD"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(field: str, value: Any, reason: str) -> None:
    rows = [ROW, {**ROW, field: value}]
    assert _refused({"distance": {"observations": rows}}) == {(f"distance.observations[1].{field}", reason)}


@pytest.mark.parametrize(
    ("values", "path", "reason"),
    [
        ({"distance": {"observations": {}}}, "distance.observations", "WRONG_TYPE"),
        ({"distance": {"observations": [None]}}, "distance.observations[0]", "WRONG_TYPE"),
        ({"distance": {"observations": [{"id": 1}, {"id": []}]}}, "distance.observations[1].id", "WRONG_TYPE"),
        ({"pi": {"digit_position": 1e300}}, "pi.digit_position", "OUT_OF_RANGE"),
        ({"distance": 1}, "distance", "WRONG_TYPE"),
        ({"callback": "http://a"}, "callback", "WRONG_TYPE"),
        ({"delay": "5"}, "delay", "INVALID_FORMAT"),
        ({"delay": "abcs"}, "delay", "INVALID_FORMAT"),
        ({"catalogue_sync": {"allow_shrink": "true"}}, "catalogue_sync.allow_shrink", "WRONG_TYPE"),
        ({"pi": {}, "distance": {}}, "distance", "UNKNOWN_FIELD"),
    ],
)
def test_a_wrong_structure_is_named_by_its_path(values: dict[str, Any], path: str, reason: str) -> None:
    assert _refused(values) == {(path, reason)}


def test_null_means_absent() -> None:
    request = Create()
    fill_from_json(request, {"pi": {"digit_position": None}, "distance": None, "callback": None, "creator": None})
    assert request == Create(pi={})


def test_whole_floats_are_integers_and_offsets_become_utc() -> None:
    request = Create()
    rows = [{"id": 3.0, "observed_at": "2026-01-31T23:15:00+03:00"}]
    fill_from_json(request, {"distance": {"observations": rows}})
    row = request.distance.observations[0]
    assert (row.id, row.observed_at.ToJsonString()) == (3, "2026-01-31T20:15:00Z")


def test_enums_are_words() -> None:
    message = calculation_service_pb2.ListCalculationsRequest()
    assert _refused({"state": [1]}, message) == {("state[0]", "WRONG_TYPE")}
    assert _refused({"state": ["RUNNING", "running"]}, message) == {("state[1]", "UNKNOWN_VALUE")}


def test_bytes_are_base64() -> None:
    message = calculation_service_pb2.ParseAstrometryRequest()
    fill_from_json(message, {"content": "YWI="})
    assert message.content == b"ab"
    assert _refused({"content": "%"}, message) == {("content", "INVALID_FORMAT")}


def test_a_query_cannot_fill_messages() -> None:
    with pytest.raises(InvalidInput) as caught:
        fill_from_text(Create(), [("pi", "1"), ("delay", "5s")])
    assert [(error.path, error.reason) for error in caught.value.errors] == [("pi", "UNKNOWN_FIELD")]


def test_an_empty_body_is_an_empty_object() -> None:
    assert read_json_object(b" \n") == {}


_NAMES = st.sampled_from(
    ("distance", "pi", "observations", "ra_deg", "id", "station", "observed_at", "delay", "callback", "url", "creator")
)
_TEXT = st.text(st.characters())  # with halves of surrogate pairs, which JSON can write
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES | _TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_NAMES, _JSON))
def test_any_json_is_taken_or_refused_by_path(values: dict[str, Any]) -> None:
    request = Create()
    try:
        fill_from_json(request, values)
    except InvalidInput as refused:
        assert refused.errors
    else:
        again = Create()
        fill_from_json(again, read_json_object(to_json(request)))
        assert again == request


@given(st.binary(max_size=50))
def test_any_bytes_are_an_object_or_malformed(body: bytes) -> None:
    try:
        assert isinstance(read_json_object(body), dict)
    except MalformedBody as refused:
        assert refused.reason == "MALFORMED_BODY"


def test_a_body_full_of_faults_is_read_no_further_than_its_answer_tells() -> None:
    class Rows(list[Any]):
        looked_at = 0

        def __iter__(self) -> Any:
            for row in super().__iter__():
                self.looked_at += 1
                yield row

    rows = Rows([{"raDeg": 1}] * 10_000)
    assert len(_refused({"distance": {"observations": rows}})) == ERROR_LIMIT
    assert rows.looked_at == ERROR_LIMIT
