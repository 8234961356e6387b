"""Columns of a page of the source, SBDB's values as JPL writes them: each is read as a whole, in one go.

Numbers come as text, without a leading zero, with a point at the end, with an exponent, or as JSON numbers; what is not
known is null or blank. A column is tried the quick way, which takes what nearly all of them look like and a quarter of
a microsecond a value; where that fails, cell by cell, which tells which cell is wrong and why.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

INT32_MAX = 2**31 - 1
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_NUMBER_LETTERS = b"0123456789+-.eE"
_TRUTHS = {"Y": True, "N": False, None: None, "": None}
_KINDS = {"a number": (int, float, str), "a whole number": (int, str), "text": (str,)}

Values = list[Any]
Column = Sequence[Any]


class WrongCell(ValueError):
    """A value that cannot be stored: `reason` is a word of `Reason`, the message says what was expected."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class WrongRow:
    """A refused cell of a column: the index of its row, and why."""

    index: int
    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How a column is read: `quick` takes it whole or raises, `careful` takes one cell or raises WrongCell.

    Whatever `quick` takes, `careful` reads as the same values.
    """

    quick: Callable[[Column], Values]
    careful: Callable[[Any], Any]


def read_column(reader: Reader, column: Column) -> tuple[Values, list[WrongRow]]:
    """The values, None for what is not known, and the cells that are refused; those are None among the values."""
    try:
        return reader.quick(column), []
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError):
        return _read_cells(reader, column)


def _read_cells(reader: Reader, column: Column) -> tuple[Values, list[WrongRow]]:
    values: Values = []
    wrong = []
    for index, cell in enumerate(column):
        try:
            values.append(reader.careful(cell))
        except WrongCell as error:
            values.append(None)
            wrong.append(WrongRow(index=index, reason=error.reason, message=str(error)))
    return values, wrong


def numbers(low: float, high: float) -> Reader:
    """Numbers from low to high."""

    def quick(column: Column) -> Values:
        written = "".join([value for value in column if value is not None])
        # float() takes more than the source writes: inf, nan, 1_000, digits of other scripts.
        if written.encode().translate(None, _NUMBER_LETTERS):
            raise ValueError
        values = [None if value is None else float(value) for value in column]
        _refuse_outside([value for value in values if value is not None], low, high)
        return values

    def careful(cell: Any) -> float | None:
        cell = _given(cell, "a number")
        if cell is None:
            return None
        if isinstance(cell, str) and not _NUMBER.fullmatch(cell):
            raise WrongCell("INVALID_FORMAT", f"Expected a number and found {_shown(cell)}.")
        try:
            value = float(cell)
        except OverflowError:
            value = float("inf")
        if not low <= value <= high:
            raise WrongCell("OUT_OF_RANGE", f"Expected {low:g} to {high:g} and found {_shown(cell)}.")
        return value

    return Reader(quick=quick, careful=careful)


def counts(low: int = 0, *, required: bool = False) -> Reader:
    """Whole numbers from low to the largest of 32 bits, as numbers or as text."""

    def quick(column: Column) -> Values:
        given = [value for value in column if value is not None]
        if required and len(given) < len(column):
            raise ValueError
        if set(map(type, given)) <= {int}:
            _refuse_outside(given, low, INT32_MAX)
            return list(column)
        written = "".join(given)
        if not (written.isascii() and written.isdigit()):
            raise ValueError
        values = [None if value is None else int(value) for value in column]
        _refuse_outside([value for value in values if value is not None], low, INT32_MAX)
        return values

    def careful(cell: Any) -> int | None:
        cell = _given(cell, "a whole number", required=required)
        if cell is None:
            return None
        if isinstance(cell, str) and not (cell.isascii() and cell.isdigit() and len(cell) <= 20):
            raise WrongCell("INVALID_FORMAT", f"Expected a whole number and found {_shown(cell)}.")
        if not low <= int(cell) <= INT32_MAX:
            raise WrongCell("OUT_OF_RANGE", f"Expected {low} to {INT32_MAX} and found {_shown(cell)}.")
        return int(cell)

    return Reader(quick=quick, careful=careful)


def texts(length_max: int, *, required: bool = False) -> Reader:
    """Text without the blanks around it; empty where it is not known."""

    def quick(column: Column) -> Values:
        values = [value.strip() if value else _blank(value) for value in column]
        _refuse_unstorable("".join(values))
        if len(max(values, key=len, default="")) > length_max or (required and not all(values)):
            raise ValueError
        return values

    def careful(cell: Any) -> str:
        value: str = _given(cell, "text", required=required) or ""
        try:
            _refuse_unstorable(value)
        except ValueError:
            raise WrongCell("INVALID_FORMAT", "It holds a character that cannot be stored.") from None
        if len(value) > length_max:
            raise WrongCell("TOO_LONG", f"Expected at most {length_max} characters.")
        return value

    return Reader(quick=quick, careful=careful)


def truths() -> Reader:
    """Y or N."""

    def quick(column: Column) -> Values:
        return [_TRUTHS[value] for value in column]

    def careful(cell: Any) -> bool | None:
        cell = _given(cell, "text")
        if cell not in _TRUTHS:
            raise WrongCell("UNKNOWN_VALUE", f"Expected Y or N and found {_shown(cell)}.")
        return _TRUTHS[cell]

    return Reader(quick=quick, careful=careful)


def _given(cell: Any, kind: str, *, required: bool = False) -> Any:
    """The cell, text without the blanks around it, None for blank; raises where it is something else."""
    if isinstance(cell, bool) or not isinstance(cell, (*_KINDS[kind], type(None))):
        raise WrongCell("WRONG_TYPE", f"Expected {kind}.")
    value = (cell.strip() or None) if isinstance(cell, str) else cell
    if value is None and required:
        raise WrongCell("REQUIRED", f"Expected {kind}, found nothing.")
    return value


def _blank(value: Any) -> str:
    if value is None or value == "":
        return ""
    raise TypeError


def _refuse_outside(values: Values, low: float, high: float) -> None:
    if values and not (low <= min(values) and max(values) <= high):
        raise ValueError


def _refuse_unstorable(text: str) -> None:
    """Raises ValueError for what a database cannot hold: NUL, and half of a surrogate pair."""
    if "\0" in text:
        raise ValueError
    text.encode()


def _shown(cell: Any) -> str:
    text = repr(cell)
    return text if len(text) <= 40 else f"{text[:40]}…"
