"""Who may make which call: the one table. What is not in it, nobody may.

Whose request it is, is the services' business.
"""

from enum import Enum
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from main_api.accounts.models import Role
from main_api.callback_key import refuse_without_key


class Who(Enum):
    """Those whom a call is for."""

    ANYBODY = "anybody"
    SIGNED_IN = "whoever is signed in"
    OBSERVER = "observers"
    MODERATOR = "moderators"
    KEY = "whoever has a callback key"


ROLES = {Who.OBSERVER: Role.OBSERVER, Who.MODERATOR: Role.MODERATOR}

# By route and method. HEAD is GET.
CALLS: dict[str, dict[str, Who]] = {
    "api/auth/register": {"POST": Who.ANYBODY},
    "api/auth/login": {"POST": Who.ANYBODY},
    "api/auth/logout": {"POST": Who.ANYBODY},
    "api/auth/me": {"GET": Who.SIGNED_IN},
    "api/auth/password": {"POST": Who.SIGNED_IN},
    "api/auth/token": {"POST": Who.ANYBODY, "DELETE": Who.SIGNED_IN},
    "api/auth/tokens": {"GET": Who.SIGNED_IN},
    "api/auth/tokens/<int:token_id>": {"DELETE": Who.SIGNED_IN},
    "api/stations": {"GET": Who.ANYBODY},
    "api/asteroids": {"GET": Who.ANYBODY},
    "api/asteroids/<int:spkid>": {"GET": Who.ANYBODY},
    "api/asteroids/sync": {"POST": Who.MODERATOR},
    "api/asteroids/sync/<uuid:calculation_id>/pages": {"GET": Who.KEY},
    "api/asteroids/sync/<uuid:calculation_id>/pages/<int:page_number>": {"PUT": Who.KEY},
    "api/asteroids/sync/<uuid:calculation_id>/finish": {"POST": Who.KEY},
    "api/observations/parse": {"POST": Who.OBSERVER},
    "api/requests": {"GET": Who.SIGNED_IN, "POST": Who.OBSERVER},
    # Which of them see it, and which change it, follows from its creator and status.
    "api/requests/<int:request_id>": {"GET": Who.SIGNED_IN, "PATCH": Who.SIGNED_IN, "DELETE": Who.SIGNED_IN},
    "api/requests/<int:request_id>/observations": {"POST": Who.SIGNED_IN},
    "api/requests/<int:request_id>/observations/<int:observation_id>": {
        "PATCH": Who.SIGNED_IN,
        "DELETE": Who.SIGNED_IN,
    },
    "api/requests/<int:request_id>/import": {"POST": Who.SIGNED_IN},
    "api/requests/<int:request_id>/export/csv": {"GET": Who.SIGNED_IN},
    "api/requests/<int:request_id>/export/json": {"GET": Who.SIGNED_IN},
    "api/requests/<int:request_id>/export/psv": {"GET": Who.SIGNED_IN},
    "api/requests/<int:request_id>/prediction": {"GET": Who.SIGNED_IN},
    "api/requests/<int:request_id>/form": {"PUT": Who.SIGNED_IN},
    "api/requests/<int:request_id>/complete": {"PUT": Who.MODERATOR},
    "api/requests/<int:request_id>/reject": {"PUT": Who.MODERATOR},
    "api/requests/<int:request_id>/recalculate": {"POST": Who.MODERATOR},
    "api/requests/<int:request_id>/result": {"PUT": Who.KEY},
}


class ByTable(BasePermission):
    """Looks a call up in CALLS."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method == "OPTIONS":
            # Says which methods there are, as the OpenAPI document does.
            return True
        who = asked(request.resolver_match.route, request.method or "", has_handler=_has_handler(request, view))
        if who is None:
            return False
        if who is Who.KEY:
            refuse_without_key(request)
        if who in (Who.ANYBODY, Who.KEY):
            return True
        user = request.user
        return bool(user.is_authenticated) and (who is Who.SIGNED_IN or user.role == ROLES[who])


def asked(route: str, method: str, *, has_handler: bool) -> Who | None:
    """Who may make a call; None: nobody. A method that a route does not take is 405 for whoever may make one of its
    calls, and for others as if they had made that."""
    methods = CALLS.get(route)
    if methods is None:
        return None
    if not has_handler:
        return Who.SIGNED_IN if set(methods.values()) - {Who.ANYBODY, Who.KEY} else Who.ANYBODY
    return methods.get("GET" if method == "HEAD" else method)


def _has_handler(request: Request, view: Any) -> bool:
    method = (request.method or "").lower()
    return method in view.http_method_names and hasattr(view, method)
