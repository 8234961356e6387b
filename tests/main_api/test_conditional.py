"""Conditional requests: 304 for what is known already, 412 for what changed since it was read."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.http import http_date
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.asteroids.models import Asteroid
from main_api.requests.models import Observation, Request
from main_api.requests.services import drafts
from tests.main_api.conftest import Clients
from tests.main_api.fake_calc import FakeCalc, parsed
from tests.main_api.import_calls import rows
from tests.main_api.sample_catalogue import fill, source_row
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, observation_body

URL = "/api/requests"

# Calls that change a request, by whom, and the request's status: method, path, body.
OWN = [
    ("PATCH", "", {"comment": "new"}),
    ("DELETE", "", None),
    ("PUT", "/form", None),
    ("POST", "/observations", observation_body(9)),
    ("PATCH", "/observations/{oid}", {"ra_deg": 1.5}),
    ("DELETE", "/observations/{oid}", None),
    ("POST", "/import", "a file"),
]
MODERATORS = [
    ("PUT", "/complete", None),
    ("PUT", "/reject", {"reason": "x"}),
]


def call(client: APIClient, request: Request, method: str, path: str, body: Any, **headers: str) -> Any:
    observation = request.observations.order_by("id").first()
    url = f"{URL}/{request.pk}{path}".format(oid=observation and observation.pk)
    content = b"" if body is None else json.dumps(body).encode()
    return client.generic(method, url, content, content_type="application/json", headers=headers)


def is_refused(answer: Any) -> bool:
    return (answer.status_code, answer.json()["reason"]) == (412, "PRECONDITION_FAILED")


@pytest.mark.parametrize(("method", "path", "body"), OWN, ids=[f"{method} {path}" for method, path, _ in OWN])
def test_what_changed_since_it_was_read_is_not_changed_by_its_creator(
    as_observer: APIClient, observer: User, calc: FakeCalc, method: str, path: str, body: Any
) -> None:
    calc.read = parsed(*rows(9))
    request = make_draft(observer)
    read = as_observer.get(f"{URL}/{request.pk}")
    drafts.edit_request(user=observer, request_id=request.pk, changes={"comment": "changed meanwhile"})
    before = everything()
    assert is_refused(call(as_observer, request, method, path, body, **{"If-Match": read["ETag"]}))
    assert everything() == before
    present = as_observer.get(f"{URL}/{request.pk}")["ETag"]
    assert call(as_observer, request, method, path, body, **{"If-Match": present}).status_code < 300
    assert everything() != before


@pytest.mark.parametrize(("method", "path", "body"), MODERATORS, ids=[path for _, path, _ in MODERATORS])
def test_what_changed_since_it_was_read_is_not_decided(
    as_moderator: APIClient, observer: User, calc: FakeCalc, method: str, path: str, body: Any
) -> None:
    request = make_formed(observer)
    answer = call(as_moderator, request, method, path, body, **{"If-Match": '"another"'})
    assert is_refused(answer) and not calc.calculations
    present = as_moderator.get(f"{URL}/{request.pk}")["ETag"]
    assert call(as_moderator, request, method, path, body, **{"If-Match": present}).status_code == 200


def test_a_calculation_is_not_replaced_by_who_read_something_else(
    as_moderator: APIClient, observer: User, moderator: User, calc: FakeCalc
) -> None:
    request = make_completed(observer, moderator)
    body = {"supersedes": str(request.calculation_id)}
    assert is_refused(call(as_moderator, request, "POST", "/recalculate", body, **{"If-Match": '"another"'}))
    assert not calc.calculations


def test_the_tag_changes_with_an_observation_and_with_the_status(as_observer: APIClient, observer: User) -> None:
    request = make_draft(observer)

    def tag() -> str:
        return str(as_observer.get(f"{URL}/{request.pk}")["ETag"])

    tags = [tag()]
    call(as_observer, request, "PATCH", "/observations/{oid}", {"magnitude": 9.5})
    tags.append(tag())
    call(as_observer, request, "PUT", "/form", None)
    tags.append(tag())
    assert len(set(tags)) == 3 and not any(text.startswith("W/") for text in tags)


def test_who_creates_or_changes_a_request_is_told_its_new_tag(as_observer: APIClient) -> None:
    created = as_observer.post(URL, {"designation": "Ceres"})
    changed = as_observer.patch(created["Location"], {"comment": "x"}, headers={"If-Match": created["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] == as_observer.get(created["Location"])["ETag"] != created["ETag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_tag_matches_in_a_list_weakened_and_as_anything_that_is_there(
    as_observer: APIClient, observer: User, form: str
) -> None:
    request = make_draft(observer)
    wanted = form.format(as_observer.get(f"{URL}/{request.pk}")["ETag"])
    assert call(as_observer, request, "PATCH", "", {"comment": "x"}, **{"If-Match": wanted}).status_code == 200


@pytest.mark.parametrize("wanted", ["", "no-quotes", '"other"', 'W/"other"'])
def test_a_tag_of_something_else_does_not_match(as_observer: APIClient, observer: User, wanted: str) -> None:
    assert is_refused(call(as_observer, make_draft(observer), "PATCH", "", {"comment": "x"}, **{"If-Match": wanted}))


def test_without_a_precondition_nothing_is_compared(as_observer: APIClient, observer: User) -> None:
    assert call(as_observer, make_draft(observer), "PATCH", "", {"comment": "x"}).status_code == 200


@pytest.mark.parametrize(("age_s", "status"), [(-2, 412), (0, 200), (60, 200)])
def test_a_moment_is_a_precondition_too(as_observer: APIClient, observer: User, age_s: int, status: int) -> None:
    request = make_draft(observer)
    changed = as_observer.get(f"{URL}/{request.pk}")["Last-Modified"]
    assert changed == http_date(request.updated_at.timestamp())
    since = http_date(request.updated_at.timestamp() + age_s)
    answer = call(as_observer, request, "PATCH", "", {"comment": "x"}, **{"If-Unmodified-Since": since})
    assert answer.status_code == status


@pytest.mark.parametrize("headers", [{"If-Unmodified-Since": "yesterday"}, {}])
def test_a_moment_that_cannot_be_read_is_none(as_observer: APIClient, observer: User, headers: dict[str, str]) -> None:
    assert call(as_observer, make_draft(observer), "PATCH", "", {"comment": "x"}, **headers).status_code == 200


def test_beside_a_tag_the_moment_is_not_looked_at(as_observer: APIClient, observer: User) -> None:
    request = make_draft(observer)
    long_ago = http_date((timezone.now() - timedelta(days=9)).timestamp())
    headers = {"If-Match": as_observer.get(f"{URL}/{request.pk}")["ETag"], "If-Unmodified-Since": long_ago}
    assert call(as_observer, request, "PATCH", "", {"comment": "x"}, **headers).status_code == 200


def test_what_nobody_may_know_of_is_404_before_it_is_412(
    observer: User, other_observer: User, signed_in: Clients
) -> None:
    request = make_draft(observer)
    answer = call(signed_in(other_observer), request, "PATCH", "", {"comment": "x"}, **{"If-Match": '"x"'})
    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_read_the_same_one_changes_it(
    observer: User, signed_in: Clients, together: Callable[..., list[Any]]
) -> None:
    request = make_draft(observer)
    clients = [signed_in(observer), signed_in(observer)]
    tag = clients[0].get(f"{URL}/{request.pk}")["ETag"]

    def change(client: APIClient, comment: str) -> int:
        return int(call(client, request, "PATCH", "", {"comment": comment}, **{"If-Match": tag}).status_code)

    outcomes = together(lambda: change(clients[0], "one"), lambda: change(clients[1], "two"))
    assert sorted(outcomes) == [200, 412]


def test_what_is_one_user_s_says_so_when_it_is_known_as_well(as_observer: APIClient, observer: User) -> None:
    for path in (URL, f"{URL}/{make_draft(observer).pk}"):
        first = as_observer.get(path)
        again = as_observer.get(path, headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        for answer in (first, again):
            assert answer["Cache-Control"] == "private, no-cache"
            assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))


@pytest.mark.parametrize("path", ["/api/stations?search=535", "/api/asteroids", "/api/asteroids/20000001"])
def test_what_everybody_may_read_is_304_when_it_is_known(anonymous: APIClient, path: str) -> None:
    fill(source_row(1))
    first = anonymous.get(path)
    assert first.status_code == 200 and first["Cache-Control"] == "public, no-cache"
    again = anonymous.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert anonymous.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_asteroid_that_was_changed_has_another_tag(anonymous: APIClient) -> None:
    fill(source_row(1))
    path = "/api/asteroids/20000001"
    first = anonymous.get(path)
    Asteroid.objects.update(h_magnitude=3.5)
    assert anonymous.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert first["Last-Modified"] == http_date(Asteroid.objects.get(pk=20000001).updated_at.timestamp())


def everything() -> list[Any]:
    return [list(Request.objects.values()), list(Observation.objects.order_by("id").values())]
