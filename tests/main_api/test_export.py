"""A request as a file: CSV, JSON and ADES. The rules of ADES: test_ades_rules.py."""

import csv
import io
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from main_api.accounts.models import User
from main_api.requests.ades_file import ades_file
from main_api.requests.models import Observation, ObservationResult, Request
from main_api.requests.selectors import request_detail
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.sample_requests import make_completed, observation_ids, result_body

LONGEST_NUMBER = 7  # of rmsRA, rmsDec, resRA, resDec


@pytest.fixture
def completed(observer: User, moderator: User) -> Request:
    """Three observations with results, the last one an outlier, the first one with all that can be stated."""
    request = make_completed(observer, moderator)
    ids = observation_ids(request)
    Observation.objects.filter(pk=ids[0]).update(
        sigma_ra_arcsec=0.123456789, sigma_dec_arcsec=0.2, correlation=-0.1, magnitude=17.5, band="V", mode="CCD",
        catalogue="Gaia2", program="=1", station="250", observer_position_km=[1000.5, -2000.0, 6500.25],
    )  # fmt: skip
    row = {"distance_au": 2.5, "residual_dec_arcsec": -0.12, "fit_sigma_ra_arcsec": 0.25, "fit_sigma_dec_arcsec": 1.5}
    rows = [
        {**row, "id": pk, "residual_ra_arcsec": ra, "used": ra < 1000}
        for pk, ra in zip(ids, (0.5, -123.4567, 98765.4), strict=True)
    ]
    answer = APIClient().put(
        f"/api/requests/{request.pk}/result",
        result_body(request, observations=rows),
        headers={"X-Calc-Key": CALLBACK_KEY},
    )
    assert answer.status_code == 204
    return request


def export(client: APIClient, request: Request, kind: str) -> Any:
    return client.get(f"/api/requests/{request.pk}/export/{kind}")


def records(text: str) -> list[dict[str, str]]:
    """Every record of a PSV file under its column names."""
    found, names = [], []
    for line in text.splitlines():
        if line.startswith(("#", "!")):
            names = []
        elif not names:
            names = [cell.strip() for cell in line.split("|")]
        else:
            cells = [cell.strip() for cell in line.split("|")]
            found.append(dict(zip(names, cells + [""] * (len(names) - len(cells)), strict=True)))
    return found


def test_csv_has_a_row_for_each_observation_and_the_names_of_the_api(
    as_observer: APIClient, completed: Request
) -> None:
    answer = export(as_observer, completed, "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="request-{completed.pk}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    shown = as_observer.get(f"/api/requests/{completed.pk}").json()["observations"]
    assert [int(row["id"]) for row in rows] == [row["id"] for row in shown]
    assert [float(row["distance_au"]) for row in rows] == [2.5, 2.5, 2.5]
    assert [row["used"] for row in rows] == ["true", "true", "false"]
    assert (rows[0]["observer_y_km"], rows[1]["observer_y_km"]) == ("-2000.0", "")


def test_a_word_that_a_spreadsheet_would_calculate_stays_a_word(as_observer: APIClient, completed: Request) -> None:
    first = next(csv.DictReader(io.StringIO(export(as_observer, completed, "csv").content.decode(), newline="")))
    assert first["program"] == "'=1"


def test_json_is_what_the_api_answers(as_observer: APIClient, completed: Request) -> None:
    answer = export(as_observer, completed, "json")
    assert answer["Content-Disposition"] == f'attachment; filename="request-{completed.pk}.json"'
    assert json.loads(answer.content) == as_observer.get(f"/api/requests/{completed.pk}").json()


def test_ades_has_the_residuals_and_what_was_left_out(as_observer: APIClient, completed: Request) -> None:
    text = export(as_observer, completed, "psv").content.decode()
    assert text.startswith("# version=2022\ntrkSub")
    rows = records(text)
    assert [(row["resRA"], row["resDec"], row["selAst"]) for row in rows] == [
        ("+0.500", "-0.120", "A"),
        ("-123.46", "-0.120", "A"),
        ("+98765", "-0.120", "D"),
    ]
    assert all(len(row[name]) <= LONGEST_NUMBER for row in rows for name in ("resRA", "resDec"))
    assert rows[0]["orbID"] == str(completed.calculation_id)[:25]
    assert [(row["sigRA"], row["sigDec"]) for row in rows] == [("0.25", "1.5")] * 3
    assert rows[0]["remarks"] == f"AstroDist request {completed.pk} of olga; distance DETERMINED: Ceres"


def test_residuals_of_a_result_without_weights_have_the_stated_ones_or_none(
    as_observer: APIClient, completed: Request
) -> None:
    ObservationResult.objects.update(fit_sigma_ra_arcsec=None, fit_sigma_dec_arcsec=None)
    Observation.objects.filter(request=completed, station="250").update(sigma_dec_arcsec=None)
    first, second, _ = records(export(as_observer, completed, "psv").content.decode())
    assert (first["sigRA"], first["sigDec"]) == ("0.12346", "0.12346")
    assert (second["resRA"], second["sigRA"], second["sigDec"]) == ("-123.46", "", "")


def test_ades_keeps_what_was_measured(as_observer: APIClient, completed: Request) -> None:
    first, second, _ = records(export(as_observer, completed, "psv").content.decode())
    assert (first["obsTime"], first["ra"], first["dec"]) == ("2020-03-01T22:00:00Z", "54.5", "16.25")
    assert (first["rmsRA"], first["rmsCorr"], first["mag"], first["band"]) == ("0.12346", "-0.1", "17.5", "V")
    assert (first["sys"], first["ctr"], first["pos2"]) == ("ICRF_KM", "399", "-2000.0")
    assert (first["mode"], first["astCat"]) == ("CCD", "Gaia2")
    assert (second["mode"], second["astCat"], second["stn"]) == ("UNK", "UNK", "535")


@pytest.mark.parametrize(
    ("ra_deg", "written"), [(359.9999999999, "0.0"), (0.0, "0.0"), (1e-9, "0.000000001"), (123.0, "123.0")]
)
def test_right_ascension_stays_in_its_circle(completed: Request, observer: User, ra_deg: float, written: str) -> None:
    Observation.objects.filter(request=completed).update(ra_deg=ra_deg)
    detail = request_detail(user=observer, request_id=completed.pk)
    assert {row["ra"] for row in records(ades_file(detail))} == {written}


@pytest.mark.parametrize(
    ("known", "field"), [("99942", "permID"), ("2004 MN4", "provID"), ("something", "trkSub"), ("", "trkSub")]
)
def test_the_object_is_named_as_the_catalogue_knows_it(
    completed: Request, observer: User, known: str, field: str
) -> None:
    detail = request_detail(user=observer, request_id=completed.pk)
    detail["catalogue"] = {"designation": known} if known else None
    first = records(ades_file(detail))[0]
    assert first[field] == (known if field != "trkSub" else f"AD{completed.pk}")


def test_a_designation_cannot_break_the_lines_of_the_file(completed: Request, observer: User) -> None:
    Request.objects.filter(pk=completed.pk).update(designation="Ceres\n# version=2017\n|x")
    lines = ades_file(request_detail(user=observer, request_id=completed.pk)).splitlines()
    assert lines.count("# version=2017") == 0
    assert len([line for line in lines if "Ceres # version=2017 x" in line]) == 1


def test_a_draft_exports_what_was_measured_so_far(as_observer: APIClient, observer: User, completed: Request) -> None:
    Observation.objects.filter(request=completed).delete()
    assert export(as_observer, completed, "psv").content.decode() == "# version=2022\n"
    assert len(export(as_observer, completed, "csv").content.decode().splitlines()) == 1


@pytest.mark.parametrize(("kind", "accept"), [("csv", "text/csv"), ("psv", "text/plain"), ("json", "application/json")])
def test_a_file_is_given_to_those_who_ask_for_its_type(
    as_observer: APIClient, completed: Request, kind: str, accept: str
) -> None:
    answer = as_observer.get(f"/api/requests/{completed.pk}/export/{kind}", headers={"Accept": accept})
    assert answer.status_code == 200 and answer["Content-Type"].startswith(accept)
    refused = as_observer.get(f"/api/requests/{completed.pk + 1}/export/{kind}", headers={"Accept": accept})
    assert refused.status_code == 404 and refused["Content-Type"] == "application/problem+json"


def test_a_magnitude_without_a_band_is_left_out_and_a_far_place_keeps_to_its_width(
    observer: User, completed: Request
) -> None:
    Observation.objects.filter(request=completed).update(
        magnitude=17.5, band="", observer_position_km=[1_500_000.123456, -1_500_000.123456, 7000.0]
    )
    (record, *_) = records(ades_file(request_detail(user=observer, request_id=completed.pk)))
    assert record.get("mag", "") == ""
    assert (record["pos1"], record["pos2"]) == ("1500000.12345", "-1500000.12345")
