"""Bodies of the account calls."""

from rest_framework import serializers

from main_api.accounts.models import Role
from main_api.accounts.services import PASSWORD_LENGTH_MAX
from main_api.strict_fields import StrictSerializer, Text


class CredentialsInput(StrictSerializer):
    """User name and password."""

    username = Text(max_length=150)
    password = Text(max_length=PASSWORD_LENGTH_MAX, trim_whitespace=False)


class MeOutput(serializers.Serializer):
    """Who is signed in."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)


class TokenOutput(serializers.Serializer):
    """A client's token, shown this once."""

    token = serializers.CharField()
