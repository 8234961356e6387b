"""Right ascensions and declinations, to the last bit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc_grpc.astrometry.angles import is_usual_decimal, read_dec, read_decimal, read_ra
from tests.calc_grpc.astrometry.samples import STABLE


@STABLE
@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999), st.integers(0, 3))
def test_a_right_ascension_is_the_float_nearest_to_what_is_written(hours, minutes, seconds, thousandths, digits):
    fraction = f".{thousandths:03d}"[: digits + 1]
    angle = read_ra(f"{hours:02d} {minutes:02d} {seconds:02d}{fraction}".ljust(12))
    written = hours * 3600 + minutes * 60 + seconds + Fraction("0" + fraction + "0")
    assert angle == (float(written / 240), "", "")


@STABLE
@given(st.sampled_from("+-"), st.integers(0, 89), st.integers(0, 59), st.integers(0, 59), st.integers(0, 99))
def test_a_declination_is_the_float_nearest_to_what_is_written(sign, degrees, minutes, seconds, hundredths):
    angle = read_dec(f"{sign}{degrees:02d} {minutes:02d} {seconds:02d}.{hundredths:02d}")
    written = degrees * 3600 + minutes * 60 + seconds + Fraction(hundredths, 100)
    assert angle.deg == float(written / 3600) * (-1 if sign == "-" else 1)


def test_the_sign_of_minus_zero_degrees_is_kept():
    assert read_dec("-00 12 00.0 ").deg == -0.2
    assert read_dec("+00 12 00.0 ").deg == 0.2


def test_old_records_with_fewer_digits_are_normal():
    assert read_ra("13 57 30.   ") == (209.375, "", "")
    assert read_ra("13 57 30    ") == (209.375, "", "")
    assert read_ra("13 57.5     ") == (209.375, "", "")
    assert read_dec("-09 12 18   ").deg == pytest.approx(-9.205, abs=1e-15)
    assert read_dec("-09 12.3    ") == (-9.205, "", "")


def test_missing_leading_zeros_are_read_and_told():
    assert read_ra(" 3 49  9.60 ")[:2] == (57.29, "")
    assert read_ra(" 3 49  9.60 ").repaired
    assert read_dec("+ 9 12 18.0 ").repaired


def test_the_poles_are_reached_but_not_passed():
    assert read_dec("+90 00 00.00").deg == 90.0
    assert read_dec("-90 00 00.00").deg == -90.0
    assert read_dec("+90 00 00.01").deg is None


@pytest.mark.parametrize(
    "text",
    ["24 00 00.00 ", "13 60 00.00 ", "13 57 60.00 ", "135730.00   ", "13:57:30.00 ", "13 57 30.0 0", "+3 57 30.00 ",
     "            ", "13 57       ", "1357 30.00  ", "１３ 57 30.00 ", "13 57 3O.00 ", "13 57 30.00x", "209.3750    "],
)  # fmt: skip
def test_other_right_ascensions_are_refused_with_a_hint(text):
    angle = read_ra(text)
    assert angle.deg is None
    assert angle.fault


@pytest.mark.parametrize(
    "text",
    ["+91 00 00.0 ", "+09 60 00.0 ", "+09 12 60.0 ", "-9 12 14.3  ", "            ", "*09 12 14.3 ", "+09:12:14.3 "],
)
def test_other_declinations_are_refused_with_a_hint(text):
    angle = read_dec(text)
    assert angle.deg is None
    assert angle.fault


def test_a_declination_without_its_sign_is_not_guessed():
    angle = read_dec(" 09 12 14.3 ")
    assert angle.deg is None
    assert "sign" in angle.fault


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("+0.1", 0.1), ("-.5", -0.5), ("7.", 7.0), ("007", 7.0)])
def test_decimals_are_read(text, value):
    assert read_decimal(text) == value


@pytest.mark.parametrize(
    "text", ["", ".", "+", "1e5", "nan", "inf", "1,5", "1 5", "٣", "0x10", "1_000", "1" * 13, "0." + "1" * 2_000_000]
)
def test_other_numbers_are_not(text):
    assert read_decimal(text) is None


@pytest.mark.parametrize("zero", [read_decimal("-0"), read_decimal("-0.000"), read_dec("-00 00 00.0 ").deg])
def test_there_is_no_negative_zero(zero):
    assert str(zero) == "0.0"


def test_leading_zeros_and_too_many_decimals_are_unusual():
    assert is_usual_decimal("-0.123456789", 9)
    assert not is_usual_decimal("00.1", 9)
    assert not is_usual_decimal("0.1234567891", 9)
