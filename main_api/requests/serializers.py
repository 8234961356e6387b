"""Bodies of the request calls: what comes in. Types only; the rules are the services'."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from main_api.requests.models import COMMENT_LENGTH_MAX, DESIGNATION_LENGTH_MAX, NOTE_LENGTH_MAX
from main_api.requests.report import (
    GROUNDS_COUNTS,
    GROUNDS_NUMBERS,
    NIGHT_ADDED,
    NIGHT_OPTIONAL,
    NIGHT_REQUIRED,
    ORBIT_COUNTS,
    ORBIT_NUMBERS,
    ORBIT_REQUIRED,
    RESULT_NUMBERS,
    Report,
    build_result,
)
from main_api.requests.words import FINAL_STATE_CHOICES, CalculationState, Verdict
from main_api.strict_fields import (
    Identifier,
    Moment,
    Number,
    ShortList,
    StrictSerializer,
    Text,
    Truth,
    WholeNumber,
    Word,
)

INT32_MAX = 2**31 - 1
ERROR_LENGTH_MAX = 10_000
CAUSE_LENGTH_MAX = 64
NIGHTS_MAX = 200
REMARKS_MAX = 20
NIGHT_BOUNDS = {
    "ra_deg": {"min_value": 0, "max_value": 360},
    "dec_deg": {"min_value": -90, "max_value": 90},
    "distance_au": {"min_value": 0},
    "ellipse_major_arcsec": {"min_value": 0},
    "ellipse_minor_arcsec": {"min_value": 0},
    "ellipse_angle_deg": {"min_value": 0, "max_value": 180},
    "sun_elongation_deg": {"min_value": 0, "max_value": 180},
    "altitude_deg": {"min_value": -90, "max_value": 90},
    "relative_sigma_after": {"min_value": 0},
    "observable_hours": {"min_value": 0, "max_value": 24},
    "sun_altitude_deg": {"min_value": -90, "max_value": 90},
    "moon_separation_deg": {"min_value": 0, "max_value": 180},
    "moon_illumination": {"min_value": 0, "max_value": 1},
}
RESULT_BOUNDS: dict[str, dict[str, int]] = {
    "residual_ra_arcsec": {},
    "residual_dec_arcsec": {},
    "information_share": {"min_value": 0, "max_value": 1},
}
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}


class ObservationInput(StrictSerializer):
    """A measured position. Optional fields may be absent or null."""

    too_many = "TOO_MANY_OBSERVATIONS"

    observed_at = Moment()
    ra_deg = Number()
    dec_deg = Number()
    station = Text(max_length=4)
    sigma_ra_arcsec = Number(**OPTIONAL)
    sigma_dec_arcsec = Number(**OPTIONAL)
    correlation = Number(**OPTIONAL)
    magnitude = Number(**OPTIONAL)
    band = Text(max_length=8, allow_blank=True, **OPTIONAL)
    mode = Text(max_length=8, allow_blank=True, **OPTIONAL)
    catalogue = Text(max_length=16, allow_blank=True, **OPTIONAL)
    program = Text(max_length=8, allow_blank=True, **OPTIONAL)
    observer_position_km = ShortList(child=Number(), min_length=3, max_length=3, **OPTIONAL)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        texts = ("band", "mode", "catalogue", "program")
        return {key: "" if key in texts and value is None else value for key, value in attrs.items()}


class RequestInput(StrictSerializer):
    """A draft to create."""

    designation = Text(max_length=DESIGNATION_LENGTH_MAX)
    comment = Text(max_length=COMMENT_LENGTH_MAX, allow_blank=True, required=False)
    observations = ObservationInput(many=True, required=False, max_length=settings.OBSERVATION_COUNT_MAX)


class RequestEditInput(StrictSerializer):
    """What of a draft is to change."""

    designation = Text(max_length=DESIGNATION_LENGTH_MAX, required=False)
    comment = Text(max_length=COMMENT_LENGTH_MAX, allow_blank=True, required=False)


class RejectInput(StrictSerializer):
    """Why a request is rejected."""

    reason = Text(max_length=NOTE_LENGTH_MAX)


class RecalculateInput(StrictSerializer):
    """Which calculation is to be replaced: the present one."""

    supersedes = Identifier()


class OrbitInput(StrictSerializer):
    """An orbit of a result."""

    orbit_class = Text(max_length=8, allow_blank=True, **OPTIONAL)
    state_vector = ShortList(child=Number(), max_length=6, **OPTIONAL)
    covariance = ShortList(child=Number(), max_length=36, **OPTIONAL)

    def get_fields(self) -> dict[str, serializers.Field]:
        numbers = {name: Number(**({} if name in ORBIT_REQUIRED else OPTIONAL)) for name in ORBIT_NUMBERS}
        counts = {name: WholeNumber(min_value=0, max_value=INT32_MAX, **OPTIONAL) for name in ORBIT_COUNTS}
        return {**numbers, **counts, **super().get_fields()}


class AlternativeInput(StrictSerializer):
    """Another solution."""

    weight = Number(min_value=0, max_value=1)
    distance_au = Number(min_value=0)
    orbit = OrbitInput(**OPTIONAL)


class FollowUpNightInput(StrictSerializer):
    """Where to look in one of the coming nights."""

    at = Moment()
    hindrance = Text(max_length=CAUSE_LENGTH_MAX, allow_blank=True, **OPTIONAL)

    def get_fields(self) -> dict[str, serializers.Field]:
        required = {name: Number(**NIGHT_BOUNDS.get(name, {})) for name in NIGHT_REQUIRED}
        names = (*NIGHT_OPTIONAL, *NIGHT_ADDED)
        optional = {name: Number(**NIGHT_BOUNDS.get(name, {}), **OPTIONAL) for name in names}
        return {**super().get_fields(), **required, **optional}


class FollowUpInput(StrictSerializer):
    """What to do next."""

    station = Text(max_length=4)
    relative_sigma = Number(min_value=0)
    nights = FollowUpNightInput(many=True, max_length=NIGHTS_MAX, **OPTIONAL)
    observe_from = Moment(**OPTIONAL)
    observe_by = Moment(**OPTIONAL)
    note = Text(max_length=NOTE_LENGTH_MAX, allow_blank=True, **OPTIONAL)
    remarks = ShortList(child=Text(max_length=CAUSE_LENGTH_MAX), max_length=REMARKS_MAX, **OPTIONAL)
    lost_within_deg = Number(min_value=0, **OPTIONAL)
    observable_from = Moment(**OPTIONAL)
    highest_altitude_deg = Number(min_value=-90, max_value=90, **OPTIONAL)


class VerdictGroundsInput(StrictSerializer):
    """What the verdict rests on; `astrodist.calc.v1.VerdictGrounds` says what each field means."""

    cause = Text(max_length=CAUSE_LENGTH_MAX)
    arc_days = Number(min_value=0)

    def get_fields(self) -> dict[str, serializers.Field]:
        counts = {name: WholeNumber(min_value=0, max_value=INT32_MAX) for name in GROUNDS_COUNTS}
        numbers = {name: Number(min_value=0, **OPTIONAL) for name in GROUNDS_NUMBERS}
        return {**super().get_fields(), **counts, **numbers}


class ObservationResultInput(StrictSerializer):
    """The result at one observation; without `result_state` the verdict holds for it."""

    id = WholeNumber(min_value=1, max_value=INT32_MAX)
    result_state = Word(Verdict.choices, **OPTIONAL)
    used = Truth(**OPTIONAL)

    def get_fields(self) -> dict[str, serializers.Field]:
        numbers = {name: Number(**RESULT_BOUNDS.get(name, {"min_value": 0}), **OPTIONAL) for name in RESULT_NUMBERS}
        return {**super().get_fields(), **numbers}


class CalculationErrorInput(StrictSerializer):
    """Why a calculation failed."""

    reason = Text(max_length=64, allow_blank=True)
    message = Text(max_length=ERROR_LENGTH_MAX, allow_blank=True)


class ResultInput(StrictSerializer):
    """The end of a calculation. `verdict` and `observations` are required when it SUCCEEDED."""

    calculation_id = Identifier()
    calculation_created_at = Moment(**OPTIONAL)
    report_id = Identifier(**OPTIONAL)
    state = Word(FINAL_STATE_CHOICES)
    error = CalculationErrorInput(**OPTIONAL)
    verdict = Word(Verdict.choices, **OPTIONAL)
    verdict_reason = Text(max_length=ERROR_LENGTH_MAX, allow_blank=True, **OPTIONAL)
    verdict_grounds = VerdictGroundsInput(**OPTIONAL)
    orbit = OrbitInput(**OPTIONAL)
    alternatives = AlternativeInput(many=True, **OPTIONAL)
    follow_up = FollowUpInput(**OPTIONAL)
    observations = ObservationResultInput(many=True, max_length=settings.OBSERVATION_COUNT_MAX, **OPTIONAL)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in ("verdict", "observations") if attrs.get(name) is None]
        if attrs["state"] == CalculationState.SUCCEEDED and missing:
            raise serializers.ValidationError({name: ["Required with SUCCEEDED."] for name in missing}, code="REQUIRED")
        return attrs


def report_of(values: dict[str, Any]) -> Report:
    """The values of a ResultInput as the services take them."""
    succeeded = values["state"] == CalculationState.SUCCEEDED
    return Report(
        calculation_id=values["calculation_id"],
        calculation_created_at=values.get("calculation_created_at"),
        report_id=values.get("report_id"),
        state=values["state"],
        error=None if succeeded else values.get("error"),
        result=build_result(values) if succeeded else None,
    )
