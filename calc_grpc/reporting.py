"""Tells callbacks how calculations ended, again and again until one answers for good."""

import asyncio
import json
import logging
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
from yarl import URL

from calc_grpc import logs, tls, tracing
from calc_grpc.alarm import Alarm
from calc_grpc.calculation import SECOND_US, Calculation, Clock, ReportState
from calc_grpc.convert import report_body
from calc_grpc.errors import JournalUnavailable
from calc_grpc.http_body import read_at_most
from calc_grpc.journal.port import BEAT_INTERVAL_S, Change, DueReport, Journal
from calc_grpc.metrics import counts
from calc_grpc.origins import origin_of
from calc_grpc.retry import Answer, next_step
from calc_grpc.signing import secret_of, signature_headers

MAX_IN_FLIGHT = 32
MAX_IN_FLIGHT_PER_ORIGIN = 8  # a receiver that hangs cannot take the places of the others
ATTEMPT_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 5.0
STOP_GRACE_S = 1.0
MAX_REASON_BYTES = 10_000
LOOK_AGAIN_S = 0.1
LARGE_RESULT_BYTES = 10_000  # some 100 observations: from here, writing the body takes longer than a thread costs
LOG_LEVELS: dict[ReportState, int] = {"DELIVERED": logging.INFO, "PENDING": logging.WARNING}  # nobody tries the rest
_WORD = re.compile(r"[A-Z][A-Z_]{0,63}", re.ASCII)

logger = logging.getLogger(__name__)


class Reporter:
    """Runs until `stop`."""

    def __init__(
        self,
        *,
        journal: Journal,
        key: str,
        allowed_origins: frozenset[str],
        authority: Path | None = None,
        give_up_after_s: float,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._journal = journal
        self._key = key
        self._secret = secret_of(key)
        self._allowed_origins = allowed_origins
        self._authority = authority
        self._give_up_after_s = give_up_after_s
        self._clock = clock
        self._chance = chance
        self._alarm = Alarm(clock)
        self._in_flight: Counter[str] = Counter()
        self._held: set[DueReport] = set()
        self._stopping = False

    async def run(self) -> None:
        """Report until stopped."""
        end_listening = self._journal.listen(self._hear)
        timeout = aiohttp.ClientTimeout(total=ATTEMPT_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=tls.calling(self._authority)),
                    timeout=timeout,
                    cookie_jar=aiohttp.DummyCookieJar(),
                ) as session,
                asyncio.TaskGroup() as group,
            ):
                beating = group.create_task(self._beat_until_cancelled())
                attempts: set[asyncio.Task[None]] = set()
                while not self._stopping:
                    await self._alarm.wait_until(await self._claim_into(group, attempts, session))
                if attempts:
                    await asyncio.wait(attempts, timeout=STOP_GRACE_S)
                for attempt in attempts:
                    attempt.cancel()
                beating.cancel()
        finally:
            end_listening()

    def stop(self) -> None:
        """Begin no further attempt; `run` returns when those under way ended, or shortly after."""
        self._stopping = True
        self._alarm.ring()

    def _hear(self, changes: Sequence[Change]) -> None:
        if not changes or any(change.report_is_due for change in changes):
            self._alarm.ring()

    async def _claim_into(
        self, group: asyncio.TaskGroup, attempts: set[asyncio.Task[None]], session: aiohttp.ClientSession
    ) -> int | None:
        """Start the attempts that are due and fit; returns when to look again, None: when one ends."""
        room = MAX_IN_FLIGHT - self._in_flight.total()
        if not room:
            return None
        try:
            taken = await self._journal.claim_reports(
                limit=room, busy=dict(self._in_flight), per_origin=MAX_IN_FLIGHT_PER_ORIGIN
            )
            for due in taken:
                self._in_flight[due.callback_origin] += 1
                attempt = group.create_task(self._attempt(due, session))
                attempts.add(attempt)
                attempt.add_done_callback(attempts.discard)
            # What else is due waits for an origin that has enough in flight, and rings when one of those ends.
            if max(self._in_flight.values(), default=0) >= MAX_IN_FLIGHT_PER_ORIGIN:
                return self._alarm.in_seconds(1.0)
            if taken:  # mostly more end meanwhile, and ring; when the next one is due is read when none does
                return self._alarm.in_seconds(LOOK_AGAIN_S)
            return await self._journal.next_report_us()
        except JournalUnavailable as error:
            logger.error("journal unavailable, reporting later", extra={"cause": repr(error.__cause__)})
            return self._alarm.in_seconds(1.0)

    async def _beat_until_cancelled(self) -> None:
        while True:
            await asyncio.sleep(BEAT_INTERVAL_S)
            if self._held:
                with suppress(JournalUnavailable):  # the next beat is in time: a lease outlasts three of them
                    await self._journal.renew_reports(list(self._held))

    async def _attempt(self, due: DueReport, session: aiohttp.ClientSession) -> None:
        self._held.add(due)
        began_at = time.monotonic()
        try:
            try:
                answer = await self._answer_to(due, session)
            finally:
                # Now, so that the next one is claimed in the same commit that records this one.
                self._in_flight[due.callback_origin] -= 1
                self._in_flight += Counter()  # drops origins with none in flight
                self._alarm.ring()
            await self._record(due, answer, began_at)
        except JournalUnavailable as error:
            # Its claim expires, and it is tried again then; the receiver knows a repeated report by its id.
            logger.error("journal unavailable, attempt not recorded", extra={"cause": repr(error.__cause__)})
        finally:
            self._held.discard(due)

    async def _answer_to(self, due: DueReport, session: aiohttp.ClientSession) -> Answer:
        calculation = due.calculation
        logs.set_present(
            request=calculation.request_id, calculation=calculation.calculation_id, trace=calculation.traceparent
        )
        try:
            parent = calculation.traceparent or ""
            with tracing.span("report", kind="CLIENT", parent=parent, attempt=due.attempt_count + 1):
                tracing.note(calculation_kind=calculation.kind, calculation_state=calculation.state)
                answer = await self._send(due, session)
                tracing.note(http_status=answer.status)
                if answer.error:
                    tracing.fail(answer.error)
                return answer
        except Exception:
            # The outermost edge of one report: whatever is wrong with it must not end the others.
            logger.exception("report could not be made", extra={"calculation_id": due.calculation_id})
            return Answer(error="The report could not be made; the server's log has the details.")

    async def _send(self, due: DueReport, session: aiohttp.ClientSession) -> Answer:
        calculation = due.calculation
        if origin_of(due.callback_url) not in self._allowed_origins:
            return Answer(error="The callback's origin is not among CALC_CALLBACK_ALLOWED_ORIGINS any more.")
        if len(calculation.result or b"") > LARGE_RESULT_BYTES:
            body, headers = await asyncio.to_thread(self._message_of, calculation)
        else:
            body, headers = self._message_of(calculation)
        try:
            async with session.put(
                URL(due.callback_url), data=body, headers=headers, allow_redirects=False
            ) as response:
                error = "" if response.ok else f"HTTP {response.status} {await _reason(response)}".strip()
                return Answer(status=response.status, error=error, retry_after=response.headers.get("Retry-After"))
        except aiohttp.ConnectionTimeoutError:
            return Answer(error=f"No connection within {CONNECT_TIMEOUT_S:g} s.")
        except TimeoutError:
            return Answer(error=f"No answer within {ATTEMPT_TIMEOUT_S:g} s.")
        except (aiohttp.ClientError, OSError) as error:
            return Answer(error=_printable(f"{type(error).__name__}: {error}"[:300]))

    def _message_of(self, calculation: Calculation) -> tuple[bytes, dict[str, str]]:
        """The body, and headers that are signed for this attempt alone."""
        report_id, body = calculation.report.report_id, json.dumps(report_body(calculation)).encode()
        timestamp_s = self._clock() // SECOND_US
        return body, {
            "X-Calc-Key": self._key,
            "X-Request-Id": calculation.request_id or report_id,  # the log of main_api then says who began it
            "Content-Type": "application/json",
            **({"traceparent": logs.traceparent.get()} if tracing.is_on() else {}),
            **signature_headers(secret=self._secret, message_id=report_id, timestamp_s=timestamp_s, body=body),
        }

    async def _record(self, due: DueReport, answer: Answer, began_at: float) -> None:
        duration_s = time.monotonic() - began_at
        state, next_us = next_step(
            answer, due, now_us=self._clock(), give_up_after_s=self._give_up_after_s, chance=self._chance
        )
        await self._journal.record_report(due, state=state, last_error=answer.error, next_time_us=next_us)
        counts.count_report(state, duration_s)
        logger.log(
            LOG_LEVELS.get(state, logging.ERROR),
            "report attempted",
            extra={
                "calculation_id": due.calculation_id,
                "attempt": due.attempt_count + 1,
                "report_state": state,
                "duration_s": duration_s,
                **({"error": answer.error} if answer.error else {}),
            },
        )


async def _reason(response: aiohttp.ClientResponse) -> str:
    """The stable word of a problem+json body, or nothing."""
    try:
        problem = json.loads(await read_at_most(response, MAX_REASON_BYTES))
    except (ValueError, aiohttp.ClientError):
        return ""
    reason = problem.get("reason") if isinstance(problem, dict) else None
    # A word and nothing else: a receiver could repeat the key that it was sent.
    return reason if isinstance(reason, str) and _WORD.fullmatch(reason) else ""


def _printable(text: str) -> str:
    """What a receiver sent, fit for the journal and the log."""
    return re.sub(r"[^ -~]", "?", text)
