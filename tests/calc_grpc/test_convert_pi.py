"""Between the bytes of a calculation of pi and its digits."""

import pytest

from calc_grpc import convert_pi
from calc_grpc.digits.pi import CONTEXT_COUNT


@pytest.mark.parametrize("text", [b"", b"3", b"31", b"314", b"3141592653589793"])
def test_packed_digits_are_half_as_long_and_the_same_again(text: bytes) -> None:
    packed = convert_pi.pack(text)
    assert len(packed) == (len(text) + 1) // 2
    assert convert_pi.unpack(packed)[: len(text)] == text


def test_the_numbers_of_digits_around_agree_with_the_core() -> None:
    assert convert_pi.CONTEXT_COUNT == CONTEXT_COUNT
