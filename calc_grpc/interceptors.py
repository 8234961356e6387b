"""What happens around every call: the API key, the request id, the log line, and errors as rich statuses."""

import asyncio
import hmac
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from calc_grpc import logs
from calc_grpc.errors import CalcError, WrongApiKey
from calc_grpc.status import TABLE, internal_status, status_of

OWN_PREFIX = "/astrodist.calc.v1."
HEALTH_PREFIX = "/grpc.health.v1."

logger = logging.getLogger(__name__)

Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Any]]


class ApiKeyInterceptor(grpc.aio.ServerInterceptor):
    """Refuses calls without the key; health stays open, as probes have none."""

    def __init__(self, api_key: str) -> None:
        self._expected = f"Bearer {api_key}".encode()
        self._refusal: Any = grpc.unary_unary_rpc_method_handler(_refuse)

    async def intercept_service(self, continuation: Continuation, details: grpc.HandlerCallDetails) -> Any:
        given = _metadata(details).get("authorization", "").encode()
        if details.method.startswith(HEALTH_PREFIX) or hmac.compare_digest(given, self._expected):
            return await continuation(details)
        return self._refusal


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps our own rpcs; health and reflection are left as they are."""

    async def intercept_service(self, continuation: Continuation, details: grpc.HandlerCallDetails) -> Any:
        handler = await continuation(details)
        if handler is None or not details.method.startswith(OWN_PREFIX):
            return handler
        call = _Call(details.method.rpartition("/")[2], _request_id(details))
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                call.stream(handler.unary_stream),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            call.unary(handler.unary_unary),
            request_deserializer=handler.request_deserializer,
            response_serializer=_or_as_it_is(handler.response_serializer),
        )


class _Call:
    """One call: its name, its request id, and when it began."""

    def __init__(self, name: str, request_id: str) -> None:
        self._name = name
        self._request_id = request_id
        self._began_at = time.monotonic()

    def unary(self, behaviour: Callable[[Any, Any], Awaitable[Any]]) -> Any:
        async def wrapped(request: Any, context: Any) -> Any:
            logs.request_id.set(self._request_id)
            try:
                answer = await behaviour(request, context)
            except Exception as error:
                await self._abort(context, error)
            else:
                self._log("OK")
                return answer

        return wrapped

    def stream(self, behaviour: Callable[[Any, Any], AsyncIterator[Any]]) -> Any:
        async def wrapped(request: Any, context: Any) -> AsyncIterator[Any]:
            logs.request_id.set(self._request_id)
            try:
                async for message in behaviour(request, context):
                    yield message
            except asyncio.CancelledError:
                self._log("CANCELLED")
                raise
            except Exception as error:
                await self._abort(context, error)
            else:
                self._log("OK")

        return wrapped

    async def _abort(self, context: Any, error: Exception) -> None:
        """The outermost edge of every rpc: whatever was raised becomes a status here."""
        if isinstance(error, CalcError) and type(error) in TABLE:
            self._log(TABLE[type(error)][1], detail=error.message)
            await context.abort_with_status(status_of(error))
        logger.error("call failed", exc_info=error, extra={"action": self._name, "request_id": self._request_id})
        await context.abort_with_status(internal_status())

    def _log(self, outcome: str, **values: str) -> None:
        duration_s = time.monotonic() - self._began_at
        extra = {"action": self._name, "outcome": outcome, "duration_s": duration_s, "request_id": self._request_id}
        logger.info("call", extra=extra | values)


async def _refuse(request: Any, context: Any) -> None:
    await context.abort_with_status(status_of(WrongApiKey()))


def _or_as_it_is(serialize: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Send what another process serialised; to read and write megabytes again takes the event loop 20 ms."""
    return lambda answer: answer if isinstance(answer, bytes) else serialize(answer)


def _metadata(details: grpc.HandlerCallDetails) -> dict[str, str]:
    pairs = details.invocation_metadata or ()
    return {str(key): value for key, value in pairs if isinstance(value, str)}


def _request_id(details: grpc.HandlerCallDetails) -> str:
    given = _metadata(details).get("x-request-id", "")
    return given if re.fullmatch(r"[!-~]{1,128}", given, re.ASCII) else uuid.uuid4().hex
