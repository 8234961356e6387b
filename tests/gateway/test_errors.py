"""The table gRPC code -> HTTP, and the words of every problem."""

import grpc
import pytest
from astrodist.errors.v1 import errors_pb2

from gateway import errors
from gateway.errors import RPC_CODES, FieldError, GatewayError, InvalidInput, from_rpc_error

WORDS = set(errors_pb2.Reason.keys())
EXPECTED_STATUS = {
    "CANCELLED": 503,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 409,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 500,
}


def _error(code: grpc.StatusCode, *trailing: tuple[str, bytes]) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailing), details="inner text")


def test_every_grpc_code_but_ok_is_in_the_table() -> None:
    assert set(RPC_CODES) == set(grpc.StatusCode) - {grpc.StatusCode.OK}


@pytest.mark.parametrize("code", RPC_CODES)
def test_a_code_without_details_gets_our_words_only(code: grpc.StatusCode) -> None:
    problem = from_rpc_error(_error(code)).problem("r1")
    assert problem["status"] == EXPECTED_STATUS[code.name]
    assert problem["reason"] in WORDS
    assert problem["detail"]
    assert "inner text" not in problem["detail"]


def test_details_that_cannot_be_read_are_left_out() -> None:
    problem = from_rpc_error(_error(grpc.StatusCode.NOT_FOUND, ("grpc-status-details-bin", b"\xff\xff")))
    assert (problem.status, problem.reason) == (404, "NOT_FOUND")


def _subclasses() -> list[type[GatewayError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GatewayError)]


@pytest.mark.parametrize("kind", _subclasses())
def test_every_error_has_a_word_a_status_and_a_message(kind: type[GatewayError]) -> None:
    problem = kind().problem("r1")
    assert problem["reason"] in WORDS
    assert 400 <= problem["status"] < 600
    assert problem["detail"].endswith(".") or problem["detail"].endswith("`.")
    assert problem["request_id"] == "r1"


def test_a_long_list_of_refused_fields_is_cut() -> None:
    rows = [FieldError(path=f"a[{number}]", reason="WRONG_TYPE", message="m") for number in range(5000)]
    assert len(InvalidInput(errors=rows).problem("r1")["errors"]) == errors.ERROR_LIMIT
