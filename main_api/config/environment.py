"""Reads single settings from the environment, strictly. Empty counts as absent."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from main_api.signing_secret import secret_of

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

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        host, _, port = value.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
            raise SettingError(f"{name} is {value!r}: expected HOST:PORT")
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
            raise SettingError(f"{name}: in production, expected a secret of {SECRET_LENGTH_MIN} characters or more")
        return value

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
        return self.items(name, development)

    def items(self, name: str, default: str) -> tuple[str, ...]:
        items = tuple(item.strip() for item in self.text(name, default).split(",") if item.strip())
        if not items:
            raise SettingError(f"{name}: expected a comma list with at least one entry")
        return items
