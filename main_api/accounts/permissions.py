"""Which role may make a call. Whose request it is, is the services' business."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from main_api.accounts.models import Role


class IsObserver(IsAuthenticated):
    """Signed in as an observer."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and request.user.role == Role.OBSERVER


class IsModerator(IsAuthenticated):
    """Signed in as a moderator."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and request.user.role == Role.MODERATOR
