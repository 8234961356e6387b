"""Where a callback may go: nothing but the origins that were allowed, however its URL is written."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from calc_grpc.origins import origin_of

ALLOWED = "http://127.0.0.1:8001"

# Pieces that parsers of URLs are known to disagree about, and the allowed origin among them.
SIGNS = ["http://", "https://", "HTTP://", "http:", "//", "/", "\\", ":", "@", "?", "#", ";", ",", "..", ".", "[", "]"]
ESCAPES = ["%", "%40", "%2f", "%5c", "%00", "\u00ad", "。", "\t", "\n", " ", "\0"]
HOSTS = ["127.0.0.1", "127.1", "①27.0.0.1", "localhost", "localhoſt", "evil.example", "[::1]", "[::1%25eth0]"]
PORTS = [":8001", ":80", ":08001", ":٨٠٠١", ":65536"]
PIECES = st.sampled_from([*SIGNS, *ESCAPES, *HOSTS, *PORTS])
TRICKY = st.lists(PIECES, max_size=8).map("".join) | st.lists(PIECES, max_size=6).map(lambda p: ALLOWED + "".join(p))


@given(TRICKY | st.text(max_size=40).map(lambda text: ALLOWED + text) | st.text(max_size=60))
@example("http://@127.0.0.1:8001/")
@example("http://:x@127.0.0.1:8001/")
@example("http://evil.example\\@127.0.0.1:8001/")
@example("http://127.0.0.1:8001\\@evil.example/")
@example("http://127.0.0.1:8001/\\evil.example")
@example("http://127.0.0.1:8001#@evil.example/")
def test_what_passes_for_an_allowed_origin_goes_there_by_every_parser(url: str) -> None:
    if origin_of(url) != ALLOWED:
        return
    sent = URL(url)  # what the client of the reports connects to
    assert (sent.scheme, sent.host, sent.port, sent.user, sent.password) == ("http", "127.0.0.1", 8001, None, None)
    other = urlsplit(url)
    assert (other.hostname, other.port, other.username, other.password) == ("127.0.0.1", 8001, None, None)
    assert url.lower().startswith("http://127.0.0.1:") and "\\" not in url


@given(TRICKY | st.text())
def test_an_origin_is_plain_and_the_origin_of_itself(url: str) -> None:
    origin = origin_of(url)
    assert origin is None or (origin_of(origin) == origin and origin.isascii() and "@" not in origin)


@pytest.mark.parametrize(
    "url",
    ["http://user@127.0.0.1:8001/", "http://user:pass@127.0.0.1:8001/", "http://@127.0.0.1:8001/",
     "http://:@127.0.0.1:8001/", "http://127.0.0.1:8001/a\\b", "http://127.0.0.1\\:8001/", "http://127.0.0.1:/",
     "http://[fe80::1%25eth0]:8001/", "http://[fe80::1%eth0]/", "http://127%2e0.0.1:8001/", "http://localhoſt:8001/",
     "http://①27.0.0.1:8001/", "http://127.0.0.1:8001;x/", "http:127.0.0.1:8001/", "http:/127.0.0.1:8001/",
     "http:\\\\127.0.0.1:8001/", "http://[::1]x:8001/", "file:///etc/passwd", "gopher://127.0.0.1:8001/"],
)  # fmt: skip
def test_a_url_that_can_be_read_in_two_ways_has_no_origin(url: str) -> None:
    assert origin_of(url) is None


@pytest.mark.parametrize(
    "url",
    ["http://127.1:8001/", "http://2130706433:8001/", "http://0x7f000001:8001/", "http://127.0.0.1.:8001/",
     "http://127.0.0.1:8002/", "https://127.0.0.1:8001/", "http://127.0.0.1.evil.example:8001/", "http://[::1]:8001/",
     "http://[::ffff:127.0.0.1]:8001/", "http://169.254.169.254/latest/meta-data/"],
)  # fmt: skip
def test_another_name_for_the_same_place_is_another_origin(url: str) -> None:
    assert origin_of(url) not in (None, ALLOWED)
