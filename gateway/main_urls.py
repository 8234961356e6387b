"""main_api, at one address or several: calls go to them in turn, and to the next one where none can be reached."""

import io
import time
from collections.abc import Iterator, Mapping, Sequence

import aiohttp
from yarl import URL

CONNECT_TIMEOUT_S = 5.0
# Shorter where another one can be asked instead.
OTHER_CONNECT_TIMEOUT_S = 2.0
# How long an address is asked last: one that refused may be starting again; one that said nothing costs its callers
# the whole wait for a connection.
REFUSED_S = 2.0
SILENT_S = 15.0
# What may be asked twice: nothing is changed by it.
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class MainApi:
    """Calls main_api. urls: scheme, host and port of each, no path; all of one scheme."""

    def __init__(self, session: aiohttp.ClientSession, urls: Sequence[str]) -> None:
        self._session = session
        self._urls = tuple(urls)
        self._first = 0
        self._avoided_until = dict.fromkeys(self._urls, 0.0)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], timeout_s: float, body: bytes = b""
    ) -> aiohttp.ClientResponse:
        """The answer, its headers read; `path` is encoded and has the query.

        Where no connection comes about, nothing was sent and the next address is asked; where one breaks before an
        answer, only if the call can be repeated. timeout_s: until the answer's headers, and between its pieces.
        Raises aiohttp.ClientError or TimeoutError of the last address that was asked.
        """
        ends_at = time.monotonic() + timeout_s
        last: Exception = aiohttp.ClientConnectionError("no time is left")
        for url in self._in_turn():
            remaining_s = ends_at - time.monotonic()
            if remaining_s <= 0:
                break
            try:
                response = await self._session.request(
                    method,
                    URL(f"{url}{path}", encoded=True),
                    headers=headers,
                    data=io.BytesIO(body) if body else None,  # by pieces
                    allow_redirects=False,
                    skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                    timeout=self._timeout(remaining_s),
                )
            except (TimeoutError, aiohttp.ClientError) as error:
                if not self._may_go_on(url, method, error):
                    raise
                last = error
            else:
                self._avoided_until[url] = 0.0
                return response
        raise last

    async def is_ready(self, headers: Mapping[str, str], timeout_s: float) -> bool:
        """Whether one of them says that it is: its database answers, and has the tables of this version."""
        ends_at = time.monotonic() + timeout_s
        for url in self._in_turn():
            timeout = self._timeout(max(0.001, ends_at - time.monotonic()))
            try:
                async with self._session.get(
                    f"{url}/readyz", headers=headers, allow_redirects=False, timeout=timeout
                ) as response:
                    if response.status == 200:
                        return True
            except (TimeoutError, aiohttp.ClientError) as error:
                self._may_go_on(url, "GET", error)
        return False

    def _in_turn(self) -> Iterator[str]:
        """All addresses from the next one on; those to be avoided come last."""
        ordered = self._urls[self._first :] + self._urls[: self._first]
        self._first = (self._first + 1) % len(self._urls)
        now = time.monotonic()
        return iter(sorted(ordered, key=lambda url: self._avoided_until[url] > now))

    def _may_go_on(self, url: str, method: str, error: Exception) -> bool:
        now = time.monotonic()
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            self._avoided_until[url] = now + SILENT_S
            return True
        if isinstance(error, aiohttp.ClientConnectorError):
            self._avoided_until[url] = now + REFUSED_S
            return True
        if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
            self._avoided_until[url] = now + REFUSED_S
            return method in REPEATABLE
        return False

    def _timeout(self, seconds: float) -> aiohttp.ClientTimeout:
        """Between two pieces of an answer, not of the whole: a large one to a slow client may take longer."""
        connect_s = OTHER_CONNECT_TIMEOUT_S if len(self._urls) > 1 else CONNECT_TIMEOUT_S
        return aiohttp.ClientTimeout(
            total=None, connect=seconds, sock_connect=min(connect_s, seconds), sock_read=seconds
        )
