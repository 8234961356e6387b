"""The orbits of the catalogue as the journal keeps them and identification reads them: one packed row an asteroid.

A page of the source becomes one blob, small enough for a row of the database. A blob starts with the version of its
layout: what another version of this program wrote is refused by name instead of being misread.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calc_grpc.catalogue.elements_file import LAYOUT, check_file
from calc_grpc.orbits.constants import EPOCHS_MJD, MJD_ZERO_JD

ELEMENT = np.dtype(
    [
        ("spkid", "<i4"),
        ("epoch_mjd_tdb", "<f8"),
        ("q_au", "<f8"),
        ("e", "<f8"),
        ("i_deg", "<f8"),
        ("node_deg", "<f8"),
        ("peri_deg", "<f8"),
        ("tp_mjd_tdb", "<f8"),
        ("h", "<f4"),  # absolute magnitude; not a number where it is not known
        ("g", "<f4"),  # slope; not a number where it is not known
        ("arc_days", "<f4"),  # between the first and the last observation; not a number where it is not known
        ("condition", "u1"),  # 0 (sure) to 9 (a guess), CONDITION_UNKNOWN
        ("designation", "S16"),  # UTF-8: the number, or the provisional designation
        ("name", "S24"),  # UTF-8; empty where there is none
    ]
)
CONDITION_UNKNOWN = 255
GAUSS_DEG_PER_DAY = 0.985_607_668_6  # mean motion at 1 au, Gauss 1809; only where a source gives no time of perihelion
NEEDED = ("epoch_mjd_tdb", "q_au", "e", "i_deg", "node_deg", "peri_deg", "tp_mjd_tdb")

Elements = NDArray[np.void]  # of ELEMENT


def pack_elements(fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Pack rows of the source, values in the order of `fields`, as SBDB names and writes them.

    fields: at least spkid, pdes, name, epoch, e, q or a, i, om, w, tp or ma. Numbers may be strings; epoch and tp are
    JD TDB. Rows without a usable orbit are left out: an element missing, unreadable or impossible, or one that holds
    for another age than the theory of the planets. Other values of a wrong type count as unknown; main_api, which
    keeps them, refuses such a page and names the cell. Raises ValueError where a row is longer or shorter than
    `fields`.
    """
    columns = dict(zip(fields, zip(*rows, strict=True), strict=True)) if rows else {}
    packed = np.zeros(len(rows), ELEMENT)
    nothing = (None,) * len(rows)

    def numbers(field: str) -> NDArray[np.float64]:
        return np.array([_number(value) for value in columns.get(field, nothing)], dtype=np.float64)

    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        _fill_orbits(packed, numbers)
        spkids = numbers("spkid")
        known = (spkids > 0) & (spkids < 2**31)
        packed["h"], packed["g"], packed["arc_days"] = numbers("H"), numbers("G"), numbers("data_arc")
    packed["spkid"] = np.where(known, spkids, 0)
    codes = numbers("condition_code")
    packed["condition"] = np.where((codes >= 0) & (codes <= 9), codes, CONDITION_UNKNOWN).astype(np.uint8)
    packed["designation"] = _texts(columns.get("pdes", nothing), 16)
    packed["name"] = _texts(columns.get("name", nothing), 24)
    return LAYOUT + packed[known & _usable(packed)].tobytes()


def map_elements(path: Path) -> Elements:
    """Map a whole file of `elements_file.py` for reading; raises UnknownLayout, DamagedFile, OSError."""
    check_file(path)
    rows: Elements = np.memmap(path, ELEMENT, mode="r")
    return rows[1:]


def _fill_orbits(packed: Elements, numbers: Callable[[str], NDArray[np.float64]]) -> None:
    e, a = numbers("e"), numbers("a")
    packed["e"] = e
    packed["epoch_mjd_tdb"] = numbers("epoch") - MJD_ZERO_JD
    packed["i_deg"], packed["node_deg"], packed["peri_deg"] = numbers("i"), numbers("om"), numbers("w")
    given_q = numbers("q")
    packed["q_au"] = np.where(np.isfinite(given_q), given_q, a * (1.0 - e))
    given_tp = numbers("tp") - MJD_ZERO_JD
    from_anomaly = packed["epoch_mjd_tdb"] - numbers("ma") / (GAUSS_DEG_PER_DAY / np.abs(a) ** 1.5)
    packed["tp_mjd_tdb"] = np.where(np.isfinite(given_tp), given_tp, from_anomaly)


def _usable(packed: Elements) -> NDArray[np.bool_]:
    epochs = packed["epoch_mjd_tdb"]
    of_our_time = (epochs >= EPOCHS_MJD[0]) & (epochs <= EPOCHS_MJD[1])
    possible = (packed["q_au"] > 0.0) & (packed["e"] >= 0.0) & of_our_time
    finite = np.all([np.isfinite(packed[field]) for field in NEEDED], axis=0)
    return np.asarray(possible & finite, dtype=np.bool_)


def _number(value: Any) -> float:
    """Not a number where there is none: null, a word, a letter for a condition code, a list, 400 digits."""
    try:
        return float("nan") if value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _texts(values: Iterable[Any], size: int) -> list[bytes]:
    """UTF-8, cut between characters; half of a surrogate pair, which JSON can hold, becomes a question mark."""
    texts = ("" if value is None else str(value).strip() for value in values)
    return [text.encode(errors="replace")[:size].decode(errors="ignore").encode() for text in texts]
