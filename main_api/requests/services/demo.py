"""The request that a fresh checkout shows: Piazzi's observations of Ceres."""

import json
from datetime import datetime
from pathlib import Path

from django.db import transaction

from main_api.accounts.models import Role, User
from main_api.accounts.services import let_look_at_admin
from main_api.requests.models import Request
from main_api.requests.services.drafts import create_request
from main_api.requests.services.transitions import form_request
from main_api.requests.words import RequestStatus

DESIGNATION = "Ceres (Giuseppe Piazzi, 1801)"
DATA = Path(__file__).resolve().parent.parent / "demo" / "ceres_1801.json"


@transaction.atomic
def create_demo() -> bool:
    """The two demo accounts and one formed request; False when they were there already.

    The moderator may look at the admin.
    """
    observer = _demo_user("observer", Role.OBSERVER)
    let_look_at_admin(_demo_user("moderator", Role.MODERATOR))
    shown = Request.objects.filter(creator=observer, designation=DESIGNATION).exclude(status=RequestStatus.DELETED)
    if shown.exists():
        return False
    data = json.loads(DATA.read_text())
    observations = [
        {**values, "observed_at": datetime.fromisoformat(values["observed_at"])} for values in data["observations"]
    ]
    request_id = create_request(
        creator=observer, designation=DESIGNATION, comment=data["source"], observations=observations
    )
    form_request(user=observer, request_id=request_id)
    return True


def _demo_user(name: str, role: Role) -> User:
    user = User.objects.filter(username=name).first()
    return user or User.objects.create_user(name, password=name, role=role)
