r"""Pi in binary, by the series of the brothers Chudnovsky, summed by binary splitting; whole numbers only.

.. math:: \frac{1}{\pi} = 12 \sum_{k=0}^{\infty} \frac{(-1)^k (6k)!\,(13591409 + 545140134 k)}
          {(3k)!\,(k!)^3\, 640320^{3k + 3/2}}

Every term brings 14.18 digits. The sum of the terms a to b - 1 is kept as a fraction T / Q of whole numbers, with P,
the numerator of what turns one term into the next, so that two neighbouring ranges are joined by a few
multiplications of numbers of about equal length, which is what fast multiplication is good at.

References: D. V. Chudnovsky and G. V. Chudnovsky, "Approximations and complex multiplication according to Ramanujan",
in Ramanujan Revisited, Academic Press 1988, pp. 375-472; B. Haible and T. Papanikolaou, "Fast multiprecision
evaluation of series of rational numbers", ANTS-III, LNCS 1423, 1998, pp. 338-350, section 2.
"""

from functools import lru_cache
from math import log2

from gmpy2 import isqrt, mpz

from calc_grpc.digits.progress import DIVIDING, SUMMING, IsCancelled, Progress, ReportProgress

A = 13_591_409
B = 545_140_134
C = 640_320
C3_OVER_24 = C**3 // 24
BITS_PER_TERM = 47.11  # log2(C^3 / 12^3), rounded down
TERMS_PER_LEAF = 32  # 16 and 64 take some 10 % longer, 8 and 128 some 15 %
GUARD_BITS = 64
ERROR_BITS = 29  # see pi_in_binary

Splitting = tuple[mpz, mpz, mpz]


def pi_in_binary(bits: int, *, report: ReportProgress, cancelled: IsCancelled) -> mpz:
    """Return x with 0 <= pi * 2^bits - x < 2, x a whole number; raises DigitsCancelled.

    With w = bits + 64: T and Q are summed exactly until fewer than 2^-w of the series is left, then cut to the w
    leading bits of T. As T / Q is about 2^24, that changes their ratio by less than 2^(26 - w) of itself; root and
    division lose less than a unit of 2^-w each. So 426880 sqrt(10005) Q / T is off by less than 2^29 units of 2^-w,
    which is taken off to stay below pi, and is less than 2^-34 units of 2^-bits.
    """
    width = bits + GUARD_BITS
    term_count = int(width / BITS_PER_TERM) + 2
    progress = Progress(SUMMING, _total_cost(term_count), report=report, cancelled=cancelled)
    _, Q, T = split(0, term_count, is_last=True, progress=progress)
    surplus = max(0, T.bit_length() - width)
    Q >>= surplus
    T >>= surplus
    progress = Progress(DIVIDING, 3.0, report=report, cancelled=cancelled)
    progress.add(0.0)
    root = isqrt(mpz(10_005) << (2 * width))
    progress.add(1.0)
    Q *= 426_880 * root
    del root
    scaled = Q // T
    progress.add(2.0)
    return (scaled - (1 << ERROR_BITS)) >> GUARD_BITS


def split(first: int, end: int, *, is_last: bool, progress: Progress) -> Splitting:
    """Return P, Q, T of the terms from `first` to before `end`; is_last: P is not needed and may be anything.

    The parts are changed in place, and let go as soon as they are used: they are what memory is needed for.
    """
    if end - first <= TERMS_PER_LEAF:
        return _leaf(first, end)
    middle = (first + end) // 2
    P1, Q1, T1 = split(first, middle, is_last=False, progress=progress)
    P2, Q2, T2 = split(middle, end, is_last=is_last, progress=progress)
    quarter = _cost(end - first) / 4
    T1 *= Q2
    progress.add(quarter)
    T2 *= P1
    T1 += T2
    del T2
    progress.add(quarter)
    Q1 *= Q2
    del Q2
    progress.add(quarter)
    if not is_last:
        P1 *= P2
    progress.add(quarter)
    return P1, Q1, T1


def _leaf(first: int, end: int) -> Splitting:
    """The terms one after another; P of the first term of all is 1, and so is its Q."""
    P, Q, T = 1, 1, 0
    for k in range(first, end):
        q = k * k * k * C3_OVER_24 if k else 1
        P *= -(6 * k - 5) * (2 * k - 1) * (6 * k - 1) if k else 1
        Q *= q
        T = T * q + P * (A + B * k)
    return mpz(P), mpz(Q), mpz(T)


def _cost(term_count: int) -> float:
    """Of joining two halves: the length of the numbers times its logarithm, as for the FFT."""
    return term_count * log2(term_count)


@lru_cache(maxsize=256)
def _total_cost(term_count: int) -> float:
    """Of `split` of so many terms; a range of an even number of terms has two equal halves, so few are worked out."""
    if term_count <= TERMS_PER_LEAF:
        return 1.0
    half = term_count // 2
    return _cost(term_count) + _total_cost(half) + _total_cost(term_count - half)
