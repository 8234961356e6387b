"""Settings of the gateway, read once from the environment; a wrong one stops the start by name."""

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway import calc_addresses, tls
from gateway.limits import Limits, setting_of

LOG_FORMATS = ("text", "json")
KEY_LENGTH_MIN = 8  # as in the other rooms
REPOSITORY = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting has a wrong value or is missing; the message names it and says what is expected."""


@dataclass(frozen=True, kw_only=True)
class Config(Limits):
    """Everything the gateway can be told, beside its limits.

    main_urls: scheme, host and port of each main_api, no path; all of one scheme.
    calc_addresses: host:port of each calc_grpc.
    calc_name: what the certificates of calc_grpc are made out to; empty: the host of the first address.
    calc_api_key: sent to calc_grpc as bearer token; empty: none is sent.
    tls_cert, tls_key: PEM files; with them, HTTPS is served, without, HTTP.
    main_ca: PEM file with the authority of main_api's certificate; without, the system's authorities.
    calc_ca: PEM file with the authority of calc_grpc's certificate; without, the channel is not encrypted.
    trusted_proxies: addresses whose X-Forwarded-For and -Proto are believed.
    identity_ttl_s: how long an answer of main_api about a caller is remembered.
    recheck_s: how often the caller behind an open stream is asked about again.
    metrics_key: what must be sent for /metrics; where it is empty, metrics_are_open says whether anybody may.
    traces: whether spans are sent to a collector.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    main_urls: tuple[str, ...] = ("http://127.0.0.1:8001",)
    calc_addresses: tuple[str, ...] = ("127.0.0.1:50051",)
    calc_name: str = ""
    calc_api_key: str = ""
    static_dir: Path = REPOSITORY / "frontend" / "dist"
    trusted_proxies: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    main_ca: Path | None = None
    calc_ca: Path | None = None
    identity_ttl_s: float = 5.0
    recheck_s: float = 60.0
    heartbeat_s: float = 15.0
    log_format: str = "text"
    metrics_key: str = field(default="", repr=False)
    metrics_are_open: bool = True
    traces: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """Settings as the environment names them; raises ConfigError for the first that is wrong."""
        settings = _Settings(environ)
        production = settings.word("ASTRODIST_ENV", "development", ("development", "production")) == "production"
        config = cls(
            host=settings.host("GATEWAY_HOST", cls.host),
            port=settings.port("GATEWAY_PORT", cls.port),
            main_urls=settings.origins("GATEWAY_MAIN_URL", cls.main_urls),
            calc_addresses=settings.addresses("GATEWAY_CALC_ADDRESS", cls.calc_addresses),
            calc_name=settings.host("GATEWAY_CALC_NAME", ""),
            calc_api_key=settings.key("GATEWAY_CALC_API_KEY"),
            static_dir=settings.folder("GATEWAY_STATIC_DIR", cls.static_dir),
            trusted_proxies=settings.networks("GATEWAY_TRUSTED_PROXIES"),
            log_format=settings.word("ASTRODIST_LOG_FORMAT", "json" if production else cls.log_format, LOG_FORMATS),
            metrics_key=settings.key("ASTRODIST_METRICS_KEY"),
            metrics_are_open=not production,
            traces=bool(settings.collector("OTEL_EXPORTER_OTLP_ENDPOINT")),
            tls_cert=settings.file("GATEWAY_TLS_CERT"),
            tls_key=settings.file("GATEWAY_TLS_KEY"),
            main_ca=settings.file("GATEWAY_MAIN_CA"),
            calc_ca=settings.file("GATEWAY_CALC_CA"),
            **settings.limits(),
        )
        _check_certificates(config)
        if production:
            _check_production(config)
        return config


def _check_certificates(config: Config) -> None:
    """Raises ConfigError for a file that cannot be used."""
    if (config.tls_cert is None) != (config.tls_key is None):
        missing = "GATEWAY_TLS_KEY" if config.tls_key is None else "GATEWAY_TLS_CERT"
        raise ConfigError(f"{missing} is missing: GATEWAY_TLS_CERT and GATEWAY_TLS_KEY go together")
    try:
        if config.tls_cert and config.tls_key:
            tls.serving(config.tls_cert, config.tls_key)
    except tls.BadCertificate as error:
        raise ConfigError(f"GATEWAY_TLS_CERT, GATEWAY_TLS_KEY: {error}") from error
    for name, authority in (("GATEWAY_MAIN_CA", config.main_ca), ("GATEWAY_CALC_CA", config.calc_ca)):
        try:
            if authority:
                tls.calling(authority)
        except tls.BadCertificate as error:
            raise ConfigError(f"{name}: {error}") from error


def _check_production(config: Config) -> None:
    """Raises ConfigError where a key is missing, or where passwords would cross a network in the clear."""
    if not config.calc_api_key:
        raise ConfigError("GATEWAY_CALC_API_KEY is missing: in production calc_grpc answers only who sends it")
    if config.metrics_key and len(config.metrics_key) < KEY_LENGTH_MIN:
        raise ConfigError(f"ASTRODIST_METRICS_KEY: in production, expected a key of {KEY_LENGTH_MIN} bytes or more")
    if any(ipaddress.ip_network(network).prefixlen == 0 for network in config.trusted_proxies):
        raise ConfigError("GATEWAY_TRUSTED_PROXIES: in production, not everybody can be a proxy of ours")
    for url in config.main_urls:
        if url.startswith("http:") and not _is_loopback(urlsplit(url).hostname or ""):
            raise ConfigError(
                f"GATEWAY_MAIN_URL holds {url!r}: in production a main_api on another machine is called by https"
            )
    for address in config.calc_addresses:
        if config.calc_ca is None and not _is_loopback(calc_addresses.host_of(address)):
            raise ConfigError(
                f"GATEWAY_CALC_CA is missing: in production the channel to {address} on another machine is encrypted"
            )
    if not (config.tls_cert or config.trusted_proxies or _is_loopback(config.host)):
        raise ConfigError(
            f"GATEWAY_TLS_CERT is missing: in production a gateway that listens on {config.host} serves https, or "
            "stands behind a proxy that does, named in GATEWAY_TRUSTED_PROXIES"
        )


class _Settings:
    """Reads single values; each method raises ConfigError naming the variable. Empty counts as absent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def word(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ConfigError(f"{name} is {value!r}: expected {' or '.join(allowed)}")
        return value

    def collector(self, name: str) -> str:
        value = self.text(name, "")
        if value and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
            raise ConfigError(
                f"{name} is {value!r}: expected the address of a collector, such as http://127.0.0.1:4318"
            )
        return value

    def host(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if any(character in value for character in " /@?#"):
            raise ConfigError(f"{name} is {value!r}: expected an address or host name, such as 127.0.0.1")
        return value

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
            raise ConfigError(f"{name} is {value!r}: expected a port number, 1 to 65535")
        return int(value)

    def limits(self) -> dict[str, Any]:
        """Every limit; one whose default is a whole number takes whole numbers only."""
        return {
            limit.name: self._number(setting_of(limit), limit.default, **limit.metadata["bounds"])
            for limit in fields(Limits)
        }

    def _number(self, name: str, default: Any, *, least: float, most: float) -> float:
        value = self.text(name, str(default))
        is_whole = isinstance(default, int)
        try:
            number = int(value) if is_whole else float(value)
        except ValueError:
            number = math.nan
        if not value.isascii() or not least <= number <= most:
            what = "a whole number" if is_whole else "seconds"
            raise ConfigError(f"{name} is {value!r}: expected {what}, {least} to {most}")
        return number

    def origins(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.text(name, ",".join(default))
        origins = tuple(dict.fromkeys(self._origin(name, part.strip()) for part in value.split(",")))
        if len({urlsplit(origin).scheme for origin in origins}) != 1:
            raise ConfigError(f"{name} is {value!r}: expected all of them with http, or all with https")
        return origins

    def _origin(self, name: str, text: str) -> str:
        value = text.rstrip("/")
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or value != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
            raise ConfigError(f"{name} is {value!r}: expected scheme, host and port, such as http://127.0.0.1:8001")
        return value

    def addresses(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.text(name, ",".join(default))
        try:
            return calc_addresses.addresses_in(value)
        except ValueError as error:
            raise ConfigError(f"{name} is {value!r}: expected {error}") from None

    def key(self, name: str) -> str:
        value = self.text(name, "")
        if not value.isascii() or not value.isprintable():
            raise ConfigError(f"{name} holds characters that cannot be sent: expected printable ASCII")
        return value

    def folder(self, name: str, default: Path) -> Path:
        value = Path(self.text(name, str(default)))
        path = value if value.is_absolute() else REPOSITORY / value
        if path.exists() and not path.is_dir():
            raise ConfigError(f"{name} is {str(value)!r}: expected a folder")
        return path

    def file(self, name: str) -> Path | None:
        value = self.text(name, "")
        if not value:
            return None
        path = REPOSITORY / value  # an absolute one stays what it is
        if not path.is_file():
            raise ConfigError(f"{name} is {value!r}: expected a PEM file")
        return path

    def networks(self, name: str) -> tuple[str, ...]:
        values = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for value in values:
            try:
                ipaddress.ip_network(value)
            except ValueError:
                raise ConfigError(f"{name} holds {value!r}: expected IP addresses or networks, by comma") from None
        return values


def _is_loopback(host: str) -> bool:
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
