"""A station over HTTP."""

from rest_framework import serializers


class StationOutput(serializers.Serializer):
    """An observatory of the MPC's list. `longitude_deg` is east, null without a fixed place."""

    code = serializers.CharField()
    name = serializers.CharField()
    longitude_deg = serializers.FloatField(allow_null=True)
    has_fixed_place = serializers.BooleanField()
