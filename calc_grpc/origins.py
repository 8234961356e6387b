"""The origin of a callback URL, read by the same parser that later sends to it."""

import re

from yarl import URL

MAX_URL_LENGTH = 2000
# Scheme, host, port and nothing clever: names and addresses as they are, so that every parser reads the same host.
_PLAIN = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]{2,}\])(?::[0-9]{1,5})?(?:[/?#]|$)", re.ASCII | re.IGNORECASE
)


def origin_of(url: str) -> str | None:
    """Return scheme, host and port of an absolute http(s) URL, the default port left out; None for anything else.

    Refused as well is what some parsers misread: user names (`http://allowed@evil/`), backslashes, IPv6 zones, and
    hosts that are written with escapes or beyond ASCII (a name of another script: in its `xn--` form).
    """
    if len(url) > MAX_URL_LENGTH or "\\" in url or not _PLAIN.match(url):
        return None
    if " " in url or not url.isprintable():  # of all spaces, only this one is printable
        return None
    try:
        return str(URL(url).origin())
    except ValueError:
        return None
