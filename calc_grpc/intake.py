"""Checks what callers ask for, before anything is stored."""

import base64
import binascii
import hashlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from calc_grpc.calculation import SECOND_US, State
from calc_grpc.config import DAY_S
from calc_grpc.convert import KIND_NAMES, Creation
from calc_grpc.errors import CallbackNotAllowed, FieldProblem, InvalidInput, NotOffered
from calc_grpc.journal.port import Filter, NewCalculation
from calc_grpc.kinds import CheckedKind
from calc_grpc.origins import origin_of

MAX_CREATOR_LENGTH = 150
MAX_CREATOR_WAITING = 10_000  # they are counted for each that is accepted
MAX_WANTED = 100  # kinds and states of a filter; there are fewer
MAX_PAGE_SIZE = 1000
DEFAULT_PAGE_SIZE = 50
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def canonical_id(text: str) -> str | None:
    """Return a UUID in lower case; None when the text is no UUID in the usual form."""
    return text.lower() if UUID.fullmatch(text) else None


def new_calculation(
    creation: Creation,
    *,
    kinds: Mapping[str, CheckedKind],
    now_us: int,
    allowed_origins: frozenset[str],
    draw_delay_s: Callable[[], float],
    request_id: str = "",
    traceparent: str = "",
) -> NewCalculation:
    """Check a request whole and return what to store; kinds: those that this server computes. The ids are stored too.

    Raises InvalidInput, CallbackNotAllowed, NotOffered.
    """
    problems = _envelope_problems(creation)
    if creation.kind is not None and creation.kind not in kinds:
        raise NotOffered(
            f"This server does not compute {creation.kind} yet; it computes {', '.join(kinds)}.",
            metadata={"kind": creation.kind},
        )
    if creation.kind is not None and creation.input_message is not None:
        now = datetime.fromtimestamp(now_us / SECOND_US, tz=UTC)
        problems += kinds[creation.kind].find_problems(creation.input_message, now)
    if problems or creation.kind is None:
        raise InvalidInput(problems)
    origin = origin_of(creation.callback_url) if creation.callback_url is not None else ""
    if origin is None or (origin and origin not in allowed_origins):
        raise CallbackNotAllowed
    delay_s = creation.delay_s if creation.delay_s is not None else draw_delay_s()
    return NewCalculation(
        calculation_id=canonical_id(creation.calculation_id) or str(uuid.uuid4()),
        kind=creation.kind,
        creator=creation.creator,
        input=creation.input_bytes,
        input_sha256=hashlib.sha256(creation.input_bytes).digest(),
        create_time_us=now_us,
        due_time_us=now_us + round(delay_s * SECOND_US),
        callback_url=creation.callback_url or "",
        callback_origin=origin,
        report_id=str(uuid.uuid4()) if origin else "",
        request_id=request_id,
        traceparent=traceparent,
        creator_waiting_max=creation.creator_waiting_max,
    )


def wanted_of(*, kinds: Sequence[str], states: Sequence[State | None], creator: str, visible_to: str) -> Filter:
    """Check the filters of a list or a watch; raises InvalidInput."""
    if too_many := [
        FieldProblem(path=path, reason="TOO_LONG", message=f"Give at most {MAX_WANTED} values.")
        for path, values in (("kind", kinds), ("state", states))
        if len(values) > MAX_WANTED
    ]:
        raise InvalidInput(too_many)
    problems = [
        FieldProblem(path=f"kind[{index}]", reason="UNKNOWN_VALUE", message=f"Give one of {', '.join(KIND_NAMES)}.")
        for index, kind in enumerate(kinds)
        if kind not in KIND_NAMES
    ]
    problems += [
        FieldProblem(path=f"state[{index}]", reason="UNKNOWN_VALUE", message="Give a state a calculation can have.")
        for index, state in enumerate(states)
        if state is None
    ]
    problems += _name_problems(creator=creator, visible_to=visible_to)
    if problems:
        raise InvalidInput(problems)
    return Filter(
        kinds=tuple(dict.fromkeys(kinds)),
        states=tuple(dict.fromkeys(state for state in states if state is not None)),
        creator=creator,
        visible_to=visible_to,
    )


def page_size_of(asked: int) -> int:
    """Return the rows per page; raises InvalidInput."""
    if not 0 <= asked <= MAX_PAGE_SIZE:
        message = f"Give 1 to {MAX_PAGE_SIZE}, or 0 for {DEFAULT_PAGE_SIZE}."
        raise InvalidInput([FieldProblem(path="page_size", reason="OUT_OF_RANGE", message=message)])
    return asked or DEFAULT_PAGE_SIZE


def page_token(wanted: Filter, last_sequence: int) -> str:
    """Name the page after this row; the token holds for these filters only."""
    return base64.urlsafe_b64encode(f"{last_sequence}.{_fingerprint(wanted)}".encode()).decode().rstrip("=")


def sequence_of_token(wanted: Filter, token: str) -> int | None:
    """Return where the page starts, None for the first one; raises InvalidInput."""
    if not token:
        return None
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    match = re.fullmatch(r"(\d{1,18})\.([0-9a-f]+)", text, re.ASCII)
    if match is None or match[2] != _fingerprint(wanted):
        message = "Give the next_page_token of a page with the same filters, or nothing for the first page."
        raise InvalidInput([FieldProblem(path="page_token", reason="INVALID_FORMAT", message=message)])
    return int(match[1])


def _name_problems(**names: str) -> list[FieldProblem]:
    """Not every journal can hold a NUL, and no name has one."""
    problems = []
    for path, name in names.items():
        if len(name) > MAX_CREATOR_LENGTH:
            message = f"Give at most {MAX_CREATOR_LENGTH} characters."
            problems.append(FieldProblem(path=path, reason="TOO_LONG", message=message))
        elif min(name, default=" ") < " ":
            message = "Give a name without control characters."
            problems.append(FieldProblem(path=path, reason="INVALID_FORMAT", message=message))
    return problems


def _bound_problems(creator_waiting_max: int, creator: str) -> list[FieldProblem]:
    problems = []
    if not 1 <= creator_waiting_max <= MAX_CREATOR_WAITING:
        message = f"Give 1 to {MAX_CREATOR_WAITING}, or leave it out."
        problems.append(FieldProblem(path="creator_waiting_max", reason="OUT_OF_RANGE", message=message))
    if not creator:
        message = "Say whose calculations creator_waiting_max bounds."
        problems.append(FieldProblem(path="creator", reason="REQUIRED", message=message))
    return problems


def _fingerprint(wanted: Filter) -> str:
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]


def _envelope_problems(creation: Creation) -> list[FieldProblem]:
    problems = []
    if creation.calculation_id and canonical_id(creation.calculation_id) is None:
        message = "Give a UUID such as 123e4567-e89b-42d3-a456-426614174000, or nothing to have one drawn."
        problems.append(FieldProblem(path="calculation_id", reason="INVALID_FORMAT", message=message))
    if creation.kind is None:
        message = f"Say what to calculate: one of {', '.join(KIND_NAMES)}."
        problems.append(FieldProblem(path="input", reason="REQUIRED", message=message))
    if creation.delay_s is not None and not 0.0 <= creation.delay_s <= DAY_S:
        message = "Give 0 to 86400 seconds."
        problems.append(FieldProblem(path="delay", reason="OUT_OF_RANGE", message=message))
    problems += _name_problems(creator=creation.creator)
    if creation.creator_waiting_max is not None:
        problems += _bound_problems(creation.creator_waiting_max, creation.creator)
    if creation.callback_url == "":
        message = "Give an absolute URL, or leave the callback out."
        problems.append(FieldProblem(path="callback.url", reason="REQUIRED", message=message))
    return problems
