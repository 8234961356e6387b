"""Who may do what on /v1: one rule per rpc. An rpc that is not listed is refused to everybody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.errors import FieldError, Forbidden

MODERATOR = "moderator"
OBSERVER_DELAY_MAX_S = 60


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who calls: a user name and a role, as main_api says."""

    username: str
    role: str

    @property
    def is_moderator(self) -> bool:
        return self.role == MODERATOR


@dataclass(frozen=True, kw_only=True)
class Rule:
    """moderators_only: others are refused before anything is read. narrow: sets what the caller may not choose.

    bounds_waiting: it adds to what waits, which is bounded for each user, but not for moderators.
    """

    moderators_only: bool = False
    bounds_waiting: bool = False
    narrow: Callable[[Identity, Any], None] | None = None

    def apply(self, identity: Identity, request: Any, *, waiting_max: int) -> None:
        """Narrow the request to what this caller may see and do; raises Forbidden."""
        if self.bounds_waiting:
            request.ClearField("creator_waiting_max")
            if not identity.is_moderator:
                request.creator_waiting_max = waiting_max
        if self.narrow is not None:
            self.narrow(identity, request)


def rule_for(rpc: str, identity: Identity) -> Rule:
    """The rule of an rpc; raises Forbidden when this caller may not call it at all."""
    rule = RULES.get(rpc)
    if rule is None:
        raise Forbidden("This call is not open to anybody here.")
    if rule.moderators_only and not identity.is_moderator:
        raise Forbidden("Only moderators may do this.")
    return rule


def _only_visible(identity: Identity, request: Any) -> None:
    if not identity.is_moderator:
        request.visible_to = identity.username


def _only_own(identity: Identity, request: Any) -> None:
    """Seen are one's own and every `pi`, cancelled only one's own: what is unseen stays 404."""
    if not identity.is_moderator:
        request.visible_to = request.creator = identity.username


def _create(identity: Identity, request: Any) -> None:
    if identity.is_moderator:
        request.creator = request.creator or identity.username
        return
    request.creator = identity.username
    refused = []
    kind = request.WhichOneof("input")
    if kind not in (None, "pi"):
        refused.append((kind, "Only moderators may start calculations of this kind."))
    if request.HasField("callback"):
        refused.append(("callback", "Only moderators may name a callback."))
    if request.delay.seconds + request.delay.nanos / 1e9 > OBSERVER_DELAY_MAX_S:
        refused.append(("delay", f"Only moderators may wait longer than {OBSERVER_DELAY_MAX_S} s."))
    if refused:
        errors = [FieldError(path=path, reason="FORBIDDEN", message=message) for path, message in refused]
        raise Forbidden(refused[0][1], errors=errors)


RULES: dict[str, Rule] = {
    "CreateCalculation": Rule(narrow=_create, bounds_waiting=True),
    "GetCalculation": Rule(narrow=_only_visible),
    "ListCalculations": Rule(narrow=_only_visible),
    "CancelCalculation": Rule(narrow=_only_own),
    "ResendReport": Rule(moderators_only=True),
    "WatchCalculation": Rule(narrow=_only_visible),
    "WatchCalculations": Rule(narrow=_only_visible),
    "GetPiDigits": Rule(narrow=_only_visible),
    "PredictPositions": Rule(),
}
