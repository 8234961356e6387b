"""What happens around every call: the API key, the request id, the log line, and errors as rich statuses."""

import asyncio
import hmac
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc import code_pb2

from calc_grpc import logs
from calc_grpc.errors import CalcError, MalformedMessage, WrongApiKey
from calc_grpc.metrics import counts
from calc_grpc.status import TABLE, internal_status, status_of
from calc_grpc.tracing import traced_rpc

HEALTH_PREFIX = "/grpc.health.v1."
SHOWN_ID_LENGTH = 36  # of a UUID; whatever else was sent need not fill the log
MALFORMED = object()  # stands for a request whose bytes are no message
USUAL_ID = re.compile(r"[!-~]{1,128}", re.ASCII)

logger = logging.getLogger(__name__)

Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Any]]


class ApiKeyInterceptor(grpc.aio.ServerInterceptor):
    """Refuses calls without the key; health stays open, as probes have none."""

    def __init__(self, api_key: str) -> None:
        self._expected = f"Bearer {api_key}".encode()
        self._refusal: Any = grpc.unary_unary_rpc_method_handler(_refuse)

    async def intercept_service(self, continuation: Continuation, details: grpc.HandlerCallDetails) -> Any:
        given = dict(details.invocation_metadata or ()).get("authorization", "")
        given = given.encode() if isinstance(given, str) else given
        if details.method.startswith(HEALTH_PREFIX) or hmac.compare_digest(given, self._expected):
            return await continuation(details)
        return self._refusal


class LoggedCalls:
    """Where our own services are registered instead of at the server: every call of theirs is wrapped in a _Call.

    An interceptor would look up and wrap the handler again for each call, which takes a tenth of Create
    (benchmarks/engine_create.py).
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self._server = server

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Generated code names every rpc twice; this time nothing is to be done."""

    def add_registered_method_handlers(self, service_name: str, handlers: Mapping[str, Any]) -> None:
        """Register the rpcs of a service by name."""
        wrapped = {name: _wrapped(name, handler) for name, handler in handlers.items()}
        self._server.add_registered_method_handlers(service_name, wrapped)


def _wrapped(name: str, handler: Any) -> Any:
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(
            _stream(name, handler.unary_stream),
            request_deserializer=_or_malformed(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )
    return grpc.unary_unary_rpc_method_handler(
        _unary(name, handler.unary_unary),
        request_deserializer=_or_malformed(handler.request_deserializer),
        response_serializer=_or_as_it_is(handler.response_serializer),
    )


def _unary(name: str, behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Any:
    async def wrapped(request: Any, context: Any) -> Any:
        call = _Call(name, request, context)
        try:
            if request is MALFORMED:
                raise MalformedMessage
            answer = await behaviour(request, context)
        except asyncio.CancelledError:
            call.log("CANCELLED", "CANCELLED")
            raise
        except Exception as error:
            await call.abort(error)
        else:
            call.log("OK", "OK")
            return answer

    return traced_rpc(name, wrapped)


def _stream(name: str, behaviour: Callable[[Any, Any], AsyncIterator[Any]]) -> Any:
    async def wrapped(request: Any, context: Any) -> AsyncIterator[Any]:
        call = _Call(name, request, context, is_stream=True)
        with counts.stream(name):
            try:
                if request is MALFORMED:
                    raise MalformedMessage
                async for message in behaviour(request, context):
                    yield message
            except asyncio.CancelledError:
                call.log("CANCELLED", "CANCELLED")
                raise
            except Exception as error:
                await call.abort(error)
            else:
                call.log("OK", "OK")

    return wrapped


class _Call:
    """One call: its name, its request id, and when it began."""

    __slots__ = ("_began_at", "_context", "_is_stream", "_name", "_request_id")

    def __init__(self, name: str, request: Any, context: Any, *, is_stream: bool = False) -> None:
        self._name = name
        self._is_stream = is_stream
        self._context = context
        self._request_id = _request_id(context.invocation_metadata())
        self._began_at = time.monotonic()
        logs.request_id.set(self._request_id)
        if calculation_id := getattr(request, "calculation_id", ""):
            logs.calculation_id.set(calculation_id[:SHOWN_ID_LENGTH])

    async def abort(self, error: Exception) -> None:
        """The outermost edge of every rpc: whatever was raised becomes a status here."""
        if isinstance(error, CalcError) and type(error) in TABLE:
            number, reason = TABLE[type(error)]
            self.log(reason, code_pb2.Code.Name(number), detail=error.message)
            await self._context.abort_with_status(status_of(error))
        self._count("INTERNAL")
        logger.error("call failed", exc_info=error, extra={"action": self._name, "request_id": self._request_id})
        await self._context.abort_with_status(internal_status())

    def log(self, outcome: str, code: str, **values: str) -> None:
        """Say how it ended, and count it."""
        duration_s = self._count(code)
        extra = {"action": self._name, "outcome": outcome, "duration_s": duration_s, "request_id": self._request_id}
        logger.info("call", extra=extra | values)

    def _count(self, code: str) -> float:
        duration_s = time.monotonic() - self._began_at
        if self._is_stream:
            counts.rpcs[self._name, code] += 1
        else:
            counts.count_rpc(self._name, code, duration_s)
        return duration_s


async def _refuse(request: Any, context: Any) -> None:
    await context.abort_with_status(status_of(WrongApiKey()))


def _or_malformed(parse: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Read a request; one that cannot be read is for the behaviour to refuse: gRPC itself would answer UNKNOWN."""

    def read(content: bytes) -> Any:
        try:
            return parse(content)
        except DecodeError:
            return MALFORMED

    return read


def _or_as_it_is(serialize: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Send what another process serialised; to read and write megabytes again takes the event loop 20 ms."""
    return lambda answer: answer if isinstance(answer, bytes) else serialize(answer)


def _request_id(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    """The caller's, where it can stand in a log line."""
    for key, value in metadata:
        if key == "x-request-id" and isinstance(value, str) and USUAL_ID.fullmatch(value):
            return value
    return secrets.token_hex(16)
