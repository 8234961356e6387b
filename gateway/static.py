"""The React build: files with the right cache headers, index.html for the addresses the browser's router knows."""

import asyncio
import gzip
import mimetypes
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.conditional import Part, part_of
from gateway.errors import MethodNotAllowed, NotFound, Unavailable
from gateway.page import pieces, send_page

# Names under assets/ carry a hash of their content, so they never change.
HASHED_FOLDER = "assets"
COMPRESS_FROM_BYTES = 1000
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
NOT_BUILT = "The web interface is not built yet: run `make build`, then reload this page."
NOT_BUILT_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>AstroDist: not built</title>"
    "<h1>The web interface is not built yet</h1><p>Run <code>make build</code>, then reload this page."
)


@dataclass(frozen=True, kw_only=True)
class _Representation:
    """One encoded form of a file."""

    content: bytes
    encoding: str
    etag: str


class StaticFiles:
    """ASGI application for everything that is neither /api nor /v1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] != "http" or path in ("/api", "/v1"):
            raise NotFound(f"There is nothing at {path}.")
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed("This address takes GET.", headers={"Allow": "GET, HEAD"})
        file = await asyncio.to_thread(self._find, path)
        if file is None:
            await _send_not_built(scope, send)
            return
        await _send_file(scope, send, file, hashed=self._is_hashed(file))

    def _find(self, path: str) -> Path | None:
        """The file for an address; None when there is no build; raises NotFound."""
        index = self._folder / "index.html"
        relative = path.lstrip("/")
        if "\0" in relative:
            raise NotFound("There is nothing at this address.")
        file = (self._folder / relative).resolve()
        inside = file.is_relative_to(self._folder)
        hidden = any(part.startswith(".") for part in PurePosixPath(relative).parts)
        if inside and relative and not hidden and file.is_file():
            return file
        if not inside or hidden or PurePosixPath(relative).suffix:
            raise NotFound(f"There is no file {path}.")
        return index if index.is_file() else None

    def _is_hashed(self, file: Path) -> bool:
        return file.relative_to(self._folder).parts[0] == HASHED_FOLDER


async def _send_file(scope: Scope, send: Send, file: Path, *, hashed: bool) -> None:
    request = Headers(scope=scope)
    status = await asyncio.to_thread(file.stat)
    if file.suffix == ".html" and len(around := await asyncio.to_thread(pieces, file, status.st_mtime_ns)) > 1:
        await send_page(scope, send, around)
        return
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    accepted = accepted_encodings(request.get("accept-encoding", ""))
    found = await asyncio.to_thread(_represent, file, status.st_mtime_ns, status.st_size, media_type, accepted)
    byte_count = len(found.content)
    part = part_of(request, etag=found.etag, modified_s=int(status.st_mtime), byte_count=byte_count)
    headers = [
        (b"cache-control", b"public, max-age=31536000, immutable" if hashed else b"no-cache"),
        (b"etag", found.etag.encode()),
        (b"vary", b"Accept-Encoding"),
        (b"accept-ranges", b"bytes"),
    ]
    if part.status != 304:
        headers += _content_headers(found, part, media_type, status.st_mtime)
    await send({"type": "http.response.start", "status": part.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.content[part.start : part.stop]})


def _content_headers(
    found: _Representation, part: Part, media_type: str, modified_s: float
) -> list[tuple[bytes, bytes]]:
    text = media_type.startswith("text/") or media_type == "application/javascript"
    headers = [
        (b"content-type", f"{media_type}; charset=utf-8".encode() if text else media_type.encode()),
        (b"content-length", str(part.stop - part.start).encode()),
        (b"last-modified", formatdate(modified_s, usegmt=True).encode()),
    ]
    if found.encoding:
        headers.append((b"content-encoding", found.encoding.encode()))
    if part.status in (206, 416):
        which = f"{part.start}-{part.stop - 1}" if part.status == 206 else "*"
        headers.append((b"content-range", f"bytes {which}/{len(found.content)}".encode()))
    return headers


@lru_cache(maxsize=256)
def _represent(
    file: Path, modified_ns: int, byte_count: int, media_type: str, accepted: frozenset[str]
) -> _Representation:
    """The best form that the client accepts: a precompressed neighbour, our own gzip, or the file itself.

    Time and size are part of the key, so a new build is seen at once.
    """
    tag = f"{modified_ns:x}-{byte_count:x}"
    for encoding, suffix in ENCODINGS:
        neighbour = file.with_name(file.name + suffix)
        if encoding in accepted and neighbour.is_file() and neighbour.stat().st_mtime_ns >= modified_ns:
            return _Representation(content=neighbour.read_bytes(), encoding=encoding, etag=f'"{tag}-{encoding}"')
    content = file.read_bytes()
    if "gzip" in accepted and byte_count >= COMPRESS_FROM_BYTES and media_type.startswith(COMPRESSIBLE):
        return _Representation(content=gzip.compress(content, 6, mtime=0), encoding="gzip", etag=f'"{tag}-gzip"')
    return _Representation(content=content, encoding="", etag=f'"{tag}"')


def accepted_encodings(header: str) -> frozenset[str]:
    accepted = set()
    for part in header.lower().replace(" ", "").split(","):
        name, _, quality = part.partition(";q=")
        if quality.rstrip("0.") or not quality:
            accepted.add(name)
    return frozenset(accepted & {encoding for encoding, _ in ENCODINGS})


async def _send_not_built(scope: Scope, send: Send) -> None:
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        raise Unavailable(NOT_BUILT)
    body = NOT_BUILT_PAGE.encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
