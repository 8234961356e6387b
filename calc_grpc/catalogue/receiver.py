"""The catalogue's side that stores: main_api, which takes pages and the end of a synchronisation by REST."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from astrodist.errors.v1 import errors_pb2

from calc_grpc import tls
from calc_grpc.calculation import SECOND_US, Clock
from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.errors import RunFailed
from calc_grpc.http_body import read_at_most
from calc_grpc.patience import to_its_end
from calc_grpc.retry import wait_s
from calc_grpc.signing import secret_of, signature_headers

TIMEOUT_S = 120.0  # a page of 20,000 rows, or the end of 1.5 million objects, on a busy machine
CONNECT_TIMEOUT_S = 5.0
GIVE_UP_AFTER_S = 600.0
FAREWELL_TIMEOUT_S = 3.0
TRIED_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
MAX_ANSWER_BYTES = 200_000
MAX_SHOWN = 300
KNOWN_REASONS = frozenset(errors_pb2.Reason.keys())


@dataclass(frozen=True, kw_only=True)
class PageCounts:
    """What storing a page came to."""

    added_count: int
    updated_count: int
    unchanged_count: int


@dataclass(frozen=True, kw_only=True)
class End:
    """What the end of a run came to. warning: why nothing was deleted although objects are missing, or empty."""

    deleted_count: int
    warning: str


@dataclass(frozen=True, kw_only=True)
class PassCounts:
    """What every message about a pass carries."""

    pass_number: int
    object_count: int
    page_count: int

    def fields(self) -> dict[str, int]:
        """By the names of the REST methods."""
        return {"pass": self.pass_number, "object_count": self.object_count, "page_count": self.page_count}


class Receiver:
    """main_api for one run. on_trouble: told in words what is waited for, and with nothing when it is over."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        main_url: str,
        key: str,
        calculation_id: str,
        created_at: datetime,
        clock: Clock,
        chance: random.Random,
        on_trouble: Callable[[str], None],
    ) -> None:
        self._session = session
        self._url = f"{main_url.rstrip('/')}/api/asteroids/sync/{calculation_id}"
        self._key = key
        self._secret = secret_of(key)
        self._calculation_id = calculation_id
        self._created_at = created_at.isoformat()
        self._clock = clock
        self._chance = chance
        self._on_trouble = on_trouble

    async def put_page(self, counts: PassCounts, page_number: int, rows: bytes) -> PageCounts:
        """Send a page until it is stored; raises RunFailed. rows: JSON, values in the order of FIELDS."""
        head = self._head(counts) | {"fields": FIELDS}
        # Put together as bytes: the event loop must not write megabytes of JSON.
        body = b"".join((json.dumps(head).encode()[:-1], b', "rows": ', rows, b"}"))
        answer = await self._send("PUT", f"/pages/{page_number}", f"{counts.pass_number}-{page_number}", body)
        added, updated, unchanged = _whole_numbers(answer, "added_count", "updated_count", "unchanged_count")
        return PageCounts(added_count=added, updated_count=updated, unchanged_count=unchanged)

    async def finish(self, counts: PassCounts, *, is_complete: bool, allow_shrink: bool) -> End:
        """Tell the end until it is taken; raises RunFailed.

        Cancelled while main_api is at it, this waits for the answer and returns it: deletions cannot be called back.
        """
        body = self._head(counts) | {"complete": is_complete, "allow_shrink": allow_shrink}
        answer = await self._send(
            "POST", "/finish", f"{counts.pass_number}-finish", json.dumps(body).encode(), is_end=True
        )
        (deleted,) = _whole_numbers(answer, "deleted_count")
        return End(deleted_count=deleted, warning=str(answer.get("warning", "")))

    async def abandon(self, counts: PassCounts) -> None:
        """Tell once that the run ended without an end; what does not hear of it closes it with the next run."""
        body = self._head(counts) | {"complete": False, "allow_shrink": False}
        try:
            async with asyncio.timeout(FAREWELL_TIMEOUT_S):
                await self._try("POST", "/finish", f"{counts.pass_number}-finish", json.dumps(body).encode())
        except (TimeoutError, _Unreachable, RunFailed):
            return

    def _head(self, counts: PassCounts) -> dict[str, Any]:
        return {"calculation_created_at": self._created_at, **counts.fields()}

    async def _send(
        self, method: str, path: str, message: str, body: bytes, *, is_end: bool = False
    ) -> Mapping[str, Any]:
        began_us = self._clock()
        attempt = 0
        while True:
            try:
                trying = self._try(method, path, message, body)
                answer = await (to_its_end(trying) if is_end else trying)
            except _Unreachable as error:
                attempt += 1
                elapsed_s = (self._clock() - began_us) / SECOND_US
                if elapsed_s > GIVE_UP_AFTER_S:
                    what = f"The catalogue did not take {path.lstrip('/')} for {elapsed_s:.0f} s: {error}."
                    raise RunFailed("CATALOGUE_UNAVAILABLE", what) from error
                self._on_trouble(f"waiting for the catalogue: {error}")
                await asyncio.sleep(
                    wait_s(attempt, elapsed_s=elapsed_s, retry_after_s=None, chance=self._chance, longest_s=10.0)
                )
            else:
                if attempt:
                    self._on_trouble("")
                return answer

    async def _try(self, method: str, path: str, message: str, body: bytes) -> Mapping[str, Any]:
        headers = await asyncio.to_thread(self._headers, message, body)
        try:
            async with self._session.request(
                method, self._url + path, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await read_at_most(response, MAX_ANSWER_BYTES)
        except TimeoutError as error:
            raise _Unreachable("no answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _Unreachable(f"{type(error).__name__}: {error}"[:MAX_SHOWN]) from error
        answer = _object(content)
        if response.status == 200:
            return answer
        what = f"HTTP {response.status} {_words(answer)}".rstrip()
        if response.status in TRIED_AGAIN:
            raise _Unreachable(what)
        reason = str(answer.get("reason", ""))
        known = reason if reason in KNOWN_REASONS else "CATALOGUE_UNAVAILABLE"
        raise RunFailed(known, f"The catalogue refused {path.lstrip('/')}: {what}")

    def _headers(self, message: str, body: bytes) -> dict[str, str]:
        signature = signature_headers(
            secret=self._secret,
            message_id=f"{self._calculation_id}-{message}",
            timestamp_s=self._clock() // SECOND_US,
            body=body,
        )
        return {"X-Calc-Key": self._key, "Content-Type": "application/json", **signature}


class _Unreachable(Exception):
    """It did not come to an answer; trying again may help."""


def open_session(authority: Path | None = None) -> aiohttp.ClientSession:
    """A session for receivers. authority: PEM file of who signs their certificates; None: the system's."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    connector = aiohttp.TCPConnector(ssl=tls.calling(authority))
    return aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _words(problem: Mapping[str, Any]) -> str:
    """A problem+json in one line: the reason, what it says, and the first refused field."""
    words = [str(problem.get("reason", "")), str(problem.get("detail", ""))]
    errors = problem.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        words.append(f"({errors[0].get('path')}: {errors[0].get('message')})")
    text = " ".join(filter(None, words))[:MAX_SHOWN]
    return "".join(character if character.isprintable() else "?" for character in text)


def _whole_numbers(answer: Mapping[str, Any], *names: str) -> list[int]:
    values = [answer.get(name) for name in names]
    if any(type(value) is not int or value < 0 for value in values):
        raise RunFailed("CATALOGUE_UNAVAILABLE", f"The catalogue answered without {', '.join(names)}.")
    return [int(value) for value in values if value is not None]
