"""Packed orbits read back, as no part of the service has to: it maps whole files."""

from collections.abc import Iterable

import numpy as np

from calc_grpc.catalogue.elements import ELEMENT, Elements
from calc_grpc.catalogue.elements_file import rows_in


def unpack_elements(blobs: Iterable[bytes]) -> Elements:
    """The rows of several blobs as one array of ELEMENT; raises UnknownLayout."""
    parts = [np.frombuffer(rows_in(blob), ELEMENT) for blob in blobs]
    return np.concatenate(parts) if parts else np.zeros(0, ELEMENT)
