"""How a call says who is calling: a token, or a session cookie together with our own origin."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from main_api.accounts.models import User
from main_api.accounts.selectors import user_of_token
from main_api.errors import CrossSite

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != "token":
            return None
        user = user_of_token(words[1]) if len(words) == 2 else None
        if user is None:
            raise AuthenticationFailed("The token is not valid; get another by POST /api/auth/token.")
        return user, words[1]

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class SessionAuthentication(BaseAuthentication):
    """The session cookie. An unsafe call has to come from our own origin, which replaces a CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = getattr(request._request, "user", None) or AnonymousUser()
        if not isinstance(user, User) or not user.is_active:
            return None
        if request.method not in SAFE_METHODS and not is_own_origin(request._request):
            raise CrossSite()
        return user, None


def is_own_origin(request: HttpRequest) -> bool:
    """Whether the call says that it comes from a page of the entrance it was sent to."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def refuse_foreign_origin(request: HttpRequest) -> None:
    """For calls that create a session: no other site's page may sign its visitors in here."""
    if "Origin" in request.headers and not is_own_origin(request):
        raise CrossSite()
