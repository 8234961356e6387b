"""Writes accounts."""

import secrets

from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from main_api.accounts.models import ApiToken, Role, User
from main_api.accounts.selectors import token_digest
from main_api.errors import FieldError, InvalidInput, UsernameTaken, WrongCredentials
from main_api.turns import writing

TOKEN_COUNT_MAX = 10
PASSWORD_LENGTH_MAX = 128


def register(*, username: str, password: str) -> User:
    """A new observer. Refuses names that are taken, in whatever case, and weak passwords."""
    return _create_user(username, password, Role.OBSERVER)


def create_moderator(*, username: str, password: str) -> User:
    """A new moderator; the refusals are those of `register`. No HTTP call leads here."""
    return _create_user(username, password, Role.MODERATOR)


@writing()
def let_look_at_admin(user: User) -> None:
    """Opens the admin to a user, to look at the room's data and to change nothing."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    apps = ("accounts", "requests")
    looking = Permission.objects.filter(content_type__app_label__in=apps, codename__startswith="view_")
    user.user_permissions.add(*looking)


def sign_in(*, username: str, password: str) -> User:
    """The user whose name and password these are."""
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        raise WrongCredentials()
    return user


@writing()
def create_token(*, user: User) -> str:
    """A new token; the user's oldest beyond ten stop working."""
    token = secrets.token_hex(20)
    ApiToken.objects.create(user=user, digest=token_digest(token), created_at=timezone.now())
    kept = user.api_tokens.order_by("-id").values_list("id", flat=True)[:TOKEN_COUNT_MAX]
    user.api_tokens.exclude(id__in=list(kept)).delete()
    return token


def _create_user(username: str, password: str, role: Role) -> User:
    user = User(username=User.normalize_username(username), role=role)
    _check(user, password)
    user.set_password(password)
    try:
        with writing():
            user.save()
    except IntegrityError as error:
        raise UsernameTaken() from error
    return user


def _check(user: User, password: str) -> None:
    refused: list[FieldError] = []
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        messages = error.message_dict.get("username", [])
        refused += [FieldError(path="username", reason="INVALID_FORMAT", message=text) for text in messages]
    if len(password) > PASSWORD_LENGTH_MAX:
        message = f"Expected at most {PASSWORD_LENGTH_MAX} characters."
        refused.append(FieldError(path="password", reason="TOO_LONG", message=message))
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        refused += [FieldError(path="password", reason="INVALID_FORMAT", message=text) for text in error.messages]
    if refused:
        raise InvalidInput(errors=refused)
    if User.objects.filter(username__iexact=user.username).exists():
        raise UsernameTaken()
