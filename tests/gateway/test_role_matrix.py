"""Every call on /v1 for every kind of caller, with both outcomes: the table of who may what.

The rows come from the proto's annotations: an rpc without a line here fails, and so does a line without an rpc.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from google.api import annotations_pb2

from gateway.http_rules import HttpRoute, RouteTable
from gateway.permissions import RULES
from tests.gateway.conftest import Start
from tests.gateway.fakes import SERVICE, FakeCalc
from tests.gateway.wire import HANDSHAKE, PATIENCE_S, Wire, request

ROUTES = {route.rpc: route for route in RouteTable(SERVICE).routes}
OPEN, DENIED, FOREIGN = 200, (403, "FORBIDDEN"), (403, "CROSS_SITE")
UNKNOWN = (401, "NOT_SIGNED_IN")


@dataclass(frozen=True, kw_only=True)
class Line:
    """What an observer and a moderator are answered, and the fields that tie the call to its caller."""

    observer: Any = OPEN
    moderator: Any = OPEN
    tied_by: tuple[str, ...] = ()
    body: Any = None


LINES = {
    "CreateCalculation": Line(tied_by=("creator",), body={"pi": {"digit_position": 9}}),
    "GetCalculation": Line(tied_by=("visible_to",)),
    "ListCalculations": Line(tied_by=("visible_to",)),
    "CancelCalculation": Line(tied_by=("visible_to", "creator"), body={}),
    "ResendReport": Line(observer=DENIED, body={}),
    "WatchCalculation": Line(tied_by=("visible_to",)),
    "WatchCalculations": Line(tied_by=("visible_to",)),
    "GetPiDigits": Line(tied_by=("visible_to",)),
    "PredictPositions": Line(body={}),
}
# The credentials of each caller, and whom they are; None: nobody.
CALLERS: dict[str, tuple[dict[str, str], str | None]] = {
    "anonymous": ({}, None),
    "observer": ({"Authorization": "Token observer"}, "observer"),
    "another observer": ({"Authorization": "Token second"}, "second"),
    "moderator": ({"Authorization": "Token moderator"}, "moderator"),
    "a wrong token": ({"Authorization": "Token wrong"}, None),
    "a wrong session": ({"Cookie": "sessionid=wrong"}, None),
    "the key of reports": ({"X-Calc-Key": "development-callback-key"}, None),
    "the key of calc_grpc": ({"Authorization": "Bearer gateway-key"}, None),
    "an identity header": ({"X-User": "moderator", "X-Remote-User": "moderator"}, None),
    "observer's session": ({"Cookie": "sessionid=observer", "Origin": "{own}"}, "observer"),
    "moderator's session": ({"Cookie": "sessionid=moderator", "Origin": "{own}"}, "moderator"),
    "moderator's session, another site": (
        {"Cookie": "sessionid=moderator", "Origin": "http://evil.example"},
        "moderator",
    ),
}


def test_every_annotated_rpc_has_a_rule_and_a_line() -> None:
    assert set(ROUTES) == set(RULES) == set(LINES)


def test_the_matrix_has_both_outcomes_for_every_call() -> None:
    outcomes = {(rpc, caller): _expected(ROUTES[rpc], caller, upgrades=False) for rpc in ROUTES for caller in CALLERS}
    assert len(outcomes) == len(ROUTES) * len(CALLERS) == 108
    for rpc in ROUTES:
        answers = {outcomes[rpc, caller] for caller in CALLERS}
        assert OPEN in answers and UNKNOWN in answers


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("rpc", ROUTES)
async def test_each_caller_is_answered_by_the_table(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, rpc: str, caller: str
) -> None:
    route, line = ROUTES[rpc], LINES[rpc]
    credentials, user = CALLERS[caller]
    headers = {name: value.format(own=url) for name, value in credentials.items()}
    async with http.request(route.http_method, url + _path(route), json=line.body, headers=headers) as response:
        content = await response.read()
    expected = _expected(route, caller, upgrades=False)
    if expected != OPEN:
        assert (response.status, json.loads(content)["reason"]) == expected
        assert not calc.received
        return
    assert response.status == OPEN, content
    assert calc.last.rpc == rpc
    for field in line.tied_by:
        tied = user if user != "moderator" or (rpc, field) == ("CreateCalculation", "creator") else ""
        assert getattr(calc.last.request, field) == tied


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("rpc", [rpc for rpc, route in ROUTES.items() if route.streams and not route.answers_text])
async def test_upgrades_are_answered_by_the_same_table(url: str, calc: FakeCalc, rpc: str, caller: str) -> None:
    headers = [f"{name}: {value.format(own='http://gateway')}" for name, value in CALLERS[caller][0].items()]
    wire = await Wire.open(url)
    wire.send(request(_path(ROUTES[rpc]), *headers, *HANDSHAKE))
    answer = await wire.answer()
    expected = _expected(ROUTES[rpc], caller, upgrades=True)
    if expected == OPEN:
        assert answer.status == 101
        await asyncio.wait_for(calc.arrived.wait(), PATIENCE_S)
    else:
        assert (answer.status, answer.reason) == expected
        assert not calc.received
    wire.close()


def _expected(route: HttpRoute, caller: str, *, upgrades: bool) -> Any:
    credentials, user = CALLERS[caller]
    if user is None:
        return UNKNOWN
    if "evil" in credentials.get("Origin", "") and (upgrades or route.http_method != "GET"):
        return FOREIGN
    line = LINES[route.rpc]
    return line.moderator if user == "moderator" else line.observer


def _path(route: HttpRoute) -> str:
    """The address of a route; its variables name some calculation."""
    rule = next(method for method in SERVICE.methods if method.name == route.rpc)
    http_rule = rule.GetOptions().Extensions[annotations_pb2.http]
    return str(getattr(http_rule, http_rule.WhichOneof("pattern"))).replace("{calculation_id}", "c1")


@pytest.mark.parametrize(
    ("token", "sent", "handed_on"),
    [
        ("observer", {}, 7),
        ("observer", {"creator_waiting_max": 9999}, 7),
        ("moderator", {}, None),
        ("moderator", {"creator_waiting_max": 1}, None),
    ],
)
async def test_how_many_may_wait_is_said_by_the_gateway_alone(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, token: str, sent: dict[str, int], handed_on: int | None
) -> None:
    async with start(waiting_max=7) as url:
        headers = {"Authorization": f"Token {token}"}
        async with http.post(f"{url}/v1/calculations", json={"pi": {}, **sent}, headers=headers) as response:
            assert response.status == 200
    asked = calc.last.request
    assert (asked.creator_waiting_max if asked.HasField("creator_waiting_max") else None) == handed_on
