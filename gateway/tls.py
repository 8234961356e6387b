"""Certificates: what we show to clients, and whom we believe behind us. A file that cannot be used is named."""

import ssl
from pathlib import Path


class BadCertificate(Exception):
    """A file holds no certificate, no key, or a key of another certificate; the message says which."""


def serving(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and later with our own certificate, HTTP/1.1; raises BadCertificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise BadCertificate(f"{certificate} and {key}: no certificate with its unencrypted key: {reason}") from error
    return context


def calling(authority: Path | None) -> ssl.SSLContext:
    """Who calls a room whose certificate this authority signs, or one of the system's; raises BadCertificate."""
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise BadCertificate(f"{authority} holds no certificate: {reason}") from error
