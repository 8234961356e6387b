"""How main_api speaks gRPC: one channel to calc_grpc, calls with a deadline, failures in our own words."""

import logging
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import grpc
from astrodist.calc.v1 import calculation_service_pb2_grpc
from django.conf import settings
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from main_api import calc_addresses, tracing
from main_api.deadline import bounded_s
from main_api.errors import ApiError, CalculationConflict, CalculationRefused, CalcUnavailable, FieldError
from main_api.logs import current_request_id, traceparent_variable

logger = logging.getLogger(__name__)

INPUT_PREFIX = "distance."
MESSAGE_BYTES_MAX = 32 * 1024 * 1024
METADATA_BYTES_MAX = 4 * 1024 * 1024
CHANNEL_OPTIONS = (
    # A calc_grpc that was started again is found within two seconds, not within gRPC's two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A machine that vanished without a word is noticed within half a minute.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    # A refusal names each field in its trailers, of which gRPC takes 8 KiB unless told otherwise.
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.enable_http_proxy", 0),
)


class UnknownCalculation(ApiError):
    """calc_grpc does not know this id."""

    reason = "CALCULATION_NOT_FOUND"


class SyncRunning(ApiError):
    """A synchronisation of the catalogue runs already; `calculation_id` names it."""

    reason = "SYNC_RUNNING"

    def __init__(self, calculation_id: str) -> None:
        self.calculation_id = calculation_id
        super().__init__()


def stub() -> calculation_service_pb2_grpc.CalculationServiceStub:
    """calc_grpc at the addresses of the settings."""
    return _stub_at(tuple(settings.CALC_ADDRESSES))


def call(rpc: Callable[..., Any], request: Any, *, timeout_s: float | None = None) -> Any:
    """The answer of a call; raises UnknownCalculation, SyncRunning, CalculationConflict, CalculationRefused or, for
    whatever else went wrong, CalcUnavailable."""
    name = type(request).__name__.removesuffix("Request")
    with tracing.span(f"call {name}", kind="CLIENT", rpc_method=name):
        try:
            return rpc(request, timeout=bounded_s(timeout_s or settings.CALC_TIMEOUT_S), metadata=_metadata())
        except grpc.RpcError as error:
            raise _translated(error) from error


def _metadata() -> list[tuple[str, str]]:
    metadata = [("x-request-id", current_request_id())] if current_request_id() else []
    if settings.CALC_API_KEY:
        metadata.append(("authorization", f"Bearer {settings.CALC_API_KEY}"))
    if traceparent := traceparent_variable.get():
        metadata.append(("traceparent", traceparent))
    return metadata


@cache
def _stub_at(addresses: tuple[str, ...]) -> calculation_service_pb2_grpc.CalculationServiceStub:
    # Opened at the first call, so after the server forked its workers: a gRPC channel does not survive a fork.
    target = calc_addresses.target(addresses)
    options = (*CHANNEL_OPTIONS, *calc_addresses.options(addresses, settings.CALC_NAME))
    if settings.CALC_CA is None:
        channel = grpc.insecure_channel(target, options)
    else:
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(settings.CALC_CA), options)
    return calculation_service_pb2_grpc.CalculationServiceStub(channel)


def _translated(error: Any) -> ApiError:
    code = error.code()
    if code == grpc.StatusCode.INVALID_ARGUMENT:
        return _refusal(error)
    if code == grpc.StatusCode.ALREADY_EXISTS:
        return CalculationConflict()
    if code == grpc.StatusCode.NOT_FOUND:
        return UnknownCalculation()
    info = next(_details(error, error_details_pb2.ErrorInfo), None)
    if info is not None and info.reason == SyncRunning.reason:
        return SyncRunning(info.metadata.get("calculation_id", ""))
    logger.warning("calc_grpc did not answer", extra={"code": code.name, "details": error.details()})
    return CalcUnavailable()


def _refusal(error: Any) -> CalculationRefused:
    """Tells the first refused field with its message; `errors` holds all of them."""
    refused = list(_field_errors(error))
    if not refused:
        return CalculationRefused(error.details() or "")
    first, others = refused[0], len(refused) - 1
    more = f" {others} more {'field was' if others == 1 else 'fields were'} refused." if others else ""
    return CalculationRefused(
        f"The calculation service refused {first.path}: {first.message or first.reason}{more}", errors=refused
    )


def _field_errors(error: Any) -> Iterator[FieldError]:
    for bad_request in _details(error, error_details_pb2.BadRequest):
        for violation in bad_request.field_violations:
            yield FieldError(
                path=violation.field.removeprefix(INPUT_PREFIX),
                reason=violation.reason or "INVALID_INPUT",
                message=violation.description,
            )


def _details(error: Any, kind: Callable[[], Any]) -> Iterator[Any]:
    """The details of that kind in a status."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        message = kind()
        if detail.Unpack(message):
            yield message
