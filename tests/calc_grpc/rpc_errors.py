"""Reading rich errors as a client does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2


@dataclass
class Refusal:
    """What a call was refused with; filled when the block ends."""

    reason: str = ""
    message: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    fields: list[tuple[str, str]] = field(default_factory=list)
    retry_after_s: int | None = None


@contextmanager
def refused(code: grpc.StatusCode, reason: str) -> Iterator[Refusal]:
    """Expect a call to be refused with this code and this word."""
    refusal = Refusal()
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        yield refusal
    trailers = dict(raised.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(bytes(trailers["grpc-status-details-bin"]))  # type: ignore[arg-type]
    info, request, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in status.details:
        assert detail.Unpack(info) or detail.Unpack(request) or detail.Unpack(retry)
    refusal.reason, refusal.message, refusal.metadata = info.reason, status.message, dict(info.metadata)
    refusal.fields = [(violation.field, violation.reason) for violation in request.field_violations]
    refusal.retry_after_s = retry.retry_delay.seconds if retry.HasField("retry_delay") else None
    assert (raised.value.code(), info.domain, refusal.reason) == (code, "astrodist", reason)
