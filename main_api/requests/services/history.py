"""Adds to the history of a request."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from main_api.accounts.models import User
from main_api.metrics import count_transition
from main_api.requests.models import NOTE_LENGTH_MAX, HistoryEntry
from main_api.requests.words import Action
from main_api.statements import Columns

_ENTRY = Columns(HistoryEntry, "request_id", "at", "actor_id", "action", "calculation_id", "note", "earlier_result")


def record(
    *,
    request_id: int,
    at: datetime,
    action: Action,
    actor: User | None = None,
    calculation_id: UUID | None = None,
    note: str = "",
    earlier_result: dict[str, Any] | None = None,
) -> None:
    """Adds an entry; belongs into the transaction of what it tells about."""
    entry = {
        "request_id": request_id,
        "at": at,
        "actor_id": actor and actor.pk,
        "action": action,
        "calculation_id": calculation_id,
        "note": note[:NOTE_LENGTH_MAX],
        "earlier_result": earlier_result,
    }
    _ENTRY.insert([entry])
    transaction.on_commit(partial(count_transition, str(action)))
