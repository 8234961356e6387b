"""Keeps the first answer of a call with a key, so that the call repeated has no second effect.

A call is claimed first, in a transaction of its own, so that others see it running. Its effect and its answer are then
stored in one transaction, which finds its claim still there or stores neither. So whoever died in between has had no
effect, and its claim may be taken over after a while.

What one user can have kept is bounded: beyond the limit the oldest refusals go first, which a repeated call is given
again anyway, then the oldest answers. A call that still runs stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone

from main_api import deadline
from main_api.accounts.models import User
from main_api.errors import KeyReused, KeyRunning
from main_api.idempotency.models import KeptAnswer
from main_api.turns import writing

# Longer than any call takes: the gateway waits 30 s for an answer by default.
TAKE_OVER_AFTER_S = 60.0
# A larger refusal is not kept: it may hold what the caller sent, and has had no effect.
REFUSAL_BYTES_MAX = 65_536


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered: status, the headers that belong to it, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@writing()
def claim_call(*, user: User, call: str, key: str, fingerprint: str) -> Answer | UUID:
    """The answer that is kept; or the claim of whoever is to make it. Raises KeyReused, KeyRunning."""
    now = timezone.now()
    _forget_old(now)
    claim = uuid4()
    kept, is_new = KeptAnswer.objects.select_for_update().get_or_create(
        user=user, call=call, key=key, defaults={"fingerprint": fingerprint, "claim": claim, "claimed_at": now}
    )
    if is_new:
        _make_room(user)
        return claim
    if kept.fingerprint != fingerprint:
        raise KeyReused()
    answer = _answer_of(kept)
    if answer is not None:
        return answer
    if not _is_abandoned(kept, now):
        raise KeyRunning()
    KeptAnswer.objects.filter(pk=kept.pk).update(claim=claim, claimed_at=now)
    return claim


@writing()
def keep_answer(claim: UUID, answer: Answer) -> None:
    """Stores an answer; raises KeyRunning where somebody else has taken its call over. A refusal that is too large is
    forgotten at once."""
    if answer.status >= 400 and len(answer.body) > REFUSAL_BYTES_MAX:
        release_claim(claim)
        return
    kept = KeptAnswer.objects.filter(claim=claim).update(
        status=answer.status, headers=dict(answer.headers), body=answer.body
    )
    if not kept:
        raise KeyRunning()


@writing()
def keep_first_answer(*, user: User, call: str, key: str, answer: Answer) -> None:
    """Stores the answer to the call that made this user, which could not be claimed before. Belongs into the
    transaction that stores the user. What is asked again is compared with the user, so there is no fingerprint."""
    now = timezone.now()
    _forget_old(now)
    KeptAnswer.objects.create(
        user=user,
        call=call,
        key=key,
        claim=uuid4(),
        claimed_at=now,
        status=answer.status,
        headers=dict(answer.headers),
        body=answer.body,
    )


def first_answer(*, username: str, call: str, key: str) -> Answer | None:
    """The answer that `keep_first_answer` stored; None where there is none any more."""
    kept = _not_old(timezone.now()).filter(user__username=username, call=call, key=key).first()
    return kept and _answer_of(kept)


@deadline.disregarded()
@writing()
def release_claim(claim: UUID) -> None:
    """Lets the call be made again: its answer was a fault, and nothing came of it."""
    KeptAnswer.objects.filter(claim=claim, status=None).delete()


def _not_old(now: datetime) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(claimed_at__gte=now - timedelta(hours=settings.IDEMPOTENCY_KEEP_H))


def _forget_old(now: datetime) -> None:
    KeptAnswer.objects.filter(claimed_at__lt=now - timedelta(hours=settings.IDEMPOTENCY_KEEP_H)).delete()


def _make_room(user: User) -> None:
    kept = KeptAnswer.objects.filter(user=user)
    excess = kept.count() - settings.IDEMPOTENCY_KEYS_MAX
    if excess > 0:
        first_to_go = Case(When(status__gte=400, then=Value(0)), default=Value(1))
        answered = kept.filter(status__isnull=False).order_by(first_to_go, "claimed_at", "pk")
        KeptAnswer.objects.filter(pk__in=list(answered.values_list("pk", flat=True)[:excess])).delete()


def _answer_of(kept: KeptAnswer) -> Answer | None:
    if kept.status is None:
        return None
    return Answer(status=kept.status, headers=kept.headers, body=bytes(kept.body))


def _is_abandoned(kept: KeptAnswer, now: datetime) -> bool:
    return (now - kept.claimed_at).total_seconds() > TAKE_OVER_AFTER_S
