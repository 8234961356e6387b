"""OPTIONS is one plain answer at every address of the API, for everybody, and tells methods only."""

import re
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from main_api.accounts.models import User
from tests.main_api.conftest import Clients
from tests.main_api.test_openapi import NOT_IN_IT, OPERATIONS, document, routes

PATHS = sorted({path for path, _ in routes(get_resolver()) if not NOT_IN_IT.fullmatch(path)} - {"/api/schema"})
VALUES = {"calculation_id": "00000000-0000-4000-8000-000000000001"}


def ask(client: APIClient, path: str) -> Any:
    return client.options(re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "1"), path))


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_it_names_the_methods_and_nothing_else(
    path: str, anonymous: APIClient, observer: User, moderator: User, signed_in: Clients
) -> None:
    taken = {method.upper() for its_path, method, _ in OPERATIONS.values() if its_path == path}
    for client in (anonymous, signed_in(observer), signed_in(moderator)):
        answer = ask(client, path)
        assert (answer.status_code, answer.content) == (200, b""), path
        assert "Content-Type" not in answer
        allowed = {method.strip() for method in answer["Allow"].split(",")}
        assert allowed == taken | {"OPTIONS"} | ({"HEAD"} if "GET" in taken else set())
        assert not any(name.lower().startswith("access-control") for name in answer.headers), "no page of another site"


@pytest.mark.django_db
def test_where_there_is_nothing_it_is_404(anonymous: APIClient) -> None:
    assert ask(anonymous, "/api/nothing").json()["reason"] == "NOT_FOUND"


def test_the_document_says_so() -> None:
    assert "`OPTIONS` on `/api` is 200 without a body" in document()["info"]["description"]
