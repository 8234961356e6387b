"""Settings of the gateway, read once from the environment; a wrong one stops the start by name."""

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting has a wrong value or is missing; the message names it and says what is expected."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything the gateway can be told.

    main_url: scheme, host and port of main_api, no path.
    calc_api_key: sent to calc_grpc as bearer token; empty: none is sent.
    trusted_proxies: addresses whose X-Forwarded-For and -Proto are believed.
    identity_ttl_s: how long an answer of main_api about a caller is remembered.
    recheck_s: how often the caller behind an open stream is asked about again.
    stream_limit: open streams of one user.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    main_url: str = "http://127.0.0.1:8001"
    calc_address: str = "127.0.0.1:50051"
    calc_api_key: str = ""
    static_dir: Path = REPOSITORY / "frontend" / "dist"
    trusted_proxies: tuple[str, ...] = ()
    body_limit_bytes: int = 4 * 1024 * 1024
    main_timeout_s: float = 30.0
    rpc_timeout_s: float = 15.0
    identity_ttl_s: float = 5.0
    recheck_s: float = 60.0
    heartbeat_s: float = 15.0
    stream_limit: int = 20

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """Settings as the environment names them; raises ConfigError for the first that is wrong."""
        settings = _Settings(environ)
        production = settings.word("ASTRODIST_ENV", "development", ("development", "production")) == "production"
        config = cls(
            host=settings.host("GATEWAY_HOST", cls.host),
            port=settings.port("GATEWAY_PORT", cls.port),
            main_url=settings.origin("GATEWAY_MAIN_URL", cls.main_url),
            calc_address=settings.address("GATEWAY_CALC_ADDRESS", cls.calc_address),
            calc_api_key=settings.key("GATEWAY_CALC_API_KEY"),
            static_dir=settings.folder("GATEWAY_STATIC_DIR", cls.static_dir),
            trusted_proxies=settings.networks("GATEWAY_TRUSTED_PROXIES"),
            rpc_timeout_s=settings.seconds("GATEWAY_RPC_TIMEOUT_S", cls.rpc_timeout_s),
            main_timeout_s=settings.seconds("GATEWAY_MAIN_TIMEOUT_S", cls.main_timeout_s),
        )
        if production and not config.calc_api_key and not _is_loopback(config.calc_address):
            raise ConfigError("GATEWAY_CALC_API_KEY is missing: in production a calc_grpc on another machine needs it")
        return config


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

    def host(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if any(character in value for character in " /@?#"):
            raise ConfigError(f"{name} is {value!r}: expected an address or host name to listen on, such as 127.0.0.1")
        return value

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
            raise ConfigError(f"{name} is {value!r}: expected a port number, 1 to 65535")
        return int(value)

    def seconds(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 < number <= 3600:
            raise ConfigError(f"{name} is {value!r}: expected seconds, above 0 and up to 3600")
        return number

    def origin(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or value != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
            raise ConfigError(f"{name} is {value!r}: expected scheme, host and port, such as http://127.0.0.1:8001")
        return value

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        host, _, port = value.rpartition(":")
        if not host or "/" in host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            raise ConfigError(f"{name} is {value!r}: expected host:port, such as 127.0.0.1:50051")
        return value

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

    def networks(self, name: str) -> tuple[str, ...]:
        values = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        for value in values:
            try:
                ipaddress.ip_network(value)
            except ValueError:
                raise ConfigError(f"{name} holds {value!r}: expected IP addresses or networks, by comma") from None
        return values


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
