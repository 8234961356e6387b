"""Digits of pi: the series in binary, then the decimals of its fraction."""

from gmpy2 import mpz

from calc_grpc.digits.chudnovsky import pi_in_binary
from calc_grpc.digits.decimal_text import GUARD_BITS, DecimalWriter, Undecided
from calc_grpc.digits.progress import CONVERTING, IsCancelled, Progress, ReportProgress

MAX_GUARD_BITS = 64 * GUARD_BITS
CONTEXT_COUNT = 5  # how many digits are shown on either side of the one that was asked for


def warm_up() -> None:
    """Nothing has to be compiled; loading was enough."""


def find_digits_around(position: int, *, report: ReportProgress, cancelled: IsCancelled) -> bytes:
    """Return the digits up to the one asked for and five more; position: 0 is the 3. See `find_digits`."""
    return find_digits(position + 1 + CONTEXT_COUNT, report=report, cancelled=cancelled)


def find_digits(digit_count: int, *, report: ReportProgress, cancelled: IsCancelled) -> bytes:
    """Return the first digits of pi as ASCII text without a point: the 3 is number 0.

    digit_count: at least 1. report(fraction, stage): how much of the time is over, 0 to 1, and the name of the stage.
    cancelled(): whether to give up, asked between any two operations on large numbers; of these a single one takes
    longer than 200 ms from some 3,000,000 digits on.
    Raises DigitsCancelled.

    Every digit is certain: the bounds of the error travel through the conversion, and where they do not settle a
    digit (a chance of less than one in 10^12 for ten million digits) all is done again with more bits.
    """
    guard_bits = GUARD_BITS
    while True:
        try:
            return _find_digits(digit_count, guard_bits, report, cancelled)
        except Undecided:
            if guard_bits >= MAX_GUARD_BITS:
                raise
            guard_bits *= 4


def _find_digits(digit_count: int, guard_bits: int, report: ReportProgress, cancelled: IsCancelled) -> bytes:
    writer = DecimalWriter(max(1, digit_count - 1), guard_bits=guard_bits)
    value = pi_in_binary(writer.bits, report=report, cancelled=cancelled)
    fraction = value - (mpz(3) << writer.bits)
    del value
    progress = Progress(CONVERTING, writer.digit_count, report=report, cancelled=cancelled)
    text = bytearray(b"3")
    for piece in writer.write(fraction, 2, progress):
        text += piece
    return bytes(memoryview(text)[:digit_count])
