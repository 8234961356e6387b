"""The HTTP annotations as routes."""

import pytest
from google.api import annotations_pb2, http_pb2
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor

from gateway.errors import MethodNotAllowed, NotFound
from gateway.http_rules import RouteTable
from tests.gateway.fakes import SERVICE


@pytest.mark.parametrize(
    ("method", "path", "rpc", "bound"),
    [
        ("POST", "/v1/calculations", "CreateCalculation", {}),
        ("GET", "/v1/calculations", "ListCalculations", {}),
        ("GET", "/v1/calculations:watch", "WatchCalculations", {}),
        ("GET", "/v1/calculations/a-b", "GetCalculation", {"calculation_id": "a-b"}),
        ("GET", "/v1/calculations/a-b:watch", "WatchCalculation", {"calculation_id": "a-b"}),
        ("POST", "/v1/calculations/a-b:cancel", "CancelCalculation", {"calculation_id": "a-b"}),
        ("POST", "/v1/calculations/a-b:resendReport", "ResendReport", {"calculation_id": "a-b"}),
        ("GET", "/v1/calculations/a-b/digits", "GetPiDigits", {"calculation_id": "a-b"}),
        ("GET", "/v1/calculations/%D0%B9%2F", "GetCalculation", {"calculation_id": "\u0439/"}),
        ("POST", "/v1/positions:predict", "PredictPositions", {}),
    ],
)
def test_an_address_finds_its_rpc(method: str, path: str, rpc: str, bound: dict[str, str]) -> None:
    route, found = RouteTable(SERVICE).find(method, path)
    assert (route.rpc, found) == (rpc, bound)


@pytest.mark.parametrize("path", ["/v1/calculations/", "/v1/calculations/a:b:cancel", "/v1/x", "/v1/calculations/%FF"])
def test_other_addresses_are_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        RouteTable(SERVICE).find("GET", path)


def test_a_verb_does_not_take_another_method() -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        RouteTable(SERVICE).find("GET", "/v1/calculations/a:cancel")
    assert caught.value.headers == {"Allow": "POST"}


def test_only_digits_answer_as_text() -> None:
    assert [route.rpc for route in RouteTable(SERVICE).routes if route.answers_text] == ["GetPiDigits"]


def _service(rule: http_pb2.HttpRule) -> ServiceDescriptor:
    """A service with one annotated rpc, known to a pool of its own."""
    file = descriptor_pb2.FileDescriptorProto(name="x.proto", package="x", syntax="proto3")
    file.message_type.add(name="M").field.add(name="id", number=1, type=9, label=1)
    method = file.service.add(name="S").method.add(name="Do", input_type=".x.M", output_type=".x.M")
    method.options.Extensions[annotations_pb2.http].CopyFrom(rule)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool.FindServiceByName("x.S")


def test_additional_bindings_are_routes_too() -> None:
    rule = http_pb2.HttpRule(get="/a/{id}", additional_bindings=[http_pb2.HttpRule(post="/b", body="*")])
    assert [(route.http_method, route.takes_body) for route in RouteTable(_service(rule)).routes] == [
        ("GET", False),
        ("POST", True),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        http_pb2.HttpRule(get="/a/{id=**}"),
        http_pb2.HttpRule(get="/a/{other}"),
        http_pb2.HttpRule(get="/a/*"),
        http_pb2.HttpRule(post="/a", body="id"),
        http_pb2.HttpRule(get="/a", response_body="id"),
        http_pb2.HttpRule(),
    ],
)
def test_a_rule_that_is_not_understood_stops_the_start(rule: http_pb2.HttpRule) -> None:
    with pytest.raises(ValueError, match=r"x\.S\.Do"):
        RouteTable(_service(rule))
