"""The settings of calc_grpc, read once from the environment; `.env.example` explains each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.config_catalogue import interval_h, read_source, url_of
from calc_grpc.config_trust import Door, check_receivers, read_door
from calc_grpc.errors import StartRefused
from calc_grpc.journal.opening import SQLITE_PREFIX
from calc_grpc.journal.port import DEFAULT_QUEUE_MAX
from calc_grpc.logs import FORMATTERS
from calc_grpc.origins import origin_of
from calc_grpc.signing import secret_of

T = TypeVar("T")

DAY_S = 86_400.0
MAX_WORKER_COUNT = 256
MIN_WORKER_MEMORY_MB = 512  # compiling the solver takes 435, the compiled one 236
MAX_RETENTION_DAYS = 36_500
MAX_DIGITS_WORKER_COUNT = 16
DEFAULT_LARGEST_POSITION = 10_000_000
MAX_LARGEST_POSITION = 100_000_000  # a gigabyte while they are worked out
MIN_KEY_BYTES = 8
DEVELOPMENT_KEY = "development-callback-key"
DEVELOPMENT_ORIGINS = "http://127.0.0.1:8001,http://localhost:8001,http://127.0.0.1:8000,http://localhost:8000"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NUMBER = r"\d+(?:\.\d+)?"


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one server process. Keys are kept out of the repr, which may be logged."""

    port: int
    database_url: str = field(repr=False)
    delay_s: tuple[float, float]
    callback_key: str = field(repr=False)
    callback_allowed_origins: frozenset[str]
    worker_count: int
    worker_memory_mb: int
    time_limit_s: float
    api_key: str | None = field(repr=False)
    report_give_up_after_s: float
    queue_max: int
    retention_days: float
    digits_worker_count: int
    digits_time_limit_s: float
    digits_largest_position: int
    digits_keep_days: float
    main_url: str
    catalogue_source: SourceSettings
    catalogue_every_h: float
    log_level: str
    log_format: str
    metrics_port: int
    metrics_key: str = field(repr=False)
    metrics_are_open: bool
    traces: bool
    numba_cache_path: Path
    door: Door

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """Read and check every setting; raises StartRefused naming the first that is wrong."""
        production = _setting(environ, "ASTRODIST_ENV", "development", _environment) == "production"
        retention_days = _setting(environ, "CALC_RETENTION_DAYS", "0", _days)
        api_key = _setting(environ, "CALC_API_KEY", "", _api_key)
        config = cls(
            port=_setting(environ, "CALC_PORT", "50051", _port),
            database_url=_setting(environ, "CALC_DATABASE_URL", "sqlite:///var/calc.sqlite3", _database_url),
            delay_s=_setting(environ, "CALC_DELAY_S", "5-10", _delay_range),
            callback_key=_callback_key(environ, production=production),
            callback_allowed_origins=_setting(
                environ, "CALC_CALLBACK_ALLOWED_ORIGINS", "" if production else DEVELOPMENT_ORIGINS, _origins
            ),
            worker_count=_setting(environ, "CALC_WORKER_COUNT", "0", _worker_count),
            worker_memory_mb=_setting(environ, "CALC_WORKER_MEMORY_MB", "2048", _worker_memory),
            time_limit_s=_setting(environ, "CALC_TIME_LIMIT_S", "600", _positive_seconds),
            api_key=api_key,
            report_give_up_after_s=_setting(environ, "CALC_REPORT_GIVE_UP_AFTER_S", "86400", _positive_seconds),
            queue_max=_setting(environ, "CALC_QUEUE_MAX", str(DEFAULT_QUEUE_MAX), _positive_count),
            retention_days=retention_days,
            digits_worker_count=_setting(environ, "CALC_DIGITS_WORKER_COUNT", "1", _digits_worker_count),
            digits_time_limit_s=_setting(environ, "CALC_DIGITS_TIME_LIMIT_S", "3600", _positive_seconds),
            digits_largest_position=_setting(
                environ, "CALC_DIGITS_LARGEST_POSITION", str(DEFAULT_LARGEST_POSITION), _largest_position
            ),
            digits_keep_days=_setting(environ, "CALC_DIGITS_KEEP_DAYS", "0", _days),
            main_url=_setting(environ, "CALC_MAIN_URL", "http://127.0.0.1:8001", url_of),
            catalogue_source=read_source(environ, _setting, production=production),
            catalogue_every_h=_setting(environ, "CALC_CATALOGUE_EVERY_H", "0", interval_h(retention_days)),
            log_level=_setting(environ, "CALC_LOG_LEVEL", "INFO", _log_level),
            log_format=_setting(environ, "ASTRODIST_LOG_FORMAT", "json" if production else "text", _log_format),
            metrics_port=_setting(environ, "CALC_METRICS_PORT", "0", _port),
            metrics_key=_setting(environ, "ASTRODIST_METRICS_KEY", "", _metrics_key),
            metrics_are_open=not production,
            traces=bool(_setting(environ, "OTEL_EXPORTER_OTLP_ENDPOINT", "", _collector)),
            numba_cache_path=Path(environ.get("NUMBA_CACHE_DIR") or "var/numba").absolute(),
            door=read_door(environ, _setting, production=production, api_key=api_key),
        )
        if production:
            check_receivers(config.callback_allowed_origins, config.main_url)
        return config


def _setting(environ: Mapping[str, str], name: str, default: str, read: Callable[[str], T]) -> T:
    """Read one setting; one that is empty counts as absent."""
    text = environ.get(name, "").strip() or default
    try:
        return read(text)
    except ValueError as error:
        raise StartRefused(f"{name}: {error}") from error


def _callback_key(environ: Mapping[str, str], *, production: bool) -> str:
    key = _setting(environ, "CALC_CALLBACK_KEY", "" if production else DEVELOPMENT_KEY, _signing_key)
    if production and key == DEVELOPMENT_KEY:
        raise StartRefused("CALC_CALLBACK_KEY: the development key must not be used in production; set a secret")
    return key


def _environment(text: str) -> str:
    if text not in ("development", "production"):
        raise ValueError(f"expected development or production, got {text!r}")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > 65535:
        raise ValueError(f"expected a port from 0 (any free one) to 65535, got {text!r}")
    return int(text)


def _database_url(text: str) -> str:
    if text.startswith(("postgresql://", "postgres://")):
        return text  # the driver reads the rest when the journal is opened
    path = text.removeprefix(SQLITE_PREFIX)
    if path == text or not path or path.endswith("/") or "?" in path:
        raise ValueError(
            "expected sqlite:///PATH (three slashes: relative to the working directory, four: absolute) "
            "or postgresql://USER:PASSWORD@HOST/NAME"
        )
    return text


def _delay_range(text: str) -> tuple[float, float]:
    match = re.fullmatch(rf"({NUMBER})(?:-({NUMBER}))?", text, re.ASCII)
    low, high = (float(match[1]), float(match[2] or match[1])) if match else (1.0, 0.0)
    if not low <= high <= DAY_S:
        raise ValueError(f"expected seconds, or LOW-HIGH with 0 <= LOW <= HIGH <= 86400, got {text!r}")
    return low, high


def _secret(text: str) -> str:
    if len(text.encode()) < MIN_KEY_BYTES or not _is_header_text(text):
        raise ValueError(f"expected a secret of {MIN_KEY_BYTES} or more printable ASCII characters without blanks")
    return text


def _signing_key(text: str) -> str:
    if "," in text:
        raise ValueError("expected one key without commas, since they separate the keys that main_api accepts")
    secret_of(text)
    return _secret(text)


def _api_key(text: str) -> str | None:
    return _secret(text) if text else None


def _collector(text: str) -> str:
    if text and not (text.startswith(("http://", "https://")) and urlsplit(text).hostname):
        raise ValueError(f"expected the address of a collector, such as http://127.0.0.1:4318, got {text!r}")
    return text


def _metrics_key(text: str) -> str:
    return _secret(text) if text else ""


def _is_header_text(text: str) -> bool:
    return bool(re.fullmatch(r"[!-~]+", text, re.ASCII))


def _origins(text: str) -> frozenset[str]:
    origins = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        origin = origin_of(part)
        if origin is None or not re.fullmatch(r"[^/]+//[^/]+/?", part):
            raise ValueError(f"expected a comma list of origins such as http://127.0.0.1:8001, got {part!r}")
        origins.add(origin)
    return frozenset(origins)


def _worker_count(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > MAX_WORKER_COUNT:
        raise ValueError(f"expected 0 (one less than the cores) to {MAX_WORKER_COUNT}, got {text!r}")
    return int(text)


def _digits_worker_count(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or not 1 <= int(text) <= MAX_DIGITS_WORKER_COUNT:
        raise ValueError(f"expected 1 to {MAX_DIGITS_WORKER_COUNT}, got {text!r}")
    return int(text)


def _largest_position(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) > MAX_LARGEST_POSITION:
        raise ValueError(f"expected 0 to {MAX_LARGEST_POSITION}, got {text!r}")
    return int(text)


def _worker_memory(text: str) -> int:
    if not re.fullmatch(r"\d{1,7}", text, re.ASCII) or int(text) < MIN_WORKER_MEMORY_MB:
        raise ValueError(f"expected megabytes, {MIN_WORKER_MEMORY_MB} or more, got {text!r}")
    return int(text)


def _positive_seconds(text: str) -> float:
    if not re.fullmatch(NUMBER, text, re.ASCII) or float(text) <= 0:
        raise ValueError(f"expected a positive number of seconds, got {text!r}")
    return float(text)


def _positive_count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) == 0:
        raise ValueError(f"expected a number from 1 to 999999999, got {text!r}")
    return int(text)


def _days(text: str) -> float:
    if not re.fullmatch(NUMBER, text, re.ASCII) or float(text) > MAX_RETENTION_DAYS:
        raise ValueError(f"expected days, 0 (for ever) to {MAX_RETENTION_DAYS}, got {text!r}")
    return float(text)


def _log_format(text: str) -> str:
    if text not in FORMATTERS:
        raise ValueError(f"expected {' or '.join(FORMATTERS)}, got {text!r}")
    return text


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"expected one of {', '.join(LOG_LEVELS)}, got {text!r}")
    return text.upper()
