"""Reads JSON bodies with a limit on their size. Django checks it for forms only."""

import codecs
import json
from typing import Any, NoReturn

from django.conf import settings
from rest_framework.parsers import BaseParser

from main_api.errors import BodyTooLarge, MalformedBody


class JsonParser(BaseParser):
    """A JSON object of at most `size_max` bytes, without NaN and infinities."""

    media_type = "application/json"

    @property
    def size_max(self) -> int:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return parse_object(_read(stream, self.size_max))


class RawJsonParser(BaseParser):
    """The bytes of a JSON body as they were sent, which is what a signature covers; for `parse_object`.

    They may be as many as the result of the largest request has.
    """

    media_type = "application/json"
    size_max = 8_388_608

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        return _read(stream, self.size_max)


def parse_object(content: bytes) -> dict[str, Any]:
    """The object that a body holds; raises MalformedBody."""
    try:
        body = json.loads(content.removeprefix(codecs.BOM_UTF8).decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(f"The body is not JSON in UTF-8: {_place(error)}.") from error
    if not isinstance(body, dict):
        raise MalformedBody()
    return body


def _read(stream: Any, size_max: int) -> bytes:
    content = stream.read(size_max + 1)
    if len(content) > size_max:
        raise BodyTooLarge(f"The body is larger than {size_max} bytes.")
    return content


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "too deep, a number out of range, or not UTF-8"
