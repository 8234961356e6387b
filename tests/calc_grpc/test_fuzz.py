"""Whatever a client sends, the server answers a status that errors.proto explains, keeps its secrets and lives on."""

import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from astrodist.calc.v1 import calculation_service_pb2
from astrodist.errors.v1 import errors_pb2
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_status import rpc_status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc_grpc.config import Config
from tests.calc_grpc.served import served

pb2 = calculation_service_pb2
API_KEY, CALLBACK_KEY = "api-key-of-the-fuzz", "callback-key-of-the-fuzz"
METADATA = (("authorization", f"Bearer {API_KEY}"),)
SERVICE = pb2.DESCRIPTOR.services_by_name["CalculationService"]
METHODS = {method.name: method for method in SERVICE.methods}
OTHERS = {
    "/grpc.health.v1.Health/Check": health_pb2.HealthCheckRequest,
    "/grpc.health.v1.Health/Watch": health_pb2.HealthCheckRequest,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": reflection_pb2.ServerReflectionRequest,
}
REASONS = frozenset(errors_pb2.Reason.keys())
DEEPEST = 4
ALLOWED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)

NUMBERS = st.one_of(
    st.floats(), st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 360.0, 90.0])
)
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["", "\0", "500", "distance", "'; DROP TABLE --", "x" * 100_000, "é" * 2000, "../.."]),
    st.uuids().map(str),
)
WHOLES = {
    FieldDescriptor.CPPTYPE_INT32: st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-1, 3)),
    FieldDescriptor.CPPTYPE_INT64: st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-1, 2_000_000_000)),
}


def values_of(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    """Values that the wire can carry, whether or not they make sense."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return messages_of(field.message_type, depth + 1)
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return NUMBERS
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return st.one_of(st.sampled_from([value.number for value in field.enum_type.values]), st.integers(-9, 99))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.binary(max_size=300)
    return WHOLES.get(field.cpp_type, WORDS)


@st.composite
def messages_of(draw: st.DrawFn, descriptor: Any, depth: int = 0) -> Message:
    """A message with any of its fields set to anything."""
    message = GetMessageClass(descriptor)()
    for field in descriptor.fields if depth < DEEPEST else ():
        if not draw(st.booleans()):
            continue
        if field.is_repeated:
            given_values = draw(st.lists(values_of(field, depth), max_size=4))
            getattr(message, field.name).extend(given_values)
        elif field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            getattr(message, field.name).CopyFrom(draw(values_of(field, depth)))
        else:
            setattr(message, field.name, draw(values_of(field, depth)))
    return message


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[grpc.Channel]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    config = Config.from_env(
        {
            "CALC_PORT": "0",
            "CALC_DATABASE_URL": f"sqlite:///{folder / 'calc.sqlite3'}",
            "CALC_API_KEY": API_KEY,
            "CALC_HOST": "127.0.0.1",
            "CALC_CALLBACK_KEY": CALLBACK_KEY,
            "CALC_WORKER_COUNT": "1",
            "CALC_DELAY_S": "80000",
        }
    )
    with served(config) as server, grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


def outcome(channel: grpc.Channel, path: str, content: bytes, *, is_stream: bool) -> tuple[grpc.StatusCode, str, str]:
    """The code, the reason and all the words of an answer."""
    try:
        if is_stream:
            call = channel.unary_stream(path)(content, metadata=METADATA, timeout=60)
            next(call, None)  # what stays open has begun
            call.cancel()
        else:
            channel.unary_unary(path)(content, metadata=METADATA, timeout=60)
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        info = error_details_pb2.ErrorInfo()
        reasons = [info.reason for detail in (status.details if status else ()) if detail.Unpack(info)]
        return error.code(), "".join(reasons), f"{error.details()} {status}"
    return grpc.StatusCode.OK, "", ""


def check(channel: grpc.Channel, method: MethodDescriptor, content: bytes) -> grpc.StatusCode:
    """Send it, and see that the answer is one that callers can act on."""
    path = f"/{SERVICE.full_name}/{method.name}"
    code, reason, words = outcome(channel, path, content, is_stream=method.server_streaming)
    assert code in ALLOWED, (code, words)
    assert code == grpc.StatusCode.OK or reason in REASONS, (code, words)
    assert API_KEY not in words and CALLBACK_KEY not in words
    return code


def is_healthy(channel: grpc.Channel) -> bool:
    request = pb2.CreateCalculationRequest(pi={"digit_position": 10})
    return check(channel, METHODS["CreateCalculation"], request.SerializeToString()) == grpc.StatusCode.OK


@pytest.mark.parametrize("name", METHODS)
def test_any_message_is_answered_in_words_of_errors_proto(
    channel: grpc.Channel, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    method = METHODS[name]

    @settings(COMMON, max_examples=60)
    @given(messages_of(method.input_type))
    def try_it(message: Message) -> None:
        check(channel, method, message.SerializeToString())

    with caplog.at_level(logging.DEBUG, logger="calc_grpc"):
        try_it()
        assert is_healthy(channel)
    assert API_KEY not in caplog.text and CALLBACK_KEY not in caplog.text


@pytest.mark.parametrize("name", METHODS)
def test_any_bytes_are_answered_in_words_of_errors_proto(channel: grpc.Channel, name: str) -> None:
    method = METHODS[name]
    assert check(channel, method, b"\xff" * 9) == grpc.StatusCode.INVALID_ARGUMENT

    @settings(COMMON, max_examples=40)
    @given(st.one_of(st.binary(max_size=200), st.binary(max_size=40).map(lambda tail: b"\xfa\xff\x01\x02hi" + tail)))
    def try_it(content: bytes) -> None:
        check(channel, method, content)

    try_it()
    assert is_healthy(channel)


@pytest.mark.parametrize("path", OTHERS)
def test_rubbish_for_health_and_reflection_harms_nobody(channel: grpc.Channel, path: str) -> None:
    is_stream = not path.endswith("Check")

    @settings(COMMON, max_examples=20)
    @given(
        st.one_of(st.binary(max_size=100), messages_of(OTHERS[path].DESCRIPTOR).map(lambda m: m.SerializeToString()))
    )
    def try_it(content: bytes) -> None:
        outcome(channel, path, content, is_stream=is_stream)

    try_it()
    assert is_healthy(channel)


@pytest.mark.parametrize("path", ["/nonsense", "/astrodist.calc.v1.CalculationService/Nothing", "/a/b/c"])
def test_a_call_that_there_is_not_is_unimplemented(channel: grpc.Channel, path: str) -> None:
    assert outcome(channel, path, b"", is_stream=False)[0] == grpc.StatusCode.UNIMPLEMENTED
