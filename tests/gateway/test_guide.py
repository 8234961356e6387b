"""/docs: complete, made from the protos and the settings, in two languages, and strict."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from astrodist.errors.v1 import errors_pb2

from gateway.config import Config
from gateway.contract import reasons, rpcs
from gateway.guide import Guide, preferred
from gateway.guide_page import page
from gateway.guide_words import ENGLISH, RUSSIAN, Words
from tests.gateway.conftest import Start
from tests.gateway.fakes import SERVICE


class Links(HTMLParser):
    """What a page points to, and the places within it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.places: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.tags.add(tag)
        self.places |= {values["id"] or ""} if "id" in values else set()
        self.addresses += [value or "" for name, value in attributes if name in ("href", "src")]
        assert not {name for name in values if name.startswith("on") or name == "style"}


async def _page(http: aiohttp.ClientSession, address: str, **headers: str) -> tuple[str, Any]:
    async with http.get(address, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        return await response.text(), response.headers


async def test_the_page_names_every_rpc_rule_reason_and_limit(url: str, http: aiohttp.ClientSession) -> None:
    text, _ = await _page(http, f"{url}/docs")
    links = Links(text)
    for method in SERVICE.methods:
        assert method.name in links.places
    for rpc in rpcs():
        assert all(f">{rule}</code>" in text for rule in rpc.rules)
    assert "gRPC only" in text and "GATEWAY_BODY_LIMIT_BYTES" in text and "4,194,304" in text
    assert set(errors_pb2.Reason.DESCRIPTOR.values_by_name) - {"REASON_UNSPECIFIED"} <= links.places
    for address in ("/api/docs", "/api/schema", "/healthz", "/readyz", "/"):
        assert address in links.addresses
    assert "/metrics" in text


async def test_every_link_within_the_gateway_leads_somewhere(url: str, http: aiohttp.ClientSession) -> None:
    """Those to main_api's documents are followed by a system test."""
    for language in ("en", "ru"):
        text, _ = await _page(http, f"{url}/docs?lang={language}")
        links = Links(text)
        for address in set(links.addresses) - {"/api/schema", "data:,"}:
            assert address.startswith(("/", "#")), address
            if address.startswith("#"):
                assert address[1:] in links.places
                continue
            async with http.get(url + address) as response:
                assert response.status == 200, address
                assert await response.read()


async def test_the_page_runs_nothing_and_takes_nothing_from_elsewhere(url: str, http: aiohttp.ClientSession) -> None:
    text, headers = await _page(http, f"{url}/docs")
    assert not Links(text).tags & {"script", "style", "iframe", "img", "form"}
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert len(headers.getall("Content-Security-Policy")) == 1
    assert not re.search(r"""(href|src)=["'](https?:)?//""", text)


async def test_the_language_is_the_callers(url: str, http: aiohttp.ClientSession) -> None:
    for headers, query, language in (
        ({}, "", "en"),
        ({"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}, "", "ru"),
        ({"Accept-Language": "ru-RU"}, "?lang=en", "en"),
        ({}, "?lang=ru", "ru"),
        ({}, "?lang=xx", "en"),
    ):
        text, answered = await _page(http, f"{url}/docs{query}", **headers)
        assert f'<html lang="{language}">' in text
        assert (answered["Content-Language"], answered["Vary"]) == (language, "Accept-Language")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("de,ru;q=0.1", "ru"),
        ("en;q=0.5,ru;q=0.7", "ru"),
        ("ru;q=0,en", "en"),
        ("ru;q=x", "en"),
    ],
)
def test_the_preferred_language_is_found(header: str, language: str) -> None:
    assert preferred(header) == language


def test_both_languages_say_everything() -> None:
    for name in Words.__dataclass_fields__:
        english, russian = getattr(ENGLISH, name), getattr(RUSSIAN, name)
        assert english and russian
        assert name in ("metrics",) or english != russian or name == "other_name"


def test_comments_of_the_protos_are_shown_and_their_absence_is_borne(tmp_path: Path) -> None:
    by_name = {rpc.name: rpc for rpc in rpcs()}
    assert by_name["CreateCalculation"].comment.startswith("Accepts a calculation and answers at once")
    assert by_name["ParseAstrometry"].rules == ()
    assert by_name["ResendReport"].moderators_only and not by_name["GetCalculation"].moderators_only
    assert {word.name: word.comment for word in reasons()}["THROTTLED"].startswith("Too many calls")
    assert all(word.comment for word in reasons())
    without = rpcs(tmp_path / "none")
    assert [rpc.name for rpc in without] == [method.name for method in SERVICE.methods]
    assert not any(rpc.comment for rpc in without)


def test_what_comes_from_outside_is_escaped() -> None:
    hostile = rpcs()[0].__class__(name="X", rules=("GET /<b>",), kind="JSON", moderators_only=False, comment="<script>")
    text = page(ENGLISH, rpcs=[hostile], reasons=[], config=Config(), files=['clients/"><script>.md'])
    assert "<script>" not in text and "<b>" not in text


def test_words_in_backquotes_are_shown_as_code() -> None:
    text = page(ENGLISH, rpcs=rpcs(), reasons=reasons(), config=Config(), files=[])
    assert "but for those of <code>pi</code>." in text and "`" not in text


def test_the_example_names_the_scheme_that_is_served() -> None:
    def text(**settings: Any) -> str:
        return page(ENGLISH, rpcs=[], reasons=[], config=Config(**settings), files=[])

    assert "ASTRODIST=http://127.0.0.1:" in text()
    assert "ASTRODIST=https://127.0.0.1:" in text(tls_cert=Path("server.pem"), tls_key=Path("server.key"))


async def test_what_has_not_changed_is_not_sent_again(url: str, http: aiohttp.ClientSession) -> None:
    for path in ("/docs", "/docs/style.css", "/docs/files/docs/reports.md"):
        async with http.get(url + path) as response:
            tag = response.headers["ETag"]
            assert response.headers["Cache-Control"] == "no-cache"
        async with http.get(url + path, headers={"If-None-Match": f"W/{tag}"}) as response:
            assert (response.status, await response.read(), response.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    "path",
    ["README.md", ".env", "clients/../.env", "gateway/config.py", "docs/pi.png", "protos/gen/astrodist.binpb", ""],
)
async def test_other_files_are_not_served(url: str, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(f"{url}/docs/files/{path}") as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (404, "NOT_FOUND")


async def test_the_page_takes_only_get(url: str, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{url}/docs") as response:
        assert (response.status, json.loads(await response.read())["reason"]) == (405, "METHOD_NOT_ALLOWED")


def test_clients_are_linked_and_a_collection_is_saved(tmp_path: Path) -> None:
    (tmp_path / "clients" / "insomnia").mkdir(parents=True)
    (tmp_path / "clients" / "insomnia" / "all.json").write_text("{}")
    (tmp_path / "clients" / "grpcurl.md").write_text("# recipes")
    (tmp_path / "clients" / "secret.key").write_text("no")
    (tmp_path / "outside.md").write_text("no")
    (tmp_path / "clients" / "link.md").symlink_to(tmp_path / "outside.md")
    guide = Guide(Config(), tmp_path)
    assert set(guide._files) == {"clients/insomnia/all.json", "clients/grpcurl.md"}
    collection, recipes = guide._files["clients/insomnia/all.json"], guide._files["clients/grpcurl.md"]
    assert collection.headers["Content-Disposition"] == 'attachment; filename="all.json"'
    assert (recipes.media_type, recipes.content) == ("text/plain", b"# recipes")
    assert b'href="/docs/files/clients/grpcurl.md"' in guide._pages["ru"].content


async def test_start_needs_no_clients_folder(start: Start, http: aiohttp.ClientSession) -> None:
    async with start() as url, http.get(f"{url}/docs") as response:
        assert response.status == 200
