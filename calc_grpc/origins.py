"""The origin of a callback URL, read by the same parser that later sends to it."""

from yarl import URL

MAX_URL_LENGTH = 2000


def origin_of(url: str) -> str | None:
    """Return scheme, host and port of an absolute http(s) URL, the default port left out; None for anything else.

    URLs with a user name are refused, as `http://allowed@evil/` is meant to be misread.
    """
    if len(url) > MAX_URL_LENGTH or any(character.isspace() or not character.isprintable() for character in url):
        return None
    try:
        parsed = URL(url)
    except ValueError:
        return None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.user is not None:
        return None
    return str(parsed.origin())
