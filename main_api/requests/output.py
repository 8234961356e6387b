"""Bodies of the request calls: what goes out. The input of each is a mapping of selectors.py."""

from rest_framework import serializers

from main_api.requests.report import (
    GROUNDS_COUNTS,
    GROUNDS_NUMBERS,
    NIGHT_OPTIONAL,
    NIGHT_REQUIRED,
    ORBIT_COUNTS,
    ORBIT_NUMBERS,
)
from main_api.requests.words import Action, CalculationState, RequestStatus, Verdict
from main_api.strict_fields import TextOrNull, WordOrNull


class RequestRowOutput(serializers.Serializer):
    """A row of the list."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(RequestStatus.choices)
    designation = serializers.CharField()
    creator = serializers.CharField(source="creator_name")
    moderator = serializers.CharField(source="moderator_name", allow_null=True)
    created_at = serializers.DateTimeField()
    formed_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    observation_count = serializers.IntegerField()
    result_count = serializers.IntegerField(help_text="Observations whose result is recorded.")
    verdict = WordOrNull(Verdict.choices)
    calculation_id = serializers.UUIDField(allow_null=True)
    calculation_state = WordOrNull(CalculationState.choices)


class MeasuredOutput(serializers.Serializer):
    """What was measured, when and from where."""

    observed_at = serializers.DateTimeField()
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
    """Where to look in one of the coming nights: its local midnight, astrometric place, ellipse of 1-sigma."""

    at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field]:
        required = {name: serializers.FloatField() for name in NIGHT_REQUIRED}
        optional = {name: serializers.FloatField(allow_null=True) for name in NIGHT_OPTIONAL}
        return {**super().get_fields(), **required, **optional}


class FollowUpOutput(serializers.Serializer):
    """What to do next; `astrodist.calc.v1.FollowUp` says what each field means."""

    station = serializers.CharField()
    relative_sigma = serializers.FloatField(help_text="Largest relative 1-sigma of the used distances now.")
    observe_from = serializers.DateTimeField(allow_null=True)
    observe_by = serializers.DateTimeField(allow_null=True)
    note = TextOrNull()
    nights = FollowUpNightOutput(many=True)


class CalculationErrorOutput(serializers.Serializer):
    """Why a calculation failed."""

    reason = serializers.CharField()
    message = serializers.CharField()


class HistoryOutput(serializers.Serializer):
    """Something that happened; `actor` is null for the calculation service."""

    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor_name", allow_null=True)
    action = serializers.ChoiceField(Action.choices)
    calculation_id = serializers.UUIDField(allow_null=True)
    note = TextOrNull()
    earlier_result = serializers.JSONField(allow_null=True, help_text="What a RESULT_REPLACED replaced.")


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
