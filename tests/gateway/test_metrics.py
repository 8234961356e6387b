"""What the gateway counts, and who is shown it."""

import asyncio
import json
import re

import aiohttp
import pytest

from gateway.metrics import route_of
from tests.gateway.conftest import Answered, Start
from tests.gateway.fakes import FakeMain
from tests.gateway.wire import PATIENCE_S

KEY = "key-of-prometheus"


def value_of(text: str, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(
    ("settings", "sent", "status"),
    [
        ({}, "", 200),
        ({"metrics_are_open": False}, "", 404),
        ({"metrics_key": KEY}, "", 401),
        ({"metrics_key": KEY}, "Bearer other", 401),
        ({"metrics_key": KEY, "metrics_are_open": False}, f"Bearer {KEY}", 200),
    ],
)
async def test_the_page_wants_the_key_where_there_is_one_and_hides_in_production_without(
    start: Start, http: aiohttp.ClientSession, settings: dict[str, object], sent: str, status: int
) -> None:
    headers = {"Authorization": sent} if sent else {}
    async with start(**settings) as url, http.get(f"{url}/metrics", headers=headers) as response:
        assert response.status == status
        assert response.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


async def test_requests_upstream_waits_and_failures_are_counted_by_route(
    start: Start, http: aiohttp.ClientSession, unused_port: int, main: FakeMain, answered: Answered
) -> None:
    async with start(calc_addresses=(f"127.0.0.1:{unused_port}",)) as url:
        for path, status in (("/api/requests/7/nothing", 404), ("/v1/calculations/x", 503)):
            done = answered()
            async with http.get(f"{url}{path}", headers={"Authorization": "Token moderator"}) as response:
                assert response.status == status, await response.text()
            await asyncio.wait_for(done, PATIENCE_S)
        async with http.get(f"{url}/metrics") as response:
            text = await response.text()
    api = 'method="GET",route="/api/requests"'
    assert value_of(text, f'astrodist_gateway_requests_total{{{api},status="404"}}') == 1
    assert value_of(text, f"astrodist_gateway_request_duration_seconds_count{{{api}}}") == 1
    rpc = 'method="GET",route="/v1/calculations/{calculation_id}"'
    assert value_of(text, f'astrodist_gateway_requests_total{{{rpc},status="503"}}') == 1
    assert value_of(text, 'astrodist_gateway_upstream_duration_seconds_count{room="main_api"}') == 1
    assert value_of(text, 'astrodist_gateway_upstream_errors_total{reason="UNAVAILABLE",room="calc_grpc"}') == 1
    assert value_of(text, "astrodist_gateway_open_streams") == 0


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/requests/17/complete", "/api/requests"),
        ("/api/secret-17", "/api/*"),
        ("/v1/whatever/17", "/v1/*"),
        ("/assets/app-17.js", "/assets/*"),
        ("/requests/17", "/*"),
        ("/readyz", "/readyz"),
        ("/", "/*"),
    ],
)
def test_no_route_holds_a_number_or_a_word_of_the_caller(path: str, route: str) -> None:
    assert route_of({"type": "http", "path": path, "state": {}}) == route


async def test_the_health_of_the_rooms_is_asked_of_themselves(
    start: Start, http: aiohttp.ClientSession, main: FakeMain
) -> None:
    async with start() as url:
        main.me_status = 500  # whoever answers is not asked who calls
        async with http.get(f"{url}/readyz") as response:
            assert json.loads(await response.read())["main_api"] == "ok"
