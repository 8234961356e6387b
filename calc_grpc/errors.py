# the names say what happened
"""Failures of the calculation service; `status.py` translates those that reach a caller.

CalcError
  + StartRefused                 the server cannot start; shown by name, exit code 2
  + InvalidInput                 field by field
      + CallbackNotAllowed
  + CalculationNotFound
  + CalculationConflict
  + ReportNotRequested
  + NotFinished
  + NoDigits
  + DigitsNotKept
  + NotOffered
  + ContentTooLarge
  + TooManyFiles
  + TooManyPredictions
  + CatalogueEmpty
  + QueueFull
  + TooManyWaiting
  + TooManyStreams
  + MalformedMessage
  + SyncRunning
  + WrongApiKey
  + ShuttingDown
  + JournalUnavailable
  + RunEnded                     why a worker gave no result; never reaches a caller
      + RunCancelled
      + WorkerCrashed
      + ComputationFailed
      + RunFailed                its reason and message are stored for callers
      + TimeLimitExceeded
      + OutOfMemory
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """A refused field: where it is, the word for what is wrong, and what to do about it.

    values: what a program needs of the message, by name; it travels in the metadata of the error.
    """

    path: str
    reason: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


class CalcError(Exception):
    """The calculation service could not do it."""

    def __init__(self, message: str | None = None, *, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message or type(self).__doc__)
        self.metadata = dict(metadata or {})

    @property
    def message(self) -> str:
        """What happened and what to do next, for people."""
        return str(self)


class StartRefused(CalcError):
    """The server cannot start with these settings."""


class InvalidInput(CalcError):
    """Fields were refused; each is named in the details."""

    def __init__(self, problems: Sequence[FieldProblem], message: str | None = None) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        metadata = {name: value for problem in problems for name, value in problem.values.items()}
        super().__init__(message or f"{first.path}: {first.message}{more}", metadata=metadata)
        self.problems = tuple(problems)


class CallbackNotAllowed(InvalidInput):
    """The callback's origin is not among those that CALC_CALLBACK_ALLOWED_ORIGINS allows."""

    def __init__(self) -> None:
        text = str(self.__doc__)
        super().__init__([FieldProblem(path="callback.url", reason="CALLBACK_NOT_ALLOWED", message=text)], text)


class CalculationNotFound(CalcError):
    """There is no calculation with this id, or none that you may see."""


class CalculationConflict(CalcError):
    """A calculation with this id and another input exists; draw a new id."""


class ReportNotRequested(CalcError):
    """The calculation has no callback, so there is no report to send."""


class NotFinished(CalcError):
    """The calculation is not finished; its report is sent when it is."""


class NoDigits(CalcError):
    """This calculation has no digits of pi, and will never have any."""


class DigitsNotKept(CalcError):
    """These digits are no longer kept; create a calculation of the position to have them worked out again."""


class NotOffered(CalcError):
    """This server does not offer this call."""


class ContentTooLarge(CalcError):
    """The file is larger than 2 MB; send it in parts."""


class TooManyFiles(CalcError):
    """Too many files wait to be read; try again in a moment."""


class TooManyPredictions(CalcError):
    """Too many predictions wait to be worked out; try again in a moment."""


class CatalogueEmpty(CalcError):
    """There is no asteroid catalogue to compare with yet; synchronise it first."""


class QueueFull(CalcError):
    """As many calculations of this kind wait as may; try again in a moment."""


class TooManyWaiting(CalcError):
    """As many calculations of this creator wait or run as may; wait until one of them ends, or cancel one."""


class TooManyStreams(CalcError):
    """As many streams are open as may; close one, or try again in a moment."""


class MalformedMessage(CalcError):
    """The bytes of the request are no message of this call."""


class SyncRunning(CalcError):
    """A catalogue synchronisation waits or runs already; watch that one, or cancel it."""


class WrongApiKey(CalcError):
    """Send the server's API key as `authorization: Bearer <key>`."""


class ShuttingDown(CalcError):
    """The server is stopping and takes no new work; try again in a moment."""


class JournalUnavailable(CalcError):
    """The journal cannot be written or read at present; try again, a repeated call does nothing twice."""


class RunEnded(CalcError):
    """The run ended without a result."""


class RunCancelled(RunEnded):
    """The run was told to stop."""


class WorkerCrashed(RunEnded):
    """The worker process died while computing."""


class TimeLimitExceeded(RunEnded):
    """The run took longer than the server allows."""


class OutOfMemory(RunEnded):
    """The run wanted more memory than the server allows a worker."""


class ComputationFailed(RunEnded):
    """The computation failed by a fault of the program."""

    def __init__(self, trace: str) -> None:
        super().__init__()
        self.trace = trace


class RunFailed(RunEnded):
    """The run failed for something outside of the program, which its caller is told.

    reason: a word of errors.proto; the message is for people.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def first_of(error: BaseException) -> BaseException:
    """One of the failures that came together; they have the same cause mostly."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
