"""Bodies of the request calls: what goes out. The input of each is a mapping of selectors.py."""

from datetime import UTC
from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from main_api.requests.report import (
    GROUNDS_COUNTS,
    GROUNDS_NUMBERS,
    NIGHT_ADDED,
    NIGHT_OPTIONAL,
    NIGHT_REQUIRED,
    ORBIT_COUNTS,
    ORBIT_NUMBERS,
)
from main_api.requests.words import Action, CalculationState, RequestStatus, Verdict
from main_api.strict_fields import TextOrNull, WordOrNull

# Told its zone, a field does not ask for the present one at every value: a tenth of a list's time.
Moment = partial(serializers.DateTimeField, default_timezone=UTC)


class RequestRowOutput(serializers.Serializer):
    """A row of the list."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(RequestStatus.choices)
    designation = serializers.CharField()
    creator = serializers.CharField(source="creator_name")
    moderator = serializers.CharField(source="moderator_name", allow_null=True)
    created_at = Moment()
    formed_at = Moment(allow_null=True)
    completed_at = Moment(allow_null=True)
    updated_at = Moment()
    observation_count = serializers.IntegerField()
    result_count = serializers.IntegerField(help_text="Observations whose result is recorded.")
    verdict = WordOrNull(Verdict.choices)
    calculation_id = serializers.UUIDField(allow_null=True)
    calculation_state = WordOrNull(CalculationState.choices)


class MeasuredOutput(serializers.Serializer):
    """What was measured, when and from where."""

    observed_at = Moment()
    ra_deg = serializers.FloatField()
    dec_deg = serializers.FloatField()
    station = serializers.CharField()
    sigma_ra_arcsec = serializers.FloatField(allow_null=True)
    sigma_dec_arcsec = serializers.FloatField(allow_null=True)
    correlation = serializers.FloatField(allow_null=True)
    magnitude = serializers.FloatField(allow_null=True)
    band = TextOrNull()
    mode = TextOrNull()
    catalogue = TextOrNull()
    program = TextOrNull()
    observer_position_km = serializers.ListField(child=serializers.FloatField(), allow_null=True)


class ObservationOutput(MeasuredOutput):
    """An observation; the fields from `result_state` on are null until a calculation reports."""

    id = serializers.IntegerField()
    result_state = WordOrNull(Verdict.choices)
    distance_au = serializers.FloatField(allow_null=True)
    distance_sigma_au = serializers.FloatField(allow_null=True)
    distance_low_au = serializers.FloatField(allow_null=True)
    distance_high_au = serializers.FloatField(allow_null=True)
    heliocentric_distance_au = serializers.FloatField(allow_null=True)
    residual_ra_arcsec = serializers.FloatField(allow_null=True)
    residual_dec_arcsec = serializers.FloatField(allow_null=True)
    used = serializers.BooleanField(allow_null=True)
    information_share = serializers.FloatField(
        allow_null=True, help_text="Share of this observation in what fixes the distance, 0 to 1."
    )
    fit_sigma_ra_arcsec = serializers.FloatField(
        allow_null=True, help_text="What the fit weighted it with: 1-sigma of RA times cos(Dec)."
    )
    fit_sigma_dec_arcsec = serializers.FloatField(allow_null=True)


class OrbitOutput(serializers.Serializer):
    """Heliocentric osculating elements, ecliptic and equinox J2000; null where meaningless."""

    orbit_class = serializers.CharField(allow_null=True)
    state_vector = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    covariance = serializers.ListField(child=serializers.FloatField(), allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        numbers = {name: serializers.FloatField(allow_null=True) for name in ORBIT_NUMBERS}
        counts = {name: serializers.IntegerField(allow_null=True) for name in ORBIT_COUNTS}
        return {**numbers, **counts, **super().get_fields()}


class AlternativeOutput(serializers.Serializer):
    """Another solution that the observations allow."""

    weight = serializers.FloatField()
    distance_au = serializers.FloatField()
    orbit = OrbitOutput(allow_null=True)


class VerdictGroundsOutput(serializers.Serializer):
    """The reason of the verdict as a stable word, and the numbers it names."""

    cause = serializers.CharField(help_text="A stable word, for example KNOWN or TWO_ORBITS.")
    arc_days = serializers.FloatField()

    def get_fields(self) -> dict[str, serializers.Field]:
        counts = {name: serializers.IntegerField() for name in GROUNDS_COUNTS}
        numbers = {name: serializers.FloatField(allow_null=True) for name in GROUNDS_NUMBERS}
        return {**super().get_fields(), **counts, **numbers}


class FollowUpNightOutput(serializers.Serializer):
    """Where to look in one of the coming nights: its best moment, astrometric place, ellipse of 1-sigma."""

    at = Moment()
    hindrance = serializers.CharField(
        default="", help_text="Why it cannot be observed that night, a stable word such as LOW; empty when it can."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        required = {name: serializers.FloatField() for name in NIGHT_REQUIRED}
        optional = {name: serializers.FloatField(allow_null=True) for name in NIGHT_OPTIONAL}
        added = {name: serializers.FloatField(allow_null=True, default=None) for name in NIGHT_ADDED}
        return {**super().get_fields(), **required, **optional, **added}


class FollowUpOutput(serializers.Serializer):
    """What to do next; `astrodist.calc.v1.FollowUp` says what each field means."""

    station = serializers.CharField()
    relative_sigma = serializers.FloatField(help_text="Largest relative 1-sigma of the used distances now.")
    observe_from = Moment(allow_null=True)
    observe_by = Moment(allow_null=True)
    note = TextOrNull()
    remarks = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="What `note` says, one stable word for each sentence."
    )
    lost_within_deg = serializers.FloatField(allow_null=True, default=None)
    observable_from = Moment(allow_null=True, default=None)
    highest_altitude_deg = serializers.FloatField(allow_null=True, default=None)
    nights = FollowUpNightOutput(many=True)


class CalculationErrorOutput(serializers.Serializer):
    """Why a calculation failed."""

    reason = serializers.CharField()
    message = serializers.CharField()


@extend_schema_field({"type": ["object", "null"]})
class ObjectOrNull(serializers.JSONField):
    """Output: a JSON object as it was stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, "read_only": True, **options})


class HistoryOutput(serializers.Serializer):
    """Something that happened; `actor` is null for the calculation service."""

    at = Moment()
    actor = serializers.CharField(source="actor_name", allow_null=True)
    action = serializers.ChoiceField(Action.choices)
    calculation_id = serializers.UUIDField(allow_null=True)
    note = TextOrNull()
    earlier_result = ObjectOrNull(help_text="What a RESULT_REPLACED replaced.")


class CatalogueEntryOutput(serializers.Serializer):
    """An asteroid of the catalogue."""

    spkid = serializers.IntegerField()
    full_name = serializers.CharField()
    designation = serializers.CharField()


class RequestDetailOutput(RequestRowOutput):
    """A request with all that belongs to it."""

    comment = serializers.CharField()
    observations = ObservationOutput(many=True)
    orbit = OrbitOutput(allow_null=True)
    verdict_reason = TextOrNull()
    verdict_grounds = VerdictGroundsOutput(allow_null=True)
    alternatives = AlternativeOutput(many=True)
    follow_up = FollowUpOutput(allow_null=True)
    error = CalculationErrorOutput(allow_null=True)
    history = HistoryOutput(many=True)
    catalogue = CatalogueEntryOutput(allow_null=True, help_text="The one asteroid that `designation` names.")
