"""How often one may try: failed sign-ins and registrations, counted in the database, which all processes share.

An attempt counts before the password is looked at and is given back when the password was right, so that many attempts
at the same moment are no more than many in a row. Names are counted whether there is such a user or not.

Why not django-axes: it looks at the count first and adds to it after the password was checked, has one limit for names
and addresses, keeps what was typed into the form, knows nothing of registrations, and answers outside of the table of
exception_handler.py.
"""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from main_api.accounts.models import Attempts
from main_api.errors import SignInLocked, Throttled
from main_api.turns import writing

logger = logging.getLogger(__name__)

REGISTRATIONS_PERIOD_S = 3600
NAME, ADDRESS, REGISTRATION = Attempts.Kind.NAME, Attempts.Kind.ADDRESS, Attempts.Kind.REGISTRATION


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many attempts in so many seconds; the last of them begins the period anew, and further ones are refused."""

    kind: str
    address: str
    name_digest: str = ""
    count_max: int
    period_s: int

    @property
    def row(self) -> dict[str, str]:
        return {"kind": self.kind, "address": self.address, "name_digest": self.name_digest}


def sign_in_limits(username: str, address: str) -> tuple[Limit, Limit]:
    """Those of an address, and of a name from this address: a stranger's failures lock out nobody elsewhere."""
    period_s = settings.SIGN_IN_LOCK_S
    return (
        Limit(kind=ADDRESS, address=address, count_max=settings.SIGN_IN_ADDRESS_FAILURES_MAX, period_s=period_s),
        Limit(
            kind=NAME,
            address=address,
            name_digest=name_digest(username),
            count_max=settings.SIGN_IN_FAILURES_MAX,
            period_s=period_s,
        ),
    )


def name_digest(username: str) -> str:
    """What is stored of a name: what people type there by mistake is at times their password."""
    return salted_hmac("main_api.attempts", username.lower(), algorithm="sha256").hexdigest()


def count_sign_in(limits: Sequence[Limit]) -> None:
    """Counts an attempt as a failure; raises SignInLocked, and then counts nothing."""
    wait_s = _count(limits)
    if wait_s:
        logger.warning("sign-in locked", extra={"action": "sign in", "address": limits[0].address, "wait_s": wait_s})
        raise SignInLocked(retry_after_s=wait_s)


@writing()
def forgive_sign_in(limits: Sequence[Limit]) -> None:
    """The attempt was no failure: the name begins anew, the address has one failure less."""
    for limit in limits:
        rows = Attempts.objects.filter(**limit.row)
        if limit.kind == NAME:
            rows.delete()
        else:
            rows.filter(count__gt=0).update(count=F("count") - 1)


def count_registration(address: str) -> None:
    """Raises Throttled where an address has registered too many."""
    limit = Limit(
        kind=REGISTRATION, address=address, count_max=settings.REGISTRATIONS_MAX, period_s=REGISTRATIONS_PERIOD_S
    )
    wait_s = _count([limit])
    if wait_s:
        raise Throttled("Too many accounts were registered from your address.", retry_after_s=wait_s)


@writing()
def unlock(*, username: str = "", address: str = "") -> int:
    """Forgets what was counted of a name, of an address, of both together, or of everybody; how many counts."""
    rows = Attempts.objects.all()
    if username:
        rows = rows.filter(name_digest=name_digest(username))
    if address:
        rows = rows.filter(address=address)
    return rows.delete()[0]


@writing()
def _count(limits: Sequence[Limit]) -> int:
    """Counts one attempt under each limit, or under none of them; the seconds to wait, 0 when it was counted."""
    now = timezone.now()
    Attempts.objects.filter(ends_at__lte=now).delete()
    # Whoever is locked out adds no row: an address could name a new user in every attempt.
    locked_s = _wait_s(limits, [Attempts.objects.filter(**limit.row).first() for limit in limits], now)
    if locked_s:
        return locked_s
    rows = [_locked_row(limit) for limit in limits]
    locked_s = _wait_s(limits, rows, now)
    if locked_s:
        return locked_s
    for row, limit in zip(rows, limits, strict=True):
        row.count += 1
        if row.count >= limit.count_max:
            row.ends_at = now + timedelta(seconds=limit.period_s)
        row.save(update_fields=["count", "ends_at"])
    return 0


def _wait_s(limits: Sequence[Limit], rows: Sequence[Attempts | None], now: datetime) -> int:
    """Seconds until all limits that are reached have ended; 0 where none is. rows: one for each limit, if there."""
    pairs = zip(limits, rows, strict=True)
    reached = [row.ends_at for limit, row in pairs if row is not None and row.count >= limit.count_max]
    return max(1, math.ceil((max(reached) - now).total_seconds())) if reached else 0


def _locked_row(limit: Limit) -> Attempts:
    ends_at = timezone.now() + timedelta(seconds=limit.period_s)
    Attempts.objects.get_or_create(**limit.row, defaults={"ends_at": ends_at})
    return Attempts.objects.select_for_update().get(**limit.row)
