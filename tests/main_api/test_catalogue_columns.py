"""The one validator of a page: what it takes, what it refuses by cell, and that its two ways agree."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from main_api.asteroids.columns import Reader, counts, numbers, read_column, texts, truths
from main_api.asteroids.sbdb import FIELDS, READERS, ROWS_MAX, read_page
from main_api.errors import InvalidPage
from tests.main_api.sample_catalogue import FIELDS as CONTRACT
from tests.main_api.sample_catalogue import source_row, source_rows

BAD_CELLS: list[tuple[str, Any, str]] = [
    ("spkid", None, "REQUIRED"),
    ("spkid", 0, "OUT_OF_RANGE"),
    ("spkid", 2**31, "OUT_OF_RANGE"),
    ("spkid", 1.5, "WRONG_TYPE"),
    ("spkid", True, "WRONG_TYPE"),
    ("spkid", "2000433x", "INVALID_FORMAT"),
    ("full_name", " ", "REQUIRED"),
    ("full_name", "x" * 101, "TOO_LONG"),
    ("pdes", None, "REQUIRED"),
    ("name", 5, "WRONG_TYPE"),
    ("name", "a\0b", "INVALID_FORMAT"),
    ("name", "\ud800", "INVALID_FORMAT"),
    ("neo", "y", "UNKNOWN_VALUE"),
    ("pha", True, "WRONG_TYPE"),
    ("pha", [], "WRONG_TYPE"),
    ("class", "x" * 9, "TOO_LONG"),
    ("e", "-0.1", "OUT_OF_RANGE"),
    ("e", "nan", "INVALID_FORMAT"),
    ("e", "inf", "INVALID_FORMAT"),
    ("e", "1_0", "INVALID_FORMAT"),
    ("e", "0,5", "INVALID_FORMAT"),
    ("e", "١", "INVALID_FORMAT"),
    ("e", {}, "WRONG_TYPE"),
    ("e", False, "WRONG_TYPE"),
    ("a", "1e999", "OUT_OF_RANGE"),
    ("a", 10**400, "OUT_OF_RANGE"),
    ("i", "180.1", "OUT_OF_RANGE"),
    ("om", -1, "OUT_OF_RANGE"),
    ("H", "--", "INVALID_FORMAT"),
    ("data_arc", "12.5", "INVALID_FORMAT"),
    ("n_obs_used", -1, "OUT_OF_RANGE"),
    ("n_obs_used", "9" * 5000, "INVALID_FORMAT"),
    ("first_obs", "x" * 17, "TOO_LONG"),
]


def page_of(*rows: dict[str, Any]) -> Any:
    return read_page(CONTRACT, [[row[field] for field in CONTRACT] for row in rows])


def refusals(*rows: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidPage) as refused:
        page_of(*rows)
    return [(error.path, error.reason) for error in refused.value.errors]


def test_the_fields_are_those_of_the_contract() -> None:
    assert sorted(FIELDS) == sorted(CONTRACT)


@pytest.mark.parametrize(("field", "cell", "reason"), BAD_CELLS)
def test_a_wrong_cell_is_named_by_its_row_and_field(field: str, cell: Any, reason: str) -> None:
    assert refusals(*source_rows(1, 2), source_row(3, **{field: cell})) == [(f"rows.2.{field}", reason)]


def test_all_wrong_cells_are_told_up_to_thirty_and_counted() -> None:
    rows = [source_row(number, e="x", H="y") for number in range(1, 41)]
    with pytest.raises(
        InvalidPage, match=re.escape("rows.0.e: Expected a number and found 'x'. 79 more were")
    ) as refused:
        page_of(*rows)
    assert len(refused.value.errors) == 30


def test_blank_text_is_as_good_as_null() -> None:
    (row,) = page_of(source_row(1, H="", e=" ", name=" ", neo="", data_arc="")).rows.values()
    assert row.count(None) > 4 and "" in row


@pytest.mark.parametrize("missing", ["rms", "spkid"])
def test_a_page_that_lacks_a_field_is_refused(missing: str) -> None:
    with pytest.raises(InvalidPage) as refused:
        read_page([field for field in CONTRACT if field != missing], [])
    assert [(error.path, error.reason) for error in refused.value.errors] == [(f"fields.{missing}", "REQUIRED")]


@pytest.mark.parametrize("more", ["kind", "e", 5])
def test_a_page_with_another_field_or_one_twice_is_refused(more: Any) -> None:
    with pytest.raises(InvalidPage) as refused:
        read_page([*CONTRACT, more], [])
    assert [(error.path, error.reason) for error in refused.value.errors] == [(f"fields.{more}", "UNKNOWN_FIELD")]


@pytest.mark.parametrize("row", [[], [1], {}, None, "x" * len(CONTRACT)])
def test_a_row_of_another_shape_is_refused(row: Any) -> None:
    good = list(source_row().values())
    with pytest.raises(InvalidPage) as refused:
        read_page(CONTRACT, [good, row])
    assert [(error.path, error.reason) for error in refused.value.errors] == [("rows.1", "WRONG_TYPE")]


def test_a_page_has_a_largest_size() -> None:
    with pytest.raises(InvalidPage, match=str(ROWS_MAX)):
        read_page(CONTRACT, [[]] * (ROWS_MAX + 1))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**33),
    st.floats(),
    st.text(max_size=6),
    st.from_regex(r"\A[ +-]?[0-9]{0,3}\.?[0-9]{0,3}(e[+-]?[0-9]{1,3})?[ _]?\Z"),
    st.sampled_from(["Y", "N", "", " ", "nan", "\0", "9" * 25]),
    st.lists(st.none(), max_size=1),
)
KINDS = [numbers(0, 10), numbers(-1e6, 1e6), counts(), counts(1, required=True), texts(4), texts(4, required=True)]


@pytest.mark.parametrize("reader", [*KINDS, truths()], ids=lambda reader: "reader")
@given(column=st.lists(CELLS, max_size=4))
def test_the_quick_way_takes_only_what_the_careful_one_reads_as_the_same(reader: Reader, column: list[Any]) -> None:
    values, wrong = read_column(reader, column)
    assert len(values) == len(column)
    if not wrong:
        assert values == [reader.careful(cell) for cell in column]
        assert list(map(type, values)) == [type(reader.careful(cell)) for cell in column]


def test_every_field_of_a_real_row_goes_the_quick_way() -> None:
    for field, reader in READERS.items():
        column = [source_row(433)[field], source_row(5)[field]]
        assert reader.quick(column) == [reader.careful(cell) for cell in column], field
