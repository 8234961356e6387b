"""What the calculation service tells about a calculation, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from main_api.requests.words import FINAL_STATES

ORBIT_REQUIRED = ("epoch_mjd_tdb", "e", "i_deg", "node_deg", "peri_deg")
ORBIT_NUMBERS = (
    "epoch_mjd_tdb",
    "a_au",
    "e",
    "i_deg",
    "node_deg",
    "peri_deg",
    "mean_anomaly_deg",
    "sigma_a_au",
    "sigma_e",
    "sigma_i_deg",
    "sigma_node_deg",
    "sigma_peri_deg",
    "sigma_mean_anomaly_deg",
    "rms_arcsec",
    "chi2_reduced",
    "arc_days",
    "q_au",
    "tp_mjd_tdb",
    "period_years",
    "moid_au",
    "h_magnitude",
)
ORBIT_COUNTS = ("night_count", "uncertainty_u")
ORBIT_FIELDS = (*ORBIT_NUMBERS, *ORBIT_COUNTS, "orbit_class", "state_vector", "covariance")

RESULT_NUMBERS = (
    "distance_au",
    "distance_sigma_au",
    "distance_low_au",
    "distance_high_au",
    "heliocentric_distance_au",
    "residual_ra_arcsec",
    "residual_dec_arcsec",
    "information_share",
    "fit_sigma_ra_arcsec",
    "fit_sigma_dec_arcsec",
)
RESULT_FIELDS = ("result_state", *RESULT_NUMBERS, "used")

GROUNDS_COUNTS = ("night_count", "observation_count", "left_out_count")
GROUNDS_NUMBERS = (
    "relative_sigma",
    "relative_sigma_alone",
    "residual_ratio",
    "other_distance_au",
    "eccentricity",
)
GROUNDS_FIELDS = ("cause", "arc_days", *GROUNDS_COUNTS, *GROUNDS_NUMBERS)

NIGHT_REQUIRED = (
    "ra_deg",
    "dec_deg",
    "distance_au",
    "ellipse_major_arcsec",
    "ellipse_minor_arcsec",
    "ellipse_angle_deg",
    "motion_ra_arcsec_per_min",
    "motion_dec_arcsec_per_min",
    "sun_elongation_deg",
    "relative_sigma_after",
)
NIGHT_OPTIONAL = ("altitude_deg", "magnitude")
# Results that were stored before the service told these do not hold them.
NIGHT_ADDED = ("observable_hours", "sun_altitude_deg", "moon_separation_deg", "moon_illumination")


@dataclass(frozen=True, kw_only=True)
class Result:
    """A distance result.

    observations: one mapping per row, `id` and those of RESULT_FIELDS.
    orbit, alternatives: JSON with every key of ORBIT_FIELDS, null where there is no value.
    follow_up: JSON with every key of the message, moments as text in UTC.
    verdict_grounds: JSON with every key of GROUNDS_FIELDS, null where there is no value.
    """

    verdict: str
    verdict_reason: str
    verdict_grounds: dict[str, Any] | None
    orbit: dict[str, Any] | None
    alternatives: list[dict[str, Any]]
    follow_up: dict[str, Any] | None
    observations: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The end of a calculation. `result` is there when it SUCCEEDED, `error` may be when it did not."""

    calculation_id: UUID
    calculation_created_at: datetime | None
    report_id: UUID | None
    state: str
    error: dict[str, str] | None
    result: Result | None


@dataclass(frozen=True, kw_only=True)
class Calculation:
    """A calculation as the service answered it; `report` once it is finished."""

    calculation_id: UUID
    state: str
    created_at: datetime
    report: Report | None

    @property
    def is_finished(self) -> bool:
        return self.state in FINAL_STATES


def build_result(values: Mapping[str, Any]) -> Result:
    """A result from its JSON form, in which absent, null and empty are the same."""
    verdict = values["verdict"]
    orbit = values.get("orbit")
    follow_up = values.get("follow_up")
    grounds = values.get("verdict_grounds")
    return Result(
        verdict=verdict,
        verdict_reason=values.get("verdict_reason") or "",
        verdict_grounds={field: grounds.get(field) for field in GROUNDS_FIELDS} if grounds else None,
        orbit=_orbit(orbit) if orbit else None,
        alternatives=[
            {
                "weight": alternative["weight"],
                "distance_au": alternative["distance_au"],
                "orbit": _orbit(alternative["orbit"]) if alternative.get("orbit") else None,
            }
            for alternative in values.get("alternatives") or []
        ],
        follow_up=_follow_up(follow_up) if follow_up else None,
        observations=[
            {"id": row["id"], **{field: row.get(field) for field in RESULT_FIELDS}}
            | {"result_state": row.get("result_state") or verdict}
            for row in values["observations"]
        ],
    )


def _orbit(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: None if values.get(field) in ("", []) else values.get(field) for field in ORBIT_FIELDS}


def _follow_up(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "station": values["station"],
        "relative_sigma": values["relative_sigma"],
        "observe_from": _utc_text(values.get("observe_from")),
        "observe_by": _utc_text(values.get("observe_by")),
        "note": values.get("note") or "",
        "remarks": list(values.get("remarks") or []),
        "lost_within_deg": values.get("lost_within_deg"),
        "observable_from": _utc_text(values.get("observable_from")),
        "highest_altitude_deg": values.get("highest_altitude_deg"),
        "nights": [
            {"at": _utc_text(night["at"])}
            | {field: night[field] for field in NIGHT_REQUIRED}
            | {field: night.get(field) for field in (*NIGHT_OPTIONAL, *NIGHT_ADDED)}
            | {"hindrance": night.get("hindrance") or ""}
            for night in values.get("nights") or []
        ],
    }


def _utc_text(moment: datetime | str | None) -> str | None:
    """A moment as JSON keeps it: a body brings a datetime, a message of the service text."""
    if moment is None:
        return None
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return read.astimezone(UTC).isoformat().replace("+00:00", "Z")
