"""Rows of the source as packed orbits."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calc_grpc.catalogue.elements import CONDITION_UNKNOWN, ELEMENT, map_elements, pack_elements
from calc_grpc.catalogue.elements_file import (
    LAYOUT,
    ROW_BYTES,
    DamagedFile,
    UnknownLayout,
    append_blob,
    begin_file,
    is_whole,
    write_file,
)
from calc_grpc.orbits.constants import EPOCHS_MJD
from tests.calc_grpc.catalogue.unpacked import unpack_elements

ROW: dict[str, Any] = {
    "spkid": 20000001, "full_name": "     1 Ceres (A801 AA)", "pdes": "1", "name": "Ceres", "epoch": "2460800.5",
    "e": ".0794", "a": "2.766", "q": "2.546", "i": "10.59", "om": "80.3", "w": "73.3", "ma": "231.5",
    "tp": "2461599.9", "H": "3.34", "G": "0.12", "condition_code": "0", "data_arc": "8442",
}  # fmt: skip


def packed(*changes: dict[str, Any]) -> np.ndarray:
    rows = [ROW | change for change in changes]
    return unpack_elements([pack_elements(list(ROW), [list(row.values()) for row in rows])])


def test_a_row_of_the_source_keeps_its_values() -> None:
    (one,) = packed({})
    assert one["spkid"] == 20000001 and one["designation"] == b"1" and one["name"] == b"Ceres"
    assert (one["e"], one["q_au"], one["i_deg"], one["node_deg"], one["peri_deg"]) == (0.0794, 2.546, 10.59, 80.3, 73.3)
    assert (one["epoch_mjd_tdb"], one["condition"]) == (60800.0, 0)
    assert one["tp_mjd_tdb"] == pytest.approx(61599.4) and one["h"] == pytest.approx(3.34)


def test_what_a_source_may_leave_out_follows_from_the_rest_or_is_not_known() -> None:
    (one,) = packed(
        {"q": None, "tp": None, "H": None, "G": None, "condition_code": "E", "name": None, "data_arc": None}
    )
    assert one["q_au"] == pytest.approx(2.766 * (1.0 - 0.0794))
    period = 365.256898 * 2.766**1.5  # Gauss's year
    assert one["tp_mjd_tdb"] == pytest.approx(60800.0 - 231.5 / 360.0 * period, abs=0.01)
    assert np.isnan([one["h"], one["g"], one["arc_days"]]).all()
    assert one["condition"] == CONDITION_UNKNOWN and one["name"] == b""


@pytest.mark.parametrize(
    "change",
    [{"e": None}, {"e": "-.1"}, {"q": "0"}, {"i": ""}, {"om": "nan"}, {"w": "inf"}, {"epoch": None}, {"epoch": "1e99"},
     {"epoch": "2341999.0"}, {"epoch": "2562001.0"}, {"e": [0.1]}, {"epoch": {}}, {"e": 10**400},
     {"spkid": None}, {"spkid": "x"}, {"q": None, "a": None}, {"tp": None, "ma": None}],
)  # fmt: skip
def test_a_row_without_a_usable_orbit_is_left_out(change: dict[str, Any]) -> None:
    assert packed(change, {})["spkid"].tolist() == [20000001]


@pytest.mark.parametrize("odd", [[3], {}, 10**400, "1" * 400, "", "bright"])
def test_a_magnitude_that_is_no_number_is_not_known(odd: Any) -> None:
    (one,) = packed({"H": odd})
    assert not np.isfinite(one["h"]) and one["q_au"] == 2.546


def test_elements_hold_for_the_years_in_which_positions_are_predicted() -> None:
    low, high = (str(mjd + 2_400_000.5) for mjd in EPOCHS_MJD)
    assert packed({"epoch": low}, {"epoch": high})["epoch_mjd_tdb"].tolist() == list(EPOCHS_MJD)


def test_half_of_a_surrogate_pair_is_left_for_the_catalogue_to_refuse() -> None:
    (one,) = packed({"name": "Ce\ud800res"})
    assert one["name"] == b"Ce?res"


def test_a_long_name_is_cut_between_characters() -> None:
    (one,) = packed({"name": "x" * 23 + "é"})
    assert one["name"].decode() == "x" * 23


def test_no_rows_are_no_rows() -> None:
    assert unpack_elements([]).size == 0 and unpack_elements([pack_elements(list(ROW), [])]).size == 0


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        pack_elements(list(ROW), [list(ROW.values()), [1, 2]])


@pytest.mark.parametrize("blob", [b"", b"AST0", LAYOUT + b"x", b"nonsense" * 20])
def test_what_another_version_wrote_is_refused_by_name(blob: bytes) -> None:
    with pytest.raises(UnknownLayout, match="synchronise"):
        unpack_elements([blob])


def file_of(folder: Path, *names: str) -> Path:
    path = folder / "elements"
    write_file(path, [pack_elements(list(ROW), [list((ROW | {"name": name}).values())]) for name in names])
    return path


def test_a_file_holds_the_rows_of_its_blobs(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Ceres", "Pallas")
    assert is_whole(path) and map_elements(path)["name"].tolist() == [b"Ceres", b"Pallas"]
    assert ELEMENT.itemsize == ROW_BYTES


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "elements"
    path.write_bytes(b"\0" * 10 * ROW_BYTES)
    with pytest.raises(UnknownLayout, match="synchronise"):
        map_elements(path)
    assert not is_whole(path)


@pytest.mark.parametrize("size", [0, 3, ROW_BYTES, 2 * ROW_BYTES, 2 * ROW_BYTES + 20, 3 * ROW_BYTES - 1])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    path = file_of(tmp_path, "Ceres", "Pallas")
    os.truncate(path, size)
    with pytest.raises(DamagedFile, match="journal"):
        map_elements(path)
    assert not is_whole(path)


def test_a_file_that_was_not_finished_is_refused_and_a_missing_one_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "elements"
    assert not is_whole(path)
    begin_file(path)
    append_blob(path, pack_elements(list(ROW), [list(ROW.values())]))
    with pytest.raises(DamagedFile):
        map_elements(path)


def test_a_file_of_no_rows_is_whole(tmp_path: Path) -> None:
    assert map_elements(file_of(tmp_path)).size == 0
