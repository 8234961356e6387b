"""Bodies of the catalogue calls."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from main_api.asteroids.columns import INT32_MAX
from main_api.strict_fields import Moment, StrictSerializer, TextOrNull, Truth, WholeNumber

COUNT: dict[str, Any] = {"min_value": 0, "max_value": INT32_MAX}


@extend_schema_field({"type": "array", "items": {}})
class AnyList(serializers.Field):
    """A JSON list, whatever is in it."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError("Expected a list.", code="WRONG_TYPE")
        return data


class RunInput(StrictSerializer):
    """What every call of a synchronisation tells."""

    calculation_created_at = Moment()
    object_count = WholeNumber(help_text="As the source tells it.", **COUNT)
    page_count = WholeNumber(**COUNT)

    def get_fields(self) -> dict[str, serializers.Field]:
        # A word of the language, so it cannot be written as the others are.
        number = WholeNumber(min_value=1, max_value=INT32_MAX, help_text="A later one voids the pages of earlier ones.")
        return {**super().get_fields(), "pass": number}


class PageInput(RunInput):
    """A page of the source. Its rows are checked all at once by `sbdb.read_page`, not by a serializer each."""

    def get_fields(self) -> dict[str, serializers.Field]:
        names = AnyList(help_text="Names of the values, SBDB's fields.")
        rows = AnyList(help_text="Lists of values in the order of `fields`, SBDB's text, whole numbers and null.")
        return {**super().get_fields(), "fields": names, "rows": rows}


class FinishInput(RunInput):
    """The end of a run."""

    complete = Truth(help_text="Whether all of the source was read, consistently; without it, nothing is deleted.")
    allow_shrink = Truth(default=False, help_text="Delete although the source has more than 10 % fewer objects.")


class PageCountsOutput(serializers.Serializer):
    """What a page changed."""

    added_count = serializers.IntegerField()
    updated_count = serializers.IntegerField()
    unchanged_count = serializers.IntegerField()


class HeldPageOutput(PageCountsOutput):
    """A page that is held."""

    page = serializers.IntegerField()
    row_count = serializers.IntegerField()


class HeldPagesOutput(serializers.Serializer):
    """The pages held of the run's latest pass; pass 0 and none where nothing of the run came."""

    pages = HeldPageOutput(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"pass": serializers.IntegerField(source="pass_number"), **super().get_fields()}


class FinishOutput(serializers.Serializer):
    """What the end of a run did."""

    deleted_count = serializers.IntegerField()
    warning = serializers.CharField(help_text="Why nothing was deleted although objects may be missing; or empty.")


class SyncInput(StrictSerializer):
    """How to synchronise."""

    allow_shrink = Truth(default=False, help_text="Delete although the source has more than 10 % fewer objects.")


class SyncOutput(serializers.Serializer):
    """The synchronisation that runs now."""

    calculation_id = serializers.UUIDField()
    joined = serializers.BooleanField(help_text="Whether it ran already; then it runs as it was started.")


class AsteroidOutput(serializers.Serializer):
    """A known asteroid. Elements are heliocentric, osculating, ecliptic and equinox J2000; null where not known."""

    spkid = serializers.IntegerField(help_text="JPL's identity of it.")
    full_name = serializers.CharField()
    designation = serializers.CharField(help_text="The number as text or, without one, the provisional designation.")
    name = TextOrNull()
    number = serializers.IntegerField(allow_null=True)
    orbit_class = TextOrNull()
    neo = serializers.BooleanField(allow_null=True, help_text="Near the Earth's orbit.")
    pha = serializers.BooleanField(allow_null=True, help_text="Potentially hazardous.")
    h_magnitude = serializers.FloatField(allow_null=True)
    epoch_mjd_tdb = serializers.FloatField(allow_null=True)
    a_au = serializers.FloatField(allow_null=True)
    e = serializers.FloatField(allow_null=True)
    i_deg = serializers.FloatField(allow_null=True)
    node_deg = serializers.FloatField(allow_null=True)
    peri_deg = serializers.FloatField(allow_null=True)
    mean_anomaly_deg = serializers.FloatField(allow_null=True)
    q_au = serializers.FloatField(allow_null=True)
    tp_mjd_tdb = serializers.FloatField(allow_null=True)
    period_years = serializers.FloatField(allow_null=True)
    g_slope = serializers.FloatField(allow_null=True)
    diameter_km = serializers.FloatField(allow_null=True)
    albedo = serializers.FloatField(allow_null=True)
    moid_au = serializers.FloatField(allow_null=True, help_text="Least distance of its orbit from the Earth's.")
    condition_code = TextOrNull(help_text="0, a sure orbit, to 9; or a letter.")
    data_arc_days = serializers.IntegerField(allow_null=True)
    first_obs = TextOrNull(help_text="A day; unknown digits are `?`.")
    last_obs = TextOrNull()
    observation_count = serializers.IntegerField(allow_null=True)
    rms_arcsec = serializers.FloatField(allow_null=True)
    orbit_id = TextOrNull(help_text="The source's name of this solution.")
    updated_at = serializers.DateTimeField(help_text="When a synchronisation last changed it here.")
