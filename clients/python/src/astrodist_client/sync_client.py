"""The client for programs without an event loop. asyncio_client.py is its twin; what they share stands in core.py."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, Unpack

import grpc
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


class Client:
    """One channel to the service; close it, or use it in a `with` block. May be shared by threads.

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
            grpc.secure_channel(address, credentials, OPTIONS)
            if credentials
            else grpc.insecure_channel(address, OPTIONS)
        )
        self._stub: Any = calculation_service_pb2_grpc.CalculationServiceStub(self._channel)
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the channel, and with it what still waits: that raises AstroDistError."""
        self._is_closed = True
        self._channel.close()

    def create_distance(self, observations: Iterable[Observation], **ours: Unpack[Ours]) -> Calculation:
        """Begin to determine distances from three observations or more."""
        return self._create(distance_request(observations, ours))

    def create_identification(self, observations: Iterable[Observation], **ours: Unpack[Ours]) -> Calculation:
        """Begin to look up which known asteroid was observed."""
        return self._create(identification_request(observations, ours))

    def create_pi(self, digit_position: int, **ours: Unpack[Ours]) -> Calculation:
        """Begin to work out digits of pi up to a position, 0 being the 3."""
        return self._create(pi_request(digit_position, ours))

    def create_catalogue_sync(self, *, allow_shrink: bool = False, **ours: Unpack[Ours]) -> Calculation:
        """Begin to synchronise the asteroid catalogue."""
        return self._create(sync_request(allow_shrink, ours))

    def get(self, calculation_id: str) -> Calculation:
        """A calculation with its input and its result."""
        answer: Calculation = self._call("GetCalculation", pb2.GetCalculationRequest(calculation_id=calculation_id))
        return answer

    def list(
        self, *, kinds: Sequence[str] = (), states: Sequence[Any] = (), creator: str = "", page_size: int = 100
    ) -> Iterator[Calculation]:
        """All that match, the newest first, page by page. states: of `Calculation.State`."""
        request = pb2.ListCalculationsRequest(kind=kinds, state=states, creator=creator, page_size=page_size)
        while True:
            page: pb2.ListCalculationsResponse = self._call("ListCalculations", request)
            yield from page.calculations
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def cancel(self, calculation_id: str) -> Calculation:
        """End it, if it has not ended; twice is harmless."""
        request = pb2.CancelCalculationRequest(calculation_id=calculation_id)
        answer: Calculation = self._call("CancelCalculation", request)
        return answer

    def resend_report(self, calculation_id: str) -> Calculation:
        """Send the report of a finished calculation again."""
        answer: Calculation = self._call("ResendReport", pb2.ResendReportRequest(calculation_id=calculation_id))
        return answer

    def watch(self, calculation_id: str, *, timeout_s: float | None = None) -> Iterator[Calculation]:
        """Snapshots: the present one, changes, the final one last."""
        request = pb2.WatchCalculationRequest(calculation_id=calculation_id)
        yield from self._stream("WatchCalculation", request, timeout_s)

    def wait(
        self, calculation_id: str, *, timeout_s: float | None = None, on_progress: OnProgress | None = None
    ) -> Calculation:
        """The calculation when it has ended, however it did; over restarts of the service and cut streams.

        on_progress: told of every new snapshot. Raises WaitedTooLong, at which the calculation goes on.
        """
        waiting = Waiting(timeout_s, on_progress)
        while True:
            failure: AstroDistError | None = None
            try:
                for snapshot in self._snapshots(calculation_id, waiting):
                    if waiting.see(snapshot):
                        return snapshot
            except AstroDistError as error:
                failure = error
            waiting.left_s()
            time.sleep(waiting.pause_s(failure))

    def digits(self, calculation_id: str, *, offset: int | None = None, length: int | None = None) -> Iterator[bytes]:
        """Pieces of the digits of a `pi`: `3.` and decimals, or with an offset (0 being the 3) bare digits."""
        request = pb2.GetPiDigitsRequest(calculation_id=calculation_id, offset=offset, length=length)
        for piece in self._stream("GetPiDigits", request, None):
            yield piece.digits

    def parse_astrometry(self, content: bytes) -> pb2.ParseAstrometryResponse:
        """Read a file of observations (80-column or ADES), with its problems."""
        answer: pb2.ParseAstrometryResponse = self._call("ParseAstrometry", pb2.ParseAstrometryRequest(content=content))
        return answer

    def predict_positions(
        self, orbit: Orbit, times: Iterable[datetime], station: str
    ) -> Sequence[pb2.PredictedPosition]:
        """Where an orbit is seen from a station, one for each of the moments (aware)."""
        answer: pb2.PredictPositionsResponse = self._call("PredictPositions", prediction(orbit, times, station))
        return answer.positions

    def _create(self, request: pb2.CreateCalculationRequest) -> Calculation:
        answer: Calculation = self._call("CreateCalculation", request)
        return answer

    def _snapshots(self, calculation_id: str, waiting: Waiting) -> Iterator[Calculation]:
        if waiting.polls:
            request = pb2.GetCalculationRequest(calculation_id=calculation_id)
            yield self._call("GetCalculation", request, waiting.left_s())
        else:
            yield from self.watch(calculation_id, timeout_s=waiting.left_s())

    def _call(self, rpc: str, request: Any, left_s: float | None = None) -> Any:
        with self._translated():
            return getattr(self._stub, rpc)(
                request, timeout=self._access.within_s(left_s), metadata=self._access.metadata
            )

    def _stream(self, rpc: str, request: Any, timeout_s: float | None) -> Iterator[Any]:
        with self._translated():
            call = getattr(self._stub, rpc)(request, timeout=timeout_s, metadata=self._access.metadata)
            try:
                yield from call
            finally:
                call.cancel()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as error:
            raise error_of(error) from error
        except ValueError as error:
            if not self._is_closed:  # gRPC's word for a closed channel
                raise
            raise closed() from error
