"""/v1: from JSON and addresses to rpcs, and back."""

import asyncio
import json
from typing import Any

import aiohttp
import grpc
import pytest
from yarl import URL

from tests.gateway.conftest import Start
from tests.gateway.fakes import FakeCalc, abort, bad_request, calculation, retry_after
from tests.gateway.wire import PATIENCE_S

OBSERVATION = {"observed_at": "2026-01-31T20:15:00Z", "ra_deg": 12.5, "dec_deg": -3, "station": "535"}


async def _problem(response: aiohttp.ClientResponse, status: int) -> dict[str, Any]:
    assert response.status == status, await response.text()
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = json.loads(await response.read())
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


async def test_create_hands_every_field_on(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    body = {
        "calculation_id": "5b0a2c8e-7d5c-4d3e-9f0e-1a2b3c4d5e6f",
        "distance": {"observations": [{**OBSERVATION, "id": 7, "observer_position_km": [1, 2.5, -3]}]},
        "delay": "2.5s",
        "callback": {"url": "http://127.0.0.1:8001/x"},
        "creator": "somebody",
    }
    async with http.post(f"{url}/v1/calculations", json=body, headers=moderator) as response:
        answer = json.loads(await response.read())
    assert (response.status, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    request = calc.last.request
    row = request.distance.observations[0]
    assert (row.id, row.ra_deg, row.dec_deg, row.station) == (7, 12.5, -3.0, "535")
    assert row.observed_at.ToJsonString() == "2026-01-31T20:15:00Z"
    assert list(row.observer_position_km) == [1.0, 2.5, -3.0]
    assert not row.HasField("sigma_ra_arcsec")
    assert (request.delay.seconds, request.delay.nanos) == (2, 500_000_000)
    assert (request.callback.url, request.creator) == ("http://127.0.0.1:8001/x", "somebody")
    assert answer["calculation_id"] == body["calculation_id"]
    assert answer["revision"] == 1


async def test_answers_are_snake_case_and_print_what_has_no_presence(
    url: str, http: aiohttp.ClientSession, observer: dict[str, str]
) -> None:
    async with http.get(f"{url}/v1/calculations", headers=observer) as response:
        answer = json.loads(await response.read())
    assert answer["next_page_token"] == ""
    row = answer["calculations"][0]
    assert (row["calculation_id"], row["state"], row["kind"]) == ("c1", "SCHEDULED", "pi")
    assert "error" not in row and "distance" not in row


async def test_query_parameters_become_fields(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    query = "kind=pi&kind=distance&state=RUNNING&state=FAILED&creator=a%20b&page_size=7&page_token=%3D"
    async with http.get(f"{url}/v1/calculations?{query}", headers=moderator) as response:
        assert response.status == 200
    request = calc.last.request
    assert (list(request.kind), list(request.state)) == (["pi", "distance"], [2, 4])
    assert (request.creator, request.page_size, request.page_token) == ("a b", 7, "=")


@pytest.mark.parametrize(
    ("query", "path", "reason"),
    [
        ("page_size=ten", "page_size", "INVALID_FORMAT"),
        ("page_size=", "page_size", "INVALID_FORMAT"),
        ("page_size=1_0", "page_size", "INVALID_FORMAT"),
        ("page_size=3000000000", "page_size", "OUT_OF_RANGE"),
        ("page_size=1&page_size=2", "page_size", "INVALID_FORMAT"),
        ("state=DONE", "state", "UNKNOWN_VALUE"),
        ("state=2", "state", "UNKNOWN_VALUE"),
        ("pageSize=2", "pageSize", "UNKNOWN_FIELD"),
        ("creator=%FF", "", "INVALID_FORMAT"),
    ],
)
async def test_a_wrong_query_parameter_is_named(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], query: str, path: str, reason: str
) -> None:
    async with http.get(URL(f"{url}/v1/calculations?{query}", encoded=True), headers=observer) as response:
        problem = await _problem(response, 400)
    assert problem["reason"] == "INVALID_INPUT"
    assert [(error["path"], error["reason"]) for error in problem["errors"]] == [(path, reason)]
    assert not calc.received


async def test_every_refused_field_of_a_body_is_named(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    rows = [OBSERVATION, {**OBSERVATION, "ra_deg": "12"}, {**OBSERVATION, "observed_at": "yesterday", "raDeg": 1}]
    body = {"distance": {"observations": rows}, "delay": 5, "surprise": True}
    async with http.post(f"{url}/v1/calculations", json=body, headers=moderator) as response:
        problem = await _problem(response, 400)
    assert {(error["path"], error["reason"]) for error in problem["errors"]} == {
        ("distance.observations[1].ra_deg", "WRONG_TYPE"),
        ("distance.observations[2].observed_at", "INVALID_FORMAT"),
        ("distance.observations[2].raDeg", "UNKNOWN_FIELD"),
        ("delay", "WRONG_TYPE"),
        ("surprise", "UNKNOWN_FIELD"),
    }
    assert all(error["message"] for error in problem["errors"])
    assert not calc.received


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b'{"pi": {"digit_position": NaN}}', b'{"pi": {}, "pi": {}}', b"\xff\xfe{"]
)
async def test_a_body_that_is_no_json_object_is_malformed(
    url: str, http: aiohttp.ClientSession, moderator: dict[str, str], body: bytes
) -> None:
    headers = {**moderator, "Content-Type": "application/json"}
    async with http.post(f"{url}/v1/calculations", data=body, headers=headers) as response:
        assert (await _problem(response, 400))["reason"] == "MALFORMED_BODY"


async def test_deep_nesting_is_malformed(url: str, http: aiohttp.ClientSession, moderator: dict[str, str]) -> None:
    headers = {**moderator, "Content-Type": "application/json"}
    body = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    async with http.post(f"{url}/v1/calculations", data=body, headers=headers) as response:
        assert (await _problem(response, 400))["reason"] == "MALFORMED_BODY"


async def test_the_name_of_an_unknown_field_may_be_no_text(
    url: str, http: aiohttp.ClientSession, moderator: dict[str, str]
) -> None:
    headers = {**moderator, "Content-Type": "application/json"}
    async with http.post(f"{url}/v1/calculations", data=b'{"\\ud800": 1}', headers=headers) as response:
        problem = json.loads(await response.read())
    assert response.status == 400
    assert [(error["path"], error["reason"]) for error in problem["errors"]] == [("\ud800", "UNKNOWN_FIELD")]


async def test_a_body_that_is_not_declared_json_is_refused(
    url: str, http: aiohttp.ClientSession, moderator: dict[str, str]
) -> None:
    async with http.post(f"{url}/v1/calculations", data={"a": "b"}, headers=moderator) as response:
        assert (await _problem(response, 415))["reason"] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_refused(
    start: Start, http: aiohttp.ClientSession, moderator: dict[str, str], chunked: bool
) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 100

    headers = {**moderator, "Content-Type": "application/json"}
    async with start(body_limit_bytes=1000) as url:
        data = pieces() if chunked else b" " * 2000
        async with http.post(f"{url}/v1/calculations", data=data, headers=headers) as response:
            assert (await _problem(response, 413))["reason"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize(("path", "rpc"), [(":cancel", "CancelCalculation"), (":resendReport", "ResendReport")])
async def test_verbs_need_no_body(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str], path: str, rpc: str
) -> None:
    async with http.post(f"{url}/v1/calculations/abc{path}", headers=moderator) as response:
        assert response.status == 200
    assert (calc.last.rpc, calc.last.request.calculation_id) == (rpc, "abc")


async def test_what_the_address_binds_is_not_taken_from_body_or_query(
    url: str, http: aiohttp.ClientSession, moderator: dict[str, str]
) -> None:
    address = f"{url}/v1/calculations/abc:cancel"
    async with http.post(address, json={"calculation_id": "other"}, headers=moderator) as response:
        assert (await _problem(response, 400))["errors"][0]["path"] == "calculation_id"
    async with http.post(f"{address}?creator=x", headers=moderator) as response:
        assert (await _problem(response, 400))["errors"][0]["path"] == "creator"
    async with http.get(f"{url}/v1/calculations/abc?calculation_id=x", headers=moderator) as response:
        assert (await _problem(response, 400))["errors"][0]["path"] == "calculation_id"


async def test_an_encoded_id_arrives_decoded(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async with http.get(URL(f"{url}/v1/calculations/a%2Fb%3Ac", encoded=True), headers=observer) as response:
        assert response.status == 200
    assert calc.last.request.calculation_id == "a/b:c"


async def test_positions_are_predicted(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    body = {
        "orbit": {"e": 0.1, "a_au": 2.7},
        "station": "500",
        "times": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
    }
    async with http.post(f"{url}/v1/positions:predict", json=body, headers=observer) as response:
        assert json.loads(await response.read())["positions"][0]["distance_au"] == 1.25
    assert len(calc.last.request.times) == 2


async def test_head_answers_without_a_body(url: str, http: aiohttp.ClientSession, observer: dict[str, str]) -> None:
    async with http.head(f"{url}/v1/calculations/c1", headers=observer) as response:
        assert (response.status, await response.read()) == (200, b"")
    async with http.head(f"{url}/v1/calculations/c1:watch", headers=observer) as response:
        assert response.status == 405


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/calculations/a/b", "/v1/calculations/a:unknown"])
async def test_unknown_addresses_are_not_found(url: str, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(url + path) as response:
        assert (await _problem(response, 404))["reason"] == "NOT_FOUND"


async def test_a_wrong_method_names_the_right_ones(url: str, http: aiohttp.ClientSession) -> None:
    async with http.delete(f"{url}/v1/calculations") as response:
        assert (await _problem(response, 405))["reason"] == "METHOD_NOT_ALLOWED"
        assert response.headers["Allow"] == "GET, POST"


async def test_request_id_key_and_deadline_travel(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    headers = {**observer, "X-Request-Id": "my-id.1"}
    async with http.get(f"{url}/v1/calculations/c1", headers=headers) as response:
        assert response.headers["X-Request-Id"] == "my-id.1"
    assert calc.last.metadata["x-request-id"] == "my-id.1"
    assert calc.last.metadata["authorization"] == "Bearer gateway-key"
    assert calc.last.time_remaining_s is not None
    assert 10 < calc.last.time_remaining_s < 16  # gRPC rounds up


async def test_an_error_of_calc_keeps_its_words(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    async def refuse(_request: Any, context: Any) -> None:
        detail = bad_request(distance__observations="TOO_FEW_OBSERVATIONS")
        await abort(context, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "Three or more.", detail)

    calc.answers["CreateCalculation"] = refuse
    async with http.post(f"{url}/v1/calculations", json={"distance": {}}, headers=moderator) as response:
        problem = await _problem(response, 400)
    assert (problem["reason"], problem["detail"]) == ("INVALID_INPUT", "Three or more.")
    assert problem["errors"] == [{"path": "distance.observations", "reason": "TOO_FEW_OBSERVATIONS", "message": "Why."}]


async def test_values_and_retry_of_an_error_are_handed_on(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    async def running(_request: Any, context: Any) -> None:
        retry = retry_after(3, 1)
        code = grpc.StatusCode.FAILED_PRECONDITION
        await abort(context, code, "SYNC_RUNNING", "One runs.", retry, calculation_id="other", status="no")

    calc.answers["CreateCalculation"] = running
    async with http.post(f"{url}/v1/calculations", json={"catalogue_sync": {}}, headers=moderator) as response:
        problem = await _problem(response, 409)
        assert response.headers["Retry-After"] == "4"
    assert (problem["reason"], problem["calculation_id"]) == ("SYNC_RUNNING", "other")


async def test_inner_text_of_a_fault_stays_inside(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def fail(_request: Any, context: Any) -> None:
        await abort(context, grpc.StatusCode.UNAUTHENTICATED, "WRONG_API_KEY", "secret detail")

    calc.answers["GetCalculation"] = fail
    async with http.get(f"{url}/v1/calculations/c1", headers=observer) as response:
        problem = await _problem(response, 500)
    assert problem["reason"] == "INTERNAL"
    assert "secret" not in json.dumps(problem)


async def test_calc_down_is_unavailable(
    start: Start, http: aiohttp.ClientSession, observer: dict[str, str], unused_port: int
) -> None:
    async with start(calc_addresses=(f"127.0.0.1:{unused_port}",)) as url:
        async with http.get(f"{url}/v1/calculations/c1", headers=observer) as response:
            problem = await _problem(response, 503)
            assert response.headers["Retry-After"] == "2"
        assert problem["reason"] == "UNAVAILABLE"
        assert "127.0.0.1" not in problem["detail"]


async def test_calc_too_slow_is_a_timeout(
    start: Start, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def hang(_request: Any, _context: Any) -> None:
        await calc.wait_forever()

    calc.answers["GetCalculation"] = hang
    async with start(rpc_timeout_s=0.2) as url, http.get(f"{url}/v1/calculations/c1", headers=observer) as response:
        assert (await _problem(response, 504))["reason"] == "DEADLINE_EXCEEDED"


async def test_a_client_that_leaves_cancels_its_call(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    async def hang(_request: Any, _context: Any) -> None:
        await calc.wait_forever()

    calc.answers["GetCalculation"] = hang
    call = asyncio.create_task(http.get(f"{url}/v1/calculations/c1", headers=observer).__aenter__())
    await asyncio.wait_for(calc.arrived.wait(), PATIENCE_S)
    call.cancel()
    await asyncio.wait_for(calc.caller_left.wait(), PATIENCE_S)


async def test_a_large_distance_passes_both_ways(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, moderator: dict[str, str]
) -> None:
    async def echo(request: Any, _context: Any) -> Any:
        return calculation(distance=request.distance)

    calc.answers["CreateCalculation"] = echo
    rows = [{**OBSERVATION, "id": number} for number in range(5000)]
    body = {"distance": {"observations": rows}}
    async with http.post(f"{url}/v1/calculations", json=body, headers=moderator) as response:
        answer = json.loads(await response.read())
    assert [row["id"] for row in answer["distance"]["observations"]] == list(range(5000))
