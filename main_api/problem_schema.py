"""Adds to the OpenAPI schema what every call has: the problem it answers when something is refused."""

from typing import Any

from main_api.exception_handler import CONTENT_TYPE

_TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Branch on `reason`, never on the text.",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "reason": {**_TEXT, "description": "A word of `astrodist.errors.v1.Reason`."},
        "request_id": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"path": _TEXT, "reason": _TEXT, "message": _TEXT},
                "required": ["path", "reason", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "reason", "request_id"],
}


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "Refused.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = answer
    return result
