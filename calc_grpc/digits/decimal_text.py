"""Fractions in binary written as decimals: by multiplication, half by half, which is quicker than dividing.

Multiplying a fraction by 10^m brings its first m decimals before the point; the rest is again a fraction. Of the
first half only as many bits are looked at as half the decimals need, and of the rest as many are kept, so every half
is half the work.

References: D. E. Knuth, The Art of Computer Programming, vol. 2, 3rd ed., Addison-Wesley 1997, section 4.4,
method 2a; R. P. Brent and P. Zimmermann, Modern Computer Arithmetic, Cambridge 2010, section 1.7.2, for the halving.
"""

from collections.abc import Iterator

from gmpy2 import f_mod_2exp, mpz

from calc_grpc.digits.progress import Progress

DIGITS_PER_LEAF = 20_000  # up to here GMP's own conversion is as quick
GUARD_BITS = 64


class Undecided(Exception):
    """The bits do not settle the digits: a long run of nines or noughts lies at their end. More bits will."""


class DecimalWriter:
    """Writes fractions of one length.

    digit_count: how many decimals are written: those wanted, and so many more that halving comes out even.
    bits: how many bits after the point a fraction has to have.
    """

    def __init__(self, wanted_count: int, *, guard_bits: int = GUARD_BITS) -> None:
        self._halving_count = (wanted_count // DIGITS_PER_LEAF).bit_length()
        self._leaf_size = -(-wanted_count >> self._halving_count)
        self._guard_bits = guard_bits
        self._powers: dict[int, mpz] = {}  # only made to write: until then the memory is needed elsewhere
        self.digit_count = self._leaf_size << self._halving_count
        self.bits = self._bits_for(self.digit_count)

    def write(self, fraction: mpz, error: int, progress: Progress) -> Iterator[bytes]:
        """Yield the decimals, ASCII, in pieces from left to right.

        fraction: in units of 2^-bits, at least 0 and below 1; the true value is not below it, and less than `error`
        units above. progress: told how many digits were written.
        Raises Undecided when a decimal differs between values within the error: what was yielded is always right.
        """
        self._powers = _powers_of_ten(self._leaf_size, self._halving_count, progress)
        return self._write(fraction, error, self.digit_count, progress)

    def _write(self, fraction: mpz, error: int, count: int, progress: Progress) -> Iterator[bytes]:
        bits = self._bits_for(count)
        if count == self._leaf_size:
            yield self._leaf(fraction, error, bits)
            progress.add(count)
            return
        half = count // 2
        surplus = bits - self._bits_for(half)
        yield from self._write(fraction >> surplus, (error >> surplus) + 2, half, progress)
        # The first half is settled, so the true value has the same whole part as this product.
        power = self._powers[half]
        fraction = f_mod_2exp(fraction * power, bits) >> surplus
        yield from self._write(fraction, error * (int(power >> surplus) + 1) + 1, half, progress)

    def _leaf(self, fraction: mpz, error: int, bits: int) -> bytes:
        power = self._powers[self._leaf_size]
        scaled = fraction * power
        if f_mod_2exp(scaled, bits) + error * power > mpz(1) << bits:
            raise Undecided
        text: str = (scaled >> bits).digits()
        return text.zfill(self._leaf_size).encode("ascii")

    def _bits_for(self, digit_count: int) -> int:
        """log2(10) bits for each, rounded up, and the guard."""
        return digit_count * 3_321_928_095 // 1_000_000_000 + 1 + self._guard_bits


def _powers_of_ten(leaf_size: int, halving_count: int, progress: Progress) -> dict[int, mpz]:
    powers = {leaf_size: mpz(10) ** leaf_size}
    for halving in range(1, halving_count):
        progress.add(0.0)
        powers[leaf_size << halving] = powers[leaf_size << (halving - 1)] ** 2
    return powers
