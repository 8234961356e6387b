"""What main_api refuses, in the words of protos/astrodist/errors/v1/errors.proto.

ApiError
  InvalidInput                 fields were refused
    TooFewObservations, ForeignObservation, InvalidPage
  MalformedBody, BodyTooLarge
  NotSignedIn, WrongCredentials, NoKey, NoSignature                who is calling
  Forbidden, CrossSite, WrongKey, WrongSignature, StaleSignature   what they may not do
  NotFound, NotInCatalogue
  UsernameTaken
  Throttled                    too often; `retry_after_s` says when to try again
    SignInLocked
  TooManyOpenRequests
  IllegalTransition, NotADraft, CompletionPending, CalculationReplaced, CalculationConflict
  PassVoided, PageConflict
  SupersededResult, ResultNotWanted, SyncSuperseded, SyncFinished
  PreconditionFailed
  KeyReused, KeyRunning                                            of the header Idempotency-Key
  CalculationRefused
  CalcUnavailable
  DeadlineExceeded             nothing was stored

The HTTP status of each is in exception_handler.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One refused field: where it is, why (a word of `Reason`), and what to do."""

    path: str
    reason: str
    message: str


class ApiError(Exception):
    """Something was refused."""

    reason = "INTERNAL"

    def __init__(self, message: str = "", *, errors: Iterable[FieldError] = ()) -> None:
        self.message = message or " ".join((type(self).__doc__ or "").split())
        self.errors = tuple(errors)
        super().__init__(self.message)


class InvalidInput(ApiError):
    """The input was refused and nothing was saved; `errors` names each field."""

    reason = "INVALID_INPUT"


class TooFewObservations(InvalidInput):
    """A request needs at least three observations; add some, then form it."""

    reason = "TOO_FEW_OBSERVATIONS"


class ForeignObservation(InvalidInput):
    """An observation named in the result is not part of this request; nothing was stored."""

    reason = "FOREIGN_OBSERVATION"


class InvalidPage(InvalidInput):
    """The page of the catalogue cannot be read; nothing of it was stored, and `errors` names the cells."""

    reason = "INVALID_PAGE"


class MalformedBody(ApiError):
    """The body is not a JSON object."""

    reason = "MALFORMED_BODY"


class BodyTooLarge(ApiError):
    """The body is larger than this call accepts."""

    reason = "BODY_TOO_LARGE"


class NotSignedIn(ApiError):
    """Sign in first, or send a token: `Authorization: Token …`."""

    reason = "NOT_SIGNED_IN"


class WrongCredentials(ApiError):
    """The user name or the password is wrong."""

    reason = "WRONG_CREDENTIALS"


class Forbidden(ApiError):
    """Your role may not do this."""

    reason = "FORBIDDEN"


class CrossSite(ApiError):
    """A call with a session cookie needs an Origin header equal to this site's own origin."""

    reason = "CROSS_SITE"


class NoKey(ApiError):
    """The X-Calc-Key header is missing."""

    reason = "NO_KEY"


class WrongKey(ApiError):
    """The X-Calc-Key header holds a key that is not accepted."""

    reason = "WRONG_KEY"


class NoSignature(ApiError):
    """Reports must be signed: send webhook-id, webhook-timestamp and webhook-signature as Standard Webhooks says."""

    reason = "NO_SIGNATURE"


class WrongSignature(ApiError):
    """No accepted key made this signature of this id, moment and body."""

    reason = "WRONG_SIGNATURE"


class StaleSignature(ApiError):
    """The signature's moment is too far from the clock here; compare the clocks of sender and receiver."""

    reason = "STALE_SIGNATURE"


class UsernameTaken(ApiError):
    """This user name is taken; choose another."""

    reason = "USERNAME_TAKEN"


class Throttled(ApiError):
    """Too many calls."""

    reason = "THROTTLED"

    def __init__(self, message: str = "", *, retry_after_s: int = 0, errors: Iterable[FieldError] = ()) -> None:
        super().__init__(message, errors=errors)
        self.retry_after_s = retry_after_s
        if retry_after_s:
            self.message += f" Try again in {_in_words(retry_after_s)}."


class SignInLocked(Throttled):
    """Too many sign-ins failed, so that now not even the right password is looked at."""

    reason = "SIGN_IN_LOCKED"


class NotFound(ApiError):
    """There is no such thing, or none that you may know of."""

    reason = "NOT_FOUND"


class NotInCatalogue(ApiError):
    """The request's designation does not name exactly one asteroid of the catalogue."""

    reason = "NOT_IN_CATALOGUE"


class IllegalTransition(ApiError):
    """The request's status does not allow this step."""

    reason = "ILLEGAL_TRANSITION"


class NotADraft(ApiError):
    """Only a draft can be edited."""

    reason = "NOT_A_DRAFT"


class TooManyOpenRequests(ApiError):
    """You have as many drafts and formed requests as one may have; delete some, or wait until some are decided."""

    reason = "TOO_MANY_OPEN_REQUESTS"


class CompletionPending(ApiError):
    """The request waits for its completion to be recorded; send the result again in a moment."""

    reason = "COMPLETION_PENDING"


class CalculationReplaced(ApiError):
    """The calculation to be replaced is no longer the present one; read the request again."""

    reason = "SUPERSEDED"


class CalculationConflict(ApiError):
    """The calculation service knows this id with another input; try again, a new id will be drawn."""

    reason = "CALCULATION_CONFLICT"


class PassVoided(ApiError):
    """A later pass of this synchronisation has begun; what this one sent does not count any more."""

    reason = "PASS_VOIDED"


class PageConflict(ApiError):
    """This page of this pass is held already, with other rows; begin another pass."""

    reason = "PAGE_CONFLICT"


class SupersededResult(ApiError):
    """A newer calculation has replaced the one this result is of."""

    reason = "SUPERSEDED"


class ResultNotWanted(ApiError):
    """The request is not waiting for a result."""

    reason = "RESULT_NOT_WANTED"


class SyncSuperseded(ApiError):
    """A later synchronisation has begun and closed this one."""

    reason = "SYNC_SUPERSEDED"


class SyncFinished(ApiError):
    """This synchronisation has ended and takes no more pages."""

    reason = "SYNC_FINISHED"


class PreconditionFailed(ApiError):
    """It has changed since you read it; read it again, then decide anew."""

    reason = "PRECONDITION_FAILED"


class KeyReused(ApiError):
    """This Idempotency-Key was used for this call before, with another body or other parameters; draw another."""

    reason = "IDEMPOTENCY_KEY_REUSED"


class KeyRunning(ApiError):
    """The call with this Idempotency-Key is still being answered; try again in a moment."""

    reason = "IDEMPOTENCY_KEY_RUNNING"


class CalculationRefused(ApiError):
    """The calculation service refused the observations; the request is as it was."""

    reason = "CALCULATION_REFUSED"


class CalcUnavailable(ApiError):
    """The calculation service cannot be reached; the request is as it was. Try again in a moment."""

    reason = "CALC_UNAVAILABLE"


class DeadlineExceeded(ApiError):
    """The time that you gave in X-Request-Timeout-S is over, and nothing was stored."""

    reason = "DEADLINE_EXCEEDED"


def _in_words(wait_s: int) -> str:
    count, unit = (wait_s, "second") if wait_s < 120 else (-(-wait_s // 60), "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
