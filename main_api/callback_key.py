"""Who may report results: whoever has one of the callback keys."""

from hmac import compare_digest

from django.conf import settings
from rest_framework.request import Request

from main_api.errors import NoKey, WrongKey

HEADER = "HTTP_X_CALC_KEY"  # as WSGI has it: request.headers is made anew of all of them for each call


def refuse_without_key(request: Request) -> None:
    """Raises NoKey or WrongKey. Every accepted key is compared, in a time that tells nothing about it."""
    given = request.META.get(HEADER, "")
    if not given:
        raise NoKey()
    # WSGI hands headers over as latin-1; this is the bytes that were sent.
    sent = given.encode("latin-1", "replace")
    matches = [compare_digest(sent, key.encode()) for key in settings.CALLBACK_KEYS]
    if not any(matches):
        raise WrongKey()
