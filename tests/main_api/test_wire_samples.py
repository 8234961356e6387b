"""Recorded answers in tests/data/wire, which the interface's tests read: a change of the wire breaks a build.

After a wanted change: ASTRODIST_RECORD_WIRE=1 python -m pytest tests/main_api/test_wire_samples.py
"""

import itertools
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from main_api.accounts.models import Role, User
from tests.main_api.conftest import CALLBACK_KEY, Clients
from tests.main_api.fake_calc import FakeCalc, parse_problem, parsed, parsed_row
from tests.main_api.sample_catalogue import Run, source_row
from tests.main_api.sample_requests import observation_body
from tests.main_api.test_prediction import answering

FOLDER = Path(__file__).resolve().parents[1] / "data" / "wire"
REQUEST_ID = {"HTTP_X_REQUEST_ID": "wire-sample"}
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ORBIT = {
    "epoch_mjd_tdb": 58929.5,
    "a_au": 2.767,
    "e": 0.0789,
    "i_deg": 10.588,
    "node_deg": 80.3,
    "peri_deg": 73.7,
    "mean_anomaly_deg": 205.5,
    "sigma_a_au": 0.0021,
    "sigma_e": 0.0004,
    "rms_arcsec": 0.42,
    "chi2_reduced": 0.97,
    "arc_days": 3.0,
    "night_count": 4,
    "state_vector": [1.25, -2.0, -0.75, 0.008, 0.004, 0.001],
    "covariance": [1e-06 if row == column else 0.0 for row in range(6) for column in range(6)],
    "q_au": 2.549,
    "period_years": 4.603,
    "orbit_class": "MBA",
    "moid_au": 1.5877,
    "uncertainty_u": 7,
    "h_magnitude": 3.34,
}

NIGHT = {
    "ra_deg": 54.9,
    "dec_deg": 16.3,
    "distance_au": 2.31,
    "ellipse_major_arcsec": 12.5,
    "ellipse_minor_arcsec": 3.25,
    "ellipse_angle_deg": 71.0,
    "motion_ra_arcsec_per_min": 0.45,
    "motion_dec_arcsec_per_min": -0.22,
    "sun_elongation_deg": 93.5,
    "altitude_deg": 13.5,
    "magnitude": 8.4,
    "relative_sigma_after": 0.012,
    "observable_hours": 6.5,
    "sun_altitude_deg": -42.0,
    "moon_separation_deg": 68.0,
    "moon_illumination": 0.97,
}

CERES = source_row(
    1,
    full_name="     1 Ceres (A801 AA)",
    name="Ceres",
    H="3.34",
    G=".12",
    diameter="939.4",
    albedo=".09",
    a="2.7656",
    e=".0794",
    i="10.59",
)
APOPHIS = source_row(
    99942,
    full_name=" 99942 Apophis (2004 MN4)",
    name="Apophis",
    **{"neo": "Y", "pha": "Y", "class": "ATE", "H": "19.09", "diameter": ".34", "moid": ".000256", "e": ".1911"},
)
UNKNOWN = {"H": None, "neo": None, "pha": None, "moid": None, "condition_code": None, "data_arc": None, "rms": None}


def follow_up() -> dict[str, Any]:
    """Nine nights: more than the panel shows at once, the last of them near the Sun."""
    nights = [
        {**NIGHT, "at": f"2026-11-{20 + k}T23:06:34Z", "ellipse_major_arcsec": 12.5 * 2**k, "ra_deg": 54.5 + 0.5 * k}
        for k in range(9)
    ]
    nights[-1] |= {"sun_elongation_deg": 28.5, "altitude_deg": 4.0, "magnitude": None, "relative_sigma_after": 0.008}
    nights[-1] |= {"hindrance": "NEAR_SUN", "observable_hours": 0.0}
    return {
        "station": "535",
        "relative_sigma": 0.016,
        "nights": nights,
        "observe_from": nights[4]["at"],
        "observe_by": nights[6]["at"],
        "observable_from": nights[0]["at"],
        "note": "The ellipse outgrows the field before one night alone would do: observe earlier as well.",
        "remarks": ["OBSERVE_EARLIER"],
    }


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock is a second later than the one before; ids count up."""
    seconds = itertools.count()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(seconds=next(seconds)))
    ids = itertools.count(1)
    monkeypatch.setattr("main_api.requests.services.completing.uuid4", lambda: UUID(int=next(ids)))
    monkeypatch.setattr("main_api.asteroids.calc.uuid4", lambda: UUID(int=2001))


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_recorded_answers_are_what_main_api_answers(clock: None, calc: FakeCalc, signed_in: Clients) -> None:
    calc.now = lambda: NOW
    observer, moderator = (
        User.objects.create(username=role, password=make_password(role), role=role, date_joined=NOW)
        for role in (Role.OBSERVER, Role.MODERATOR)
    )
    as_moderator = signed_in(moderator)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        samples = record_catalogue(as_moderator)
    samples |= record_samples(signed_in(observer), as_moderator)
    samples |= record_imports(signed_in(observer), calc)
    samples |= record_predictions(signed_in(observer), calc)
    if os.environ.get("ASTRODIST_RECORD_WIRE"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, sample in samples.items():
            (FOLDER / f"{name}.json").write_text(json.dumps(sample, indent=2, ensure_ascii=False) + "\n")
    recorded = {name: json.loads((FOLDER / f"{name}.json").read_text()) for name in samples}
    assert recorded == samples


def record_samples(as_observer: APIClient, as_moderator: APIClient) -> dict[str, Any]:
    """The life of two requests; what was answered on the way, by the name of its file."""
    samples: dict[str, Any] = {}
    observations = [
        observation_body(0, sigma_ra_arcsec=0.5, sigma_dec_arcsec=0.4, magnitude=8.5, band="V", mode="CCD"),
        *(observation_body(index) for index in (1, 2)),
    ]
    draft = {"designation": "Ceres", "comment": "A clear week.", "observations": observations}
    samples["request_detail_draft"] = as_observer.post("/api/requests", draft).json()
    samples["observation"] = as_observer.post("/api/requests/1/observations", observation_body(3)).json()
    as_observer.post("/api/requests", {"designation": "(99942) Apophis"})
    samples["problem_fields"] = as_observer.post(
        "/api/requests/2/observations", observation_body(ra_deg=360, station="ZZZ"), **REQUEST_ID
    ).json()
    samples["request_row_formed"] = as_observer.put("/api/requests/1/form").json()
    samples["problem"] = as_moderator.put("/api/requests/2/complete", **REQUEST_ID).json()
    samples["request_row_completed"] = as_moderator.put("/api/requests/1/complete").json()
    as_moderator.put("/api/requests/1/result", result(), headers={"X-Calc-Key": CALLBACK_KEY})
    samples["request_detail_completed"] = as_moderator.get("/api/requests/1").json()
    samples["request_list"] = as_observer.get("/api/requests?page_size=1").json()
    samples["stations"] = as_observer.get("/api/stations?search=palermo").json()
    samples["me"] = as_observer.get("/api/auth/me").json()
    return samples


def record_catalogue(as_moderator: APIClient) -> dict[str, Any]:
    """A synchronisation of two pages, as calc_grpc sends it, and the catalogue that comes of it."""
    samples = {"catalogue_sync": as_moderator.post("/api/asteroids/sync", {"allow_shrink": False}).json()}
    samples["catalogue_sync_joined"] = as_moderator.post("/api/asteroids/sync").json()
    run = Run(created_at=NOW, calculation_id=UUID(int=2001))
    new = source_row(1, spkid=54000012, full_name="       (2010 AB12)", pdes="2010 AB12", **UNKNOWN)
    pages = ([CERES, source_row(433)], [APOPHIS, new])
    samples["catalogue_page"], _ = (
        run.put(rows, number, page_count=2, object_count=4).json() for number, rows in enumerate(pages, 1)
    )
    samples["catalogue_pages"] = run.held().json()
    samples["catalogue_finish"] = run.finish(object_count=4, page_count=2).json()
    samples["asteroid_list"] = as_moderator.get("/api/asteroids?page_size=3&ordering=h_magnitude").json()
    samples["asteroid"] = as_moderator.get("/api/asteroids/20099942").json()
    samples["asteroid_unknown_values"] = as_moderator.get("/api/asteroids/54000012").json()
    return samples


def record_predictions(as_observer: APIClient, calc: FakeCalc) -> dict[str, Any]:
    """The truth check of the first request, one of whose observations is of something else; and where there is none."""
    calc.predict = answering(2.5, 4.0, 961.5, 3.0)
    samples = {"prediction": as_observer.get("/api/requests/1/prediction").json()}
    as_observer.patch("/api/requests/2", {"designation": "Nobody's"})
    samples["prediction_missing"] = as_observer.get("/api/requests/2/prediction", **REQUEST_ID).json()
    return samples


def record_imports(as_observer: APIClient, calc: FakeCalc) -> dict[str, Any]:
    """An import with a warning, and one that is refused; both into the second request, a draft."""
    rows = [parsed_row(observation_body(index), designation="99942", line=index + 1) for index in (0, 1)]
    place = {"column_start": 16, "column_end": 56, "text": "C2020 03 01.91667 03 38 00.00 +16 15 00.0"}
    low = parse_problem("BELOW_HORIZON", severity="WARNING", hint="Check station and time.", **place)
    bad = {"line": 3, "column_start": 33, "column_end": 44, "text": "25 38 00.00", "hint": "Hours are 0 to 23."}
    calc.read = parsed(rows[0], problems=[low])
    samples = {"import": post_file(as_observer)}
    calc.read = parsed(rows[1], problems=[parse_problem("BAD_RA", **bad)])
    samples["import_refused"] = post_file(as_observer)
    return samples


def post_file(as_observer: APIClient) -> Any:
    return as_observer.generic("POST", "/api/requests/2/import", b"a file", "text/plain", **REQUEST_ID).json()


def result() -> dict[str, Any]:
    row = {
        "result_state": "DETERMINED",
        "distance_au": 2.25,
        "distance_sigma_au": 0.011,
        "distance_low_au": 2.228,
        "distance_high_au": 2.272,
        "heliocentric_distance_au": 2.61,
        "residual_ra_arcsec": -0.31,
        "residual_dec_arcsec": 0.12,
        "used": True,
        "information_share": 0.3,
        "fit_sigma_ra_arcsec": 1.5,
        "fit_sigma_dec_arcsec": 1.5,
    }
    return {
        "calculation_id": str(UUID(int=1)),
        "calculation_created_at": "2026-11-20T12:00:00Z",
        "report_id": str(UUID(int=1001)),
        "state": "SUCCEEDED",
        "verdict": "DETERMINED",
        "verdict_reason": "The largest relative uncertainty is 0.5 %: 4 nights over 3.0 days.",
        "verdict_grounds": {
            "cause": "KNOWN",
            "arc_days": 3.0,
            "night_count": 4,
            "observation_count": 4,
            "left_out_count": 1,
            "relative_sigma": 0.005,
            "relative_sigma_alone": 0.006,
            "residual_ratio": 0.98,
            "eccentricity": 0.0789,
        },
        "orbit": ORBIT,
        "alternatives": [{"weight": 0.02, "distance_au": 0.31, "orbit": {**ORBIT, "a_au": 1.1, "e": 0.4}}],
        "follow_up": follow_up(),
        "observations": [{"id": pk, **row, "used": pk != 4} for pk in (1, 2, 3, 4)],
    }
