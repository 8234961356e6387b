"""The Insomnia collection: nothing is missing in it, and each of its requests is answered as it says."""

import re
from typing import Any

import pytest
from astrodist.calc.v1 import calculation_service_pb2
from google.api import annotations_pb2

from main_api.accounts.permissions import CALLS
from tests.system.client import Client
from tests.system.deployment import CALLBACK_KEY, ROOT, Deployment
from tests.system.insomnia_runner import EXPECTED, Outcome, Runner, load, references_of, requests_of, variables_of

COLLECTION = load(ROOT / "clients" / "insomnia" / "astrodist.yaml")
REQUESTS = list(requests_of(COLLECTION))
ENVIRONMENTS = [environment["name"] for environment in COLLECTION["environments"]["subEnvironments"]]


def address_of(request: dict[str, Any]) -> tuple[str, str]:
    """Method and path, each tag in it a placeholder."""
    return request["method"], re.sub(r"{%.*?%}", "{}", re.sub(r"^{{.*?}}", "", request["url"]))


ADDRESSES = {address_of(request) for request in REQUESTS}


def is_covered(method: str, template: str) -> bool:
    pattern = re.compile("[^/]+".join(re.escape(part) for part in re.split(r"{[^}]*}|<[^>]*>", template)))
    return any(method == used and pattern.fullmatch(path) for used, path in ADDRESSES)


def http_rules() -> list[tuple[str, str]]:
    service = calculation_service_pb2.DESCRIPTOR.services_by_name["CalculationService"]
    rules = [method.GetOptions().Extensions[annotations_pb2.http] for method in service.methods]
    kinds = [(rule.WhichOneof("pattern"), rule) for rule in rules]
    return [(kind.upper(), getattr(rule, kind)) for kind, rule in kinds if kind]


@pytest.mark.parametrize(
    ("method", "template"),
    [
        *((method, f"/{route}") for route, methods in CALLS.items() for method in methods),
        *http_rules(),
        ("GET", "/api/schema"),
        ("GET", "/api/docs"),
    ],
)
def test_every_call_is_in_the_collection(method: str, template: str) -> None:
    assert is_covered(method, template)


def test_a_call_that_is_not_in_the_collection_would_be_missed() -> None:
    assert not is_covered("GET", "/api/requests/<int:request_id>/form") and not is_covered("PUT", "/api/auth/me")


def test_requests_use_only_answers_that_come_before_them() -> None:
    sent: set[str] = set()
    used: set[str] = set()
    for request in REQUESTS:
        references = {request_id for request_id, _ in references_of(request)}
        assert references <= sent, request["name"]
        sent.add(request["meta"]["id"])
        used |= references
    assert len(sent) == len(REQUESTS), "each has an id of its own"
    assert {"req_create", "req_token_observer", "req_token_moderator", "req_complete", "req_read_result"} <= used


def test_every_request_tells_and_tests_the_same_status() -> None:
    for request in REQUESTS:
        (status,) = EXPECTED.findall(request["scripts"]["afterResponse"])
        assert f"Expects {status}." in request["meta"]["description"], request["name"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_request_is_answered_as_it_says(deployment: Deployment, moderator: Client, environment: str) -> None:
    variables = variables_of(COLLECTION, environment)
    ports = {"8000": deployment.ports["GATEWAY_PORT"], "8001": deployment.ports["MAIN_PORT"]}
    here = {
        name: re.sub(r":(800[01])$", lambda found: f":{ports[found[1]]}", str(it)) for name, it in variables.items()
    }
    runner = Runner(COLLECTION, {**here, "calc_key": CALLBACK_KEY})
    outcomes = list(runner.run())
    assert len(outcomes) == len(REQUESTS)
    assert not [said(outcome) for outcome in outcomes if not outcome.is_as_expected]
    assert b'"SUCCEEDED"' in runner.answers["req_watch"].body and b'"SUCCEEDED"' in runner.answers["req_pi_watch"].body
    # The ten digits that end at the thousandth decimal.
    assert runner.answers["req_pi_digits"].body == b"2164201989"
    assert b"initial_set_complete" in runner.answers["req_watch_all"].body
    number = runner.rendered("{% response 'body', 'req_create', '$.id' %}")
    history = moderator.get(f"/api/requests/{number}").body["history"]
    assert "RESULT_REPLACED" in [entry["action"] for entry in history]


def said(outcome: Outcome) -> str:
    return f"{outcome.method} {outcome.url} ({outcome.name}): {outcome.status}, {outcome.body[:500]!r}"
