"""The settings of the asteroid catalogue's source, read as config.py reads its own."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from calc_grpc.catalogue.settings import (
    MAX_CONCURRENCY,
    MAX_PAGE_SIZE,
    RetrySettings,
    SourceSettings,
    concurrency_of,
)
from calc_grpc.origins import origin_of

T = TypeVar("T")

JPL_URL = "https://ssd-api.jpl.nasa.gov/sbdb_query.api"
STANDIN_URL = "http://127.0.0.1:8002/sbdb_query.api"
MAX_ATTEMPT_COUNT = 20
LONGEST_WAIT_S = 3600.0
LARGEST_FACTOR = 10.0
LONGEST_INTERVAL_H = 8760.0
_NUMBER = re.compile(r"\d{1,9}(?:\.\d+)?", re.ASCII)


class ReadSetting(Protocol):
    """Reads one setting: its name, the default, and what makes a value of the text."""

    def __call__(self, environ: Mapping[str, str], name: str, default: str, read: Callable[[str], T]) -> T: ...


def read_source(environ: Mapping[str, str], read: ReadSetting, *, production: bool) -> SourceSettings:
    """Read and check the settings of the source; raises what `read` does."""
    url = read(environ, "CALC_CATALOGUE_URL", JPL_URL if production else STANDIN_URL, url_of)
    retry = RetrySettings(
        attempt_count=read(environ, "CALC_CATALOGUE_ATTEMPTS", "3", whole(1, MAX_ATTEMPT_COUNT)),
        first_wait_s=read(environ, "CALC_CATALOGUE_FIRST_WAIT_S", "1", number(0.0, LONGEST_WAIT_S)),
        factor=read(environ, "CALC_CATALOGUE_WAIT_FACTOR", "2", number(1.0, LARGEST_FACTOR)),
        longest_wait_s=read(environ, "CALC_CATALOGUE_LONGEST_WAIT_S", "10", number(0.0, LONGEST_WAIT_S)),
    )

    def concurrency(text: str) -> int:
        return concurrency_of(url, whole(1, MAX_CONCURRENCY)(text) if text else None)

    return SourceSettings(
        url=url,
        concurrency=read(environ, "CALC_CATALOGUE_CONCURRENCY", "", concurrency),
        page_size=read(environ, "CALC_CATALOGUE_PAGE_SIZE", "2000", whole(1, MAX_PAGE_SIZE)),
        retry=retry,
        request_timeout_s=read(environ, "CALC_CATALOGUE_TIMEOUT_S", "60", number(0.1, LONGEST_WAIT_S)),
        connect_timeout_s=read(environ, "CALC_CATALOGUE_CONNECT_TIMEOUT_S", "10", number(0.1, LONGEST_WAIT_S)),
    )


def url_of(text: str) -> str:
    """Check an absolute http(s) URL without a query; raises ValueError."""
    if origin_of(text) is None or "?" in text or "#" in text:
        raise ValueError(f"expected an http or https URL without a query, got {text!r}")
    return text


def interval_h(retention_days: float) -> Callable[[str], float]:
    """A reader of the hours between synchronisations, 0 for never. retention_days: 0 where nothing is forgotten.

    The last one that is remembered tells when the next is due: it must not be forgotten before.
    """

    def read(text: str) -> float:
        hours = number(0.0, LONGEST_INTERVAL_H)(text)
        if 0.0 < 24.0 * retention_days < hours:
            raise ValueError(f"expected no more than the {24.0 * retention_days:g} h that CALC_RETENTION_DAYS keeps")
        return hours

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"expected a whole number from {least} to {most}, got {text!r}")
        return int(text)

    return read


def number(least: float, most: float) -> Callable[[str], float]:
    """A reader of decimal numbers."""

    def read(text: str) -> float:
        if not _NUMBER.fullmatch(text) or not least <= float(text) <= most:
            raise ValueError(f"expected a number from {least:g} to {most:g}, got {text!r}")
        return float(text)

    return read
