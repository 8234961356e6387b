"""Importing a file as a client does, and what the calculation service read in it."""

from typing import Any

from rest_framework.test import APIClient

from main_api.requests.models import Request
from tests.main_api.fake_calc import parsed_row
from tests.main_api.sample_requests import observation_body


def post(client: APIClient, draft: Request, content: bytes = b"a file", query: str = "", **headers: Any) -> Any:
    headers = {"content_type": "text/plain", **headers}
    return client.generic("POST", f"/api/requests/{draft.pk}/import{query}", content, **headers)


def rows(*indices: int, **changes: Any) -> list[Any]:
    """Rows of one object, each of another night, on the lines of a file."""
    return [parsed_row(observation_body(index, **changes), line=index + 1) for index in indices]


def reasons(answer: Any) -> list[tuple[int, str, str]]:
    return [(problem["line"], problem["reason"], problem["severity"]) for problem in answer.json()["problems"]]
