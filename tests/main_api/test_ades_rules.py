"""The exported ADES file keeps the rules of the format, and the portal's own reader takes it back.

Reference: general.xsd of IAU-ADES/ADES-Master (2022): types and order of `optical`, and which fields come together.
"""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from calc_grpc.astrometry.field_values import PROGRAMS as PROGRAMS_READ
from calc_grpc.astrometry.field_values import program_of_ades
from calc_grpc.astrometry.read import parse_astrometry
from main_api.accounts.models import User
from main_api.requests.ades_file import PROGRAMS
from main_api.requests.models import Observation, Request
from tests.main_api.conftest import CALLBACK_KEY
from tests.main_api.sample_requests import make_completed, observation_ids, result_body
from tests.main_api.test_export import export, records

POSITIVE_7 = r"(?=.{1,7}$)(0|[1-9]\d*)(\.\d*)?"
DOUBLE_7 = r"[+-]?[+\-Ee0-9.]{1,6}"
POSITION = r"[+-]?(?=.{1,13}$)(0|[1-9]\d*)(\.\d*)?"
CORRELATION = r"[+-]?(0|1)(\.\d{0,11})?"
# In the order of the schema.
TYPES = {
    "permID": r"\d+",
    "provID": r"\d{4} [A-HJ-Y][A-HJ-Z]\d*",
    "trkSub": r"[-A-Za-z0-9_]{1,8}",
    "mode": r"[A-Za-z0-9_]{1,3}",
    "stn": r"[A-Za-z0-9]{3,4}",
    "sys": r"WGS84|ITRF|IAU|ICRF_AU|ICRF_KM",
    "ctr": r"399",
    **dict.fromkeys(("pos1", "pos2", "pos3"), POSITION),
    "prog": r"[0-9A-Za-z]{1,2}",
    "obsTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z",
    "ra": r"([1-3]\d{2}|[1-9]?\d)?(\.\d{0,9})?",
    "dec": r"[+-]?([1-9]?\d)?(\.\d{0,9})?",
    **dict.fromkeys(("rmsRA", "rmsDec"), POSITIVE_7),
    "rmsCorr": CORRELATION,
    "astCat": r"[.A-Za-z0-9_]{1,8}",
    "mag": r"[+-]?(?=.{1,7}$)(0|[1-9]\d*)(\.\d*)?",
    "band": r"[A-Za-z0-9_]{1,3}",
    "remarks": r"[^|]{1,300}",
    "orbProd": r"[^|]{1,100}",
    "orbID": r"[^|]{1,25}",
    **dict.fromkeys(("resRA", "resDec"), DOUBLE_7),
    "selAst": r"[AaDd]",
    **dict.fromkeys(("sigRA", "sigDec"), POSITIVE_7),
    "sigCorr": CORRELATION,
}
NEEDED = {"mode", "stn", "obsTime", "ra", "dec", "astCat"}
TOGETHER = (
    {"sys", "ctr", "pos1", "pos2", "pos3"},
    {"mag", "band"},
    {"orbProd", "orbID", "resRA", "resDec", "selAst", "sigRA", "sigDec"},
)
STATED: dict[str, dict[str, Any]] = {
    "program": {"program": "!", "mode": "CCD", "catalogue": "Gaia2", "magnitude": 18.25, "band": "G"},
    "sigmas": {"sigma_ra_arcsec": 0.123456789, "sigma_dec_arcsec": 12345.678, "correlation": -0.9999999999999},
    "satellite": {"station": "250", "observer_position_km": [1000.5, -2000.25, 6500.125], "correlation": 0.25},
    "nothing": {},
    "much": {
        "magnitude": -30.0,
        "band": "V",
        "program": "no",
        "mode": "camera",
        "catalogue": "a|b",
        "ra_deg": 359.9999999999,
    },
}


@pytest.fixture
def exported(as_observer: APIClient, observer: User, moderator: User) -> tuple[Request, str]:
    """A request whose observations state what STATED says, with residuals of every size, and its ADES file."""
    request = make_completed(observer, moderator, observation_count=len(STATED))
    rows = []
    for k, (pk, stated) in enumerate(zip(observation_ids(request), STATED.values(), strict=True)):
        Observation.objects.filter(pk=pk).update(**stated)
        row = {"id": pk, "distance_au": 2.5, "used": k != 1}
        row |= {"residual_ra_arcsec": -(10.0 ** (2 * k - 4)), "residual_dec_arcsec": 1e-9}
        rows.append(row | {"fit_sigma_ra_arcsec": 0.1 * 3**k, "fit_sigma_dec_arcsec": 1 / 3})
    body = result_body(request, observations=rows)
    put = APIClient().put(f"/api/requests/{request.pk}/result", body, headers={"X-Calc-Key": CALLBACK_KEY})
    assert put.status_code == 204
    return request, export(as_observer, request, "psv").content.decode()


def test_every_field_is_of_its_type_and_in_its_place(exported: tuple[Request, str]) -> None:
    rows = records(exported[1])
    assert len(rows) == len(STATED)
    places = [list(TYPES).index(name) for name in rows[0]]
    assert all(one < other for one, other in pairwise(places))
    wrong = [(name, text) for row in rows for name, text in row.items() if text and not re.fullmatch(TYPES[name], text)]
    assert wrong == []
    assert all(float(row["rmsCorr"] or 0) ** 2 < 1 and float(row["ra"]) < 360 for row in rows)


def test_fields_that_belong_together_come_together_and_nothing_is_missing(exported: tuple[Request, str]) -> None:
    for row in records(exported[1]):
        given = {name for name, text in row.items() if text}
        assert given >= NEEDED and given & {"permID", "provID", "trkSub"}
        assert all(not group & given or group <= given for group in TOGETHER)


def test_the_files_lines_are_version_names_and_records(exported: tuple[Request, str]) -> None:
    """Without telescope and measurers there can be no obsContext, so records stand by themselves."""
    first, names, *rows = exported[1].splitlines()
    assert first == "# version=2022"
    assert all(line.count("|") <= names.count("|") and not line.startswith(("#", "!")) for line in rows)


def test_our_own_reader_takes_the_file_back_as_it_was(exported: tuple[Request, str]) -> None:
    request, text = exported
    read = parse_astrometry(text.encode(), now=timezone.now() + timedelta(days=1))
    assert [problem for problem in read.problems if problem.severity == "ERROR" and problem.line == 0] == []
    taken = {moment(one.observation.observed_at): one.observation for one in read.observations}
    for row in Observation.objects.filter(request=request):
        back = taken[moment(row.observed_at)]
        assert back.station == row.station
        assert back.ra_deg == pytest.approx(row.ra_deg % 360.0, abs=1e-9) or back.ra_deg == 0.0
        assert back.dec_deg == pytest.approx(row.dec_deg, abs=1e-9)
        assert back.program == (row.program if len(row.program) == 1 else None)
        if row.sigma_ra_arcsec:
            assert back.sigma_ra_arcsec == pytest.approx(row.sigma_ra_arcsec, abs=1e-5)
        if row.observer_position_km:
            assert back.observer_position_km == pytest.approx(row.observer_position_km, abs=1e-6)


def test_every_program_comes_back_from_its_two_digits(exported: tuple[Request, str], as_observer: APIClient) -> None:
    request, _ = exported
    assert PROGRAMS == PROGRAMS_READ
    for character in "09!~Az":
        Observation.objects.filter(request=request).update(program=character)
        codes = {row["prog"] for row in records(export(as_observer, request, "psv").content.decode())}
        assert {program_of_ades(code) for code in codes} == {character}


def moment(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")
