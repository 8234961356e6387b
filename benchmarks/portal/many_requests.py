"""Fills main_api's database with requests of all statuses, by `manage.py shell -c` in the services' environment."""

import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model

from main_api.requests.models import Request

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = ("FORMED", "COMPLETED", "COMPLETED", "REJECTED")
VERDICTS = ("DETERMINED", "WEAK", "NOT_DETERMINED")
CREATOR_COUNT = 20
OBSERVATION_COUNT = 21


def make(count: int) -> None:
    """`count` requests of twenty observers, a quarter of them waiting for a decision, ten minutes apart."""
    people = get_user_model().objects
    moderator = people.get(username="moderator")
    creators = [people.create_user(f"observer{number:02}") for number in range(CREATOR_COUNT)]
    Request.objects.bulk_create(
        (build(number, creators[number % CREATOR_COUNT], moderator) for number in range(count)), batch_size=500
    )


def build(number: int, creator: object, moderator: object) -> Request:
    """One request; which one follows from its number."""
    status = STATUSES[number % len(STATUSES)]
    formed_at = BEGIN + timedelta(minutes=10 * number)
    completed = status == "COMPLETED"
    return Request(
        status=status,
        designation=f"{number + 1} Test",
        creator=creator,
        moderator=None if status == "FORMED" else moderator,
        created_at=formed_at,
        formed_at=formed_at,
        completed_at=formed_at if completed else None,
        updated_at=formed_at,
        observation_count=OBSERVATION_COUNT,
        result_count=OBSERVATION_COUNT if completed else 0,
        calculation_id=uuid.uuid4() if completed else None,
        calculation_state="SUCCEEDED" if completed else "",
        verdict=VERDICTS[number % len(VERDICTS)] if completed else "",
    )
