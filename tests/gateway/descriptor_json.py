"""JSON values made from message descriptors: one that fills every field, any valid one, and ones that are wrong.

Written from the proto JSON mapping, not from the gateway's reading of it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as Kind
from hypothesis import strategies as st

TIMESTAMP, DURATION = "google.protobuf.Timestamp", "google.protobuf.Duration"
INT_RANGE = {Kind.CPPTYPE_INT32: (-(2**31), 2**31 - 1), Kind.CPPTYPE_INT64: (-(2**63), 2**63 - 1)}
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
MOMENTS = st.datetimes(datetime(1600, 1, 1), datetime(2400, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
)
DURATIONS = st.integers(0, 10**15).map(lambda nanos: f"{nanos // 10**9}.{nanos % 10**9:09d}s")


def is_moment(field: Any) -> bool:
    """Whether a message field is written as text."""
    return field.message_type is not None and field.message_type.full_name in (TIMESTAMP, DURATION)


def filled(message: Any, oneof_index: int = 0) -> dict[str, Any]:
    """Every field of a message with a value that is not its default; of a oneof the member of that index."""
    return {field.name: _filled_field(field) for field in members(message, oneof_index)}


def members(message: Any, oneof_index: int = 0) -> list[Any]:
    """The fields that may stand together: all, but one of each oneof."""
    unwanted = {
        field.name
        for oneof in message.oneofs
        for index, field in enumerate(oneof.fields)
        if index != oneof_index % len(oneof.fields)
    }
    return [field for field in message.fields if field.name not in unwanted]


def _filled_field(field: Any) -> Any:
    value = _sample(field)
    return [value, value] if field.is_repeated else value


def _sample(field: Any) -> Any:
    if field.message_type is not None:
        texts = {TIMESTAMP: "2026-01-31T20:15:00.250Z", DURATION: "2.500s"}
        return texts.get(field.message_type.full_name) or filled(field.message_type)
    if field.enum_type is not None:
        return field.enum_type.values[-1].name
    if field.cpp_type in INT_RANGE:
        return 7
    return {Kind.CPPTYPE_BOOL: True, Kind.CPPTYPE_DOUBLE: 1.5}.get(field.cpp_type, "YWI=")


def any_of(message: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Any valid JSON object of a message: fields may be missing or null, of a oneof there is at most one."""

    def fields_with(index: int) -> st.SearchStrategy[dict[str, Any]]:
        fields = {field.name: _any_field(field) | st.none() for field in members(message, index)}
        return st.fixed_dictionaries({}, optional=fields)

    choices = max((len(oneof.fields) for oneof in message.oneofs), default=1)
    return st.one_of([fields_with(index) for index in range(choices)])


def _any_field(field: Any) -> st.SearchStrategy[Any]:
    value = _any_value(field)
    return st.lists(value, max_size=3) if field.is_repeated else value


def _any_value(field: Any) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        if is_moment(field):
            return MOMENTS if field.message_type.full_name == TIMESTAMP else DURATIONS
        return any_of(field.message_type)
    if field.enum_type is not None:
        return st.sampled_from([value.name for value in field.enum_type.values])
    if field.cpp_type in INT_RANGE:
        return st.integers(*INT_RANGE[field.cpp_type])
    if field.type == Kind.TYPE_BYTES:
        return st.just("YWI=")
    scalars = {Kind.CPPTYPE_BOOL: st.booleans(), Kind.CPPTYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False)}
    return scalars.get(field.cpp_type, TEXT)


def wrong_values(field: Any) -> Iterator[tuple[Any, str]]:
    """Values that do not fit a single field, with the reason that each is refused for."""
    if field.message_type is not None:
        yield 5, "WRONG_TYPE"
        yield ("yesterday", "INVALID_FORMAT") if is_moment(field) else ("text", "WRONG_TYPE")
    elif field.enum_type is not None:
        yield "NO_SUCH_WORD", "UNKNOWN_VALUE"
        yield field.enum_type.values[-1].name.lower(), "UNKNOWN_VALUE"
        yield 1, "WRONG_TYPE"
    elif field.cpp_type in INT_RANGE:
        low, high = INT_RANGE[field.cpp_type]
        yield from [(low - 1, "OUT_OF_RANGE"), (high + 1, "OUT_OF_RANGE")]
        yield from [("7", "WRONG_TYPE"), (1.5, "WRONG_TYPE"), (True, "WRONG_TYPE")]
    elif field.cpp_type == Kind.CPPTYPE_DOUBLE:
        yield from [(10**400, "OUT_OF_RANGE"), ("1.5", "WRONG_TYPE"), (False, "WRONG_TYPE"), ({}, "WRONG_TYPE")]
    elif field.cpp_type == Kind.CPPTYPE_BOOL:
        yield from [("true", "WRONG_TYPE"), (1, "WRONG_TYPE")]
    else:
        yield from [(5, "WRONG_TYPE"), ([], "WRONG_TYPE"), ({}, "WRONG_TYPE")]


def wrong_bodies(message: Any) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Bodies with one wrong value each, at every field at every depth: body, path, reason."""
    yield {"no_such_field": 1}, "no_such_field", "UNKNOWN_FIELD"
    for field in message.fields:
        if field.is_repeated:
            yield {field.name: {}}, field.name, "WRONG_TYPE"
        index = "[1]" if field.is_repeated else ""
        for value, path, reason in _wrong_at(field):
            held = [_sample(field), value] if field.is_repeated else value
            yield {field.name: held}, f"{field.name}{index}{path}", reason


def _wrong_at(field: Any) -> Iterator[tuple[Any, str, str]]:
    for value, reason in wrong_values(field):
        yield value, "", reason
    if field.message_type is not None and not is_moment(field):
        for body, path, reason in wrong_bodies(field.message_type):
            yield body, f".{path}", reason


def wrong_texts(field: Any) -> Iterator[tuple[str, str]]:
    """Texts that a query string may not give to a field, with the reason."""
    if field.enum_type is not None:
        yield from [("NO_SUCH_WORD", "UNKNOWN_VALUE"), ("1", "UNKNOWN_VALUE"), ("", "UNKNOWN_VALUE")]
    elif field.cpp_type in INT_RANGE:
        low, high = INT_RANGE[field.cpp_type]
        yield from [(str(low - 1), "OUT_OF_RANGE"), (str(high + 1), "OUT_OF_RANGE")]
        yield from [("seven", "INVALID_FORMAT"), ("1.5", "INVALID_FORMAT"), ("", "INVALID_FORMAT")]
    elif field.cpp_type == Kind.CPPTYPE_DOUBLE:
        yield from [("nan", "OUT_OF_RANGE"), ("x", "INVALID_FORMAT")]
    elif field.cpp_type == Kind.CPPTYPE_BOOL:
        yield from [("True", "INVALID_FORMAT"), ("1", "INVALID_FORMAT")]
