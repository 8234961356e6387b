"""Recorded JSON of identifications in tests/data/wire, which the interface's tests read: a change breaks a build.

After a wanted change: ASTRODIST_RECORD_WIRE=1 python -m pytest tests/gateway/test_wire_samples.py
"""

import json
import os
from pathlib import Path
from typing import Any

from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, distance_pb2, identification_pb2
from google.protobuf import json_format

from gateway.json_message import fill_from_json, to_json

FOLDER = Path(__file__).resolve().parents[1] / "data" / "wire"


def test_an_identification_is_answered_as_recorded() -> None:
    sample = json.loads(to_json(identified()))
    path = FOLDER / "identification.json"
    if os.environ.get("ASTRODIST_RECORD_WIRE"):
        path.write_text(json.dumps(sample, indent=2, ensure_ascii=False) + "\n")
    assert json.loads(path.read_text()) == sample


def test_the_sample_of_an_answer_has_every_field_of_a_result_and_of_a_candidate() -> None:
    result = json.loads((FOLDER / "identification.json").read_text())["identification_result"]
    assert set(result) == names(identification_pb2.IdentificationResult.DESCRIPTOR)
    assert set(result["candidates"][0]) == names(identification_pb2.IdentificationCandidate.DESCRIPTOR)


def test_what_the_interface_sends_is_taken_and_leaves_out_nothing_of_an_observation() -> None:
    """The interface's tests hold that it sends what is in this file."""
    body = json.loads((FOLDER / "identification_input.json").read_text())
    fill_from_json(calculation_service_pb2.CreateCalculationRequest(), body)
    (observation,) = body["identification"]["observations"]
    assert set(observation) == names(distance_pb2.Observation.DESCRIPTOR)


def names(descriptor: Any) -> set[str]:
    return {field.name for field in descriptor.fields}


def identified() -> calculation_pb2.Calculation:
    """A finished one with two candidates: a numbered asteroid that fits, and a new one of which little is known."""
    motion = {"ra_arcsec_per_min": 0.61, "dec_arcsec_per_min": -0.24}
    from_epoch = {"epoch_mjd_tdb": 61000.0, "days_from_epoch": 3541.0}
    known = {
        "spkid": 20000433,
        "designation": "433",
        "number": 433,
        "name": "Eros",
        "h_magnitude": 10.39,
        "separation_arcsec": 0.31,
        "largest_separation_arcsec": 0.73,
        "matching_count": 2,
        "uncertainty_u": 0,
        "motion": motion,
        "motion_difference_arcsec_per_min": 0.011,
        **from_epoch,
        "cone_arcsec": 9800.0,
        "two_body_separation_arcsec": 340.0,
        "cone_reason": "3541 days from the epoch.",
        "observations": [row(0, 0.31), row(1, 0.73)],
    }
    new = {
        "spkid": 54000012,
        "designation": "2010 AB12",
        "matching_count": 1,
        **from_epoch,
        "separation_arcsec": 640.0,
        "largest_separation_arcsec": 1810.5,
        "observations": [row(0, 640.0), row(1, 1810.5)],
    }
    result = {
        "candidate_count": 2,
        "object_count": 1_500_000,
        "near_count": 7,
        "left_out_count": 1,
        "compared_observation_count": 2,
        "motion": motion,
        "note": "1 faint object was not followed.",
        "candidates": [known, new],
    }
    times = {"create_time": "2026-11-20T12:00:00Z", "finish_time": "2026-11-20T12:00:01Z"}
    whole = {"calculation_id": "00000000-0000-4000-8000-0000000000aa", "state": "SUCCEEDED", "revision": 3, **times}
    return json_format.ParseDict({**whole, "identification_result": result}, calculation_pb2.Calculation())


def row(index: int, separation_arcsec: float) -> dict[str, Any]:
    """A candidate at one observation."""
    return {
        "index": index,
        "id": index + 1,
        "separation_arcsec": separation_arcsec,
        "matches": separation_arcsec < 1200,
        "offset_ra_arcsec": separation_arcsec,
        "tolerance_arcsec": 1200.0,
        "ra_deg": 209.25,
        "dec_deg": -12.5,
        "distance_au": 2.07,
        "heliocentric_distance_au": 1.75,
        "magnitude": 13.4,
    }
