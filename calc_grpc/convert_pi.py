"""Between messages of the wire and digits of pi; also the table of what the processes for digits compute."""

import hashlib
from binascii import hexlify, unhexlify
from datetime import datetime
from functools import partial
from typing import cast

from astrodist.calc.v1 import pi_pb2
from google.protobuf.message import Message

from calc_grpc.config import MAX_LARGEST_POSITION
from calc_grpc.errors import FieldProblem
from calc_grpc.kinds import Kind

CONTEXT_COUNT = 5  # of digits.pi, which is not imported here: it brings gmpy2, which only workers need
_LENGTH_BYTES = 4


def position_of(input_bytes: bytes) -> int:
    """Which digit a serialised PiInput asks for."""
    return pi_pb2.PiInput.FromString(input_bytes).digit_position


def digit_count_for(position: int) -> int:
    """How many digits answer a position: all up to it, and those that are shown after it."""
    return position + 1 + CONTEXT_COUNT


def result_message_of(
    position: int, *, context: bytes, checksum: str, kept_count: int = 0, source_id: str = ""
) -> pi_pb2.PiResult:
    """Write a result. context: the digits around the position; kept_count: how many digits are in the store."""
    context_position = max(0, position - CONTEXT_COUNT)
    return pi_pb2.PiResult(
        digit=int(context[position - context_position : position - context_position + 1]),
        context=context.decode("ascii"),
        context_position=context_position,
        checksum_sha256=checksum,
        kept_digit_count=max(0, kept_count - CONTEXT_COUNT),
        source_calculation_id=source_id,
    )


def pack(digits: bytes) -> bytes:
    """Two ASCII digits a byte, the first in the upper half; an odd one is followed by a nought."""
    return unhexlify(digits + b"0" if len(digits) % 2 else digits)


def unpack(packed: bytes) -> bytes:
    """The ASCII digits again."""
    return hexlify(packed)  # not packed.hex(): by way of a str it takes three times as long


def split_answer(answer: bytes) -> tuple[pi_pb2.PiResult, memoryview]:
    """Take what a worker hands over apart: the result, without what only the store knows, and the packed digits."""
    digits_at = _LENGTH_BYTES + int.from_bytes(answer[:_LENGTH_BYTES])
    return pi_pb2.PiResult.FromString(answer[_LENGTH_BYTES:digits_at]), memoryview(answer)[digits_at:]


def _encode(digits: bytes) -> bytes:
    """In the worker: everything that takes time with so many digits, so that the server only moves bytes."""
    position = len(digits) - digit_count_for(0)
    checksum = hashlib.sha256(b"3.")
    checksum.update(memoryview(digits)[1 : position + 1])
    context = digits[max(0, position - CONTEXT_COUNT) :]
    message = result_message_of(position, context=context, checksum=checksum.hexdigest()).SerializeToString()
    return b"".join((len(message).to_bytes(_LENGTH_BYTES), message, pack(digits)))


def _problems(message: Message, now: datetime, *, largest_position: int) -> list[FieldProblem]:
    if 0 <= cast(pi_pb2.PiInput, message).digit_position <= largest_position:
        return []
    text = f"Give 0 (the 3 before the point) to {largest_position:,}, the largest position of this server."
    values = {"largest_digit_position": str(largest_position)}
    return [FieldProblem(path="pi.digit_position", reason="OUT_OF_RANGE", message=text, values=values)]


def pi_kind(*, largest_position: int) -> Kind:
    """Digits of pi, up to a position that is a setting. What it encodes is for `split_answer`."""
    return Kind(
        core="calc_grpc.digits.pi",
        function="find_digits_around",
        find_problems=partial(_problems, largest_position=largest_position),
        decode=position_of,
        encode=_encode,
    )


KINDS: dict[str, Kind] = {"pi": pi_kind(largest_position=MAX_LARGEST_POSITION)}
