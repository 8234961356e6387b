"""The settings that say who may reach the port, and whom the server believes; `.env.example` explains each."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from calc_grpc import tls
from calc_grpc.config_catalogue import ReadSetting, whole
from calc_grpc.errors import StartRefused

LOOPBACK, EVERY_INTERFACE = "127.0.0.1", "[::]"
MAX_STREAMS = 100_000


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where the port is and how it speaks.

    host: an address as gRPC writes it. tls_cert, tls_key: PEM files, both or none; without, it speaks in the clear.
    callback_ca: PEM file with the authorities of the receivers of reports; None: the system's.
    stream_limit, user_stream_limit: streams that may be open, of all and of one user.
    """

    host: str = LOOPBACK
    tls_cert: Path | None = None
    tls_key: Path | None = None
    callback_ca: Path | None = None
    stream_limit: int = 5_000
    user_stream_limit: int = 200


def read_door(environ: Mapping[str, str], read: ReadSetting, *, production: bool, api_key: str | None) -> Door:
    """Read and check the settings of the door; raises what `read` does, and StartRefused."""
    certificate, key = read(environ, "CALC_TLS_CERT", "", _file), read(environ, "CALC_TLS_KEY", "", _file)
    if (certificate is None) != (key is None):
        missing = "CALC_TLS_KEY" if key is None else "CALC_TLS_CERT"
        raise StartRefused(f"{missing}: is missing; CALC_TLS_CERT and CALC_TLS_KEY go together")
    if certificate is not None and key is not None:
        _check("CALC_TLS_CERT, CALC_TLS_KEY", lambda: tls.check_pair(certificate, key))
    callback_ca = read(environ, "CALC_CALLBACK_CA", "", _file)
    _check("CALC_CALLBACK_CA", lambda: tls.calling(callback_ca))
    is_open = api_key is not None and (certificate is not None or not production)
    door = Door(
        host=read(environ, "CALC_HOST", EVERY_INTERFACE if is_open else LOOPBACK, _host),
        tls_cert=certificate,
        tls_key=key,
        callback_ca=callback_ca,
        stream_limit=read(environ, "CALC_STREAM_LIMIT", "5000", whole(1, MAX_STREAMS)),
        user_stream_limit=read(environ, "CALC_USER_STREAM_LIMIT", "200", whole(1, MAX_STREAMS)),
    )
    _check_door(door, production=production, api_key=api_key)
    return door


def check_receivers(origins: frozenset[str], main_url: str) -> None:
    """What production allows: receivers that are named, and no key in the clear across a network."""
    if not origins:
        raise StartRefused("CALC_CALLBACK_ALLOWED_ORIGINS: is missing; name the origins that may receive reports")
    receivers = {main_url: "CALC_MAIN_URL", **dict.fromkeys(sorted(origins), "CALC_CALLBACK_ALLOWED_ORIGINS")}
    for url, name in receivers.items():
        parts = urlsplit(url)
        if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            raise StartRefused(f"{name}: {url} would receive the callback key in the clear; in production name https")


def _check_door(door: Door, *, production: bool, api_key: str | None) -> None:
    if production and api_key is None:
        raise StartRefused("CALC_API_KEY: is missing; in production the port answers only who sends it")
    if _is_loopback(door.host):
        return
    if api_key is None:
        raise StartRefused(f"CALC_HOST: {door.host} can be reached from other machines; set CALC_API_KEY as well")
    if production and door.tls_cert is None:
        raise StartRefused(
            f"CALC_HOST: {door.host} can be reached from other machines; in production set CALC_TLS_CERT and "
            "CALC_TLS_KEY as well, or 127.0.0.1"
        )


def _check(name: str, attempt: Callable[[], object]) -> None:
    try:
        attempt()
    except tls.BadCertificate as error:
        raise StartRefused(f"{name}: {error}") from error


def _file(text: str) -> Path | None:
    if not text:
        return None
    if not Path(text).is_file():
        raise ValueError(f"there is no file {text!r}")
    return Path(text)


def _host(text: str) -> str:
    bare = text.removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(LOOPBACK if bare == "localhost" else bare)
    except ValueError as error:
        raise ValueError(f"expected an address of this machine, such as 127.0.0.1 or [::], got {text!r}") from error
    return f"[{address}]" if address.version == 6 else str(address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
