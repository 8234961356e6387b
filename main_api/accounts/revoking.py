"""Ends what an old password opened, by whichever door the new one came: our call, the admin, `changepassword`."""

from main_api.accounts.models import User


class RevokeTokens:
    """A password validator that refuses nothing: Django tells validators of every new password that was saved.

    Sessions need no help: each holds a digest of the password it was opened with.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Any password will do."""

    def password_changed(self, password: str, user: User) -> None:
        user.api_tokens.all().delete()

    def get_help_text(self) -> str:
        return "A new password ends all sessions and tokens of the account."
