"""What the three real services tell of themselves: logs as JSON, one trace of one request, metrics, who is ready."""

import json
import re
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scripts.services import ROOT
from scripts.show_trace import Collector, Span, tree
from tests.system.client import Client, sign_in
from tests.system.deployment import CALLBACK_KEY, Deployment, free_ports, running, wait_for

ROOMS = ("gateway", "main_api", "calc_grpc")
RESULT = "main PUT /api/requests/<int:request_id>/result"
COMPLETE = "gateway PUT /api/requests"
IN_ORDER = [
    (COMPLETE, "astrodist-gateway", ""),
    ("main PUT /api/requests/<int:request_id>/complete", "astrodist-main-api", COMPLETE),
    ("call CreateCalculation", "astrodist-main-api", "main PUT /api/requests/<int:request_id>/complete"),
    ("calc CreateCalculation", "astrodist-calc-grpc", "call CreateCalculation"),
    ("waiting", "astrodist-calc-grpc", "calc CreateCalculation"),
    ("run distance", "astrodist-calc-grpc", "calc CreateCalculation"),
    ("worker", "astrodist-calc-grpc", "run distance"),
    ("report", "astrodist-calc-grpc", "calc CreateCalculation"),
    (RESULT, "astrodist-main-api", "report"),
]
TABLE = ROOT / "docs" / "metrics.md"
API_KEY, SECRET_KEY, PASSWORD, KEY, TOKEN, SESSION, QUERY = (
    f"secret-{name}-of-the-test" for name in ("api-key", "secret-key", "password", "key", "token", "session", "query")
)
SECRETS = (API_KEY, SECRET_KEY, PASSWORD, KEY, TOKEN, SESSION, QUERY, CALLBACK_KEY)
# What else callers send, and how it is answered.
REFUSED = (
    ("POST", "/api/auth/login", {"username": PASSWORD, "password": PASSWORD}, {}, 401),
    ("PUT", "/api/requests/1/result", {}, {"X-Calc-Key": KEY, "webhook-signature": f"v1,{KEY}"}, 403),
    ("GET", f"/api/requests?token={QUERY}", None, {"Authorization": f"Token {TOKEN}"}, 401),
    ("GET", f"/v1/calculations?token={QUERY}", None, {"Cookie": f"sessionid={SESSION}"}, 401),
    ("GET", f"/nothing/here?token={QUERY}", None, {"Referer": f"http://localhost/?token={QUERY}"}, 200),
)


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.stop()


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Deployment]:
    settings = {
        "ASTRODIST_LOG_FORMAT": "json",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "CALC_METRICS_PORT": str(free_ports(1)[0]),
        "CALC_DELAY_S": "1",
        "CALC_HOST": "127.0.0.1",
        "CALC_DIGITS_TIME_LIMIT_S": "1",
        "MAIN_SECRET_KEY": SECRET_KEY,
        **dict.fromkeys(("CALC_API_KEY", "GATEWAY_CALC_API_KEY", "MAIN_CALC_API_KEY"), API_KEY),
    }
    with running(Deployment(tmp_path_factory.mktemp("observed"), **settings)) as services:
        yield services


@pytest.fixture(scope="module")
def completed(observed: Deployment, module_ceres: dict[str, Any]) -> dict[str, Any]:
    """A request whose result has come, completed under a request id of ours."""
    number = form_one(observed, module_ceres)
    moderator = sign_in(observed.url, "moderator")
    answer = moderator.put(f"/api/requests/{number}/complete", X_Request_Id="the-one-we-follow")
    assert answer.status == 200, answer

    def row() -> dict[str, Any] | None:
        found = moderator.get(f"/api/requests/{number}").body
        return found if found["verdict"] else None

    return dict(wait_for(row, "the result", hint=observed.logs))


@pytest.fixture(scope="module")
def module_ceres() -> dict[str, Any]:
    return dict(json.loads((ROOT / "tests" / "data" / "ceres_1801.json").read_text()))


def form_one(services: Deployment, ceres: dict[str, Any]) -> int:
    observer = sign_in(services.url, "observer")
    created = observer.post("/api/requests", {"designation": "Ceres", "observations": ceres["observations"]})
    number = int(created.body["id"])
    assert observer.put(f"/api/requests/{number}/form").status == 200
    return number


def lines_of(services: Deployment, room: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (services.folder / f"{room}.log").read_text().splitlines()]


def test_every_line_of_every_room_is_json_and_those_of_one_request_name_it_and_its_calculation(
    observed: Deployment, completed: dict[str, Any]
) -> None:

    def ours() -> list[str]:
        lines = lines_of(observed, "calc_grpc")
        return [line["event"] for line in lines if line.get("request_id") == "the-one-we-follow"]

    wait_for(lambda: "report attempted" in ours(), "the report's line, written after its answer", hint=observed.logs)
    assert ours() == ["call", "calculation started", "calculation ended", "report attempted"]
    for room in ROOMS:
        lines = lines_of(observed, room)
        assert lines and all({"time", "level", "logger", "event"} <= line.keys() for line in lines), room
        about = [line for line in lines if line.get("calculation_id") == completed["calculation_id"]]
        followed = [line for line in about if line.get("request_id") == "the-one-we-follow"]
        assert followed, (room, about)
        assert len({line["trace_id"] for line in followed}) == 1


def test_one_request_is_one_trace_through_all_rooms(
    observed: Deployment, completed: dict[str, Any], collector: Collector
) -> None:
    def whole() -> list[Span] | None:
        for spans in collector.by_trace().values():
            if {name for name, _, _ in IN_ORDER} <= {span.name for span in spans}:
                return spans
        return None

    spans = wait_for(whole, "the whole trace", hint=lambda: "\n".join(map(tree, collector.by_trace().values())))
    by_id = {span.span_id: span for span in spans}
    by_name = {span.name: span for span in spans}
    for name, service, parent in IN_ORDER:
        span = by_name[name]
        assert span.service == service
        assert (by_id[span.parent_id].name if span.parent_id else "") == parent
        assert not span.is_error, span
    for name in ("run distance", "report", RESULT, "calc CreateCalculation", "waiting"):
        assert by_name[name].attributes["astrodist.calculation_id"] == completed["calculation_id"]
    assert by_name[COMPLETE].attributes["astrodist.request_id"] == "the-one-we-follow"
    assert by_name[RESULT].attributes["astrodist.request_id"] == "the-one-we-follow"
    assert by_name[RESULT].attributes["astrodist.verdict"] == completed["verdict"]
    assert by_name["run distance"].attributes["astrodist.calculation_state"] == "SUCCEEDED"
    assert 0.9e9 < by_name["waiting"].end_ns - by_name["waiting"].start_ns < 60e9


def test_the_table_of_metrics_names_what_the_rooms_expose_and_nothing_else(
    observed: Deployment, completed: dict[str, Any]
) -> None:
    ports = {"gateway": observed.ports["GATEWAY_PORT"], "main_api": observed.ports["MAIN_PORT"]}
    ports["calc_grpc"] = observed.environment["CALC_METRICS_PORT"]
    shown: dict[str, tuple[str, str]] = {}
    for room, port in ports.items():
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as response:
            for family in text_string_to_metric_families(response.read().decode()):
                if family.name.startswith("astrodist_"):
                    assert family.name.startswith(f"astrodist_{room.removesuffix('_api').removesuffix('_grpc')}_"), room
                    name = f"{family.name}_total" if family.type == "counter" else family.name
                    shown[name] = (family.type, family.documentation)
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| [^|]* \| ([^|]*) \|$", TABLE.read_text(), re.MULTILINE)
    assert {name: (kind, text) for name, kind, text in rows} == shown


def test_metrics_are_not_reached_through_the_gateway_and_its_routes_are_templates(
    observed: Deployment, completed: dict[str, Any]
) -> None:
    anonymous = Client(observed.url, {})
    assert anonymous.get("/api/metrics").status == 404
    anonymous.get("/wp-admin/17.php")
    anonymous.get("/api/secrets/17")
    text = anonymous.get("/metrics").body
    routes = set(re.findall(r'route="([^"]*)"', text))
    assert "/api/requests" in routes and "/*" in routes and "/api/*" in routes
    assert not any("17" in route or str(completed["id"]) in route for route in routes), routes


def test_no_line_no_span_and_no_answer_tells_a_secret_also_where_a_calculation_fails(
    observed: Deployment, completed: dict[str, Any], collector: Collector
) -> None:
    told = []
    for number, (method, path, body, headers, status) in enumerate(REFUSED):
        answer = Client(observed.url, headers).call(method, path, body, X_Request_Id=f"refused-{number}")
        assert answer.status == status, answer
        told.append(str(answer))
    observer = sign_in(observed.url, "observer")
    created = observer.post(
        "/v1/calculations", {"pi": {"digit_position": 9_999_999}}, X_Request_Id="the-one-that-fails"
    )
    address = f"/v1/calculations/{created.body['calculation_id']}"
    failed = wait_for(lambda: observer.get(address).body["state"] == "FAILED" and observer.get(address), "its failure")
    assert failed.body["error"]["reason"] == "TIME_LIMIT_EXCEEDED"
    told.append(str(failed))

    def spans() -> list[Span] | None:
        found = [span for trace in collector.by_trace().values() for span in trace]
        named = {span.attributes.get("astrodist.request_id") for span in found}
        wanted = {"the-one-that-fails", *(f"refused-{number}" for number in range(len(REFUSED)))}
        return found if wanted <= named and any(span.name == "run pi" for span in found) else None

    seen = "".join(map(repr, wait_for(spans, "the spans")))
    lines = "".join((observed.folder / f"{room}.log").read_text() for room in ROOMS)
    assert "the-one-that-fails" in lines and "refused-1" in lines
    token = observer.headers["Authorization"].split()[1]
    for text in (lines, seen, *told):
        assert [secret for secret in (*SECRETS, token) if secret in text] == []


def test_calls_go_on_when_the_collector_is_away(tmp_path: Path, module_ceres: dict[str, Any]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = {
            "ASTRODIST_LOG_FORMAT": "json",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{nobody.getsockname()[1]}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
            "CALC_DELAY_S": "0",
        }
        with running(Deployment(tmp_path, **settings)) as services:
            moderator = sign_in(services.url, "moderator")
            number = form_one(services, module_ceres)
            assert moderator.put(f"/api/requests/{number}/complete").status == 200
            wait_for(lambda: moderator.get(f"/api/requests/{number}").body["verdict"], "the result", hint=services.logs)

            def warnings(room: str) -> list[dict[str, Any]]:
                return [line for line in lines_of(services, room) if line["level"] in ("warning", "error")]

            for room in ROOMS:
                wait_for(lambda room=room: warnings(room), f"the warning of {room}")  # type: ignore[misc]
                said = warnings(room)
                assert {line["event"] for line in said} == {"spans could not be delivered"}
                assert len(said) <= 2  # main_api is two processes
