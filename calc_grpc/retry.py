"""When a report is tried again, and what an answer means: pure rules, no clock and no network."""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from calc_grpc.calculation import SECOND_US, ReportState
from calc_grpc.journal.port import DueReport

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
PATIENT_AFTER_S = 600.0
LONGEST_PATIENT_WAIT_S = 300.0
SHORTEST_WAIT_S = 0.1
LONGEST_RETRY_AFTER_S = 3600.0
RETRY_AFTER_STRETCH = 1.1

REFUSED_FOR_GOOD = frozenset((400, 410, 413, 422))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one attempt came to; status 0: there was no answer."""

    status: int = 0
    error: str = ""
    retry_after: str | None = None


def next_step(
    answer: Answer, due: DueReport, *, now_us: int, give_up_after_s: float, chance: random.Random
) -> tuple[ReportState, int | None]:
    """Return the report's state after an attempt, and when to try again where it is PENDING."""
    state = verdict_on(answer.status)
    if state != "PENDING":
        return state, None
    asked_s = retry_after_s(answer.retry_after, now=datetime.fromtimestamp(now_us / SECOND_US, tz=UTC))
    elapsed_s = (now_us - due.since_us) / SECOND_US
    waiting_s = wait_s(due.attempt_count + 1, elapsed_s=elapsed_s, retry_after_s=asked_s, chance=chance)
    if elapsed_s + waiting_s > give_up_after_s:
        return "GIVEN_UP", None
    return "PENDING", now_us + round(waiting_s * SECOND_US)


def verdict_on(status: int) -> ReportState:
    """DELIVERED, REJECTED, or PENDING for everything that is to be tried again."""
    if 200 <= status < 300:
        return "DELIVERED"
    return "REJECTED" if status in REFUSED_FOR_GOOD else "PENDING"


def wait_s(
    failure_count: int,
    *,
    elapsed_s: float,
    retry_after_s: float | None,
    chance: random.Random,
    longest_s: float = LONGEST_WAIT_S,
) -> float:
    """How long to wait after that many failures: exponential, with full jitter, so that receivers are not stormed.

    At most longest_s (a minute) in the first ten minutes, five minutes later on. A stated Retry-After is the least, up
    to an hour; it is stretched a little, or all the reports that were put off together would return together.
    """
    most_s = longest_s if elapsed_s < PATIENT_AFTER_S else LONGEST_PATIENT_WAIT_S
    ceiling_s = min(most_s, FIRST_WAIT_S * 2.0 ** min(failure_count - 1, 20))
    drawn_s = max(SHORTEST_WAIT_S, chance.uniform(0.0, ceiling_s))
    asked_s = min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S) * chance.uniform(1.0, RETRY_AFTER_STRETCH)
    return max(drawn_s, asked_s)


def retry_after_s(header: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or a date; None when there is none or it cannot be read."""
    if header is None:
        return None
    if re.fullmatch(r"\d{1,9}", header.strip(), re.ASCII):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
