"""Bodies of the account calls."""

from datetime import datetime

from rest_framework import serializers

from main_api.accounts.models import ApiToken, Role
from main_api.accounts.selectors import unused_max
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


class TokenRowOutput(serializers.Serializer):
    """A token, without what opens."""

    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(help_text="To the hour.")
    expires_at = serializers.SerializerMethodField(help_text="Unless it is used before.")

    def get_expires_at(self, token: ApiToken) -> datetime:
        return token.last_used_at + unused_max()


class PasswordInput(StrictSerializer):
    """The present password and the one that replaces it."""

    current_password = Text(max_length=PASSWORD_LENGTH_MAX, trim_whitespace=False)
    new_password = Text(max_length=PASSWORD_LENGTH_MAX, trim_whitespace=False)
