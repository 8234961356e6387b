"""JSON and query strings to proto messages, and back. Every refused value is named by its path.

`json_format.ParseDict` is not used for reading: it stops at the first fault, names it only inside a sentence, and
takes "3.5" or 0 where a number or a word of an enum belongs. What is taken here is the strict side of proto JSON:
field names as in the proto, numbers as numbers, enum values by name, null for absent.
"""

import base64
import binascii
import json
import math
from functools import cache
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from gateway.errors import ERROR_LIMIT, FieldError, InvalidInput, MalformedBody

# Descriptors are made by protobuf's C library, whose classes the type stubs describe in part only.
Field = Any

INTEGER_BITS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
MOMENTS = {
    "google.protobuf.Timestamp": "a moment such as 2026-01-31T20:15:00Z",
    "google.protobuf.Duration": "seconds such as 7.5s",
}


class FieldRefused(Exception):
    """A value does not fit its field."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


def read_json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body holds; an empty body is an empty object."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except RecursionError:
        raise MalformedBody("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise MalformedBody(f"The body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise MalformedBody("The body has to be a JSON object.")
    return value


def fill_from_json(message: Message, values: dict[str, Any], *, bound: frozenset[str] = frozenset()) -> None:
    """Set the fields of a message from a JSON object; `bound` names those that the address gives already.

    Raises InvalidInput naming the fields that were refused, a hundred at most.
    """
    errors = [
        FieldError(path=name, reason="UNKNOWN_FIELD", message="This value comes from the address; leave it out here.")
        for name in bound
        if name in values
    ]
    _fill(message, {name: value for name, value in values.items() if name not in bound}, "", errors)
    if errors:
        raise InvalidInput(errors=errors)


def fill_from_text(message: Message, values: list[tuple[str, str]], *, bound: frozenset[str] = frozenset()) -> None:
    """Set fields of a message from the pairs of a query string; repeated fields may repeat.

    Raises InvalidInput naming every field that was refused.
    """
    errors: list[FieldError] = []
    seen: set[str] = set()
    for name, text in values:
        try:
            field = message.DESCRIPTOR.fields_by_name.get(name)
            if field is None or name in bound or not _fits_query(field):
                raise FieldRefused("UNKNOWN_FIELD", "There is no such query parameter.")
            if name in seen and not field.is_repeated:
                raise FieldRefused("INVALID_FORMAT", "Give this parameter once.")
            seen.add(name)
            _set_text(message, field, text)
        except FieldRefused as refused:
            errors.append(FieldError(path=name, reason=refused.reason, message=refused.message))
    if errors:
        raise InvalidInput(errors=errors)


def to_json(message: Message) -> bytes:
    """A message as JSON text: snake_case, fields without presence always printed."""
    values = json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _fill(message: Message, values: dict[str, Any], prefix: str, errors: list[FieldError]) -> None:
    oneofs: dict[str, str] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        field = _fields(message.DESCRIPTOR).get(name)
        if field is None:
            _refuse(errors, path, "UNKNOWN_FIELD", _known_names(message.DESCRIPTOR))
            continue
        if value is None:
            continue
        choice = field.containing_oneof
        if choice is not None and oneofs.setdefault(choice.name, name) != name:
            text = f"Give either {oneofs[choice.name]} or {name}, not both."
            _refuse(errors, path, "UNKNOWN_FIELD", text)
            continue
        _set_json(message, field, value, path, errors)


def _set_json(message: Message, field: Field, value: Any, path: str, errors: list[FieldError]) -> None:
    if not field.is_repeated:
        _set_one(message, field, value, path, errors)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _set_one(message, field, item, f"{path}[{index}]", errors)
    else:
        _refuse(errors, path, "WRONG_TYPE", "Expected a list.")


def _set_one(message: Message, field: Field, value: Any, path: str, errors: list[FieldError]) -> None:
    try:
        if field.cpp_type != FieldDescriptor.CPPTYPE_MESSAGE:
            _store(message, field, _scalar(field, value))
            return
        part = getattr(message, field.name)
        part = part.add() if field.is_repeated else part
        part.SetInParent()
        if field.message_type.full_name in MOMENTS:
            _set_moment(part, field, value)
        elif isinstance(value, dict):
            _fill(part, value, f"{path}.", errors)
        else:
            raise FieldRefused("WRONG_TYPE", "Expected an object.")
    except FieldRefused as refused:
        _refuse(errors, path, refused.reason, refused.message)


def _refuse(errors: list[FieldError], path: str, reason: str, message: str) -> None:
    """Notes a field; raises InvalidInput once there are as many as an answer names, for a body may hold a million."""
    errors.append(FieldError(path=path, reason=reason, message=message))
    if len(errors) >= ERROR_LIMIT:
        raise InvalidInput(errors=errors)


def _set_text(message: Message, field: Field, text: str) -> None:
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        part = getattr(message, field.name)
        _set_moment(part.add() if field.is_repeated else part, field, text)
    else:
        _store(message, field, _scalar(field, _typed(field, text)))


def _store(message: Message, field: Field, value: Any) -> None:
    try:
        if field.is_repeated:
            getattr(message, field.name).append(value)
        else:
            setattr(message, field.name, value)
    except UnicodeError:
        raise FieldRefused("INVALID_FORMAT", "The text holds characters that are not valid Unicode.") from None


def _set_moment(part: Any, field: Field, value: Any) -> None:
    expected = f"Expected {MOMENTS[field.message_type.full_name]}."
    if not isinstance(value, str):
        raise FieldRefused("WRONG_TYPE", expected)
    try:
        part.FromJsonString(value)
    except (ValueError, OverflowError):
        raise FieldRefused("INVALID_FORMAT", expected) from None


def _scalar(field: Field, value: Any) -> Any:
    """The value a scalar field takes for a JSON value; raises FieldRefused."""
    kind = field.cpp_type
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return _double(value)
    if kind in INTEGER_BITS:
        return _integer(value, *INTEGER_BITS[kind])
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return _enum(field, value)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        if not isinstance(value, bool):
            raise FieldRefused("WRONG_TYPE", "Expected true or false.")
        return value
    if not isinstance(value, str):
        raise FieldRefused("WRONG_TYPE", "Expected text.")
    return _bytes(value) if field.type == FieldDescriptor.TYPE_BYTES else value


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldRefused("WRONG_TYPE", "Expected a number.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise FieldRefused("OUT_OF_RANGE", "Expected a finite number.")
    return number


def _integer(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldRefused("WRONG_TYPE", "Expected a whole number.")
    if isinstance(value, float) and not value.is_integer():
        raise FieldRefused("WRONG_TYPE" if math.isfinite(value) else "OUT_OF_RANGE", "Expected a whole number.")
    if not low <= value <= high:
        raise FieldRefused("OUT_OF_RANGE", f"Expected a whole number from {low} to {high}.")
    return int(value)


def _enum(field: Field, value: Any) -> int:
    if not isinstance(value, str):
        raise FieldRefused("WRONG_TYPE", "Expected a word.")
    words = _words(field.enum_type)
    if value not in words:
        raise FieldRefused(
            "UNKNOWN_VALUE", f"Expected one of {', '.join(word for word in words if words[word].number)}."
        )
    return int(words[value].number)


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        raise FieldRefused("INVALID_FORMAT", "Expected base64.") from None


def _typed(field: Field, text: str) -> Any:
    """The JSON value that a text from a query string stands for."""
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        if text not in ("true", "false"):
            raise FieldRefused("INVALID_FORMAT", "Expected true or false.")
        return text == "true"
    numbers = {**dict.fromkeys(INTEGER_BITS, int), FieldDescriptor.CPPTYPE_DOUBLE: float}
    if kind not in numbers:
        return text
    try:
        if not text.isascii() or "_" in text:
            raise ValueError(text)
        return numbers[kind](text)
    except ValueError:
        raise FieldRefused("INVALID_FORMAT", "Expected a number.") from None


# Plain dicts: protobuf's own fail with a SystemError on text that holds half a surrogate pair.
@cache
def _fields(descriptor: Any) -> dict[str, Field]:
    return dict(descriptor.fields_by_name)


@cache
def _words(descriptor: Any) -> dict[str, Any]:
    return dict(descriptor.values_by_name)


def _fits_query(field: Field) -> bool:
    return field.cpp_type != FieldDescriptor.CPPTYPE_MESSAGE or field.message_type.full_name in MOMENTS


def _known_names(descriptor: Any) -> str:
    return f"There is no such field; known are {', '.join(descriptor.fields_by_name)}."


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name occurs twice in an object")
    return values


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
