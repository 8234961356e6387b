"""The elements of one version of the catalogue as a file that workers map into memory. A cache, never the truth.

Light: the server writes the file and loads no numerics for it; `elements.py` knows what the rows mean. A file begins
with a head, as long as a row: the layout's version and how many rows follow. The count is written last, so that a file
that is cut off, or not finished, is known for one.
"""

import os
from collections.abc import Iterable
from pathlib import Path

LAYOUT = b"AST1"  # begins every blob and every file
ROW_BYTES = 113
COUNT_BYTES = 8  # little-endian, after the layout
UNFINISHED = b"\xff" * COUNT_BYTES  # instead of a count: no file has so many rows


class UnknownLayout(ValueError):
    """The catalogue's elements were written by another version of this program; synchronise the catalogue again."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class DamagedFile(ValueError):
    """The file of elements is cut off or was not finished; it can be written again from the journal."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def rows_in(blob: bytes) -> memoryview:
    """The packed rows of a blob of `elements.pack_elements`; raises UnknownLayout."""
    if blob[: len(LAYOUT)] != LAYOUT or (len(blob) - len(LAYOUT)) % ROW_BYTES:
        raise UnknownLayout
    return memoryview(blob)[len(LAYOUT) :]


def write_file(path: Path, blobs: Iterable[bytes]) -> None:
    """Write a whole file of the rows of some blobs; raises UnknownLayout."""
    begin_file(path)
    for blob in blobs:
        append_blob(path, blob)
    finish_file(path)


def begin_file(path: Path) -> None:
    """Write the head of a file that is not finished."""
    path.write_bytes((LAYOUT + UNFINISHED).ljust(ROW_BYTES, b"\0"))


def append_blob(path: Path, blob: bytes) -> None:
    """Add the rows of a blob; raises UnknownLayout."""
    with path.open("ab") as file:
        file.write(rows_in(blob))


def finish_file(path: Path) -> None:
    """Write how many rows there are; on return the disk has everything, also if the power fails."""
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(len(LAYOUT))
        file.write((size // ROW_BYTES - 1).to_bytes(COUNT_BYTES, "little"))
        file.flush()
        os.fsync(file.fileno())


def check_file(path: Path) -> None:
    """Compare the head of a file with its size; raises DamagedFile, UnknownLayout, OSError."""
    with path.open("rb") as file:
        head, size = file.read(ROW_BYTES), os.fstat(file.fileno()).st_size
    if len(head) < ROW_BYTES:
        raise DamagedFile
    if not head.startswith(LAYOUT):
        raise UnknownLayout
    count = int.from_bytes(head[len(LAYOUT) :][:COUNT_BYTES], "little")
    if size != (count + 1) * ROW_BYTES:
        raise DamagedFile


def is_whole(path: Path) -> bool:
    """Whether there is a file, finished, of this layout and not cut off; raises OSError, but not for a missing one."""
    try:
        check_file(path)
    except (FileNotFoundError, DamagedFile, UnknownLayout):
        return False
    return True
