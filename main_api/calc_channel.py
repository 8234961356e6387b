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

from main_api.errors import ApiError, CalculationConflict, CalculationRefused, CalcUnavailable, FieldError
from main_api.logs import current_request_id

logger = logging.getLogger(__name__)

INPUT_PREFIX = "distance."
MESSAGE_BYTES_MAX = 32 * 1024 * 1024
METADATA_BYTES_MAX = 4 * 1024 * 1024
CHANNEL_OPTIONS = (
    # A calc_grpc that was started again is found within two seconds, not within gRPC's two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
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
    """calc_grpc at the address of the settings."""
    return _stub_at(settings.CALC_ADDRESS)


def call(rpc: Callable[..., Any], request: Any, *, timeout_s: float | None = None) -> Any:
    """The answer of a call; raises UnknownCalculation, SyncRunning, CalculationConflict, CalculationRefused or, for
    whatever else went wrong, CalcUnavailable."""
    metadata = [("x-request-id", current_request_id())] if current_request_id() else []
    if settings.CALC_API_KEY:
        metadata.append(("authorization", f"Bearer {settings.CALC_API_KEY}"))
    try:
        return rpc(request, timeout=timeout_s or settings.CALC_TIMEOUT_S, metadata=metadata)
    except grpc.RpcError as error:
        raise _translated(error) from error


@cache
def _stub_at(address: str) -> calculation_service_pb2_grpc.CalculationServiceStub:
    # Opened at the first call, so after the server forked its workers: a gRPC channel does not survive a fork.
    return calculation_service_pb2_grpc.CalculationServiceStub(grpc.insecure_channel(address, CHANNEL_OPTIONS))


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
