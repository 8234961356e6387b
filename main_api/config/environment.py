"""Reads single settings from the environment, strictly. Empty counts as absent."""

import ipaddress
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from main_api.calc_addresses import host_of, ip_version
from main_api.signing_secret import secret_of

# What Django's own check asks of a secret.
SECRET_LENGTH_MIN = 32
KEY_LENGTH_MIN = 8


class SettingError(Exception):
    """A setting has a wrong value or is missing; the message names it and says what is expected."""


class Environment:
    """The variables of a process. `production` makes missing secrets, and the development's own, an error."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.production = self.word("ASTRODIST_ENV", "development", ("development", "production")) == "production"

    def text(self, name: str, default: str) -> str:
        return self._variables.get(name, "").strip() or default

    def word(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise SettingError(f"{name} is {value!r}: expected {' or '.join(allowed)}")
        return value

    def switch(self, name: str, default: bool) -> bool:
        return self.word(name, "true" if default else "false", ("true", "false")) == "true"

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
            raise SettingError(f"{name} is {value!r}: expected a port, 1 to 65535")
        return int(value)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
            raise SettingError(f"{name} is {value!r}: expected a whole number, {low} to {high}")
        return int(value)

    def collector(self, name: str) -> str:
        value = self.text(name, "")
        if value and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
            raise SettingError(f"{name} is {value!r}: expected a collector's address such as http://127.0.0.1:4318")
        return value

    def addresses(self, name: str, default: str) -> tuple[str, ...]:
        """HOST:PORT of one or several; gRPC asks a name server for one name only, which may have several addresses."""
        addresses = self.items(name, default)
        for value in addresses:
            host, _, port = value.rpartition(":")
            if not host or "/" in host or not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
                raise SettingError(f"{name} holds {value!r}: expected HOST:PORT, or several by comma")
        if len(addresses) > 1 and {ip_version(host_of(value)) for value in addresses} not in ({4}, {6}):
            raise SettingError(
                f"{name} is {','.join(addresses)!r}: expected of several HOST:PORT that each is an IPv4, or each an "
                "[IPv6] address; or one name that has them all"
            )
        return addresses

    def host_name(self, name: str) -> str:
        """A host's name or address; empty where none is given."""
        value = self.text(name, "")
        if any(character in value for character in " /@?#:,"):
            raise SettingError(f"{name} is {value!r}: expected a host name such as calc.example.org")
        return value

    def origin(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise SettingError(f"{name} is {value!r}: expected an origin such as http://127.0.0.1:8001")
        return f"{parts.scheme}://{parts.netloc}"

    def database_url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        scheme, _, rest = value.partition("://")
        if scheme not in ("sqlite", "postgresql", "postgres") or not rest.strip("/"):
            raise SettingError(f"{name}: expected sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
        return value

    def secret(self, name: str, development: str) -> str:
        value = self.text(name, development)
        if self.production and (value == development or len(value) < SECRET_LENGTH_MIN):
            raise SettingError(
                f"{name}: in production, expected a secret of {SECRET_LENGTH_MIN} random characters or more"
            )
        return value

    def key(self, name: str) -> str:
        """A key that may be missing."""
        value = self.text(name, "")
        if self.production and value and len(value.encode()) < KEY_LENGTH_MIN:
            raise SettingError(f"{name}: in production, expected a key of {KEY_LENGTH_MIN} bytes or more")
        return value

    def calc_key(self, name: str) -> str:
        """A key that production must have."""
        value = self.key(name)
        if self.production and not value:
            raise SettingError(f"{name} is missing: in production, expected the key of calc_grpc")
        return value

    def required_in_production(self, name: str) -> bool:
        """A protection: off by default in development, and never off in production."""
        value = self.switch(name, default=self.production)
        if self.production and not value:
            raise SettingError(f"{name} is 'false': in production, expected true or nothing")
        return value

    def certificate(self, name: str) -> bytes | None:
        """The PEM certificates in a file; None where none is named."""
        path = self.text(name, "")
        if not path:
            return None
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise SettingError(f"{name} is {path!r}: cannot be read ({error.strerror})") from None
        if b"-----BEGIN CERTIFICATE-----" not in content:
            raise SettingError(f"{name} is {path!r}: expected a file with a PEM certificate")
        return content

    def key_pair(self, certificate_name: str, key_name: str) -> tuple[Path, Path] | None:
        """The PEM files of our own certificate and its key; None where none are named."""
        certificate, key = self.text(certificate_name, ""), self.text(key_name, "")
        if not certificate and not key:
            return None
        if not certificate or not key:
            missing = key_name if certificate else certificate_name
            raise SettingError(f"{missing} is missing: {certificate_name} and {key_name} go together")
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as error:
            raise SettingError(f"{certificate_name}, {key_name}: no certificate with its key ({error})") from None
        return Path(certificate), Path(key)

    def host(self, name: str, default: str, *, is_encrypted: bool) -> str:
        """The address to listen on; in production, one that other machines reach is served over TLS only."""
        value = self.text(name, default)
        try:
            is_local = ipaddress.ip_address(value).is_loopback
        except ValueError:
            raise SettingError(f"{name} is {value!r}: expected an address such as 127.0.0.1, 0.0.0.0 or ::") from None
        if self.production and not is_local and not is_encrypted:
            raise SettingError(
                f"{name} is {value!r}: in production, beyond this machine, over TLS only (MAIN_TLS_CERT)"
            )
        return value

    def refuse_open_channel(self, name: str, certificate: bytes | None, addresses: Sequence[str]) -> None:
        """In production, what leaves the machine is encrypted."""
        for address in addresses:
            if self.production and certificate is None and not is_loopback(host_of(address)):
                raise SettingError(
                    f"{name} is missing: in production, {address} on another machine is called over TLS only"
                )

    def refuse_open_callback(self, name: str, origin: str) -> None:
        """In production, the callback key is sent to another machine over TLS only."""
        parts = urlsplit(origin)
        if self.production and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise SettingError(
                f"{name} is {origin!r}: in production, expected https of another machine, since results and the "
                "callback key travel to it"
            )

    def networks(self, name: str, default: str) -> tuple[str, ...]:
        try:
            networks = [ipaddress.ip_network(item) for item in self.items(name, default)]
        except ValueError as error:
            raise SettingError(f"{name}: expected a comma list of addresses or networks: {error}") from None
        if self.production and any(network.prefixlen == 0 for network in networks):
            raise SettingError(f"{name}: in production, not everybody can be a proxy of ours")
        return tuple(map(str, networks))

    def keys(self, name: str, development: str) -> tuple[str, ...]:
        keys = self.items(name, development)
        if any(len(key.encode()) < KEY_LENGTH_MIN for key in keys):
            raise SettingError(f"{name}: expected a comma list of keys, each of {KEY_LENGTH_MIN} bytes or more")
        if self.production and development in keys:
            raise SettingError(f"{name}: in production, expected a comma list of secret keys, not the development's")
        for key in keys:
            try:
                secret_of(key)
            except ValueError as error:
                raise SettingError(f"{name}: {error}") from None
        return keys

    def hosts(self, name: str, development: str) -> tuple[str, ...]:
        if self.production and not self.text(name, ""):
            raise SettingError(f"{name} is missing: in production, expected a comma list of the host names served")
        hosts = self.items(name, development)
        if self.production and "*" in hosts:
            raise SettingError(f"{name}: in production, expected the host names served, not `*`")
        return hosts

    def items(self, name: str, default: str) -> tuple[str, ...]:
        items = tuple(item.strip() for item in self.text(name, default).split(",") if item.strip())
        if not items:
            raise SettingError(f"{name}: expected a comma list with at least one entry")
        return items


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine."""
    name = host.strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
