"""The servicer: each rpc checks its input, calls the journal, converts the answer. Errors become statuses outside."""

import asyncio
import dataclasses
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc

from calc_grpc import logs
from calc_grpc.calculation import Calculation, Clock
from calc_grpc.config import Config
from calc_grpc.convert import KINDS, creation_of, message_of, state_names
from calc_grpc.convert_catalogue import CATALOGUE_SYNC
from calc_grpc.convert_identification import IDENTIFICATION
from calc_grpc.convert_pi import pi_kind, position_of
from calc_grpc.convert_positions import find_problems
from calc_grpc.elements_cache import ElementsCache
from calc_grpc.errors import CalculationNotFound, CatalogueEmpty, InvalidInput, ShuttingDown
from calc_grpc.intake import canonical_id, new_calculation, page_size_of, page_token, sequence_of_token, wanted_of
from calc_grpc.journal.port import Filter, Journal, NewCalculation
from calc_grpc.kept_digits import KeptDigits, span_of
from calc_grpc.kinds import CheckedKind
from calc_grpc.reading import FileReader
from calc_grpc.sky_pool import SkyPool
from calc_grpc.stream_limit import StreamLimit
from calc_grpc.watching import Watchers

pb2 = calculation_service_pb2

TEXT_LENGTH, TEXT_NAME = "text-length", "text-name"  # metadata: how many bytes a stream carries, a name to save it by
LARGE_INPUT_BYTES = 20_000  # some 200 observations: from here, checking takes longer than the event loop may be held


class CalculationService(calculation_service_pb2_grpc.CalculationServiceServicer):
    """The rpcs of calculation_service.proto, where each is described."""

    def __init__(
        self,
        *,
        config: Config,
        journal: Journal,
        watchers: Watchers,
        files: FileReader,
        sky: SkyPool,
        elements: ElementsCache,
        kept_digits: KeptDigits,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._config = config
        self._journal = journal
        self._watchers = watchers
        self._files = files
        self._sky = sky
        self._elements = elements
        self._kept_digits = kept_digits
        self._kinds: dict[str, CheckedKind] = {
            **KINDS,
            "identification": IDENTIFICATION,
            "pi": pi_kind(largest_position=config.digits_largest_position),
            "catalogue_sync": CATALOGUE_SYNC,
        }
        self._streams = StreamLimit(limit=config.door.stream_limit, user_limit=config.door.user_stream_limit)
        self._clock = clock
        self._chance = chance
        self.draining = False

    async def CreateCalculation(
        self, request: pb2.CreateCalculationRequest, context: Any
    ) -> calculation_pb2.Calculation:
        if self.draining:
            raise ShuttingDown
        creation = creation_of(request)
        now_us = self._clock()

        def check() -> NewCalculation:
            return new_calculation(
                creation,
                kinds=self._kinds,
                now_us=now_us,
                allowed_origins=self._config.callback_allowed_origins,
                draw_delay_s=lambda: self._chance.uniform(*self._config.delay_s),
                request_id=logs.request_id.get(),
                traceparent=logs.traceparent.get(),
            )

        new = await asyncio.to_thread(check) if len(creation.input_bytes) > LARGE_INPUT_BYTES else check()
        logs.calculation_id.set(new.calculation_id)
        if new.kind == "pi" and (result := await self._kept_digits.answer(position_of(new.input))) is not None:
            new = dataclasses.replace(new, result=result, due_time_us=new.create_time_us)
        if new.kind == "identification" and await self._elements.is_empty():
            raise CatalogueEmpty  # now, and not after the delay: whoever asks can synchronise and ask again
        return message_of(await self._journal.accept(new))

    async def GetCalculation(self, request: pb2.GetCalculationRequest, context: Any) -> calculation_pb2.Calculation:
        return message_of(await self._visible(request.calculation_id, visible_to=request.visible_to))

    async def ListCalculations(
        self, request: pb2.ListCalculationsRequest, context: Any
    ) -> pb2.ListCalculationsResponse:
        wanted = _filter_of(request)
        size = page_size_of(request.page_size)
        before = sequence_of_token(wanted, request.page_token)
        rows = await self._journal.list_calculations(wanted, before=before, limit=size + 1)
        page = rows[:size]
        return pb2.ListCalculationsResponse(
            calculations=[message_of(row) for row in page],
            next_page_token=page_token(wanted, page[-1].sequence) if len(rows) > size else "",
        )

    async def CancelCalculation(
        self, request: pb2.CancelCalculationRequest, context: Any
    ) -> calculation_pb2.Calculation:
        present = await self._visible(request.calculation_id, visible_to=request.visible_to)
        if request.creator and present.creator != request.creator:
            raise CalculationNotFound(metadata={"calculation_id": request.calculation_id})
        return message_of(await _found(self._journal.cancel, present.calculation_id))

    async def ResendReport(self, request: pb2.ResendReportRequest, context: Any) -> calculation_pb2.Calculation:
        return message_of(await _found(self._journal.resend_report, request.calculation_id))

    async def WatchCalculation(
        self, request: pb2.WatchCalculationRequest, context: Any
    ) -> AsyncIterator[calculation_pb2.Calculation]:
        calculation_id = _id_of(request.calculation_id)
        with self._streams.one(request.visible_to):
            async for calculation in self._watchers.watch_one(calculation_id, visible_to=request.visible_to):
                yield message_of(calculation)

    async def WatchCalculations(
        self, request: pb2.WatchCalculationsRequest, context: Any
    ) -> AsyncIterator[pb2.WatchCalculationsResponse]:
        wanted = _filter_of(request)
        with self._streams.one(request.visible_to or request.creator):
            async for calculation in self._watchers.watch_many(wanted):
                if calculation is None:
                    yield pb2.WatchCalculationsResponse(initial_set_complete=True)
                else:
                    yield pb2.WatchCalculationsResponse(calculation=message_of(calculation))

    async def GetPiDigits(self, request: pb2.GetPiDigitsRequest, context: Any) -> AsyncIterator[pb2.PiDigitsChunk]:
        calculation = await self._visible(request.calculation_id, visible_to=request.visible_to)
        span = span_of(
            calculation,
            offset=request.offset if request.HasField("offset") else None,
            length=request.length if request.HasField("length") else None,
        )
        await self._kept_digits.check(span)
        with self._streams.one(request.visible_to):
            await context.send_initial_metadata(
                ((TEXT_LENGTH, str(span.text_length)), (TEXT_NAME, span.file_name)),
            )
            async for piece in self._kept_digits.text(span):
                yield pb2.PiDigitsChunk(digits=piece)

    async def ParseAstrometry(self, request: pb2.ParseAstrometryRequest, context: Any) -> bytes:
        if self.draining:
            raise ShuttingDown
        return await self._files.read(request.content)

    async def PredictPositions(self, request: pb2.PredictPositionsRequest, context: Any) -> bytes:
        if self.draining:
            raise ShuttingDown
        if problems := find_problems(request):
            raise InvalidInput(problems)
        return await self._sky.predict(request.SerializeToString())

    async def _visible(self, calculation_id: str, *, visible_to: str) -> Calculation:
        calculation = await _found(self._journal.get, calculation_id)
        if not calculation.is_visible_to(visible_to):
            raise CalculationNotFound(metadata={"calculation_id": calculation_id})
        return calculation


async def _found(call: Callable[[str], Awaitable[Calculation | None]], calculation_id: str) -> Calculation:
    calculation = await call(_id_of(calculation_id))
    if calculation is None:
        raise CalculationNotFound(metadata={"calculation_id": calculation_id})
    return calculation


def _id_of(text: str) -> str:
    """What is no UUID names no calculation."""
    calculation_id = canonical_id(text)
    if calculation_id is None:
        raise CalculationNotFound(metadata={"calculation_id": text[:100]})
    return calculation_id


def _filter_of(request: pb2.ListCalculationsRequest | pb2.WatchCalculationsRequest) -> Filter:
    return wanted_of(
        kinds=request.kind,
        states=state_names(request.state),
        creator=request.creator,
        visible_to=request.visible_to,
    )
