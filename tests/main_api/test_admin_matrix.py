"""Every page of Django's admin for every kind of caller. A page without its row here fails; refusals change nothing."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import get_resolver

from main_api.accounts.models import Role, User
from main_api.accounts.services import let_look_at_admin
from main_api.requests.models import Request
from tests.main_api.sample_requests import make_request
from tests.main_api.test_every_call import everything
from tests.main_api.test_openapi import routes

# Staff is who may look at the room's data, as `let_look_at_admin` makes them; only a superuser changes anything.
CALLERS = ("anonymous", "observer", "moderator", "staff", "superuser")
SIGN_IN = "to the sign-in"
ONWARD = "onward"
Answers = tuple[Any, Any, Any, Any, Any]


@dataclass(frozen=True)
class Row:
    """What each of CALLERS is answered; `body`: what a POST sends."""

    get: Answers
    post: Answers
    body: dict[str, str] | None = None


def closed(staff: Any, superuser: Any) -> Answers:
    """For those only who are let into the admin at all."""
    return (SIGN_IN, SIGN_IN, SIGN_IN, staff, superuser)


LOOK, NO, READ_ONLY = closed(200, 200), closed(403, 403), closed(405, 405)
ROOT, PASSED_ON = closed(403, 200), closed(ONWARD, ONWARD)
DELETE = {"post": "yes"}

TABLE: dict[str, Row] = {
    "/api/admin": Row((ONWARD,) * 5, (ONWARD,) * 5),
    "/api/admin/": Row(LOOK, LOOK),
    "/api/admin/login/": Row((200, 200, 200, ONWARD, ONWARD), (200,) * 5),
    "/api/admin/logout/": Row((ONWARD, ONWARD, ONWARD, 405, 405), (ONWARD, ONWARD, ONWARD, 200, 200)),
    "/api/admin/password_change/": Row(LOOK, LOOK),
    "/api/admin/password_change/done/": Row(LOOK, READ_ONLY),
    "/api/admin/jsi18n/": Row(LOOK, READ_ONLY),
    "/api/admin/autocomplete/": Row(NO, READ_ONLY),  # no page has such a field
    "/api/admin/r/{content_type_id}/{object_id}/": Row(closed(404, 404), closed(404, 404)),  # no row has a page
    "/api/admin/<app>/": Row(LOOK, LOOK),
    "/api/admin/<whatever else>": Row(closed(404, 404), closed(404, 404)),
    "/api/admin/auth/group/": Row(ROOT, ROOT),
    "/api/admin/auth/group/add/": Row(ROOT, closed(403, ONWARD), {"name": "new"}),
    "/api/admin/auth/group/{object_id}/": Row(PASSED_ON, PASSED_ON),
    "/api/admin/auth/group/{object_id}/history/": Row(ROOT, ROOT),
    "/api/admin/auth/group/{object_id}/change/": Row(ROOT, closed(403, ONWARD), {"name": "other"}),
    "/api/admin/auth/group/{object_id}/delete/": Row(ROOT, closed(403, ONWARD), DELETE),
    "/api/admin/accounts/user/": Row(LOOK, LOOK),
    "/api/admin/accounts/user/add/": Row(ROOT, ROOT),
    "/api/admin/accounts/user/{object_id}/": Row(PASSED_ON, PASSED_ON),
    "/api/admin/accounts/user/{object_id}/history/": Row(LOOK, LOOK),
    "/api/admin/accounts/user/{object_id}/change/": Row(LOOK, ROOT, {"role": "moderator"}),
    "/api/admin/accounts/user/{object_id}/delete/": Row(ROOT, closed(403, ONWARD), DELETE),
    "/api/admin/accounts/user/{id}/password/": Row(
        ROOT, closed(403, ONWARD), {"password1": "tin-whistle-88", "password2": "tin-whistle-88"}
    ),
    # Whatever changes a request goes through the services: not even a superuser does it here.
    "/api/admin/requests/request/": Row(LOOK, LOOK),
    "/api/admin/requests/request/add/": Row(NO, NO, {"designation": "new"}),
    "/api/admin/requests/request/{object_id}/": Row(PASSED_ON, PASSED_ON),
    "/api/admin/requests/request/{object_id}/history/": Row(LOOK, LOOK),
    "/api/admin/requests/request/{object_id}/change/": Row(LOOK, NO, {"designation": "other"}),
    "/api/admin/requests/request/{object_id}/delete/": Row(NO, NO, DELETE),
}
CALLS = [(method, path) for path in TABLE for method in ("GET", "POST")]


def pages() -> set[str]:
    """Those of the URL configuration, their two patterns by name."""
    found = {path for path, _ in routes(get_resolver()) if path.startswith("/api/admin")}
    found = {re.sub(r"\^\(\?P.*\)/\$$", "<app>/", path) for path in found}
    return {re.sub(r"\(\?P.*\)\$$", "<whatever else>", path) for path in found}


def test_every_page_has_its_row() -> None:
    assert set(TABLE) == pages()


@pytest.fixture
def clients(observer: User, moderator: User) -> dict[str, Client]:
    staff = User.objects.create_user("stan", role=Role.MODERATOR)
    let_look_at_admin(staff)
    users = (None, observer, moderator, staff, User.objects.create_superuser("root"))
    clients = {name: Client(raise_request_exception=False) for name in CALLERS}
    for client, user in zip(clients.values(), users, strict=True):
        if user is not None:
            client.force_login(user)
    return clients


@pytest.fixture
def rows(observer: User, moderator: User) -> dict[str, int]:
    request, group = make_request("FORMED", observer, moderator), Group.objects.create(name="a group")
    return {"user": User.objects.create_user("victor").pk, "request": request.pk, "group": group.pk}


def address(path: str, rows: dict[str, int]) -> str:
    path = path.replace("<app>", "requests").replace("<whatever else>", "nothing")
    path = path.replace("{content_type_id}", str(ContentType.objects.get_for_model(Request).pk))
    kind = next((kind for kind in rows if f"/{kind}/" in path), "request")
    return re.sub(r"{\w+}", str(rows[kind]), path)


def told(answer: Any) -> Any:
    """The status; for a way elsewhere, whether it leads to the sign-in."""
    if answer.status_code not in (301, 302):
        return answer.status_code
    return SIGN_IN if answer["Location"].startswith("/api/admin/login/?next=") else ONWARD


def stored() -> Any:
    return (
        everything(),
        list(User.objects.order_by("pk").values()),
        list(Group.objects.values()),
        LogEntry.objects.count(),
    )


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_each_page_answers_each_caller_as_the_table_says_and_a_refusal_changes_nothing(
    clients: dict[str, Client], rows: dict[str, int], method: str, path: str, caller: str
) -> None:
    row, before = TABLE[path], stored()
    url, client = address(path, rows), clients[caller]
    answer = client.get(url) if method == "GET" else client.post(url, row.body or {})
    wanted = (row.get if method == "GET" else row.post)[CALLERS.index(caller)]
    assert told(answer) == wanted, answer.content[:300]
    if wanted in (403, 404, 405):
        assert answer["Content-Type"] == "application/problem+json" and answer.json()["status"] == wanted
    if not (caller == "superuser" and method == "POST" and row.body and wanted == ONWARD):
        assert stored() == before
    else:
        assert stored() != before, "the row shows both outcomes"


@pytest.mark.parametrize("caller", ["staff", "superuser"])
def test_no_page_shows_a_password_not_even_hashed(
    clients: dict[str, Client], rows: dict[str, int], observer: User, caller: str
) -> None:
    for path in TABLE:
        page = clients[caller].get(address(path, rows | {"user": observer.pk}), follow=True).content.decode()
        assert observer.password not in page and observer.password.split("$")[-1] not in page, path
