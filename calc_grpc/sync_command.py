"""`python -m calc_grpc sync`: starts a synchronisation at the running server, or joins the one there is; shows it."""

import asyncio
import sys
from collections.abc import Callable
from typing import TextIO

import grpc.aio
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc, catalogue_sync_pb2
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2
from grpc_status import rpc_status

SUCCEEDED, NOT_SUCCEEDED, REFUSED = 0, 1, 2
CREATOR = "command line"
RECONNECT_COUNT_MAX = 5
RECONNECT_WAIT_S = 1.0
State = calculation_pb2.Calculation.State
pb2 = calculation_service_pb2


def synchronise(
    address: str,
    *,
    api_key: str | None,
    allow_shrink: bool,
    is_quiet: bool,
    credentials: grpc.ChannelCredentials | None = None,
) -> int:
    """Run the command; returns its exit code. Raises KeyboardInterrupt, at which the synchronisation goes on.

    credentials: of a server that speaks TLS; None: it does not.
    """

    def channel() -> grpc.aio.Channel:
        return grpc.aio.secure_channel(address, credentials) if credentials else grpc.aio.insecure_channel(address)

    return asyncio.run(_synchronise(address, channel, api_key, allow_shrink, Screen(sys.stderr, is_quiet)))


class Screen:
    """One line that is written over on a terminal; lines one after another elsewhere, and fewer of them."""

    def __init__(self, stream: TextIO, is_quiet: bool) -> None:
        self._stream = stream
        self._is_quiet = is_quiet
        self._is_terminal = stream.isatty()
        self._width = 0
        self._last = ""

    def show(self, progress: calculation_pb2.Progress) -> None:
        """Show how far the run is."""
        text = _line(progress)
        if self._is_quiet or text == self._last:
            return
        self._last = text
        if self._is_terminal:
            self._stream.write(f"\r{text.ljust(self._width)}")
            self._width = len(text)
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def say(self, text: str) -> None:
        """Say something that stays."""
        if self._width:
            self._stream.write("\n")
            self._width = 0
        self._stream.write(f"{text}\n")
        self._stream.flush()


async def _synchronise(
    address: str, open_channel: Callable[[], grpc.aio.Channel], api_key: str | None, allow_shrink: bool, screen: Screen
) -> int:
    metadata = (("authorization", f"Bearer {api_key}"),) if api_key else ()
    async with open_channel() as channel:
        stub = calculation_service_pb2_grpc.CalculationServiceStub(channel)
        try:
            calculation_id, has_joined = await _start_or_join(stub, metadata, allow_shrink)
            screen.say(f"{'joined' if has_joined else 'started'} synchronisation {calculation_id}")
            if has_joined and allow_shrink:
                screen.say("it was started by somebody else; whether it may shrink is as they said")
            return _told(await _watch(stub, metadata, calculation_id, screen), screen)
        except grpc.aio.AioRpcError as error:
            screen.say(_refusal(address, error))
            return REFUSED


async def _start_or_join(
    stub: calculation_service_pb2_grpc.CalculationServiceStub, metadata: tuple[tuple[str, str], ...], allow_shrink: bool
) -> tuple[str, bool]:
    request = pb2.CreateCalculationRequest(
        catalogue_sync=catalogue_sync_pb2.CatalogueSyncInput(allow_shrink=allow_shrink),
        delay=Duration(),
        creator=CREATOR,
    )
    try:
        created = await stub.CreateCalculation(request, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        if running := _running_id(error):
            return running, True
        raise
    return str(created.calculation_id), False


def _running_id(error: grpc.aio.AioRpcError) -> str:
    """Which synchronisation runs, where that is why Create refused."""
    status = rpc_status.from_call(error)
    info = error_details_pb2.ErrorInfo()
    for detail in status.details if status is not None else ():
        if detail.Unpack(info) and info.reason == "SYNC_RUNNING":
            return str(info.metadata["calculation_id"])
    return ""


async def _watch(
    stub: calculation_service_pb2_grpc.CalculationServiceStub,
    metadata: tuple[tuple[str, str], ...],
    calculation_id: str,
    screen: Screen,
) -> calculation_pb2.Calculation:
    """Follow a run to its end, also over restarts of the server."""
    snapshot = calculation_pb2.Calculation()
    failure_count = 0
    while not snapshot.HasField("finish_time"):
        try:
            request = pb2.WatchCalculationRequest(calculation_id=calculation_id)
            async for snapshot in stub.WatchCalculation(request, metadata=metadata):
                failure_count = 0
                screen.show(snapshot.progress)
        except grpc.aio.AioRpcError as error:
            failure_count += 1
            if error.code() != grpc.StatusCode.UNAVAILABLE or failure_count > RECONNECT_COUNT_MAX:
                raise
            screen.say("the server is away; waiting for it")
            await asyncio.sleep(RECONNECT_WAIT_S * failure_count)
    return snapshot


def _told(last: calculation_pb2.Calculation, screen: Screen) -> int:
    """Say how it ended; returns the exit code."""
    if last.state != State.SUCCEEDED:
        why = f": {last.error.reason}: {last.error.message}" if last.HasField("error") else ""
        screen.say(f"{State.Name(last.state)}{why}")
        return NOT_SUCCEEDED
    result = last.catalogue_sync_result
    counts = result.counts
    stored = counts.added_count + counts.updated_count + counts.unchanged_count
    rate = stored / result.duration_s if result.duration_s > 0.0 else 0.0
    screen.say(
        f"SUCCEEDED in {result.duration_s:.1f} s, {rate:,.0f} objects/s: "
        f"{counts.added_count:,} added, {counts.updated_count:,} updated, {counts.unchanged_count:,} unchanged, "
        f"{counts.deleted_count:,} deleted"
    )
    if result.warning:
        screen.say(f"warning: {result.warning}")
    return SUCCEEDED


def _line(progress: calculation_pb2.Progress) -> str:
    counts = progress.catalogue_sync
    if not counts.HasField("page_count"):
        return progress.stage or "waiting"
    return (
        f"{progress.stage}: page {counts.done_page_count:,} of {counts.page_count:,}, "
        f"{counts.added_count:,} added, {counts.updated_count:,} updated, {counts.unchanged_count:,} unchanged, "
        f"{counts.objects_per_second:,.0f} objects/s"
    )


def _refusal(address: str, error: grpc.aio.AioRpcError) -> str:
    if error.code() == grpc.StatusCode.UNAVAILABLE:
        return f"No server answers at {address}; start it (make run), or name another one with --server."
    return f"The server refused: {error.code().name}: {error.details()}"
