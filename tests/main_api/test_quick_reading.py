"""Bodies read the quick way and by their serializer: the same values, or the same refusal."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from rest_framework.exceptions import ValidationError

from main_api import quick_reading
from main_api.exception_handler import field_errors
from main_api.quick_reading import read_body
from main_api.requests.serializers import RejectInput, RequestInput, ResultInput
from main_api.strict_fields import StrictSerializer
from tests.main_api.sample_requests import follow_up_body, observation_body
from tests.main_api.test_results import BAD_BODIES, orbit
from tests.main_api.test_wire_samples import result

ODD_VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 1.0, 1.5, -0.0, 2**31, 10**400, float("inf"), 360, 361, -91, 181,
    "", " ", "x", " x ", "a\0b", "a\ud800b", "é", "ж" * 65, "x" * 10_001, "1", "WEAK", " WEAK", "SUCCEEDED",
    "2026-11-20T12:00:00Z", "2026-11-20t12:00:00+03:00", "2026-11-20", str(UUID(int=1)), UUID(int=1).hex,
    [], {}, [None], [1.5], [{}], ["x"], {"x": 1}, [[1.0]], [0.0] * 6, [0.0] * 37,
]  # fmt: skip
SAMPLES: list[tuple[type[StrictSerializer], dict[str, Any]]] = [
    (ResultInput, result()),
    (ResultInput, {"calculation_id": str(UUID(int=1)), "state": "FAILED", "error": {"reason": "X", "message": ""}}),
    (RequestInput, {"designation": "Ceres", "comment": "", "observations": [observation_body(band=None, mode="CCD")]}),
    (RejectInput, {"reason": "Too short."}),
]


def outcome(read: Any) -> Any:
    """The values as text, in which 1, 1.0 and true are three, or the refusals."""
    try:
        return json.dumps(read(), sort_keys=True, default=repr)
    except ValidationError as error:
        return sorted((refused.path, refused.reason, refused.message) for refused in field_errors(error.detail))


def of_serializer(serializer: type[StrictSerializer], body: Any) -> dict[str, Any]:
    read = serializer(data=body)
    read.is_valid(raise_exception=True)
    values: dict[str, Any] = read.validated_data
    return values


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something could be put in the place of something else."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from places(item, (*place, key))


def changed(body: dict[str, Any], place: tuple[Any, ...], value: Any, *, key: Any = None) -> dict[str, Any]:
    """A copy with another value there, or, with a key, with one more beside it."""
    copy = json.loads(json.dumps(body))
    parent = copy
    for step in place[:-1]:
        parent = parent[step]
    if key is not None and isinstance(parent, dict):
        parent[key] = value
    else:
        parent[place[-1]] = value
    return copy


@pytest.mark.parametrize(("serializer", "body"), SAMPLES)
def test_a_usual_body_is_read_without_its_serializer(
    serializer: type[StrictSerializer], body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = of_serializer(serializer, body)
    read_body(serializer, body)
    monkeypatch.setattr(serializer, "is_valid", None)
    assert read_body(serializer, body) == expected


@pytest.mark.parametrize(("serializer", "body"), SAMPLES)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_whatever_stands_anywhere_is_read_or_refused_as_the_serializer_does(
    serializer: type[StrictSerializer], body: dict[str, Any], data: strategies.DataObject
) -> None:
    for _ in range(data.draw(strategies.integers(1, 2))):
        place = data.draw(strategies.sampled_from(list(places(body))))
        key = data.draw(strategies.sampled_from([None, None, None, "nonsense"]))
        body = changed(body, place, data.draw(strategies.sampled_from(ODD_VALUES)), key=key)
    assert outcome(lambda: read_body(serializer, body)) == outcome(lambda: of_serializer(serializer, body))


@pytest.mark.parametrize("missing", list(result()))
def test_a_field_that_is_missing_is_treated_as_the_serializer_does(missing: str) -> None:
    body = result()
    del body[missing]
    assert outcome(lambda: read_body(ResultInput, body)) == outcome(lambda: of_serializer(ResultInput, body))


@pytest.mark.parametrize(
    "changes",
    [
        *(changes for changes, _, _ in BAD_BODIES),
        {"orbit": orbit(night_count=3.0)},
        {"follow_up": follow_up_body(note=" A note. ")},
    ],
)
def test_samples_are_read_or_refused_as_the_serializer_does(changes: dict[str, Any]) -> None:
    body = result() | changes
    assert outcome(lambda: read_body(ResultInput, body)) == outcome(lambda: of_serializer(ResultInput, body))


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_what_is_no_object_is_refused_as_the_serializer_does(body: Any) -> None:
    assert outcome(lambda: read_body(ResultInput, body)) == outcome(lambda: of_serializer(ResultInput, body))


def test_a_field_of_an_unknown_kind_is_left_to_the_serializer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_reading, "_MAKERS", {StrictSerializer: quick_reading._object})
    quick_reading._reader.cache_clear()
    try:
        assert read_body(RejectInput, {"reason": " No. "}) == {"reason": "No."}
    finally:
        quick_reading._reader.cache_clear()
