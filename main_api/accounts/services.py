"""Writes accounts."""

import secrets

from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from main_api.accounts.models import ApiToken, Role, User
from main_api.accounts.selectors import token_digest
from main_api.errors import FieldError, InvalidInput, UsernameTaken, WrongCredentials

TOKEN_COUNT_MAX = 10


def register(*, username: str, password: str) -> User:
    """A new observer. Refuses names that are taken, in whatever case, and weak passwords."""
    user = User(username=User.normalize_username(username), role=Role.OBSERVER)
    _check(user, password)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise UsernameTaken() from error
    return user


def sign_in(*, username: str, password: str) -> User:
    """The user whose name and password these are."""
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        raise WrongCredentials()
    return user


@transaction.atomic
def create_token(*, user: User) -> str:
    """A new token; the user's oldest beyond ten stop working."""
    token = secrets.token_hex(20)
    ApiToken.objects.create(user=user, digest=token_digest(token), created_at=timezone.now())
    kept = user.api_tokens.order_by("-id").values_list("id", flat=True)[:TOKEN_COUNT_MAX]
    user.api_tokens.exclude(id__in=list(kept)).delete()
    return token


def _check(user: User, password: str) -> None:
    refused: list[FieldError] = []
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        messages = error.message_dict.get("username", [])
        refused += [FieldError(path="username", reason="INVALID_FORMAT", message=text) for text in messages]
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        refused += [FieldError(path="password", reason="INVALID_FORMAT", message=text) for text in error.messages]
    if refused:
        raise InvalidInput(errors=refused)
    if User.objects.filter(username__iexact=user.username).exists():
        raise UsernameTaken()
