"""Registering under an `Idempotency-Key`: repeated with the same name and password, it is the same account.

Nobody is signed in yet, so a key belongs to the name that it registers, and is stored with the new user in one
transaction. What is stored is the answer, which holds no secret; neither the password nor a digest of the call, from
which it could be guessed. Whether a repeated call has the same password, the user's own hash says, as at every
sign-in: it counts as one, and locks as one. Refusals are not kept, for they have no user and no effect.
"""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from main_api.accounts import services
from main_api.accounts.models import User
from main_api.accounts.serializers import MeOutput
from main_api.errors import KeyReused, UsernameTaken, WrongCredentials
from main_api.idempotency.answering import answer_of, call_of, replayed
from main_api.idempotency.services import Answer, first_answer, keep_first_answer


def register_once(
    request: Request, *, key: str, username: str, password: str, address: str
) -> tuple[User, HttpResponse]:
    """The new user, or the one that this call made before, and the answer of that time.

    Raises as `services.register` does, SignInLocked, and KeyReused where the password is another one.
    """
    call, name = call_of(request), User.normalize_username(username)
    made: list[HttpResponse] = []

    def keep(user: User) -> None:
        answer = answer_of(Response(MeOutput(user).data, status=201))
        keep_first_answer(user=user, call=call, key=key, answer=answer)
        made.append(HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers)))

    kept = first_answer(username=name, call=call, key=key)
    if kept is None:
        try:
            user = services.register(username=username, password=password, address=address, and_then=keep)
        except UsernameTaken:
            # Perhaps by the same call, which came twice at the same moment.
            kept = first_answer(username=name, call=call, key=key)
            if kept is None:
                raise
        else:
            return user, made[0]
    return _again(kept, username=name, password=password, address=address)


def _again(kept: Answer, *, username: str, password: str, address: str) -> tuple[User, HttpResponse]:
    try:
        user = services.sign_in(username=username, password=password, address=address)
    except WrongCredentials as error:
        raise KeyReused() from error
    return user, replayed(kept)
