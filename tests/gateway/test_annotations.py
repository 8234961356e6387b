"""JSON transcoding proven against the proto: every rpc and rule of the descriptor, every field of every request."""

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from google.api import annotations_pb2
from google.protobuf import json_format, message_factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.gateway.conftest import Start
from tests.gateway.descriptor_json import any_of, filled, wrong_bodies, wrong_texts
from tests.gateway.fakes import SERVICE, FakeCalc

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _rules() -> Iterator[tuple[Any, str, str, bool]]:
    """Every HTTP rule as the proto writes it: rpc, method, template, whether the body is the request."""
    for rpc in SERVICE.methods:
        if rpc.GetOptions().HasExtension(annotations_pb2.http):
            rule = rpc.GetOptions().Extensions[annotations_pb2.http]
            for binding in (rule, *rule.additional_bindings):
                verb = binding.WhichOneof("pattern")
                yield rpc, verb.upper(), getattr(binding, verb), binding.body == "*"


RULES = list(_rules())
WITH_BODY = [(rpc, template) for rpc, _, template, has_body in RULES if has_body]
WITH_QUERY = [(rpc, template) for rpc, _, template, has_body in RULES if not has_body]
BOUND = "calculation_id"
SET_BY_GATEWAY = {"creator_waiting_max"}


def _message(rpc: Any, values: dict[str, Any]) -> Any:
    """What the values mean by protobuf's own reading of JSON."""
    return json_format.ParseDict(values, message_factory.GetMessageClass(rpc.input_type)())


def _arrived(calc: FakeCalc, rpc: Any, values: dict[str, Any]) -> bool:
    """Whether the rpc got what the values mean, but for the fields that the gateway sets itself."""
    expected, got = _message(rpc, values), calc.last.request
    for name in SET_BY_GATEWAY & set(rpc.input_type.fields_by_name):
        expected.ClearField(name)
        got.ClearField(name)
    return bool(calc.last.rpc == rpc.name and got == expected)


def _split(template: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The address with its variables filled in, and the values that are left."""
    bound = {name: value for name, value in values.items() if f"{{{name}}}" in template}
    for name, value in bound.items():
        template = template.replace(f"{{{name}}}", urllib.parse.quote(value, safe=""))
    assert "{" not in template
    return template, {name: value for name, value in values.items() if name not in bound}


def _query(values: dict[str, Any]) -> str:
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}
    return urllib.parse.urlencode(texts, doseq=True)


@pytest.mark.parametrize(("rpc", "method", "template", "has_body"), RULES, ids=[f"{r[1]} {r[2]}" for r in RULES])
async def test_every_rule_reaches_its_rpc_with_every_field(
    url: str,
    http: aiohttp.ClientSession,
    calc: FakeCalc,
    moderator: dict[str, str],
    rpc: Any,
    method: str,
    template: str,
    has_body: bool,
) -> None:
    for oneof_index in range(max((len(oneof.fields) for oneof in rpc.input_type.oneofs), default=1)):
        values = filled(rpc.input_type, oneof_index)
        path, rest = _split(template, values)
        address = url + path if has_body else f"{url}{path}?{_query(rest)}"
        body = json.dumps(rest).encode() if has_body else None
        headers = {**moderator, "Content-Type": "application/json"} if has_body else moderator
        async with http.request(method, URL(address, encoded=True), data=body, headers=headers) as response:
            assert response.status == 200, await response.text()
        assert _arrived(calc, rpc, values), calc.last


def test_the_rules_are_those_of_the_contract() -> None:
    assert {f"{method} {template} {rpc.name}" for rpc, method, template, _ in RULES} == {
        "POST /v1/calculations CreateCalculation",
        "GET /v1/calculations ListCalculations",
        "GET /v1/calculations/{calculation_id} GetCalculation",
        "POST /v1/calculations/{calculation_id}:cancel CancelCalculation",
        "POST /v1/calculations/{calculation_id}:resendReport ResendReport",
        "GET /v1/calculations/{calculation_id}:watch WatchCalculation",
        "GET /v1/calculations:watch WatchCalculations",
        "GET /v1/calculations/{calculation_id}/digits GetPiDigits",
        "POST /v1/positions:predict PredictPositions",
    }


UNRULED = [rpc.name for rpc in SERVICE.methods if not rpc.GetOptions().HasExtension(annotations_pb2.http)]


@pytest.mark.parametrize("rpc", UNRULED)
async def test_an_rpc_without_a_rule_is_not_reachable(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str], rpc: str
) -> None:
    small = rpc[0].lower() + rpc[1:]
    paths = [f"/{SERVICE.full_name}/{rpc}", f"/{rpc}", f"/{small}", f":{small}", f"/calculations:{small}"]
    for path in [f"/v1{path}" for path in paths] + paths[:1]:
        for kind in ("application/json", "application/grpc", "application/grpc-web+proto"):
            headers = {**moderator, "Content-Type": kind}
            async with http.post(url + path, data=b"{}", headers=headers) as response:
                assert response.status in (404, 405), path
    assert "ParseAstrometry" in UNRULED
    assert not calc.received


@pytest.mark.parametrize(("rpc", "template"), WITH_BODY, ids=[rpc.name for rpc, _ in WITH_BODY])
async def test_a_wrong_value_at_any_place_of_a_body_is_named(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str], rpc: Any, template: str
) -> None:
    address, _ = _split(template, {BOUND: "c1"})
    seen = 0
    for body, path, reason in wrong_bodies(rpc.input_type):
        if path == BOUND and BOUND in template:
            continue  # taken from the address, and refused in the body by another test
        async with http.post(url + address, data=json.dumps(body), headers=_json(moderator)) as response:
            problem = json.loads(await response.read())
        assert (response.status, problem["reason"]) == (400, "INVALID_INPUT"), body
        assert [(error["path"], error["reason"]) for error in problem["errors"]] == [(path, reason)]
        seen += 1
    assert seen >= len(rpc.input_type.fields)
    assert not calc.received


@pytest.mark.parametrize(("rpc", "template"), WITH_QUERY, ids=[rpc.name for rpc, _ in WITH_QUERY])
async def test_a_wrong_value_of_any_query_parameter_is_named(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str], rpc: Any, template: str
) -> None:
    address, _ = _split(template, {BOUND: "c1"})
    cases = [("no_such_field", "1", "UNKNOWN_FIELD")]
    for field in rpc.input_type.fields:
        cases += [(field.name, text, reason) for text, reason in wrong_texts(field)]
        cases += [(field.json_name, "1", "UNKNOWN_FIELD")] if field.json_name != field.name else []
    for name, text, reason in cases:
        query = urllib.parse.urlencode([(name, text)])
        async with http.get(URL(f"{url}{address}?{query}", encoded=True), headers=moderator) as response:
            problem = json.loads(await response.read())
        assert (response.status, problem["reason"]) == (400, "INVALID_INPUT"), query
        assert [(error["path"], error["reason"]) for error in problem["errors"]] == [(name, reason)], query
    assert not calc.received


def _json(headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Content-Type": "application/json"}


CREATE = SERVICE.methods_by_name["CreateCalculation"]
PREDICT = SERVICE.methods_by_name["PredictPositions"]
ADDRESSES = {CREATE.name: "/v1/calculations", PREDICT.name: "/v1/positions:predict"}


@pytest.mark.parametrize("rpc", [CREATE, PREDICT], ids=lambda rpc: rpc.name)
@FUZZ
@given(data=st.data())
async def test_any_valid_body_arrives_as_protobuf_itself_reads_it(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str], rpc: Any, data: st.DataObject
) -> None:
    values = data.draw(any_of(rpc.input_type))
    body = json.dumps(values).encode()
    async with http.post(url + ADDRESSES[rpc.name], data=body, headers=_json(moderator)) as response:
        assert response.status == 200, await response.text()
    if rpc is CREATE:
        values["creator"] = values.get("creator") or "moderator"
    assert _arrived(calc, rpc, values), calc.last


@pytest.mark.parametrize("rpc", [CREATE, PREDICT], ids=lambda rpc: rpc.name)
@FUZZ
@given(data=st.data())
async def test_no_body_is_answered_with_a_fault_of_ours(
    url: str, http: aiohttp.ClientSession, moderator: dict[str, str], rpc: Any, data: st.DataObject
) -> None:
    """A valid body in which any one value was exchanged for anything: taken, or refused by a path into it."""
    values = data.draw(any_of(rpc.input_type))
    place: Any = values
    while data.draw(st.booleans()) and (inner := [part for part in _parts(place) if isinstance(part, dict | list)]):
        place = data.draw(st.sampled_from(inner))
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    extra = st.just("surprise") if isinstance(place, dict) else st.nothing()
    if keys or isinstance(place, dict):
        place[data.draw(st.sampled_from(keys) | extra if keys else extra)] = data.draw(JUNK)
    body = json.dumps(values).encode()
    async with http.post(url + ADDRESSES[rpc.name], data=body, headers=_json(moderator)) as response:
        answer = json.loads(await response.read())
    assert response.status in (200, 400), answer
    if response.status == 400:
        assert all(error["path"].split(".")[0].split("[")[0] in values for error in answer["errors"])


def _parts(place: Any) -> list[Any]:
    return list(place.values()) if isinstance(place, dict) else list(place)


async def test_a_body_that_calc_itself_refuses_keeps_the_path(
    start: Start, http: aiohttp.ClientSession, moderator: dict[str, str]
) -> None:
    """Errors are cut at a hundred, so an answer stays small whatever was sent."""
    rows = [{"ra_deg": "x"}] * 500
    async with start() as url:
        body = json.dumps({"distance": {"observations": rows}})
        async with http.post(f"{url}/v1/calculations", data=body, headers=_json(moderator)) as response:
            problem = json.loads(await response.read())
    assert (response.status, len(problem["errors"])) == (400, 100)
    assert problem["errors"][99]["path"] == "distance.observations[99].ra_deg"
