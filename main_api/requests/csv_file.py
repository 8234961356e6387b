"""A request's observations and results as CSV (RFC 4180): one row for each observation, plain numbers and UTC."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from main_api.requests.ades_file import moment_text
from main_api.requests.report import RESULT_FIELDS
from main_api.requests.selectors import MEASURED_COLUMNS

POSITION_COLUMNS = tuple(f"observer_{axis}_km" for axis in "xyz")
PLAIN_COLUMNS = tuple(name for name in MEASURED_COLUMNS if name not in ("observed_at", "observer_position_km"))
COLUMNS = ("id", "observed_at", *PLAIN_COLUMNS, *POSITION_COLUMNS, *RESULT_FIELDS)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(detail: Mapping[str, Any]) -> str:
    """The file for a request as `selectors.request_detail` gives it."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(COLUMNS)
    for row in detail["observations"]:
        position = row["observer_position_km"] or ("", "", "")
        values = {**row, "observed_at": moment_text(row["observed_at"])}
        values |= dict(zip(POSITION_COLUMNS, position, strict=True))
        writer.writerow([_cell(values[name]) for name in COLUMNS])
    return content.getvalue()


def _cell(value: Any) -> Any:
    """Words of the observer's are kept from being taken for formulas by a spreadsheet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
