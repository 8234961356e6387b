"""Dates as 80-column and ADES files write them, to the microsecond in whole numbers."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

import erfa

from calc_grpc.orbits.validation import EARLIEST_YEAR

DAY_US = 86_400_000_000
MOST_FRACTION_DIGITS = 6

_DAY_FRACTION = re.compile(r"([0-9]{4}) ([ 0-9][0-9]) ([ 0-9][0-9])\.([0-9]{0,6}) *")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?Z")
_NO_ZONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+")


class Moment(NamedTuple):
    """A moment that was read (UTC), or why it was not; repaired: what was corrected."""

    at: datetime | None
    fault: str = ""
    repaired: str = ""


def read_day_fraction(text: str) -> Moment:
    """Read columns 16-32, `YYYY MM DD.dddddd`; fewer decimals are normal in old data."""
    found = _DAY_FRACTION.fullmatch(text)
    if found is None:
        return Moment(None, "Write the date as YYYY MM DD.dddddd in columns 16-32, with a day fraction.")
    year, month, day, fraction = found.groups()
    microseconds = int(fraction or "0") * DAY_US // 10 ** len(fraction)
    moment = _in_calendar(int(year), int(month), int(day), microseconds)
    if moment.at is not None and " " in month + day:
        return moment._replace(repaired="a leading zero is missing in the date")
    return moment


def read_iso(text: str) -> Moment:
    """Read obsTime, `YYYY-MM-DDThh:mm:ss[.d{1,6}]Z`.

    A datetime cannot hold second 60: a leap second that really was inserted is read as the midnight after it, less
    than a second late, and said so.
    """
    found = _ISO.fullmatch(text)
    if found is None:
        return Moment(None, _iso_fault(text))
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if hour > 23 or minute > 59 or second > 60:
        return Moment(None, "Hours go to 23, minutes and seconds to 59.")
    if second == 60:
        return _leap_second(year, month, day, hour * 60 + minute)
    fraction = int((found[7] or "").ljust(MOST_FRACTION_DIGITS, "0"))
    return _in_calendar(year, month, day, ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)


def _iso_fault(text: str) -> str:
    if _NO_ZONE.fullmatch(text):
        return "The time does not end in Z. Give UTC as YYYY-MM-DDThh:mm:ss.sssZ."
    return "Write the time in UTC as YYYY-MM-DDThh:mm:ss.sssZ, with at most six decimals."


def _leap_second(year: int, month: int, day: int, minutes: int) -> Moment:
    moment = _in_calendar(year, month, day, 0)
    if moment.at is None:
        return moment
    if minutes != 24 * 60 - 1 or moment.at.date() not in leap_second_days():
        return Moment(None, "No leap second was inserted then. Check the time; seconds go to 59.")
    return Moment(moment.at + timedelta(days=1), repaired="a leap second was read as the midnight after it")


def _in_calendar(year: int, month: int, day: int, microseconds: int) -> Moment:
    if year < EARLIEST_YEAR:
        return Moment(None, f"Times before {EARLIEST_YEAR} are not taken. Check the year.")
    try:
        midnight = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return Moment(None, "There is no such day in the calendar. Check month and day.")
    return Moment(midnight + timedelta(microseconds=microseconds))


@cache
def leap_second_days() -> frozenset[date]:
    """List the days that ended in a leap second, from the table of ERFA (IERS Bulletin C)."""
    first_of_month = [date(int(row["year"]), int(row["month"]), 1) for row in erfa.leap_seconds.get()]
    return frozenset(first - timedelta(days=1) for first in first_of_month if first > date(1972, 1, 1))
