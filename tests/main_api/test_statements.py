"""Statements that are written out do what a query set does."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from main_api.accounts.models import User
from main_api.requests.models import AppliedReport, ObservationResult, Request
from main_api.requests.report import RESULT_FIELDS
from main_api.statements import Columns
from tests.main_api.sample_requests import make_completed, observation_ids

NAMES = ("id", "status", "calculation_id", "calculation_created_at", "error", "orbit", "alternatives", "created_at")
REQUESTS = Columns(Request, *NAMES)
APPLIED = Columns(AppliedReport, "request_id", "report_id", "applied_at")
RESULTS = Columns(ObservationResult, "observation_id", *RESULT_FIELDS)


@pytest.fixture
def completed(observer: User, moderator: User) -> Request:
    return make_completed(observer, moderator)


def test_values_are_read_as_a_query_set_reads_them(completed: Request) -> None:
    Request.objects.filter(pk=completed.pk).update(orbit={"e": 0.25, "name": "é"}, alternatives=[1.5, None])
    assert REQUESTS.select("WHERE id = %s", [completed.pk]) == list(Request.objects.values(*NAMES))
    assert REQUESTS.select("WHERE id = %s", [completed.pk + 1]) == []


def test_values_are_written_as_a_model_writes_them(completed: Request) -> None:
    columns = Columns(Request, "calculation_id", "calculation_created_at", "error", "orbit", "verdict")
    values: dict[str, Any] = {
        "calculation_id": uuid4(),
        "calculation_created_at": timezone.now(),
        "error": None,
        "orbit": {"e": 0.25, "covariance": [0.5], "note": "é"},
        "verdict": "WEAK",
    }
    assert columns.update(values, "WHERE id = %s AND status = %s", [completed.pk, "DRAFT"]) == 0
    assert columns.update(values, "WHERE id = %s AND status = %s", [completed.pk, "COMPLETED"]) == 1
    assert Request.objects.values(*values).get() == values
    assert Request.objects.filter(error__isnull=True, orbit__e=0.25).count() == 1


def test_what_a_unique_constraint_refuses_is_left_out(completed: Request) -> None:
    row = {"request_id": completed.pk, "report_id": uuid4(), "applied_at": timezone.now()}
    other = row | {"report_id": uuid4()}
    assert APPLIED.insert([row], unless_known=True) == 1
    assert APPLIED.insert([row], unless_known=True) == 0
    assert APPLIED.insert([other]) == 1
    assert set(AppliedReport.objects.values_list("report_id", flat=True)) == {row["report_id"], other["report_id"]}


def test_many_rows_are_added_and_deleted(completed: Request) -> None:
    rows = [
        {"observation_id": pk, **dict.fromkeys(RESULT_FIELDS), "result_state": "WEAK", "used": True, "distance_au": 2}
        for pk in observation_ids(completed)
    ]
    RESULTS.insert(rows)
    assert RESULTS.select("ORDER BY observation_id", []) == [
        row | {"distance_au": 2.0} for row in ObservationResult.objects.values("observation_id", *RESULT_FIELDS)
    ]
    assert [row["used"] is True for row in RESULTS.select("", [])] == [True] * 3
    assert RESULTS.delete("WHERE observation_id < %s", [rows[-1]["observation_id"]]) == 2
    assert ObservationResult.objects.count() == 1


def test_no_rows_are_no_work(completed: Request) -> None:
    RESULTS.insert([])
    assert ObservationResult.objects.count() == 0
