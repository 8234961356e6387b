"""The one way kernels are compiled, typed so that a compiled function keeps its signature.

Numba's cache on disk notices a change of the file that holds a kernel, but not of kernels it calls from other
files. The cache directory therefore carries a digest of every source file of the folders that hold kernels.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp] | NDArray[np.bool_]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
FOLDERS = ("orbits", "identification")  # of kernels


def compiled(kernel: Kernel) -> Kernel:
    """Return the kernel compiled on first use, without the GIL, kept on disk."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(kernel))


def _cache_directory() -> str:
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for source in sorted((here.parent / folder).glob("*.py")):
            digest.update(source.read_bytes())
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or here / "__pycache__")
    return str(base / f"orbits-{digest.hexdigest()[:12]}")


setattr(numba.config, "CACHE_DIR", _cache_directory())  # noqa: B010 - numba sets its options the same way
