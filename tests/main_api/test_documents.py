"""The OpenAPI schema, its browser, the admin, and that migrations are up to date."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from main_api.accounts.models import User
from tests.main_api.sample_requests import make_completed

SUCCEEDING = {
    "login": {"200"},
    "logout": {"204"},
    "getMe": {"200"},
    "register": {"201"},
    "createToken": {"200"},
    "revokeToken": {"204"},
    "revokeTokenById": {"204"},
    "listTokens": {"200"},
    "changePassword": {"204"},
    "listRequests": {"200", "304"},
    "createRequest": {"201"},
    "getRequest": {"200", "304"},
    "editRequest": {"200"},
    "deleteRequest": {"200"},
    "completeRequest": {"200"},
    "formRequest": {"200"},
    "addObservation": {"201"},
    "editObservation": {"200"},
    "deleteObservation": {"204"},
    "importObservations": {"200"},
    "parseObservations": {"200"},
    "exportAdes": {"200"},
    "exportCsv": {"200"},
    "exportJson": {"200"},
    "recalculateRequest": {"200"},
    "rejectRequest": {"200"},
    "putResult": {"204"},
    "schema_retrieve": {"200"},
    "listStations": {"200", "304"},
    "listAsteroids": {"200", "304"},
    "getAsteroid": {"200", "304"},
    "startCatalogueSync": {"202"},
    "putCataloguePage": {"200"},
    "listCataloguePages": {"200"},
    "finishCatalogueSync": {"200"},
    "getPrediction": {"200"},
}


def test_the_schema_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "schema.yml"
    call_command("spectacular", "--fail-on-warn", "--validate", file=str(file))
    schema = yaml.safe_load(file.read_text())
    assert {path for path in schema["paths"]} == {
        "/api/asteroids",
        "/api/asteroids/sync",
        "/api/asteroids/sync/{calculation_id}/finish",
        "/api/asteroids/sync/{calculation_id}/pages",
        "/api/asteroids/sync/{calculation_id}/pages/{page_number}",
        "/api/asteroids/{spkid}",
        "/api/auth/login",
        "/api/auth/logout",
        "/api/auth/me",
        "/api/auth/register",
        "/api/auth/password",
        "/api/auth/token",
        "/api/auth/tokens",
        "/api/auth/tokens/{token_id}",
        "/api/observations/parse",
        "/api/requests",
        "/api/requests/{request_id}",
        "/api/requests/{request_id}/complete",
        "/api/requests/{request_id}/export/csv",
        "/api/requests/{request_id}/export/json",
        "/api/requests/{request_id}/export/psv",
        "/api/requests/{request_id}/form",
        "/api/requests/{request_id}/import",
        "/api/requests/{request_id}/observations",
        "/api/requests/{request_id}/observations/{observation_id}",
        "/api/requests/{request_id}/prediction",
        "/api/requests/{request_id}/recalculate",
        "/api/requests/{request_id}/reject",
        "/api/requests/{request_id}/result",
        "/api/schema",
        "/api/stations",
    }
    succeeding = {
        operation["operationId"]: {status for status in operation["responses"] if status < "400"}
        for operations in schema["paths"].values()
        for operation in operations.values()
    }
    assert succeeding == SUCCEEDING


def test_the_schema_s_browser_needs_no_other_site(anonymous: APIClient) -> None:
    page = anonymous.get("/api/docs").content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any("swagger-ui-bundle.js" in address for address in addresses)
    for address in addresses:
        assert address.startswith("/api/"), address
        answer = anonymous.get(address)
        assert answer.status_code == 200 and answer.getvalue(), address
        answer.close()


def test_the_models_have_their_migrations(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.fixture
def administrator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


@pytest.mark.parametrize("path", ["", "requests/request/", "requests/request/{pk}/change/", "accounts/user/"])
def test_the_admin_shows_what_there_is(administrator: Client, observer: User, moderator: User, path: str) -> None:
    request = make_completed(observer, moderator)
    assert administrator.get(f"/api/admin/{path}".format(pk=request.pk)).status_code == 200


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_the_admin_does_not_go_around_the_life_of_a_request(
    administrator: Client, observer: User, moderator: User, path: str
) -> None:
    request = make_completed(observer, moderator)
    url = f"/api/admin/requests/request/{path}".format(pk=request.pk)
    assert administrator.post(url, {"post": "yes"}).status_code == 403
    changed = administrator.post(f"/api/admin/requests/request/{request.pk}/change/", {"designation": "Pallas"})
    request.refresh_from_db()
    assert changed.status_code == 403 and request.designation == "Ceres"


def test_a_user_becomes_a_moderator_in_the_admin(administrator: Client, observer: User) -> None:
    url = f"/api/admin/accounts/user/{observer.pk}/change/"
    form = administrator.get(url).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None and name != "password"}
    joined = values.pop("date_joined")
    values |= {"role": "moderator", "date_joined_0": joined.date(), "date_joined_1": joined.time()}
    answer = administrator.post(url, values)
    observer.refresh_from_db()
    assert answer.status_code == 302 and observer.is_moderator


def test_the_admin_is_for_staff(anonymous: APIClient, observer: User) -> None:
    anonymous.force_login(observer)
    assert anonymous.get("/api/admin/")["Location"].startswith("/api/admin/login/")
    assert anonymous.get("/api/admin")["Location"] == "/api/admin/"
