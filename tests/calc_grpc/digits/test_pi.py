"""Digits against published ones, against two other formulas, and against themselves."""

import random

import pytest
from gmpy2 import mpz

from calc_grpc.digits import pi
from calc_grpc.digits.chudnovsky import pi_in_binary
from calc_grpc.digits.pi import find_digits
from calc_grpc.digits.progress import DigitsCancelled
from tests.calc_grpc.digits import published


def digits(count: int) -> bytes:
    return find_digits(count, report=lambda fraction, stage: None, cancelled=lambda: False)


@pytest.fixture(scope="module")
def million() -> bytes:
    return digits(1_000_005)


@pytest.mark.parametrize("decimal_count", [count for count in published.LAST_TEN if count <= 100_000])
def test_the_last_digits_asked_for_are_the_published_ones(decimal_count):
    assert digits(decimal_count + 1)[-10:] == published.LAST_TEN[decimal_count]


def test_a_million_decimals_hold_the_published_digits_wherever_they_are_listed(million):
    listed = {count: ten for count, ten in published.LAST_TEN.items() if count <= 1_000_000}
    assert {count: million[count - 9 : count + 1] for count in listed} == listed
    assert million[1_000_001:] == published.AFTER_A_MILLION


def test_each_digit_occurs_as_often_in_the_first_million_as_published(million):
    assert tuple(million[1:1_000_001].count(b"%d" % digit) for digit in range(10)) == published.COUNTS_IN_A_MILLION


def test_powers_of_ten_are_found_where_they_were_published(million):
    found = {power: million.find(power, 1) for power in published.FIRST_POWERS_OF_TEN}
    assert found == published.FIRST_POWERS_OF_TEN


@pytest.mark.parametrize("count", [1, 2, 3, 15, 16, 17, 50, 999, 19_999, 20_000, 20_001, 20_002, 40_001, 80_003])
def test_every_length_is_the_beginning_of_a_longer_one(count, million):
    assert digits(count) == million[:count]


def test_random_lengths_are_the_beginning_of_a_longer_one(million):
    for count in random.sample(range(1, 3_000), 200):
        assert digits(count) == million[:count], count


def test_machins_formula_gives_the_same_digits_at_a_random_position(million):
    position = random.randrange(10_000, 12_000)
    assert million[: position + 1] == str_of(machin(position + 10))[: position + 1], position


def test_hexadecimal_digits_found_without_those_before_them_are_the_same():
    position = random.randrange(30_000, 40_000)
    whole = pi_in_binary(4 * (position + 40), report=lambda fraction, stage: None, cancelled=lambda: False)
    expected = f"{whole:x}"[position + 1 : position + 9]  # past the 3 and `position` digits
    assert hexadecimal_digits(position, 8) == expected, position


def test_the_value_in_binary_is_below_pi_by_less_than_two_units():
    for bits in (1, 2, 63, 64, 65, 1_000, 33_333):
        value = pi_in_binary(bits, report=lambda fraction, stage: None, cancelled=lambda: False)
        truth = pi_in_binary(bits + 500, report=lambda fraction, stage: None, cancelled=lambda: False)
        assert 0 <= truth - (value << 500) < (mpz(2) << 500)


def test_bits_that_do_not_settle_the_digits_are_computed_again(monkeypatch, million):
    widths = []

    def counted(bits, **callables):
        widths.append(bits)
        return pi_in_binary(bits, **callables)

    monkeypatch.setattr(pi, "pi_in_binary", counted)
    monkeypatch.setattr(pi, "GUARD_BITS", 1)
    assert digits(50_001) == million[:50_001]
    assert len(widths) > 1
    assert widths == sorted(set(widths))


def test_progress_grows_through_the_stages_to_the_end():
    told: list[tuple[float, str]] = []
    find_digits(200_000, report=lambda *step: told.append(step), cancelled=lambda: False)
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[0] < 0.01
    assert fractions[-1] == 1.0
    assert list(dict.fromkeys(stage for _, stage in told)) == [
        "summing the series",
        "dividing",
        "converting to decimal",
    ]
    assert len({fraction for fraction, stage in told if stage == "summing the series"}) > 100


@pytest.mark.parametrize("stage_to_stop_in", ["summing the series", "dividing", "converting to decimal"])
def test_it_stops_at_the_first_look_after_it_was_cancelled(stage_to_stop_in):
    stages: list[str] = []
    looks: list[str] = []

    def cancelled() -> bool:
        if stage_to_stop_in in stages:
            looks.append(stages[-1])
        return bool(looks)

    with pytest.raises(DigitsCancelled):
        find_digits(300_000, report=lambda fraction, stage: stages.append(stage), cancelled=cancelled)
    assert looks == [stage_to_stop_in]


def machin(decimal_count: int) -> int:
    """floor(pi 10^n) or a little less, by John Machin's formula of 1706 in Python's own integers."""
    unit = 10 ** (decimal_count + 10)

    def arccot(x: int) -> int:
        term = total = unit // x
        divisor, sign = 3, -1
        while term:
            term //= x * x
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    return 4 * (4 * arccot(5) - arccot(239)) // 10**10


def str_of(value: int) -> bytes:
    return mpz(value).digits().encode()


def hexadecimal_digits(position: int, count: int) -> str:
    """Hexadecimal digits of pi after the first `position` ones behind the point, without computing those.

    D. Bailey, P. Borwein and S. Plouffe, "On the rapid computation of various polylogarithmic constants",
    Mathematics of Computation 66 (1997), pp. 903-913, section 3; in whole numbers of 2^-128.
    """
    unit = 1 << 128

    def series(j: int) -> int:
        total = sum(pow(16, position - k, 8 * k + j) * unit // (8 * k + j) for k in range(position + 1))
        return total + sum(unit // (16**k * (8 * (position + k) + j)) for k in range(1, 40))

    fraction = (4 * series(1) - 2 * series(4) - series(5) - series(6)) % unit
    return f"{fraction:032x}"[:count]
