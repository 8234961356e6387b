"""Reads accounts."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from main_api.accounts.models import ApiToken, User

# How exactly the last use of a token is known: a call does not write, but for one in an hour.
USE_NOTED_AFTER = timedelta(hours=1)


def token_digest(token: str) -> str:
    """What is stored of a token. Tokens are random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of_token(token: str) -> User | None:
    """The active user a token was given to; None when it was revoked, or unused for too long."""
    digest, now = token_digest(token), timezone.now()
    holders = User.objects.filter(api_tokens__digest=digest, is_active=True)
    user = holders.annotate(token_used_at=F("api_tokens__last_used_at")).first()
    if user is None or user.token_used_at <= now - unused_max():
        return None
    if user.token_used_at <= now - USE_NOTED_AFTER:
        ApiToken.objects.filter(digest=digest).update(last_used_at=now)
    return user


def live_tokens() -> QuerySet[ApiToken]:
    """Those that still open something, the newest first."""
    return ApiToken.objects.filter(last_used_at__gt=timezone.now() - unused_max()).order_by("-id")


def unused_max() -> timedelta:
    """How long a token may lie unused."""
    return timedelta(days=settings.TOKEN_UNUSED_DAYS)
