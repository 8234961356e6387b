"""What a callback key signs with; settings.py checks the keys by it, so it knows no Django."""

import base64
import binascii

SECRET_PREFIX = "whsec_"
SECRET_BYTES_MIN = 24  # the least of Standard Webhooks


def secret_of(key: str) -> bytes:
    """The bytes that sign: what `whsec_` introduces in base64, else the key's own. Raises ValueError."""
    if not key.startswith(SECRET_PREFIX):
        return key.encode()
    encoded = key.removeprefix(SECRET_PREFIX)
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) < SECRET_BYTES_MIN:
        raise ValueError(f"expected base64 of {SECRET_BYTES_MIN} or more random bytes after {SECRET_PREFIX}")
    return secret
