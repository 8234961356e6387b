"""How a source of asteroids is asked; `.env.example` explains each setting."""

from dataclasses import dataclass

from yarl import URL

JPL_HOST = "jpl.nasa.gov"
JPL_TERMS = "JPL's terms of use allow one request at a time (https://ssd-api.jpl.nasa.gov/)"
DEFAULT_CONCURRENCY = 100
MAX_CONCURRENCY = 1000
MAX_PAGE_SIZE = 20_000
# Pages that are being fetched are held as they came: some 0.4 kB an object.
MAX_OBJECTS_IN_FLIGHT = 40_000


@dataclass(frozen=True, kw_only=True)
class RetrySettings:
    """How often a page is tried, and how long to wait in between: first_wait_s, and factor times as long each time."""

    attempt_count: int = 3
    first_wait_s: float = 1.0
    factor: float = 2.0
    longest_wait_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """url: of a query API as JPL's. concurrency: requests at a time. connect_timeout_s is part of request_timeout_s."""

    url: str
    concurrency: int
    page_size: int
    retry: RetrySettings = RetrySettings()
    request_timeout_s: float = 60.0
    connect_timeout_s: float = 10.0

    @property
    def requests_at_once(self) -> int:
        """How many requests may be under way, so that memory is bounded whatever the size of a page."""
        return max(1, min(self.concurrency, MAX_OBJECTS_IN_FLIGHT // self.page_size))


def is_jpl(url: str) -> bool:
    """Whether JPL's terms of use hold for this source."""
    host = (URL(url).host or "").rstrip(".").lower()
    return host == JPL_HOST or host.endswith(f".{JPL_HOST}")


def concurrency_of(url: str, asked: int | None) -> int:
    """Return how many requests at a time a source gets; raises ValueError where its terms allow fewer."""
    if not is_jpl(url):
        return asked or DEFAULT_CONCURRENCY
    if asked is not None and asked > 1:
        raise ValueError(f"{JPL_TERMS}; leave it empty, or set 1, or name a mirror in CALC_CATALOGUE_URL")
    return 1
