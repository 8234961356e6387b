"""The one channel to calc_grpc: deadline, request id and key travel with every call."""

import math
from collections.abc import Sequence
from pathlib import Path

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway import calc_addresses, logs
from gateway.deadline import Deadline
from gateway.errors import from_rpc_error
from gateway.http_rules import HttpRoute

CHANNEL_OPTIONS = (
    # A distance of 5,000 observations with its results fits twice.
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    # A row of digits takes sixteen of the frames that HTTP/2 begins with; and sent no more than 64 KiB ahead of the
    # reader, it comes in many small deliveries, which is a fifth of the gateway's work.
    ("grpc.http2.max_frame_size", 1024 * 1024),
    ("grpc.http2.lookahead_bytes", 4 * 1024 * 1024),
    # gRPC would wait up to two minutes before it looks again for a server that was restarted.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # A machine that vanished without a word is noticed, and its streams end, within half a minute.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)
HEALTH_TIMEOUT_S = 2.0

Call = grpc.aio.UnaryStreamCall[Message, Message]


class CalcClient:
    """Calls any rpc that has a route, at whichever address is healthy.

    Encrypted when `authority`, a PEM file, is to have signed the certificates; they bear `name`, or the first host.
    """

    def __init__(
        self, addresses: Sequence[str], api_key: str, timeout_s: float, *, authority: Path | None = None, name: str = ""
    ) -> None:
        target = calc_addresses.target(addresses)
        options = (*CHANNEL_OPTIONS, *calc_addresses.options(addresses, name))
        if authority is None:
            self._channel = grpc.aio.insecure_channel(target, options=options)
        else:
            credentials = grpc.ssl_channel_credentials(authority.read_bytes())
            self._channel = grpc.aio.secure_channel(target, credentials, options=options)
        self._key_metadata = (("authorization", f"Bearer {api_key}"),) if api_key else ()
        self._timeout_s = timeout_s

    async def call(self, route: HttpRoute, request: Message, request_id: str, deadline: Deadline) -> Message:
        """The answer of a unary rpc, within the deadline and our own limit; raises GatewayError."""
        rpc = self._channel.unary_unary(
            route.path,
            request_serializer=route.request_class.SerializeToString,
            response_deserializer=route.response_class.FromString,
        )
        try:
            answer: Message = await rpc(
                request, timeout=deadline.remaining_s(self._timeout_s), metadata=self._metadata(request_id)
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return answer

    def open(self, route: HttpRoute, request: Message, request_id: str, deadline: Deadline) -> Call:
        """A started server stream, without an end in time but the caller's; cancel it when its reader leaves."""
        rpc = self._channel.unary_stream(
            route.path,
            request_serializer=route.request_class.SerializeToString,
            response_deserializer=route.response_class.FromString,
        )
        remaining_s = deadline.remaining_s()
        return rpc(
            request,
            timeout=None if remaining_s == math.inf else remaining_s,
            metadata=self._metadata(request_id),
        )

    async def is_serving(self) -> bool:
        """Whether calc_grpc says it is healthy."""
        health = health_pb2_grpc.HealthStub(self._channel)
        try:
            answer = await health.Check(
                health_pb2.HealthCheckRequest(), timeout=HEALTH_TIMEOUT_S, metadata=self._key_metadata
            )
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    async def close(self) -> None:
        """Close the channel; open calls are cancelled."""
        await self._channel.close()

    def _metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        traceparent = logs.traceparent.get()
        trace = (("traceparent", traceparent),) if traceparent else ()
        return (("x-request-id", request_id), *trace, *self._key_metadata)
