"""The one channel to calc_grpc: deadline, request id and key travel with every call."""

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

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
)
HEALTH_TIMEOUT_S = 2.0

Call = grpc.aio.UnaryStreamCall[Message, Message]


class CalcClient:
    """Calls any rpc that has a route."""

    def __init__(self, address: str, api_key: str, timeout_s: float) -> None:
        self._channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
        self._key_metadata = (("authorization", f"Bearer {api_key}"),) if api_key else ()
        self._timeout_s = timeout_s

    async def call(self, route: HttpRoute, request: Message, request_id: str) -> Message:
        """The answer of a unary rpc; raises GatewayError."""
        rpc = self._channel.unary_unary(
            route.path,
            request_serializer=route.request_class.SerializeToString,
            response_deserializer=route.response_class.FromString,
        )
        try:
            answer: Message = await rpc(request, timeout=self._timeout_s, metadata=self._metadata(request_id))
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return answer

    def open(self, route: HttpRoute, request: Message, request_id: str) -> Call:
        """A started server stream without a deadline; cancel it when its reader leaves."""
        rpc = self._channel.unary_stream(
            route.path,
            request_serializer=route.request_class.SerializeToString,
            response_deserializer=route.response_class.FromString,
        )
        return rpc(request, metadata=self._metadata(request_id))

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
        return (("x-request-id", request_id), *self._key_metadata)
