"""What a fresh checkout shows."""

import io

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.models import Request


@pytest.fixture
def demo(db: None) -> None:
    call_command("load_demo", stdout=io.StringIO())


def test_the_observer_finds_the_observations_of_ceres_formed(demo: None, anonymous: APIClient) -> None:
    assert anonymous.post("/api/auth/login", {"username": "observer", "password": "observer"}).status_code == 200
    (row,) = anonymous.get("/api/requests").json()["results"]
    assert row["designation"] == "Ceres (Giuseppe Piazzi, 1801)"
    assert (row["status"], row["observation_count"], row["result_count"]) == ("FORMED", 21, 0)
    observations = anonymous.get(f"/api/requests/{row['id']}").json()["observations"]
    assert observations[0]["observed_at"] == "1801-01-01T19:49:52.320000Z"
    assert {observation["station"] for observation in observations} == {"535"}


def test_the_moderator_can_sign_in(demo: None, anonymous: APIClient) -> None:
    answer = anonymous.post("/api/auth/login", {"username": "moderator", "password": "moderator"})
    assert answer.json()["role"] == "moderator"


def test_loading_it_again_changes_nothing(demo: None) -> None:
    output = io.StringIO()
    call_command("load_demo", stdout=output)
    assert output.getvalue() == "Demo data is there already.\n"
    assert (User.objects.count(), Request.objects.count()) == (2, 1)
