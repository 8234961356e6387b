"""What a fresh checkout shows."""

import io

import pytest
from django.core.management import call_command
from django.test import Client
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


@pytest.mark.parametrize(
    "path",
    ["", "requests/request/", "requests/request/{pk}/change/", "accounts/user/", "accounts/user/{user_pk}/change/"],
)
def test_the_moderator_looks_at_the_admin(demo: None, path: str) -> None:
    client = Client()
    assert client.login(username="moderator", password="moderator")
    user_pk = User.objects.get(username="observer").pk
    page = client.get(f"/api/admin/{path}".format(pk=Request.objects.get().pk, user_pk=user_pk))
    assert page.status_code == 200 and "You don’t have permission" not in page.content.decode()
    if "{pk}" in path:
        assert "54.596125" in page.content.decode(), "the observations are shown"


@pytest.mark.parametrize("path", ["accounts/user/{}/change/", "accounts/user/{}/delete/", "accounts/user/add/"])
def test_the_moderator_changes_nothing_in_the_admin(demo: None, path: str) -> None:
    client = Client()
    client.login(username="moderator", password="moderator")
    observer = User.objects.get(username="observer")
    answer = client.post(f"/api/admin/{path}".format(observer.pk), {"role": "moderator", "post": "yes"})
    assert answer.status_code == 403
    assert User.objects.get(pk=observer.pk).role == "observer"


def test_the_observer_does_not_look_at_the_admin(demo: None) -> None:
    assert not User.objects.get(username="observer").is_staff


def test_a_demo_of_an_earlier_version_is_opened_too(demo: None) -> None:
    moderator = User.objects.get(username="moderator")
    moderator.user_permissions.clear()
    User.objects.update(is_staff=False)
    call_command("load_demo", stdout=io.StringIO())
    moderator.refresh_from_db()
    assert moderator.is_staff and moderator.has_perm("requests.view_request")


def test_loading_it_again_changes_nothing(demo: None) -> None:
    output = io.StringIO()
    call_command("load_demo", stdout=output)
    assert output.getvalue() == "Demo data is there already.\n"
    assert (User.objects.count(), Request.objects.count()) == (2, 1)
