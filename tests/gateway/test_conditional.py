"""Parts of files and what a client has already: RFC 9110 by example, and over HTTP."""

from email.utils import formatdate

import aiohttp
import pytest

from gateway.conditional import is_known, part_of

TAG, MODIFIED_S, BYTE_COUNT = '"tag"', 1_700_000_000, 100
THEN, BEFORE = formatdate(MODIFIED_S, usegmt=True), formatdate(MODIFIED_S - 1, usegmt=True)
WHOLE, KNOWN, UNSATISFIABLE = (200, 0, 100), (304, 0, 0), (416, 0, 0)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, WHOLE),
        ({"range": "bytes=0-9"}, (206, 0, 10)),
        ({"range": "bytes=90-"}, (206, 90, 100)),
        ({"range": "bytes=90-1000"}, (206, 90, 100)),
        ({"range": "bytes=-10"}, (206, 90, 100)),
        ({"range": "bytes=-1000"}, (206, 0, 100)),
        ({"range": "bytes=99-99"}, (206, 99, 100)),
        ({"range": "bytes=100-"}, UNSATISFIABLE),
        ({"range": "bytes=-0"}, UNSATISFIABLE),
        ({"range": "bytes=5-4"}, WHOLE),
        ({"range": "bytes=-"}, WHOLE),
        ({"range": "bytes=0-1,5-6"}, WHOLE),
        ({"range": "lines=0-1"}, WHOLE),
        ({"range": "bytes=a-b"}, WHOLE),
        ({"range": "bytes=0-9", "if-range": TAG}, (206, 0, 10)),
        ({"range": "bytes=0-9", "if-range": '"other"'}, WHOLE),
        ({"range": "bytes=0-9", "if-range": f"W/{TAG}"}, WHOLE),
        ({"range": "bytes=0-9", "if-range": THEN}, (206, 0, 10)),
        ({"range": "bytes=0-9", "if-range": BEFORE}, WHOLE),
        ({"if-none-match": TAG}, KNOWN),
        ({"if-none-match": f'"x", W/{TAG}'}, KNOWN),
        ({"if-none-match": "*"}, KNOWN),
        ({"if-none-match": '"x"', "if-modified-since": THEN}, WHOLE),
        ({"if-none-match": TAG, "range": "bytes=0-9"}, KNOWN),
        ({"if-modified-since": THEN}, KNOWN),
        ({"if-modified-since": BEFORE}, WHOLE),
        ({"if-modified-since": "yesterday"}, WHOLE),
    ],
)
def test_what_is_sent_follows_from_the_headers(headers: dict[str, str], expected: tuple[int, int, int]) -> None:
    part = part_of(headers, etag=TAG, modified_s=MODIFIED_S, byte_count=BYTE_COUNT)
    assert (part.status, part.start, part.stop) == expected


async def test_a_part_of_a_file_comes_with_its_place(url: str, http: aiohttp.ClientSession) -> None:
    address = f"{url}/assets/app-1a2b.js"
    async with http.get(address) as response:
        whole = await response.read()
        assert response.headers["Accept-Ranges"] == "bytes"
    async with http.get(address, headers={"Range": "bytes=5-14"}) as response:
        assert (response.status, await response.read()) == (206, whole[5:15])
        assert response.headers["Content-Range"] == f"bytes 5-14/{len(whole)}"
        assert response.headers["Content-Length"] == "10"
    async with http.get(address, headers={"Range": f"bytes={len(whole)}-"}) as response:
        assert (response.status, await response.read()) == (416, b"")
        assert response.headers["Content-Range"] == f"bytes */{len(whole)}"


async def test_parts_of_a_compressed_form_are_parts_of_what_would_be_sent(
    url: str, http: aiohttp.ClientSession
) -> None:
    address = f"{url}/assets/app-1a2b.js"
    async with http.get(address, headers={"Accept-Encoding": "gzip"}) as response:
        whole, tag = await response.read(), response.headers["ETag"]
    headers = {"Accept-Encoding": "gzip", "Range": "bytes=10-", "If-Range": tag}
    async with http.get(address, headers=headers) as response:
        assert (response.status, await response.read()) == (206, whole[10:])
        assert (response.headers["Content-Encoding"], response.headers["Vary"]) == ("gzip", "Accept-Encoding")
    async with http.get(address, headers={"Range": "bytes=10-", "If-Range": tag}) as response:
        assert response.status == 200  # the plain form is another one


async def test_head_and_304_have_the_headers_of_the_whole(url: str, http: aiohttp.ClientSession) -> None:
    address = f"{url}/assets/app-1a2b.js"
    async with http.get(address) as response:
        whole = response.headers
    async with http.head(address) as response:
        same = ("Content-Length", "Content-Type", "ETag", "Last-Modified", "Cache-Control", "Vary")
        assert [response.headers[name] for name in same] == [whole[name] for name in same]
        assert await response.read() == b""
    async with http.get(address, headers={"If-Modified-Since": whole["Last-Modified"]}) as response:
        assert (response.status, await response.read()) == (304, b"")
        assert [response.headers[name] for name in ("ETag", "Cache-Control", "Vary")] == [
            whole[name] for name in ("ETag", "Cache-Control", "Vary")
        ]
        assert not {"Content-Length", "Content-Type"} & set(response.headers)


def test_what_has_no_date_is_known_by_its_tag_alone() -> None:
    assert is_known({"if-none-match": f'"other", W/{TAG}'}, etag=TAG) and is_known({"if-none-match": "*"}, etag=TAG)
    assert not is_known({"if-none-match": '"other"', "if-modified-since": THEN}, etag=TAG)
    assert not is_known({"if-modified-since": THEN}, etag=TAG) and not is_known({}, etag=TAG)
