"""Requests that wait for a result, made in main_api's database by `manage.py shell -c`."""

import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model

from main_api.requests.models import Observation, Request

OBSERVATIONS_EACH = 3
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make(count: int) -> None:
    """Completed requests with the ids 1 to count; request n has the observations 3 n - 2 to 3 n."""
    person = get_user_model().objects.create_user("bench")
    Request.objects.bulk_create(
        Request(
            id=number,
            status="COMPLETED",
            designation=f"bench {number}",
            creator=person,
            moderator=person,
            created_at=LONG_AGO,
            formed_at=LONG_AGO,
            completed_at=LONG_AGO,
            updated_at=LONG_AGO,
            observation_count=OBSERVATIONS_EACH,
            calculation_id=uuid.uuid4(),
            calculation_created_at=LONG_AGO,
            calculation_state="SCHEDULED",
        )
        for number in range(1, count + 1)
    )
    Observation.objects.bulk_create(
        Observation(
            id=OBSERVATIONS_EACH * (number - 1) + k + 1,
            request_id=number,
            observed_at=LONG_AGO + timedelta(minutes=k),
            ra_deg=10.0 + k / 100,
            dec_deg=5.0,
            station="500",
        )
        for number in range(1, count + 1)
        for k in range(OBSERVATIONS_EACH)
    )
