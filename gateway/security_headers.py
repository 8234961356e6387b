"""Headers that keep browsers strict, on every answer: pages, files, JSON and problems, ours and main_api's."""

import secrets
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

STYLE_SOURCE = "style-src 'self'"
CONTENT_SECURITY_POLICY = (
    f"default-src 'self'; script-src 'self'; {STYLE_SOURCE}; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
UNUSED_FEATURES = "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb"
ALWAYS: Headers = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES.split()).encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# A year; browsers take it only when it comes by https.
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
PRIVATE = (b"cache-control", b"no-store")
PRIVATE_TYPES = (b"application/json", b"application/problem+json")


def style_nonce(scope: Scope) -> str:
    """Draws the word by which this one answer's page may add `<style>` elements; its policy will name it."""
    nonce = secrets.token_urlsafe(16)
    scope["state"]["style_nonce"] = nonce
    return nonce


class SecurityHeaders:
    """Adds what an answer does not say itself. JSON that says nothing of caching is nobody's to keep."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": _completed(scope, message.get("headers", ()))}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _completed(scope: Scope, given: Iterable[tuple[bytes, bytes]]) -> Headers:
    headers = list(given)
    present = dict(headers)
    nonce = scope.get("state", {}).get("style_nonce")
    if nonce is not None:
        policy = CONTENT_SECURITY_POLICY.replace(STYLE_SOURCE, f"{STYLE_SOURCE} 'nonce-{nonce}'").encode()
        headers.append((b"content-security-policy", policy))
        present[b"content-security-policy"] = policy
    headers += [header for header in ALWAYS if header[0] not in present]
    if scope["scheme"] in ("https", "wss") and STRICT_TRANSPORT[0] not in present:
        headers.append(STRICT_TRANSPORT)
    if PRIVATE[0] not in present and present.get(b"content-type", b"").startswith(PRIVATE_TYPES):
        headers.append(PRIVATE)
    return headers
