"""A million and ten million digits, all of them: by checksum, and against the formula of Gauss and Legendre."""

import hashlib

import gmpy2

from calc_grpc.digits.pi import find_digits
from tests.calc_grpc.digits import published

# SHA-256 of `3.` and so many decimals, as MPFR 4.2 (10^6) and FLINT 3 (10^6, 10^7) write them.
CHECKSUM_OF_A_MILLION = "dd382ef6a0c1e8d920fb72f482d74826251ab97709520bc24f913cd8eb5fc839"
CHECKSUM_OF_TEN_MILLION = "46059c61a4de67d6c916fa958168789da324a03ee8a85c30e9ca292c3712eb25"


def decimals(count: int) -> bytes:
    return find_digits(count + 1, report=lambda fraction, stage: None, cancelled=lambda: False)[1:]


def checksum(text: bytes) -> str:
    return hashlib.sha256(b"3." + text).hexdigest()


def test_the_first_million_decimals_have_their_checksum_and_are_those_of_another_formula():
    million = decimals(1_000_000)
    assert checksum(million) == CHECKSUM_OF_A_MILLION
    # MPFR works pi out by the arithmetic-geometric mean: nothing is shared with the series but multiplication.
    mantissa, _, _ = gmpy2.const_pi(3_322_000).digits(10, 1_000_010)
    assert mantissa[1:1_000_001].encode() == million


def test_ten_million_decimals_hold_the_published_digits_and_have_their_checksum():
    text = decimals(10_000_000)
    assert {count: text[count - 10 : count] for count in published.LAST_TEN} == published.LAST_TEN
    assert checksum(text) == CHECKSUM_OF_TEN_MILLION
