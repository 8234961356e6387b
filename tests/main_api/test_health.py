"""Alive, ready, and what Prometheus is shown, on main_api's own port."""

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from main_api import health
from main_api.accounts.models import User
from main_api.requests.models import Request
from tests.main_api.sample_requests import make_completed, make_draft, make_formed, result_body

KEY = "key-of-prometheus"


@pytest.fixture(autouse=True)
def not_looked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._Tables, "are_present", False)


def samples(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_alive_whatever_the_database_does(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_the_database_answers_and_has_the_tables(client: Client) -> None:
    assert client.get("/readyz").status_code == 200
    assert client.get("/readyz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing_and_ready_after_it(client: Client) -> None:
    ((_, name),) = MigrationLoader(connection).graph.leaf_nodes("requests")
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("requests", name)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert "migrate" in answer.json()["detail"] and answer.json()["reason"] == "UNAVAILABLE"
    recorder.record_applied("requests", name)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away_and_ready_when_it_is_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").status_code == 200

    def away(*_: object, **__: object) -> Any:
        raise DatabaseError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", away)
        broken.setattr(connection, "close", lambda: None)
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("key", "production", "sent", "status"),
    [
        ("", False, "", 200),
        ("", True, "", 404),
        (KEY, False, "", 401),
        (KEY, True, "Bearer another-key", 401),
        (KEY, True, f"Bearer {KEY}", 200),
    ],
)
@pytest.mark.django_db
def test_the_page_wants_the_key_where_there_is_one_and_hides_in_production_without(
    client: Client, settings: Any, key: str, production: bool, sent: str, status: int
) -> None:
    settings.METRICS_KEY, settings.PRODUCTION = key, production
    assert client.get("/metrics", headers={"Authorization": sent} if sent else {}).status_code == status


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_by_status(
    client: Client, observer: User, moderator: User, as_observer: APIClient
) -> None:
    before = samples(client)
    make_draft(observer)
    make_formed(observer)
    number = make_completed(observer, moderator).pk
    as_observer.get(f"/api/requests/{number}")
    as_observer.get("/api/nothing/17")
    after = samples(client)

    def grew(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    one = "method=GET,route=/api/requests/<int:request_id>"
    assert grew(f"astrodist_main_requests_total{{{one},status=200}}") == 1
    assert grew(f"astrodist_main_request_duration_seconds_count{{{one}}}") == 1
    assert grew("astrodist_main_requests_total{method=GET,route=/unmatched,status=404}") == 1
    assert not any("17" in name for name in after)
    for status in ("DRAFT", "FORMED", "COMPLETED"):
        assert after[f"astrodist_main_stored_requests{{status={status}}}"] == 1
    assert after["astrodist_main_stored_requests{status=REJECTED}"] == 0


@pytest.mark.django_db(transaction=True)
def test_reports_are_counted_by_what_came_of_them_and_transitions_once_they_are_stored(
    client: Client, observer: User, moderator: User, as_observer: APIClient
) -> None:
    request: Request = make_completed(observer, moderator)
    formed = make_draft(observer)
    before = samples(client)
    assert as_observer.put(f"/api/requests/{formed.pk}/form").status_code == 200
    url, key = f"/api/requests/{request.pk}/result", {"X-Calc-Key": "development-callback-key"}
    assert as_observer.put(url, result_body(request), headers=key, format="json").status_code == 204
    strange = result_body(request, calculation_created_at="2001-01-01T00:00:00Z")
    strange["calculation_id"] = "00000000-0000-4000-8000-000000000001"
    assert as_observer.put(url, strange, headers=key, format="json").status_code == 410
    after = samples(client)

    def grew(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    assert grew("astrodist_main_reports_total{outcome=STORED}") == 1
    assert grew("astrodist_main_reports_total{outcome=SUPERSEDED}") == 1
    assert grew("astrodist_main_transitions_total{action=FORMED}") == 1
