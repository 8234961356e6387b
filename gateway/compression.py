"""Large JSON of main_api, compressed on its way out for those who take gzip; main_api's own processes stay free.

Nothing small, nothing that is no JSON, no stream, nothing that is compressed already. What a token or a password
answers is far below the threshold, so no secret is ever compressed beside a text that somebody else chose.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from gateway.static import accepted_encodings

FROM_BYTES = 8 * 1024
IN_A_THREAD_FROM_BYTES = 32 * 1024
LEVEL = 1  # a list of 1,000 rows: level 6 makes it a third smaller, and takes three times as long
GZIP_FORMAT = 31  # zlib's word for it
RawHeaders = list[tuple[bytes, bytes]]


def compress(
    scope: Scope, status: int, raw: RawHeaders, pieces: AsyncIterator[bytes]
) -> tuple[RawHeaders, AsyncIterator[bytes]]:
    """The headers and the body to send instead; both as they came where compressing does not pay or is not wanted."""
    headers = MutableHeaders(raw=raw)
    if not _pays(scope, status, headers):
        return raw, pieces
    headers.add_vary_header("Accept-Encoding")
    if "gzip" not in accepted_encodings(Headers(scope=scope).get("accept-encoding", "")):
        return headers.raw, pieces
    headers["content-encoding"] = "gzip"
    del headers["content-length"]
    if headers.get("etag", "").startswith('"'):
        headers["etag"] = f"W/{headers['etag']}"  # the same content, but other bytes
    return headers.raw, pieces if scope["method"] == "HEAD" else _gzipped(pieces)


def _pays(scope: Scope, status: int, headers: Headers) -> bool:
    length = headers.get("content-length", "")
    return (
        status == 200
        and scope["method"] in ("GET", "HEAD", "POST")
        and length.isdigit()
        and int(length) >= FROM_BYTES
        and "content-encoding" not in headers
        and "no-transform" not in headers.get("cache-control", "")
        and headers.get("content-type", "").partition(";")[0].strip().endswith(("/json", "+json"))
    )


async def _gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A large piece in a thread: it takes milliseconds, and other calls are waiting."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_FORMAT)
    async for piece in pieces:
        if len(piece) >= IN_A_THREAD_FROM_BYTES:
            packed = await asyncio.to_thread(compressor.compress, piece)
        else:
            packed = compressor.compress(piece)
        if packed:
            yield packed
    yield compressor.flush()
