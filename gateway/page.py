"""index.html with the word that lets it, in this one answer, add `<style>` elements: the interface's library does."""

from functools import lru_cache
from pathlib import Path

from starlette.types import Scope, Send

from gateway.security_headers import style_nonce

PLACEHOLDER = b"__STYLE_NONCE__"


@lru_cache(maxsize=8)
def pieces(file: Path, modified_ns: int) -> tuple[bytes, ...]:
    """What stands around the places for the word; one piece alone has no such place. The time keeps a build apart."""
    return tuple(file.read_bytes().split(PLACEHOLDER))


async def send_page(scope: Scope, send: Send, around: tuple[bytes, ...]) -> None:
    """Send it whole, with a new word: a page kept by the browser would have another than the answer's policy."""
    body = style_nonce(scope).encode().join(around)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-cache"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
