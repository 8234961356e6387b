"""Asks a source for pages, again where that may help, and no more than it bears."""

import random
from datetime import UTC, datetime

import aiohttp
from yarl import URL

from calc_grpc.catalogue.page import Page, Unreadable, parameters_of, read_page
from calc_grpc.catalogue.settings import SourceSettings
from calc_grpc.catalogue.throttle import Throttle, Timer
from calc_grpc.errors import RunFailed
from calc_grpc.http_body import read_at_most
from calc_grpc.retry import retry_after_s

USER_AGENT = "AstroDist (catalogue synchronisation)"
LONGEST_RETRY_AFTER_S = 600.0  # who asks for more is asked another day
RETRY_AFTER_STRETCH = 1.1  # those who were put off together must not return together
JITTER = (0.75, 1.25)
WORTH_RETRYING = frozenset((408, 425, 429, 500, 502, 503, 504))
MAX_ROW_BYTES = 4096
MAX_SHOWN = 200


class Failure(Exception):
    """One request failed. retry_after_s: how long the source asks to be left alone; is_throttled: it is too much."""

    def __init__(
        self,
        what: str,
        *,
        reason: str = "SOURCE_UNAVAILABLE",
        is_final: bool = False,
        is_throttled: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what)
        self.reason = reason
        self.is_final = is_final
        self.is_throttled = is_throttled
        self.retry_after_s = retry_after_s


class Source:
    """A source that is asked by many at once; `session` is the caller's to close."""

    def __init__(
        self, settings: SourceSettings, session: aiohttp.ClientSession, *, timer: Timer, chance: random.Random
    ) -> None:
        self._settings = settings
        self._session = session
        self._timer = timer
        self._chance = chance
        self._throttle = Throttle(settings.requests_at_once, timer)

    async def get_page(self, number: int) -> Page:
        """Return a page, numbered from 1; raises RunFailed (SOURCE_UNAVAILABLE, SOURCE_UNREADABLE) naming it."""
        attempt = 0
        while True:
            attempt += 1
            async with self._throttle.turn() as began_at:
                try:
                    page = await self._ask(number)
                except Failure as failure:
                    wait_s = self._wait_s(failure, number, attempt)
                    if failure.is_throttled:
                        self._throttle.slow_down(wait_s, began_at=began_at)
                        continue
                else:
                    self._throttle.went_well()
                    return page
            await self._timer.sleep(wait_s)

    def _wait_s(self, failure: Failure, number: int, attempt: int) -> float:
        """How long to wait before the next attempt; raises RunFailed when there is none."""
        retry = self._settings.retry
        where = f"page {number} of {URL(self._settings.url).host}"
        asked_s = failure.retry_after_s or 0.0
        if asked_s > LONGEST_RETRY_AFTER_S:
            raise RunFailed(failure.reason, f"The source asks to be left alone for {asked_s:.0f} s, at {where}.")
        if failure.is_final or attempt >= retry.attempt_count:
            often = "" if failure.is_final else f", after {attempt} attempt{'s' if attempt > 1 else ''}"
            raise RunFailed(failure.reason, f"The answer for {where} {failure}{often}.") from failure
        drawn_s = retry.first_wait_s * retry.factor ** (attempt - 1) * self._chance.uniform(*JITTER)
        return max(min(drawn_s, retry.longest_wait_s), asked_s * self._chance.uniform(1.0, RETRY_AFTER_STRETCH))

    async def _ask(self, number: int) -> Page:
        parameters = parameters_of(number, self._settings.page_size)
        try:
            async with self._session.get(self._settings.url, params=parameters, allow_redirects=False) as response:
                body = await self._read(response)
        except aiohttp.ConnectionTimeoutError as error:
            seconds = self._settings.connect_timeout_s
            raise Failure(f"did not come: no connection within {seconds:g} s") from error
        except TimeoutError as error:
            raise Failure(f"did not come within {self._settings.request_timeout_s:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Failure(f"did not come: {_printable(f'{type(error).__name__}: {error}')}") from error
        if response.status != 200:
            raise _refusal(response, body)
        try:
            return read_page(
                body,
                content_type=response.headers.get("Content-Type", ""),
                number=number,
                page_size=self._settings.page_size,
            )
        except Unreadable as error:
            raise Failure(_printable(str(error)), reason="SOURCE_UNREADABLE", is_final=error.is_final) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read the body, if it has a size that pages have."""
        most = MAX_ROW_BYTES * (self._settings.page_size + 16)
        body = await read_at_most(response, most)
        if len(body) > most:
            raise Failure(f"is larger than {most:,} bytes", reason="SOURCE_UNREADABLE", is_final=True)
        return body


def open_session(settings: SourceSettings) -> aiohttp.ClientSession:
    """A session with the source's time limits, and as many connections as requests at a time."""
    timeout = aiohttp.ClientTimeout(total=settings.request_timeout_s, connect=settings.connect_timeout_s)
    return aiohttp.ClientSession(
        timeout=timeout,
        connector=aiohttp.TCPConnector(limit=settings.requests_at_once),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
    )


def _refusal(response: aiohttp.ClientResponse, body: bytes) -> Failure:
    """What a status other than 200 means; the source's own words are shown where they are words."""
    text = "" if b"<" in body[:100] else _printable(body.decode("utf-8", "replace"))
    asked_s = retry_after_s(response.headers.get("Retry-After"), now=datetime.now(UTC))
    return Failure(
        f"is HTTP {response.status} {text}".rstrip(),
        is_final=response.status not in WORTH_RETRYING,
        is_throttled=response.status == 429 or asked_s is not None,
        retry_after_s=asked_s,
    )


def _printable(text: str) -> str:
    """What a source sent, fit for the journal and the log."""
    return "".join(character if character.isprintable() else " " for character in text[:MAX_SHOWN]).strip()
