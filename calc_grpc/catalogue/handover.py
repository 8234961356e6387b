"""What the server and the catalogue's worker process hand each other. Light: the server loads no numerics."""

import pickle
from dataclasses import dataclass

from calc_grpc.catalogue.settings import SourceSettings

KIND = "catalogue_pages"  # of pages.KINDS


@dataclass(frozen=True, kw_only=True)
class FetchedPage:
    """A page as the server keeps and sends it, so that it need not be read there.

    object_count: how many objects the source said it has. spkids: array of 32-bit ids. elements: see elements.py.
    rows: JSON, a list of lists with values in the order of FIELDS.
    """

    number: int
    object_count: int
    row_count: int
    spkids: bytes
    elements: bytes
    rows: bytes


@dataclass(frozen=True, kw_only=True)
class PagesWanted:
    """One pass. Pages that are kept already are not fetched again; their counts and ids count as well.

    object_count: what the first page said, None while that is not kept. kept_counts: what the kept pages said.
    """

    source: SourceSettings
    object_count: int | None = None
    kept_pages: frozenset[int] = frozenset()
    kept_counts: frozenset[int] = frozenset()
    kept_spkids: bytes = b""

    def packed(self) -> bytes:
        """For the way to the worker."""
        return pickle.dumps(self)
