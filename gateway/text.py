"""A server stream of pieces of text as one HTTP answer: its length beforehand, a name to save it by, gzip."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping

from starlette.datastructures import Headers
from starlette.types import Scope, Send

from gateway.calc_client import Call
from gateway.live import Snapshots
from gateway.static import accepted_encodings

LENGTH, NAME = "text-length", "text-name"  # initial metadata of such a stream
GZIP_FORMAT = 31  # zlib's word for it
COMPRESS_FROM_BYTES = 1024


async def send_text(scope: Scope, send: Send, call: Call, stream: Snapshots) -> None:
    """Send what the stream carries; to HEAD only what would precede it.

    A failure before the first piece is raised; a later one as well, which cuts the connection.
    """
    pieces = _pieces(stream)
    first = await anext(pieces, b"")
    metadata = {key: value for key, value in await call.initial_metadata() or () if isinstance(value, str)}
    is_gzip = "gzip" in accepted_encodings(Headers(scope=scope).get("accept-encoding", "")) and (
        int(metadata.get(LENGTH, COMPRESS_FROM_BYTES)) >= COMPRESS_FROM_BYTES
    )
    await send({"type": "http.response.start", "status": 200, "headers": _headers(metadata, is_gzip)})
    if scope["method"] != "HEAD":
        body = _joined(first, pieces)
        async for piece in _compressed(body) if is_gzip else body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _headers(metadata: Mapping[str, str], is_gzip: bool) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept-Encoding"),
    ]
    if NAME in metadata:
        headers.append((b"content-disposition", f'attachment; filename="{metadata[NAME]}"'.encode()))
    if is_gzip:
        headers.append((b"content-encoding", b"gzip"))
    elif LENGTH in metadata:
        headers.append((b"content-length", metadata[LENGTH].encode()))
    return headers


async def _pieces(stream: Snapshots) -> AsyncIterator[bytes]:
    async for message in stream:
        if message is not None:
            yield getattr(message, message.DESCRIPTOR.fields[0].name)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _compressed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """In a thread: a piece takes a few milliseconds, and other calls are waiting.

    Digits repeat nothing, so looking for repetitions only takes time: without, it is ten times quicker, and the
    result 44 % of the length instead of 47 %.
    """
    compressor = zlib.compressobj(1, zlib.DEFLATED, GZIP_FORMAT, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    async for piece in pieces:
        yield await asyncio.to_thread(compressor.compress, piece)
    yield compressor.flush()
