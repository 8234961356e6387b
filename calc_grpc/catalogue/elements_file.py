"""The elements of one version of the catalogue as a file that workers map into memory. A cache, never the truth.

Light: the server writes the file and loads no numerics for it; `elements.py` knows what the rows mean.
"""

from pathlib import Path

LAYOUT = b"AST1"  # begins every blob and every file
ROW_BYTES = 113


class UnknownLayout(ValueError):
    """The catalogue's elements were written by another version of this program; synchronise the catalogue again."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def rows_in(blob: bytes) -> memoryview:
    """The packed rows of a blob of `elements.pack_elements`; raises UnknownLayout."""
    if blob[: len(LAYOUT)] != LAYOUT or (len(blob) - len(LAYOUT)) % ROW_BYTES:
        raise UnknownLayout
    return memoryview(blob)[len(LAYOUT) :]


def write_head(path: Path) -> None:
    """Begin a file: the layout's version, filled up to the size of one row."""
    path.write_bytes(LAYOUT.ljust(ROW_BYTES, b"\0"))


def append_blob(path: Path, blob: bytes) -> None:
    """Add the rows of a blob; raises UnknownLayout."""
    with path.open("ab") as file:
        file.write(rows_in(blob))
