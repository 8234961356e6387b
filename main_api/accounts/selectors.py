"""Reads accounts."""

import hashlib

from main_api.accounts.models import User


def token_digest(token: str) -> str:
    """What is stored of a token. Tokens are random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of_token(token: str) -> User | None:
    """The active user a token was given to."""
    return User.objects.filter(api_tokens__digest=token_digest(token), is_active=True).first()
