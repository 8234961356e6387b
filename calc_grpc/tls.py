"""Certificates: what the server shows, and whom it believes. A file that cannot be used is named."""

import ssl
from pathlib import Path

import grpc


class BadCertificate(Exception):
    """A file holds no certificate, no key, or a key of another certificate; the message says which."""


def check_pair(certificate: Path, key: Path) -> None:
    """Raises BadCertificate where gRPC would only fail to listen."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        raise BadCertificate(
            f"{certificate} and {key}: no certificate with its unencrypted key: {_why(error)}"
        ) from error


def serving(certificate: Path, key: Path) -> grpc.ServerCredentials:
    """What a port serves with."""
    return grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])


def calling(authority: Path | None) -> ssl.SSLContext:
    """Who calls receivers whose certificates this authority signs, or one of the system's; raises BadCertificate."""
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ValueError) as error:
        raise BadCertificate(f"{authority} holds no certificate: {_why(error)}") from error


def _why(error: Exception) -> object:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or error
