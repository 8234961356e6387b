"""Reads the answers of servers that are not trusted to be short."""

import aiohttp

CHUNK_BYTES = 256 * 1024


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return the body, or more than `most` bytes of it where it is longer; raises what aiohttp does.

    It comes in as many pieces as the way has segments: one `read(n)` returns the first of them.
    """
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            break
    return bytes(body)
