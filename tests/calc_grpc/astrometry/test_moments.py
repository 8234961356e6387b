"""Dates and times, to the microsecond."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc_grpc.astrometry.moments import leap_second_days, read_day_fraction, read_iso
from tests.calc_grpc.astrometry.samples import STABLE


@STABLE
@given(st.dates(min_value=datetime(1600, 1, 1).date()), st.integers(0, 6), st.data())
def test_a_day_fraction_is_exact_whatever_its_length(day, digits, data):
    fraction = data.draw(st.integers(0, 10**digits - 1))
    text = f"{day.year:04d} {day.month:02d} {day.day:02d}." + (f"{fraction:0{digits}d}" if digits else "")
    moment = read_day_fraction(f"{text:17}")
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    exact = Fraction(fraction, 10**digits) * 86_400_000_000
    assert exact.denominator == 1
    assert moment.at - midnight == timedelta(microseconds=int(exact))
    assert not moment.repaired


def test_the_last_microday_does_not_round_up():
    assert read_day_fraction("2024 12 31.999999").at == datetime(2024, 12, 31, 23, 59, 59, 913600, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024 07 15       ", "2024 13 01.5     ", "2024 04 31.5     ", "2015 02 29.5     ", "2024 00 10.5     ",
        "2024 07 00.5     ", "1599 12 31.5     ", "0000 07 15.5     ", "2024-07-15.5     ", "2024 07 15.5 7   ",
        "2024 07 15,5     ", " 2024 07 15.5    ", "２０２４ 07 15.5     ", "2024a07 15.5     ", "                 ",
    ],
)  # fmt: skip
def test_what_is_no_date_of_the_format_is_refused_with_a_hint(text):
    moment = read_day_fraction(text)
    assert moment.at is None
    assert moment.fault


def test_missing_leading_zeros_are_read_and_told():
    moment = read_day_fraction("2024  7  5.25    ")
    assert moment.at == datetime(2024, 7, 5, 6, tzinfo=UTC)
    assert moment.repaired


def test_times_of_ades_are_read_to_the_microsecond():
    assert read_iso("2016-08-29T12:32:34Z").at == datetime(2016, 8, 29, 12, 32, 34, tzinfo=UTC)
    assert read_iso("2016-08-29T12:32:34.1Z").at == datetime(2016, 8, 29, 12, 32, 34, 100_000, tzinfo=UTC)
    assert read_iso("2016-08-29T12:32:34.123456Z").at == datetime(2016, 8, 29, 12, 32, 34, 123_456, tzinfo=UTC)


# FORMATS: the bad times of the official test files of ADES, and a few more.
BAD_TIMES = [
    "2016-08-29T12:32:34", "2016-08-29T12:32:34+01:00", "2016-08-29T12:32:34+00:00", "2016-08-29T12:32:4Z",
    "2016-13-29T12:32:34Z", "2016-04-31T12:32:34Z", "2015-02-29T12:32:34Z", "2016-08-29T12:00:00.Z",
    "12016-08-29T12:32:34Z", "-2016-08-29T12:32:34Z", "2014-06-30T23:59:60Z", "2016-12-31T12:59:60Z",
    "2016-12-31T23:59:61Z", "2016-08-29T24:00:00Z", "2016-08-29T12:60:00Z", "2016-08-29 12:32:34Z",
    "2016-08-29T12:32:34.1234567Z", "2016-08-29T12:32:34z", "2016-08-29", "", "２016-08-29T12:32:34Z",
    "2016-06-31T23:59:60Z", "2016-08-29T12:32:34Z\n", "1599-08-29T12:32:34Z",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD_TIMES)
def test_bad_times_of_ades_are_refused_with_a_hint(text):
    moment = read_iso(text)
    assert moment.at is None
    assert moment.fault


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2015-06-30T23:59:60.999999Z"])
def test_a_leap_second_that_was_is_read_as_the_midnight_after_it_and_told(text):
    moment = read_iso(text)
    assert moment.at == datetime.fromisoformat(text[:10]).replace(tzinfo=UTC) + timedelta(days=1)
    assert "leap second" in moment.repaired


def test_the_days_of_leap_seconds_are_those_of_submit_xsd():
    """IAU-ADES/ADES-Master, xsd/submit.xsd, LeapSecondsHelp: 27 days up to 2016."""
    june = {f"19{year}-06-30" for year in (72, 81, 82, 83, 85, 92, 93, 94, 97)} | {"2012-06-30", "2015-06-30"}
    december = {f"19{year}-12-31" for year in (72, 73, 74, 75, 76, 77, 78, 79, 87, 89, 90, 95, 98)}
    december |= {"2005-12-31", "2008-12-31", "2016-12-31"}
    assert {day.isoformat() for day in leap_second_days()} == june | december
