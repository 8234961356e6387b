"""The table of errors, walked."""

from collections.abc import Iterator

import grpc
import pytest
from astrodist.errors.v1 import errors_pb2
from google.rpc import error_details_pb2, status_pb2

from calc_grpc import errors
from calc_grpc.errors import CalcError, CallbackNotAllowed, FieldProblem, InvalidInput, RunEnded, StartRefused
from calc_grpc.status import TABLE, internal_status, status_of

INNER = (RunEnded, StartRefused)


def descend(error: type[CalcError]) -> Iterator[type[CalcError]]:
    for child in error.__subclasses__():
        yield child
        yield from descend(child)


def make(error: type[CalcError]) -> CalcError:
    if error is InvalidInput:
        return InvalidInput([FieldProblem(path="delay", reason="OUT_OF_RANGE", message="Give less.")])
    return CallbackNotAllowed() if error is CallbackNotAllowed else error(metadata={"calculation_id": "x"})


def rich(status: grpc.Status) -> status_pb2.Status:
    (pair,) = status.trailing_metadata
    return status_pb2.Status.FromString(pair[1])


def info_of(status: status_pb2.Status) -> error_details_pb2.ErrorInfo:
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    return info


def test_every_error_that_may_reach_a_caller_is_in_the_table() -> None:
    assert {error for error in descend(CalcError) if not issubclass(error, INNER)} == set(TABLE)


def test_the_tree_at_the_top_of_the_file_names_every_error() -> None:
    assert all(error.__name__ in (errors.__doc__ or "") for error in descend(CalcError))


@pytest.mark.parametrize("error", TABLE, ids=lambda error: error.__name__)
def test_an_error_becomes_its_code_and_its_word(error: type[CalcError]) -> None:
    code, reason = TABLE[error]
    raised = make(error)
    status = status_of(raised)
    details = rich(status)
    assert status.code.value[0] == details.code == code
    assert details.message == status.details == raised.message
    assert info_of(details).reason == reason
    assert info_of(details).domain == "astrodist"
    assert errors_pb2.Reason.Value(reason) > 0
    assert dict(info_of(details).metadata) == raised.metadata


@pytest.mark.parametrize("error", [InvalidInput, CallbackNotAllowed])
def test_refused_fields_are_named(error: type[CalcError]) -> None:
    raised = make(error)
    request = error_details_pb2.BadRequest()
    assert isinstance(raised, InvalidInput)
    assert rich(status_of(raised)).details[1].Unpack(request)
    assert [(v.field, v.reason, v.description) for v in request.field_violations] == [
        (problem.path, problem.reason, problem.message) for problem in raised.problems
    ]


@pytest.mark.parametrize("error", TABLE, ids=lambda error: error.__name__)
def test_who_is_to_try_again_is_told_when(error: type[CalcError]) -> None:
    retry = error_details_pb2.RetryInfo()
    told = [retry.retry_delay.seconds for detail in rich(status_of(make(error))).details if detail.Unpack(retry)]
    waits_s = {errors.TooManyFiles: 2, errors.TooManyPredictions: 1}
    waits_s |= dict.fromkeys((errors.QueueFull, errors.TooManyWaiting, errors.TooManyStreams), 5)
    assert told == ([waits_s[error]] if error in waits_s else [])


def test_a_word_that_errors_proto_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="INVENTED"):
        status_of(InvalidInput([FieldProblem(path="x", reason="INVENTED", message="")]))


def test_an_unforeseen_exception_shows_no_inner_text() -> None:
    status = rich(internal_status())
    assert info_of(status).reason == "INTERNAL"
    assert "log" in status.message
