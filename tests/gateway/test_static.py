"""The React build: files, fallback, caching, compression."""

import gzip
import json
import os
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from tests.gateway.conftest import Start


@pytest.mark.parametrize("path", ["/", "/requests/12", "/index.html", "/deep/route/of/the/app?x=1"])
async def test_client_routes_get_the_page(url: str, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(url + path) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert response.headers["Cache-Control"] == "no-cache"
        assert "<title>AstroDist</title>" in await response.text()


async def test_pages_carry_a_strict_policy(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(url) as response:
        policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert (policy["script-src"], policy["connect-src"], policy["frame-ancestors"]) == ("'self'", "'self'", "'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


async def test_hashed_files_may_be_kept_for_a_year(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{url}/assets/app-1a2b.js") as response:
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    async with http.get(f"{url}/favicon.svg") as response:
        assert (response.headers["Cache-Control"], response.content_type) == ("no-cache", "image/svg+xml")


@pytest.mark.parametrize("path", ["/", "/assets/app-1a2b.js"])
async def test_what_has_not_changed_is_not_sent_again(url: str, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(url + path) as response:
        tag = response.headers["ETag"]
    async with http.get(url + path, headers={"If-None-Match": f'"other", W/{tag}'}) as response:
        assert (response.status, await response.read(), response.headers["ETag"]) == (304, b"", tag)
    async with http.get(url + path, headers={"If-None-Match": '"other"'}) as response:
        assert response.status == 200


async def test_a_new_build_is_seen_at_once(start: Start, http: aiohttp.ClientSession, tmp_path: Path) -> None:
    index = tmp_path / "index.html"
    index.write_text("first")
    async with start(static_dir=tmp_path) as url:
        async with http.get(url) as response:
            assert await response.text() == "first"
        index.write_text("other")
        os.utime(index, (1, 1))
        async with http.get(url) as response:
            assert await response.text() == "other"


async def test_text_is_compressed_for_those_who_accept_it(url: str, http: aiohttp.ClientSession) -> None:
    address = f"{url}/assets/app-1a2b.js"
    async with http.get(address, headers={"Accept-Encoding": "gzip, br;q=0"}) as response:
        assert (response.headers["Content-Encoding"], response.headers["Vary"]) == ("gzip", "Accept-Encoding")
        packed, packed_tag = await response.read(), response.headers["ETag"]
    async with http.get(address, headers={"Accept-Encoding": "gzip;q=0.0"}) as response:
        assert "Content-Encoding" not in response.headers
        plain, plain_tag = await response.read(), response.headers["ETag"]
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 4
    assert packed_tag != plain_tag


async def test_precompressed_neighbours_are_preferred(
    start: Start, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("page")
    (tmp_path / "app.js").write_text("plain")
    (tmp_path / "app.js.br").write_bytes(b"brotli")
    async with start(static_dir=tmp_path) as url:
        async with http.get(f"{url}/app.js", headers={"Accept-Encoding": "gzip, br"}) as response:
            assert (response.headers["Content-Encoding"], await response.read()) == ("br", b"brotli")
        async with http.get(f"{url}/app.js", headers={"Accept-Encoding": "gzip"}) as response:
            assert await response.read() == b"plain"


@pytest.mark.parametrize(
    "path",
    (
        *("/missing.js", "/assets/app-0000.js", "/.secret", "/a%00b", "/api", "/v1"),
        *("/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt"),
    ),
)
async def test_what_is_no_file_and_no_client_route_is_not_found(
    url: str, http: aiohttp.ClientSession, path: str
) -> None:
    async with http.get(URL(url + path, encoded=True)) as response:
        problem = json.loads(await response.read())
    assert (response.status, problem["reason"]) == (404, "NOT_FOUND")


async def test_the_page_is_only_read(url: str, http: aiohttp.ClientSession) -> None:
    async with http.post(url) as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")
    async with http.head(url) as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_a_missing_build_says_what_to_do(start: Start, http: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with start(static_dir=tmp_path / "nothing") as url:
        async with http.get(url, headers={"Accept": "text/html,*/*"}) as response:
            assert (response.status, response.content_type) == (503, "text/html")
            assert "make build" in await response.text()
        async with http.get(url) as response:
            problem = json.loads(await response.read())
            assert (response.status, problem["reason"]) == (503, "UNAVAILABLE")
            assert "make build" in problem["detail"]
