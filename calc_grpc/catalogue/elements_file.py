"""The elements of one version of the catalogue as a file that workers map into memory. A cache, never the truth."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from calc_grpc.catalogue.elements import ELEMENT, LAYOUT, Elements, UnknownLayout, unpack_elements


def write_head(path: Path) -> None:
    """Begin a file: the layout's version, filled up to the size of one row."""
    path.write_bytes(LAYOUT.ljust(ELEMENT.itemsize, b"\0"))


def append_blobs(path: Path, blobs: Iterable[bytes]) -> None:
    """Add the rows of blobs of `pack_elements`; raises UnknownLayout."""
    with path.open("ab") as file:
        file.write(unpack_elements(blobs).tobytes())


def map_elements(path: Path) -> Elements:
    """Map a whole file for reading; raises UnknownLayout, OSError."""
    rows: Elements = np.memmap(path, ELEMENT, mode="r")
    if not rows[:1].tobytes().startswith(LAYOUT):
        raise UnknownLayout
    return rows[1:]
