"""Signs reports as Standard Webhooks 1.0.0 says (github.com/standard-webhooks, spec/standard-webhooks.md).

Written out, since the package of that name signs text only and adds nothing to the three lines of HMAC.
"""

import base64
import binascii
import hashlib
import hmac

SECRET_PREFIX = "whsec_"
MIN_SECRET_BYTES = 24  # the specification's least


def secret_of(key: str) -> bytes:
    """Return the bytes that sign: what `whsec_` introduces in base64, else the key's own; raises ValueError."""
    if not key.startswith(SECRET_PREFIX):
        return key.encode()
    encoded = key.removeprefix(SECRET_PREFIX)
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError(f"expected base64 of {MIN_SECRET_BYTES} or more random bytes after {SECRET_PREFIX}")
    return secret


def signature_headers(*, secret: bytes, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the three headers of one attempt. The signature covers the id, the moment and every byte of the body."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s), "webhook-signature": f"v1,{signature}"}
