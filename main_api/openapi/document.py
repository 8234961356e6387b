"""What drf-spectacular cannot read off the views: problems, who may call, headers, summaries, examples."""

import re
from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension

from main_api.accounts.permissions import CALLS, Who
from main_api.conditional import IF_NONE_MATCH
from main_api.exception_handler import CONTENT_TYPE
from main_api.idempotency.answering import HEADER as IDEMPOTENCY_KEY
from main_api.idempotency.answering import REPLAYED_HEADER
from main_api.openapi.examples import ANSWERS, BODIES
from main_api.openapi.refusals import refusals_of

JSON = "application/json"
_TEXT = {"type": "string"}
FIELD_ERROR = {
    "type": "object",
    "properties": {"path": _TEXT, "reason": _TEXT, "message": _TEXT},
    "required": ["path", "reason", "message"],
}
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
        "retry_after_s": {"type": "integer", "description": "As `Retry-After`, where it is sent with a limit."},
        "errors": {"type": "array", "items": FIELD_ERROR, "description": "The fields refused, at most 100 of them."},
    },
    "required": ["type", "title", "status", "detail", "reason", "request_id"],
}
SECURITY_SCHEMES = {
    "calcKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Calc-Key",
        "description": "One of MAIN_CALLBACK_KEYS: calc_grpc's, or a person's who has it.",
    }
}
REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "Names this call in the logs of all rooms; without it, or with another form, one is drawn.",
    "schema": _TEXT,
    "example": "a-client-1",
}
HEADERS = {
    "X-Request-Id": {"description": "Names this call in all logs.", "required": True, "schema": _TEXT},
    "ETag": {"description": "Stands for this state.", "required": True, "schema": _TEXT},
    "Last-Modified": {"description": "When it was changed.", "schema": _TEXT},
    "Location": {"description": "Where it is.", "required": True, "schema": _TEXT},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    REPLAYED_HEADER: {
        "description": "This is the answer that was given before under this key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
SECURITY: dict[Who, list[dict[str, list[str]]]] = {Who.ANYBODY: [], Who.KEY: [{"calcKey": []}]}
SIGNED_IN: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
ANYBODY_OR_SESSION: list[dict[str, list[str]]] = [{}, {"session": []}]
DONE = {"200": "Done.", "201": "Created.", "202": "It runs.", "204": "Done; no body.", "304": "Nothing has changed."}
TAGGED = {"getRequest", "editRequest", "createRequest"}
WAITING = {409, 429, 503}


class StrictSerializerSchema(OpenApiSerializerExtension):
    """Bodies take the fields they name and no others."""

    target_class = "main_api.strict_fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


def complete_document(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components.setdefault("securitySchemes", {}).update(SECURITY_SCHEMES)
    components["parameters"] = {"RequestId": REQUEST_ID}
    components["headers"] = HEADERS
    components["responses"] = {}
    for path, method, operation in operations_of(result):
        _complete(operation, method, WHO.get((path, method)), components)
    return result


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each call."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _complete(operation: dict[str, Any], method: str, who: Who | None, components: dict[str, Any]) -> None:
    text = operation.get("description", "")
    operation["summary"] = " ".join(re.split(r"[.;](?=\s|$)", text, maxsplit=1)[0].split())
    if who is not None:
        operation["description"] = f"{text}\n\nFor {who.value}."
        if operation.get("security") != ANYBODY_OR_SESSION:
            operation["security"] = SECURITY.get(who, SIGNED_IN)
    for status, reasons in refusals_of(operation, method, who).items():
        _add_problem(operation["responses"], status, reasons, components)
    operation["parameters"] = [*operation.get("parameters", ()), {"$ref": "#/components/parameters/RequestId"}]
    _add_headers(operation)
    _add_examples(operation)


def _add_problem(responses: dict[str, Any], status: int, reasons: list[str], components: dict[str, Any]) -> None:
    present = responses.get(str(status), {}).get("content", {}).get(CONTENT_TYPE)
    if present is not None:
        response = _problem(status, reasons)
        content = response["content"][CONTENT_TYPE]
        content["schema"] = {"anyOf": [present["schema"], content["schema"]]}
        responses[str(status)] = response
        return
    # Shared, since many calls refuse alike.
    name = "_".join((f"Refused{status}", *reasons))
    components["responses"].setdefault(name, _problem(status, reasons))
    responses[str(status)] = {"$ref": f"#/components/responses/{name}"}


def _problem(status: int, reasons: list[str]) -> dict[str, Any]:
    says = {"status": {"const": status}, "reason": {"enum": reasons}}
    schema: dict[str, Any] = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": says}]}
    return {
        "description": f"Refused: {', '.join(f'`{reason}`' for reason in reasons)}.",
        "headers": _headers("X-Request-Id", *(["Retry-After"] if status in WAITING else [])),
        "content": {CONTENT_TYPE: {"schema": schema}},
    }


def _add_headers(operation: dict[str, Any]) -> None:
    named = {parameter.get("name") for parameter in operation["parameters"]}
    for status, response in operation["responses"].items():
        if status not in DONE:
            continue
        response["description"] = response.get("description", "").replace("No response body", "") or DONE[status]
        wanted = ["X-Request-Id"]
        if IF_NONE_MATCH.name in named or operation["operationId"] in TAGGED:
            wanted += ["ETag", "Last-Modified"]
        if status == "201" and operation["operationId"] == "createRequest":
            wanted.append("Location")
        if IDEMPOTENCY_KEY in named:
            wanted.append(REPLAYED_HEADER)
        response["headers"] = {**response.get("headers", {}), **_headers(*wanted)}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _add_examples(operation: dict[str, Any]) -> None:
    operation_id = operation["operationId"]
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body is not None and operation_id in BODIES:
        body["example"] = BODIES[operation_id]
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get(JSON)
        if content is not None and status.startswith("2") and operation_id in ANSWERS:
            content["example"] = ANSWERS[operation_id]


def _path_of(route: str) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


WHO = {(_path_of(route), method.lower()): who for route, calls in CALLS.items() for method, who in calls.items()}
