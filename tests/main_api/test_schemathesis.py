"""Calls whatever the OpenAPI document allows, and what it does not, with real rows there; every answer has to be one
that the document names, of the form that it names.

The same cases in each run. ASTRODIST_FUZZ_CASES=300 makes more of them; `-s` shows how many there were.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from main_api.accounts.models import User
from main_api.accounts.services import create_token
from main_api.requests.models import Request
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.fake_calc import FakeCalc, parsed, parsed_row
from tests.main_api.sample_catalogue import fill, source_row
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, observation_body, observation_ids
from tests.main_api.test_openapi import OPERATIONS, document
from tests.main_api.test_prediction import answering

CASES = int(os.environ.get("ASTRODIST_FUZZ_CASES", "10"))  # of each call, caller and mode
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
RUN = "00000000-0000-4000-8000-000000000001"

Values = dict[str, list[Any]]


@pytest.fixture(scope="module")
def schema() -> Any:
    loaded = schemathesis.openapi.from_dict(document())
    loaded.app = get_wsgi_application()
    return loaded


@pytest.fixture(scope="module", autouse=True)
def tally() -> Iterator[Counter[str]]:
    """How many cases were answered with which status."""
    counted: Counter[str] = Counter()
    yield counted
    statuses: Counter[str] = Counter()
    for label, count in counted.items():
        statuses[label.split(" ")[1]] += count
    calls = len({label.split(" ")[0] for label in counted})
    answers = json.dumps(dict(sorted(statuses.items())))
    sys.stdout.write(f"\nschemathesis: {calls} calls, {statuses.total()} cases, answers {answers}\n")


@pytest.fixture
def present(observer: User, other_observer: User, moderator: User, calc: FakeCalc) -> Values:
    """Rows of all kinds; the values that path parameters may take besides those made up."""
    fill(source_row(1), source_row(433))
    calc.read = parsed(parsed_row(observation_body(20)))
    calc.predict = answering(0, 0, 0)
    draft = make_draft(observer)
    make_draft(other_observer)
    make_formed(observer, designation="433")
    make_completed(observer, moderator)
    return {
        "request_id": list(Request.objects.order_by("id").values_list("id", flat=True)),
        "observation_id": observation_ids(draft),
        "spkid": [20000001],
        "calculation_id": [RUN],
        "page_number": [1],
        "token_id": [],
    }


@pytest.fixture
def kept_connection(present: Values) -> Iterator[None]:
    """A call leaves the connection in the test's transaction; Django's own test client sees to that by itself."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers_of(observer: User, moderator: User) -> Callable[[str], dict[str, str]]:
    tokens = {"observer": create_token(user=observer), "moderator": create_token(user=moderator)}

    def build(caller: str) -> dict[str, str]:
        if caller == "key":
            return {"X-Calc-Key": CALLBACK_KEY}
        return {"Authorization": f"Token {tokens[caller]}"} if caller in tokens else {}

    return build


def tried() -> Iterator[tuple[str, str, GenerationMode]]:
    """Each call with good input and with bad, by everybody for whom it makes a difference."""
    for name, (_, _, operation) in OPERATIONS.items():
        is_keyed = {"calcKey": []} in operation.get("security", ())
        for caller in ("anonymous", "key") if is_keyed else ("anonymous", "observer", "moderator"):
            yield name, caller, GenerationMode.POSITIVE
            may_be_wrong = operation.get("requestBody") or any(
                parameter.get("in") in ("path", "query") for parameter in operation["parameters"]
            )
            if may_be_wrong and (caller != "anonymous" or not operation["security"]):
                yield name, caller, GenerationMode.NEGATIVE


@pytest.mark.parametrize(("operation_id", "caller", "mode"), list(tried()))
def test_every_answer_is_one_that_the_document_names(
    schema: Any,
    present: Values,
    kept_connection: None,
    headers_of: Callable[[str], dict[str, str]],
    tally: Counter[str],
    operation_id: str,
    caller: str,
    mode: GenerationMode,
) -> None:
    path, method, _ = OPERATIONS[operation_id]
    operation = schema[path][method]
    number = iter(range(10**9))

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case) -> None:
        name_what_is_there(case, present, next(number))
        # Each case finds the same rows.
        with transaction.atomic():
            response = case.call(headers=headers_of(caller))
            transaction.set_rollback(True)
        tally[f"{operation_id} {response.status_code}"] += 1
        # An empty parameter is one that was not given.
        sent = parse_qsl(urlsplit(response.request.url or "").query, keep_blank_values=True)
        is_blank = any(not value.strip() for _, value in sent)
        checks = [check for check in CHECKS if check is not negative_data_rejection or not is_blank]
        case.validate_response(response, checks=checks)

    run()


def name_what_is_there(case: Case, present: Values, number: int) -> None:
    """Puts real values where a path parameter is as it should be; the first of some cases keeps what was made up."""
    assert case.meta is not None
    made = case.meta.components.get(ParameterLocation.PATH)
    if made is None or made.mode is GenerationMode.NEGATIVE:
        return
    for name, values in present.items():
        if name in case.path_parameters and values and number % (len(values) + 1):
            case.path_parameters[name] = values[number % (len(values) + 1) - 1]
