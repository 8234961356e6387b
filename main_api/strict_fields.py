"""Serializer fields that take the JSON type they name and nothing else, and serializers that know all their fields."""

import math
import re
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from rest_framework import exceptions, fields, serializers

# Of one list, and unknown ones of one object: an answer names a hundred refused fields, a body may hold a million.
REFUSED_TOGETHER = 100
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


class StrictList(serializers.ListSerializer):
    """Objects, as many as are allowed; looked at by the hundred, up to the first hundred that is refused."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list) or not data:
            return list(super().to_internal_value(data))
        if self.max_length is not None and len(data) > self.max_length:
            message = f"Expected at most {self.max_length}."
            raise serializers.ValidationError({"non_field_errors": [message]}, code=self.child.too_many)
        values: list[Any] = []
        for start in range(0, len(data), REFUSED_TOGETHER):
            try:
                values += super().to_internal_value(data[start : start + REFUSED_TOGETHER])
            except serializers.ValidationError as error:
                refused = {start + index: detail for index, detail in error.detail.items()}
                raise serializers.ValidationError(refused) from error
        return values


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not know."""

    too_many = "TOO_LONG"  # the reason where a list of them is longer than it may be

    class Meta:
        list_serializer_class = StrictList

    default_error_messages = {"invalid": "Expected an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError({"non_field_errors": ["Expected an object."]}, code="WRONG_TYPE")
        names = (key for key in data if key not in self.fields or self.fields[key].read_only)
        unknown = {
            key: [exceptions.ErrorDetail("There is no such field.", code="UNKNOWN_FIELD")]
            for key in islice(names, REFUSED_TOGETHER)
        }
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(unknown | error.detail) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Number(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            raise serializers.ValidationError("Expected a number.", code="WRONG_TYPE")
        try:
            value = float(data)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise serializers.ValidationError("Expected a finite number.", code="OUT_OF_RANGE")
        return value


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, (int, float)) or data != data // 1:
            raise serializers.ValidationError("Expected a whole number.", code="WRONG_TYPE")
        return int(data)


class ShortList(serializers.ListField):
    """A list of at most `max_length` values: how many there are is looked at before any of them."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            message = f"Expected at most {self.max_length} values."
            raise serializers.ValidationError(message, code="TOO_LONG")
        return list(super().to_internal_value(data))


class Text(serializers.CharField):
    """A JSON string."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Expected text.", code="WRONG_TYPE")
        return super().to_internal_value(data)

    def run_validation(self, data: Any = fields.empty) -> Any:
        # CharField looks at blanks before it looks at the type, and calls a number blank or not.
        if data is not fields.empty and data is not None and not isinstance(data, str):
            raise serializers.ValidationError("Expected text.", code="WRONG_TYPE")
        return super().run_validation(data)


class TextOrNull(serializers.CharField):
    """Output: text, and null where it is empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, "read_only": True, **options})

    def to_representation(self, value: str) -> str | None:
        return value or None


class WordOrNull(serializers.ChoiceField):
    """Output: one of the words, and null where there is none."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, **{"allow_null": True, "read_only": True, **options})

    def to_representation(self, value: str) -> str | None:
        return value or None


class Word(serializers.ChoiceField):
    """Input: one of the words."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Expected text.", code="WRONG_TYPE")
        if data not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            raise serializers.ValidationError(f"Expected one of {allowed}.", code="UNKNOWN_VALUE")
        return data


class Identifier(serializers.UUIDField):
    """A UUID as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError("Expected text.", code="WRONG_TYPE")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """A JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Expected true or false.", code="WRONG_TYPE")
        return data


class Moment(serializers.DateTimeField):
    """An RFC 3339 time with its offset; the value is in UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise serializers.ValidationError("Expected a time as text.", code="WRONG_TYPE")
        return utc_moment(value)


def utc_moment(text: str) -> datetime:
    """The moment that an RFC 3339 text names."""
    try:
        if not _RFC_3339.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise serializers.ValidationError(
            "Expected a time with its offset, for example 2026-01-31T20:15:00Z.", code="INVALID_FORMAT"
        ) from error
