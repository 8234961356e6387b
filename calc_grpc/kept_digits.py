"""Digits of pi that are in the store: reading them, answering from them, adding to them."""

import asyncio
import hashlib
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from calc_grpc.calculation import Calculation
from calc_grpc.convert_pi import (
    CONTEXT_COUNT,
    digit_count_for,
    position_of,
    result_message_of,
    split_answer,
    unpack,
)
from calc_grpc.errors import DigitsNotKept, FieldProblem, InvalidInput, NoDigits, NotFinished
from calc_grpc.journal.digits_port import DIGITS_PER_CHUNK, DigitSet, DigitStore

ROWS_AT_HAND = 64  # 16 MiB as text


@dataclass(frozen=True, kw_only=True)
class Span:
    """Digits to stream. has_point: as the beginning of a decimal, with a point after the 3."""

    offset: int
    length: int
    has_point: bool

    @property
    def text_length(self) -> int:
        """How many bytes the text has."""
        return self.length + int(self.has_point and self.length > 0)

    @property
    def file_name(self) -> str:
        """What to call a file of the text."""
        if self.has_point:
            return f"pi-{max(0, self.length - 1)}-decimals.txt"
        return f"pi-digits-{self.offset}-to-{self.offset + self.length}.txt"


def span_of(calculation: Calculation, *, offset: int | None, length: int | None) -> Span:
    """What of a calculation's digits is asked for; None: all from the start, all to the end.

    Raises NoDigits, NotFinished, InvalidInput.
    """
    if calculation.kind != "pi" or calculation.state in ("FAILED", "CANCELLED") or calculation.input is None:
        raise NoDigits(metadata={"calculation_id": calculation.calculation_id})
    if not calculation.is_final:
        raise NotFinished("The calculation is not finished; its digits can be read when it is.")
    total = position_of(calculation.input) + 1
    start = offset or 0
    problems = []
    if not 0 <= start <= total:
        problems.append(_out_of_range("offset", f"Give 0 to {total}, the number of digits, or nothing."))
    elif length is not None and not 0 <= length <= total - start:
        problems.append(_out_of_range("length", f"Give 0 to {total - start}, what follows the offset, or nothing."))
    if problems:
        raise InvalidInput(problems)
    return Span(offset=start, length=total - start if length is None else length, has_point=offset is None)


class KeptDigits:
    """The store, as the engine uses it. Every method raises JournalUnavailable."""

    def __init__(self, store: DigitStore) -> None:
        self._store = store
        self._at_hand: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    async def answer(self, position: int) -> bytes | None:
        """Return the serialised PiResult where the digits are kept already, saying whose they are; else None."""
        digits = await self._store.find(digit_count_for(position))
        if digits is None:
            return None
        await self._store.touch(digits.set_id)
        try:
            checksum = hashlib.sha256(b"3.")
            async for piece in self.pieces(1, position):
                checksum.update(piece)
            start = max(0, position - CONTEXT_COUNT)
            context = b"".join([piece async for piece in self.pieces(start, digit_count_for(position) - start)])
        except DigitsNotKept:
            return None
        return result_message_of(
            position,
            context=context,
            checksum=checksum.hexdigest(),
            kept_count=digits.digit_count,
            source_id=digits.calculation_id,
        ).SerializeToString(deterministic=True)

    async def keep(self, calculation_id: str, position: int, answer: bytes) -> bytes:
        """Store what a worker handed over, unless as much is kept already; returns the serialised PiResult."""
        result, packed = split_answer(answer)
        count = digit_count_for(position)
        kept = await self._store.find(count)
        if kept is None:
            kept = DigitSet(set_id=str(uuid.uuid4()), calculation_id=calculation_id, digit_count=count)
            await self._store.begin(kept)
            for number, start in enumerate(range(0, len(packed), DIGITS_PER_CHUNK // 2)):
                await self._store.write(kept.set_id, number, bytes(packed[start : start + DIGITS_PER_CHUNK // 2]))
            await self._store.complete(kept.set_id)
        result.kept_digit_count = kept.digit_count - CONTEXT_COUNT
        return result.SerializeToString(deterministic=True)

    async def check(self, span: Span) -> None:
        """Return when the digits of a span are there; raises DigitsNotKept."""
        if await self._store.find(span.offset + span.length) is None:
            raise DigitsNotKept

    async def text(self, span: Span) -> AsyncIterator[bytes]:
        """Yield a span, ASCII, reading no further ahead than it is asked; raises DigitsNotKept, also in between."""
        point_missing = span.has_point
        async for piece in self.pieces(span.offset, span.length):
            yield b"3." + piece[1:] if point_missing else piece
            point_missing = False

    async def pieces(self, offset: int, length: int) -> AsyncIterator[bytes]:
        """Yield digits from an offset, 0 being the 3, reading one row ahead; raises DigitsNotKept.

        A set that goes meanwhile has given way to a longer one, where the same digits stand at the same place.
        """
        end = offset + length
        gone = ""
        while offset < end:
            digits = await self._store.find(end)
            if digits is None or digits.set_id == gone:
                raise DigitsNotKept
            gone = digits.set_id
            async with aclosing(self._rows(gone, offset // DIGITS_PER_CHUNK, (end - 1) // DIGITS_PER_CHUNK)) as rows:
                async for row in rows:
                    skip = offset % DIGITS_PER_CHUNK
                    piece = row[skip : skip + end - offset]
                    offset += len(piece)
                    yield piece

    async def _rows(self, set_id: str, first: int, last: int) -> AsyncGenerator[bytes, None]:
        """Yield rows until the last one, or the set has gone; the next one is read while one is used."""
        reading = asyncio.ensure_future(self._row(set_id, first))
        try:
            for number in range(first, last + 1):
                row = await reading
                if row is None:
                    return
                if number < last:
                    reading = asyncio.ensure_future(self._row(set_id, number + 1))
                yield row
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _row(self, set_id: str, number: int) -> bytes | None:
        """The digits of a row; None when the set has gone.

        A row never changes, so those used last are held: a reader who scrolls takes 26 windows from each, and what is
        streamed again is half the work.
        """
        key = (set_id, number)
        if key not in self._at_hand:
            packed = await self._store.read(set_id, number)
            if packed is None:
                return None
            self._at_hand[key] = unpack(packed)
        self._at_hand.move_to_end(key)
        row = self._at_hand[key]
        while len(self._at_hand) > ROWS_AT_HAND:
            self._at_hand.popitem(last=False)
        return row


def _out_of_range(path: str, message: str) -> FieldProblem:
    return FieldProblem(path=path, reason="OUT_OF_RANGE", message=message)
