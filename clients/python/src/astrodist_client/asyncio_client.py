"""The client for asyncio. sync_client.py is its twin; what they share stands in core.py."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, Unpack

import grpc
import grpc.aio
from astrodist.calc.v1 import calculation_service_pb2, calculation_service_pb2_grpc

from astrodist_client.core import (
    OPTIONS,
    Access,
    Calculation,
    Observation,
    OnProgress,
    Orbit,
    Ours,
    Waiting,
    distance_request,
    identification_request,
    pi_request,
    prediction,
    sync_request,
)
from astrodist_client.errors import AstroDistError, closed, error_of

pb2 = calculation_service_pb2


class AsyncClient:
    """One channel to the service; close it, or use it in an `async with` block.

    Every method raises AstroDistError.
    """

    def __init__(
        self,
        address: str,
        *,
        api_key: str = "",
        authority: bytes | bool | None = None,
        timeout_s: float = 15.0,
    ) -> None:
        """authority: PEM of who signed the server's certificate, or True: one of the system's; None: no TLS."""
        self._access = Access(address=address, api_key=api_key, authority=authority, timeout_s=timeout_s)
        credentials = self._access.credentials
        self._channel = (
            grpc.aio.secure_channel(address, credentials, OPTIONS)
            if credentials
            else grpc.aio.insecure_channel(address, OPTIONS)
        )
        self._stub: Any = calculation_service_pb2_grpc.CalculationServiceStub(self._channel)
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the channel, and with it what still waits: that raises AstroDistError."""
        self._is_closed = True
        await self._channel.close()

    async def create_distance(self, observations: Iterable[Observation], **ours: Unpack[Ours]) -> Calculation:
        """Begin to determine distances from three observations or more."""
        return await self._create(distance_request(observations, ours))

    async def create_identification(self, observations: Iterable[Observation], **ours: Unpack[Ours]) -> Calculation:
        """Begin to look up which known asteroid was observed."""
        return await self._create(identification_request(observations, ours))

    async def create_pi(self, digit_position: int, **ours: Unpack[Ours]) -> Calculation:
        """Begin to work out digits of pi up to a position, 0 being the 3."""
        return await self._create(pi_request(digit_position, ours))

    async def create_catalogue_sync(self, *, allow_shrink: bool = False, **ours: Unpack[Ours]) -> Calculation:
        """Begin to synchronise the asteroid catalogue."""
        return await self._create(sync_request(allow_shrink, ours))

    async def get(self, calculation_id: str) -> Calculation:
        """A calculation with its input and its result."""
        answer: Calculation = await self._call(
            "GetCalculation", pb2.GetCalculationRequest(calculation_id=calculation_id)
        )
        return answer

    async def list(
        self, *, kinds: Sequence[str] = (), states: Sequence[Any] = (), creator: str = "", page_size: int = 100
    ) -> AsyncIterator[Calculation]:
        """All that match, the newest first, page by page. states: of `Calculation.State`."""
        request = pb2.ListCalculationsRequest(kind=kinds, state=states, creator=creator, page_size=page_size)
        while True:
            page: pb2.ListCalculationsResponse = await self._call("ListCalculations", request)
            for calculation in page.calculations:
                yield calculation
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def cancel(self, calculation_id: str) -> Calculation:
        """End it, if it has not ended; twice is harmless."""
        request = pb2.CancelCalculationRequest(calculation_id=calculation_id)
        answer: Calculation = await self._call("CancelCalculation", request)
        return answer

    async def resend_report(self, calculation_id: str) -> Calculation:
        """Send the report of a finished calculation again."""
        answer: Calculation = await self._call("ResendReport", pb2.ResendReportRequest(calculation_id=calculation_id))
        return answer

    async def watch(self, calculation_id: str, *, timeout_s: float | None = None) -> AsyncIterator[Calculation]:
        """Snapshots: the present one, changes, the final one last."""
        request = pb2.WatchCalculationRequest(calculation_id=calculation_id)
        async for snapshot in self._stream("WatchCalculation", request, timeout_s):
            yield snapshot

    async def wait(
        self, calculation_id: str, *, timeout_s: float | None = None, on_progress: OnProgress | None = None
    ) -> Calculation:
        """The calculation when it has ended, however it did; over restarts of the service and cut streams.

        on_progress: told of every new snapshot. Raises WaitedTooLong, at which the calculation goes on.
        """
        waiting = Waiting(timeout_s, on_progress)
        while True:
            failure: AstroDistError | None = None
            try:
                async for snapshot in self._snapshots(calculation_id, waiting):
                    if waiting.see(snapshot):
                        return snapshot
            except AstroDistError as error:
                failure = error
            waiting.left_s()
            await asyncio.sleep(waiting.pause_s(failure))

    async def digits(
        self, calculation_id: str, *, offset: int | None = None, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """Pieces of the digits of a `pi`: `3.` and decimals, or with an offset (0 being the 3) bare digits."""
        request = pb2.GetPiDigitsRequest(calculation_id=calculation_id, offset=offset, length=length)
        async for piece in self._stream("GetPiDigits", request, None):
            yield piece.digits

    async def parse_astrometry(self, content: bytes) -> pb2.ParseAstrometryResponse:
        """Read a file of observations (80-column or ADES), with its problems."""
        answer: pb2.ParseAstrometryResponse = await self._call(
            "ParseAstrometry", pb2.ParseAstrometryRequest(content=content)
        )
        return answer

    async def predict_positions(
        self, orbit: Orbit, times: Iterable[datetime], station: str
    ) -> Sequence[pb2.PredictedPosition]:
        """Where an orbit is seen from a station, one for each of the moments (aware)."""
        answer: pb2.PredictPositionsResponse = await self._call("PredictPositions", prediction(orbit, times, station))
        return answer.positions

    async def _create(self, request: pb2.CreateCalculationRequest) -> Calculation:
        answer: Calculation = await self._call("CreateCalculation", request)
        return answer

    async def _snapshots(self, calculation_id: str, waiting: Waiting) -> AsyncIterator[Calculation]:
        if waiting.polls:
            request = pb2.GetCalculationRequest(calculation_id=calculation_id)
            yield await self._call("GetCalculation", request, waiting.left_s())
        else:
            async for snapshot in self.watch(calculation_id, timeout_s=waiting.left_s()):
                yield snapshot

    async def _call(self, rpc: str, request: Any, left_s: float | None = None) -> Any:
        with self._translated():
            return await getattr(self._stub, rpc)(
                request, timeout=self._access.within_s(left_s), metadata=self._access.metadata
            )

    async def _stream(self, rpc: str, request: Any, timeout_s: float | None) -> AsyncIterator[Any]:
        with self._translated():
            call = getattr(self._stub, rpc)(request, timeout=timeout_s, metadata=self._access.metadata)
            try:
                async for message in call:
                    yield message
            finally:
                call.cancel()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as error:
            raise error_of(error) from error
        except asyncio.CancelledError as error:
            # gRPC ends the calls of a closed channel so; a caller that is cancelled itself must see just that.
            task = asyncio.current_task()
            if not self._is_closed or (task is not None and task.cancelling()):
                raise
            raise closed() from error
        except grpc.aio.UsageError as error:
            raise closed() from error
