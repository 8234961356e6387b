"""Writes accounts."""

import logging
import re
import secrets
import unicodedata
from collections.abc import Callable

from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from main_api.accounts.attempts import count_registration, count_sign_in, forgive_sign_in, sign_in_limits
from main_api.accounts.models import ApiToken, Role, User
from main_api.accounts.selectors import live_tokens, token_digest
from main_api.errors import FieldError, InvalidInput, NotFound, UsernameTaken, WrongCredentials
from main_api.turns import writing

logger = logging.getLogger(__name__)

TOKEN_COUNT_MAX = 10
PASSWORD_LENGTH_MAX = 128
# Letters of one look like letters of another: Cyrillic "о" makes an "observer" that is not the one everybody knows.
LOOK_ALIKE_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE"})


def register(*, username: str, password: str, address: str, and_then: Callable[[User], None] = lambda _: None) -> User:
    """A new observer. Refuses names that are taken, in whatever case, weak passwords, and more than so many from one
    address in an hour; taken names count, so that nobody can try many.

    and_then: what else is written in the transaction that stores the user.
    """
    user = _new_user(username, password, Role.OBSERVER)
    count_registration(address)
    return _saved(user, password, and_then)


def create_moderator(*, username: str, password: str) -> User:
    """A new moderator; the refusals are those of `register`. No HTTP call leads here."""
    return _saved(_new_user(username, password, Role.MODERATOR), password)


@writing()
def let_look_at_admin(user: User) -> None:
    """Opens the admin to a user, to look at the room's data and to change nothing."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    apps = ("accounts", "requests")
    looking = Permission.objects.filter(content_type__app_label__in=apps, codename__startswith="view_")
    user.user_permissions.add(*looking)


def sign_in(*, username: str, password: str, address: str) -> User:
    """The user whose name and password these are; raises WrongCredentials or SignInLocked.

    Of a name that nobody has, the password is hashed as well, so that both take the same time.
    """
    username = User.normalize_username(username)  # as it was stored
    limits = sign_in_limits(username, address)
    count_sign_in(limits)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        # Without the name: what is typed there by mistake is at times a password.
        logger.warning("sign-in failed", extra={"action": "sign in", "address": address})
        raise WrongCredentials()
    forgive_sign_in(limits)
    return user


def change_password(*, user: User, current_password: str, new_password: str, address: str) -> None:
    """A new password: the account's tokens and all sessions begun with the old one end. Raises InvalidInput, or
    SignInLocked: who has found an open session cannot try passwords at will either."""
    limits = sign_in_limits(user.username, address)
    count_sign_in(limits)
    if not user.check_password(current_password):
        wrong = FieldError(
            path="current_password", reason="WRONG_CREDENTIALS", message="This is not the present password."
        )
        raise InvalidInput(errors=[wrong])
    forgive_sign_in(limits)
    refused = _weaknesses(user, new_password, path="new_password")
    if refused:
        raise InvalidInput(errors=refused)
    with writing():
        user.set_password(new_password)
        user.save(update_fields=["password"])
    logger.info("password changed", extra={"action": "change password", "actor": user.username, "address": address})


@writing()
def create_token(*, user: User) -> str:
    """A new token; the user's oldest beyond ten stop working."""
    token = secrets.token_hex(20)
    now = timezone.now()
    ApiToken.objects.create(user=user, digest=token_digest(token), created_at=now, last_used_at=now)
    kept = live_tokens().filter(user=user).values_list("id", flat=True)[:TOKEN_COUNT_MAX]
    user.api_tokens.exclude(id__in=list(kept)).delete()
    return token


@writing()
def revoke_tokens(*, user: User, token: str | None = None) -> None:
    """The token, or all of the user's, open nothing any more."""
    tokens = user.api_tokens.all()
    if token is not None:
        tokens = tokens.filter(digest=token_digest(token))
    tokens.delete()


@writing()
def revoke_token(*, user: User, token_id: int) -> None:
    """One of the user's tokens opens nothing any more; raises NotFound."""
    deleted, _ = user.api_tokens.filter(pk=token_id).delete()
    if not deleted:
        raise NotFound()


@writing()
def forget_ended_sessions() -> None:
    """Deletes the rows of sessions that have run out."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def _new_user(username: str, password: str, role: Role) -> User:
    user = User(username=User.normalize_username(username), role=role)
    _check(user, password)
    return user


def _saved(user: User, password: str, and_then: Callable[[User], None] = lambda _: None) -> User:
    _refuse_taken(user.username)
    user.set_password(password)
    try:
        with writing():
            _refuse_taken(user.username)  # while the password was hashed, somebody else may have come
            user.save()
            and_then(user)
    except IntegrityError as error:
        raise UsernameTaken() from error
    return user


def _refuse_taken(username: str) -> None:
    """Raises UsernameTaken. A regular expression, because SQLite knows the case of ASCII letters only, in its unique
    index as well."""
    if User.objects.filter(username__iregex=rf"^{re.escape(username)}$").exists():
        raise UsernameTaken()


def _check(user: User, password: str) -> None:
    refused: list[FieldError] = []
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        messages = error.message_dict.get("username", [])
        refused += [FieldError(path="username", reason="INVALID_FORMAT", message=text) for text in messages]
    if len(LOOK_ALIKE_ALPHABETS & {unicodedata.name(letter, "").split(" ")[0] for letter in user.username}) > 1:
        message = "Expected the letters of one alphabet: those of several can look alike."
        refused.append(FieldError(path="username", reason="INVALID_FORMAT", message=message))
    refused += _weaknesses(user, password, path="password")
    if refused:
        raise InvalidInput(errors=refused)


def _weaknesses(user: User, password: str, *, path: str) -> list[FieldError]:
    refused = []
    if len(password) > PASSWORD_LENGTH_MAX:
        message = f"Expected at most {PASSWORD_LENGTH_MAX} characters."
        refused.append(FieldError(path=path, reason="TOO_LONG", message=message))
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        refused += [FieldError(path=path, reason="INVALID_FORMAT", message=text) for text in error.messages]
    return refused
