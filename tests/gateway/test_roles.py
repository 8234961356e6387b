"""Who may do what on /v1: every rpc for every role, and who counts as signed in."""

import json
from typing import Any

import aiohttp
import pytest

from gateway.http_rules import RouteTable
from gateway.permissions import RULES
from tests.gateway.conftest import Start
from tests.gateway.fakes import SERVICE, FakeCalc, FakeMain

# rpc: HTTP method, address, body, and the fields that narrow it for an observer and for a moderator.
OWN = {"visible_to": "{user}", "creator": "{user}"}
VISIBLE = {"visible_to": "{user}"}
CALLS: dict[str, tuple[str, str, Any, dict[str, str] | None, dict[str, str]]] = {
    "CreateCalculation": (
        "POST",
        "/v1/calculations",
        {"pi": {"digit_position": 9}},
        {"creator": "{user}"},
        {"creator": "{user}"},
    ),
    "GetCalculation": ("GET", "/v1/calculations/c1", None, VISIBLE, {"visible_to": ""}),
    "ListCalculations": ("GET", "/v1/calculations", None, VISIBLE, {"visible_to": "", "creator": ""}),
    "CancelCalculation": ("POST", "/v1/calculations/c1:cancel", {}, OWN, {"visible_to": "", "creator": ""}),
    "ResendReport": ("POST", "/v1/calculations/c1:resendReport", {}, None, {}),
    "WatchCalculation": ("GET", "/v1/calculations/c1:watch", None, VISIBLE, {"visible_to": ""}),
    "WatchCalculations": ("GET", "/v1/calculations:watch", None, VISIBLE, {"visible_to": "", "creator": ""}),
    "GetPiDigits": ("GET", "/v1/calculations/c1/digits", None, VISIBLE, {"visible_to": ""}),
    "PredictPositions": ("POST", "/v1/positions:predict", {}, {}, {}),
}
ROLES = ("anonymous", "observer", "moderator")


def test_every_annotated_rpc_has_a_rule_and_a_row_in_this_matrix() -> None:
    annotated = {route.rpc for route in RouteTable(SERVICE).routes}
    assert annotated == set(RULES) == set(CALLS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("rpc", CALLS)
async def test_each_role_reaches_what_it_may(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, rpc: str, role: str
) -> None:
    method, path, body, for_observer, for_moderator = CALLS[rpc]
    headers = {} if role == "anonymous" else {"Authorization": f"Token {role}"}
    async with http.request(method, url + path, json=body, headers=headers) as response:
        content = await response.read()
    narrowed = {"anonymous": None, "observer": for_observer, "moderator": for_moderator}[role]
    if narrowed is None:
        expected = (401, "NOT_SIGNED_IN") if role == "anonymous" else (403, "FORBIDDEN")
        assert (response.status, json.loads(content)["reason"]) == expected
        assert not calc.received
        return
    assert response.status == 200, content
    assert calc.last.rpc == rpc
    for field, value in narrowed.items():
        assert getattr(calc.last.request, field) == value.format(user=role)


@pytest.mark.parametrize(
    ("rpc", "query", "body"),
    [
        ("CreateCalculation", "", {"pi": {}, "creator": "second"}),
        ("GetCalculation", "?visible_to=second", None),
        ("ListCalculations", "?visible_to=second", None),
        ("CancelCalculation", "", {"visible_to": "second", "creator": "second"}),
        ("WatchCalculation", "?visible_to=second", None),
        ("WatchCalculations", "?visible_to=second", None),
        ("GetPiDigits", "?visible_to=second", None),
    ],
)
async def test_an_observer_cannot_pose_as_another(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], rpc: str, query: str, body: Any
) -> None:
    method, path, *_ = CALLS[rpc]
    async with http.request(method, url + path + query, json=body, headers=observer) as response:
        assert response.status == 200
        await response.read()
    assert "second" not in str(calc.last.request)
    assert "observer" in str(calc.last.request)


async def test_a_moderator_acts_for_whom_they_name(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    body = {"distance": {"observations": []}, "creator": "second", "delay": "3600s", "callback": {"url": "http://a/b"}}
    async with http.post(f"{url}/v1/calculations", json=body, headers=moderator) as response:
        assert response.status == 200
    assert calc.last.request.creator == "second"
    async with http.get(f"{url}/v1/calculations?visible_to=second", headers=moderator) as response:
        assert response.status == 200
    assert calc.last.request.visible_to == "second"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"distance": {}}, "distance"),
        ({"catalogue_sync": {}}, "catalogue_sync"),
        ({"identification": {}}, "identification"),
        ({"pi": {}, "callback": {"url": "http://127.0.0.1:8001/x"}}, "callback"),
        ({"pi": {}, "callback": {}}, "callback"),
        ({"pi": {}, "delay": "60.000000001s"}, "delay"),
    ],
)
async def test_an_observer_may_not_create_what_moderators_may(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], body: Any, path: str
) -> None:
    async with http.post(f"{url}/v1/calculations", json=body, headers=observer) as response:
        problem = json.loads(await response.read())
    assert (response.status, problem["reason"]) == (403, "FORBIDDEN")
    assert [error["path"] for error in problem["errors"]] == [path]
    assert not calc.received


@pytest.mark.parametrize("body", [{"pi": {}, "delay": "60s"}, {}])
async def test_what_an_observer_may_ask_is_left_to_calc(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], body: Any
) -> None:
    async with http.post(f"{url}/v1/calculations", json=body, headers=observer) as response:
        assert response.status == 200
    assert calc.last.rpc == "CreateCalculation"


async def test_an_unlisted_rpc_is_refused_even_to_moderators(
    url: str,
    http: aiohttp.ClientSession,
    calc: FakeCalc,
    moderator: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(RULES, "GetCalculation")
    async with http.get(f"{url}/v1/calculations/c1", headers=moderator) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (403, "FORBIDDEN")
    assert not calc.received


async def test_an_unknown_role_may_what_observers_may(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, main: FakeMain
) -> None:
    main.users["guest"] = "astronaut"
    async with http.get(f"{url}/v1/calculations", headers={"Authorization": "Token guest"}) as response:
        assert response.status == 200
    assert calc.last.request.visible_to == "guest"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token wrong"}, {"Cookie": "sessionid=wrong"}])
async def test_who_is_not_signed_in_is_told_so(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, headers: dict[str, str]
) -> None:
    async with http.get(f"{url}/v1/calculations", headers=headers) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (401, "NOT_SIGNED_IN")
        assert response.headers["WWW-Authenticate"] == "Token"
    assert not calc.received


async def test_main_api_is_asked_with_the_credentials_and_host_of_the_caller(
    url: str, http: aiohttp.ClientSession, main: FakeMain
) -> None:
    headers = {"Cookie": "sessionid=observer", "Host": "astrodist.example", "X-Request-Id": "r1", "X-User": "moderator"}
    async with http.get(f"{url}/v1/calculations", headers=headers) as response:
        assert response.status == 200
    seen = {name.lower(): value for name, value in main.me_calls[-1].items()}
    assert (seen["cookie"], seen["host"], seen["x-request-id"]) == ("sessionid=observer", "astrodist.example", "r1")
    assert "x-user" not in seen and "authorization" not in seen


async def test_an_identity_is_remembered_for_a_while_but_not_for_other_credentials(
    start: Start, http: aiohttp.ClientSession, main: FakeMain, observer: dict[str, str]
) -> None:
    async with start(identity_ttl_s=5.0) as url:
        for headers in (observer, observer, {"Authorization": "Token second"}):
            async with http.get(f"{url}/v1/calculations", headers=headers) as response:
                assert response.status == 200
    assert [call["Authorization"] for call in main.me_calls] == ["Token observer", "Token second"]


async def test_a_refusal_is_not_remembered(
    start: Start, http: aiohttp.ClientSession, main: FakeMain, observer: dict[str, str]
) -> None:
    async with start(identity_ttl_s=5.0) as url:
        main.users.clear()
        async with http.get(f"{url}/v1/calculations", headers=observer) as response:
            assert response.status == 401
        main.users["observer"] = "observer"
        async with http.get(f"{url}/v1/calculations", headers=observer) as response:
            assert response.status == 200


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_when_main_api_cannot_say_nobody_gets_in(
    url: str, http: aiohttp.ClientSession, main: FakeMain, calc: FakeCalc, observer: dict[str, str], status: int
) -> None:
    main.me_status = status
    async with http.get(f"{url}/v1/calculations", headers=observer) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (503, "UNAVAILABLE")
    assert not calc.received


async def test_a_host_that_is_not_served_is_a_fault_of_the_call(
    url: str, http: aiohttp.ClientSession, main: FakeMain, observer: dict[str, str]
) -> None:
    main.me_status = 400
    async with http.get(f"{url}/v1/calculations", headers=observer) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (400, "MALFORMED_REQUEST")


async def test_when_main_api_is_down_nobody_gets_in(
    start: Start, http: aiohttp.ClientSession, observer: dict[str, str], unused_port: int
) -> None:
    async with (
        start(main_urls=(f"http://127.0.0.1:{unused_port}",)) as url,
        http.get(f"{url}/v1/calculations", headers=observer) as response,
    ):
        assert (response.status, json.loads(await response.read())["reason"]) == (503, "UNAVAILABLE")


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://{host}", "http://{host}.evil.example"]
)
async def test_a_cookie_alone_does_not_carry_an_unsafe_call_from_another_site(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, origin: str | None
) -> None:
    headers = {"Cookie": "sessionid=observer"}
    if origin is not None:
        headers["Origin"] = origin.format(host=url.removeprefix("http://"))
    async with http.post(f"{url}/v1/calculations", json={"pi": {}}, headers=headers) as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (403, "CROSS_SITE")
    assert not calc.received


async def test_our_own_pages_tokens_and_safe_calls_pass(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    cookie = {"Cookie": "sessionid=observer"}
    foreign = {"Origin": "http://evil.example"}
    async with http.post(f"{url}/v1/calculations", json={"pi": {}}, headers={**cookie, "Origin": url}) as response:
        assert response.status == 200
    async with http.post(f"{url}/v1/calculations", json={"pi": {}}, headers={**observer, **foreign}) as response:
        assert response.status == 200
    async with http.get(f"{url}/v1/calculations", headers={**cookie, **foreign}) as response:
        assert response.status == 200
    assert len(calc.received) == 3
