"""The OpenAPI document says all of every call, and nothing that is not so."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from astrodist.errors.v1 import errors_pb2
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from main_api.accounts.permissions import CALLS, Who
from main_api.accounts.services import create_token
from main_api.exception_handler import CONTENT_TYPE
from main_api.idempotency.answering import HEADER as IDEMPOTENCY_KEY
from main_api.openapi.document import operations_of
from main_api.openapi.examples import ANSWERS, BODIES
from main_api.openapi.refusals import OWN
from tests.main_api.conftest import CALLBACK_KEY, PASSWORD, Clients
from tests.main_api.fake_calc import FakeCalc, parsed, parsed_row
from tests.main_api.sample_catalogue import fill, source_row
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, observation_body, observation_ids

METHODS = ("get", "post", "put", "patch", "delete")
NOT_IN_IT = re.compile(r"/api/(docs|admin.*)|/metrics|/healthz|/readyz|/livez")
KEYED = {"createRequest", "addObservation", "importObservations", "recalculateRequest", "startCatalogueSync"}
KEYED |= {"register"}


@cache
def document() -> dict[str, Any]:
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    return operations_of(document())


OPERATIONS = {operation["operationId"]: (path, method, operation) for path, method, operation in operations()}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document()
    for word in node["$ref"].removeprefix("#/").split("/"):
        found = found[word]
    return found


def refused_reasons(response: dict[str, Any]) -> list[str]:
    content = resolved(response).get("content", {})
    if CONTENT_TYPE not in content:
        return []
    schema = content[CONTENT_TYPE]["schema"]
    return schema.get("anyOf", [schema])[-1]["allOf"][1]["properties"]["reason"]["enum"]


def fits(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({**schema, "components": document()["components"]}).validate(value)


def shape_of(value: Any) -> Any:
    """The names of the members, however deep; of a list, those of its first row."""
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in sorted(value.items())}
    return [shape_of(item) for item in value[:1]] if isinstance(value, list) else None


def fits_shape(example: Any, real: Any) -> bool:
    """Equal but for what is null or empty in one of both."""
    if example in (None, []) or real in (None, []):
        return True
    if isinstance(example, dict):
        return set(example) == set(real) and all(fits_shape(example[name], real[name]) for name in example)
    return not isinstance(example, list) or fits_shape(example[0], real[0])


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route), entry.callback


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.0"


def test_every_route_and_method_is_in_it_and_no_other() -> None:
    served = {
        (path, method)
        for path, callback in routes(get_resolver())
        if not NOT_IN_IT.fullmatch(path)
        for method in METHODS
        if hasattr(callback.cls, method)
    }
    assert served == {(path, method) for path, method, _ in operations()}


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_call_is_described(operation_id: str) -> None:
    _, _, operation = OPERATIONS[operation_id]
    assert operation["summary"] and operation["description"] and operation["tags"]
    assert "\n" not in operation["summary"] and len(operation["summary"]) < 120
    for status, response in operation["responses"].items():
        assert resolved(response)["description"]
        assert "X-Request-Id" in resolved(response)["headers"]
        assert bool(refused_reasons(response)) == (int(status) >= 400)


def test_every_reason_is_a_word_of_the_contract() -> None:
    words = set(errors_pb2.Reason.keys())
    for _, _, operation in operations():
        for response in operation["responses"].values():
            assert set(refused_reasons(response)) <= words
    assert set(OWN) <= set(OPERATIONS)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_who_may_call_is_said_as_the_table_of_permissions_has_it(operation_id: str) -> None:
    path, method, operation = OPERATIONS[operation_id]
    route = next((route for route in CALLS if re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") == path), None)
    if route is None:
        assert operation_id == "schema_retrieve"
        return
    who = CALLS[route][method.upper()]
    schemes = {name for alternative in operation["security"] for name in alternative}
    expected = {Who.ANYBODY: set(), Who.KEY: {"calcKey"}}.get(who, {"token", "session"})
    assert schemes - ({"session"} if operation_id == "logout" else set()) == expected
    assert ("401" in operation["responses"]) == (bool(expected) or operation_id in ("login", "createToken"))
    assert schemes <= set(document()["components"]["securitySchemes"])


def test_calls_that_create_take_a_key_and_calls_that_change_a_request_take_preconditions() -> None:
    named = {
        operation_id: {parameter.get("name") for parameter in operation["parameters"]}
        for operation_id, (_, _, operation) in OPERATIONS.items()
    }
    assert {operation_id for operation_id, names in named.items() if IDEMPOTENCY_KEY in names} == KEYED
    changing = {
        operation_id
        for operation_id, (path, method, _) in OPERATIONS.items()
        if "{request_id}" in path and method != "get" and operation_id != "putResult"
    }
    assert {operation_id for operation_id, names in named.items() if "If-Match" in names} == changing
    tagged = {operation_id for operation_id, (_, _, operation) in OPERATIONS.items() if "304" in operation["responses"]}
    assert {operation_id for operation_id, names in named.items() if "If-None-Match" in names} == tagged


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_json_body_and_answer_has_an_example_that_fits_its_schema(operation_id: str) -> None:
    _, _, operation = OPERATIONS[operation_id]
    responses = [response for status, response in operation["responses"].items() if status < "300"]
    for part in (operation.get("requestBody", {}), *responses):
        content = part.get("content", {}).get("application/json")
        if content is not None and operation_id != "schema_retrieve":
            fits(content["schema"], content["example"])


def test_an_example_that_does_not_fit_would_be_found() -> None:
    schema = OPERATIONS["createRequest"][2]["requestBody"]["content"]["application/json"]["schema"]
    errors = Draft202012Validator({**schema, "components": document()["components"]})
    assert not errors.is_valid({**BODIES["createRequest"], "unknown": 1})
    assert not errors.is_valid({"designation": 5})


@pytest.mark.django_db
@pytest.mark.parametrize("operation_id", [name for name, (_, method, _) in OPERATIONS.items() if method != "get"])
def test_what_a_page_of_another_site_is_answered_is_in_it(operation_id: str, observer: Any) -> None:
    path, method, operation = OPERATIONS[operation_id]
    client = APIClient(headers={"Origin": "https://elsewhere.example"})
    client.force_login(observer)
    values = {name: "1" for name in re.findall(r"{(\w+)}", path)} | {"calculation_id": str(uuid4())}
    answer = client.generic(method.upper(), path.format(**values), b"{}", content_type="application/json")
    assert answer.status_code in (401, 403), "no other site's page does anything here"
    assert answer.json()["reason"] in refused_reasons(operation["responses"][str(answer.status_code)])


@pytest.mark.django_db
def test_the_examples_are_what_the_calls_take_and_answer(
    anonymous: APIClient, signed_in: Clients, observer: Any, moderator: Any, calc: FakeCalc
) -> None:
    clients = {Who.ANYBODY: anonymous, Who.SIGNED_IN: signed_in(observer), Who.OBSERVER: signed_in(observer)}
    clients |= {Who.MODERATOR: signed_in(moderator), Who.KEY: APIClient(headers={"X-Calc-Key": CALLBACK_KEY})}
    calc.read = parsed(parsed_row(observation_body(20)))
    fill(source_row(1))
    called = set()
    for operation_id, changes in example_calls(observer, moderator).items():
        path, method, operation = OPERATIONS[operation_id]
        body = BODIES.get(operation_id)
        body = body | changes.get("body", {}) if body is not None else None
        route = next(route for route in CALLS if re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") == path)
        client = clients[CALLS[route][method.upper()]]
        if operation_id in ("logout", "revokeToken"):  # the cookie of the one before; a token that was revoked
            client = APIClient() if operation_id == "logout" else signed_in(observer)
        content = (
            b"a file" if operation_id in ("importObservations", "parseObservations") else json.dumps(body).encode()
        )
        kind = "text/plain" if content == b"a file" else "application/json"
        url = path.format(**changes.get("path", {}))
        answer = client.generic(method.upper(), url, b"" if content == b"null" else content, content_type=kind)
        assert answer.status_code < 300, (operation_id, answer.content)
        assert str(answer.status_code) in operation["responses"], operation_id
        if operation_id in ANSWERS:
            real = answer.json()
            fits(operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"], real)
            assert fits_shape(ANSWERS[operation_id], real), (operation_id, shape_of(real))
        called.add(operation_id)
    assert called == set(OPERATIONS) - {"schema_retrieve", "getPrediction"}


def example_calls(observer: Any, moderator: Any) -> dict[str, dict[str, Any]]:
    """Each call of the document but two, in an order in which they succeed, and what its example lacks of this run."""
    draft, formed, other = make_draft(observer), make_formed(observer), make_formed(observer)
    draft_2, draft_3 = make_draft(observer), make_draft(observer)
    completed = make_completed(observer, moderator)
    one, two = observation_ids(draft)[:2]
    run = "00000000-0000-4000-8000-000000000001"
    newest = {"calculation_created_at": (timezone.now() + timedelta(minutes=1)).isoformat()}
    in_draft = {"path": {"request_id": draft.pk}}
    reported = {"calculation_id": str(completed.calculation_id)}
    reported |= {"observations": [{"id": pk, "distance_au": 2.25} for pk in observation_ids(completed)]}  # type: ignore[dict-item]
    token = create_token(user=observer)
    assert token
    return {
        "register": {},
        "login": {"body": {"username": observer.username, "password": PASSWORD}},
        "createToken": {"body": {"username": observer.username, "password": PASSWORD}},
        "logout": {},
        "getMe": {},
        "listTokens": {},
        "revokeTokenById": {"path": {"token_id": observer.api_tokens.order_by("-id")[0].pk}},
        "listStations": {},
        "listAsteroids": {},
        "getAsteroid": {"path": {"spkid": 20000001}},
        "listRequests": {},
        "createRequest": {},
        "getRequest": {"path": {"request_id": completed.pk}},
        "editRequest": in_draft,
        "addObservation": in_draft,
        "editObservation": {"path": {"request_id": draft.pk, "observation_id": one}},
        "deleteObservation": {"path": {"request_id": draft.pk, "observation_id": two}},
        "importObservations": in_draft,
        "parseObservations": {},
        "exportCsv": in_draft,
        "exportJson": in_draft,
        "exportAdes": in_draft,
        "formRequest": {"path": {"request_id": draft_2.pk}},
        "deleteRequest": {"path": {"request_id": draft_3.pk}},
        "completeRequest": {"path": {"request_id": formed.pk}},
        "rejectRequest": {"path": {"request_id": other.pk}},
        "putResult": {"path": {"request_id": completed.pk}, "body": reported},
        "recalculateRequest": {
            "path": {"request_id": completed.pk},
            "body": {"supersedes": str(completed.calculation_id)},
        },
        "startCatalogueSync": {},
        "putCataloguePage": {"path": {"calculation_id": run, "page_number": 1}, "body": newest},
        "listCataloguePages": {"path": {"calculation_id": run}},
        "finishCatalogueSync": {"path": {"calculation_id": run}, "body": newest},
        "changePassword": {"body": {"current_password": PASSWORD}},
        "revokeToken": {},
    }
