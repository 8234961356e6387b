"""The catalogue as the sweep reads it: what two-body motion needs, in single precision, one column each.

Single precision places an object to a few arcseconds within ten years, which the cone does not notice, and halves what
has to be read. The full rows stay mapped and are read for the few that come near.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calc_grpc.catalogue.elements import Elements, map_elements
from calc_grpc.identification.cone import drift_factors
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import DEG_RAD
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC
from calc_grpc.orbits.kepler import SQRT_MU
from calc_grpc.orbits.tolerance import runoff_rad_per_day

ROWS_PER_STEP = 100_000
OPEN_E = 0.97  # from here on (a few hundred) the sweep lets everything through to the exact formulas
UNKNOWN_AS_U = 6  # an orbit without a condition code is usually one of a short arc
# Radians a day by condition code, the last one for those without.
RUNOFFS: Floats = np.array([runoff_rad_per_day(u) for u in (*range(10), UNKNOWN_AS_U)])

Singles = NDArray[np.float32]


class Columns(NamedTuple):
    """One row an asteroid; a named tuple because numba takes those apart.

    axes: a times the direction of perihelion, b times the one square to it, ICRF, au (n, 6). e. rate: turns a day;
    phase: turns since perihelion at the reference; epoch: days from the reference; drift: see `cone.py`; code: index
    into RUNOFFS; all (n,).
    """

    axes: Singles
    e: Singles
    rate: Singles
    phase: Singles
    epoch: Singles
    drift: Singles
    code: NDArray[np.uint8]


class Catalogue(NamedTuple):
    """rows: of `catalogue.elements.ELEMENT`, mapped; columns: of the same asteroids; reference: MJD TDB."""

    rows: Elements
    columns: Columns
    reference_mjd: float


_opened: dict[tuple[Path, int, int], Catalogue] = {}  # the last one, by path, inode and time of change


def open_catalogue(path: Path, on_step: Callable[[], None]) -> Catalogue:
    """Map a file of elements and work out the columns, or take those of the last call.

    on_step is called every 50 ms or so. Raises OSError, UnknownLayout, DamagedFile.
    """
    status = path.stat()
    key = (path, status.st_ino, status.st_mtime_ns)
    if key not in _opened:
        _opened.clear()  # before the next takes as much memory
        _opened[key] = _open(path, on_step)
    return _opened[key]


def _open(path: Path, on_step: Callable[[], None]) -> Catalogue:
    rows = map_elements(path)
    reference = float(np.median(rows["epoch_mjd_tdb"][:: max(1, len(rows) // 10_000)])) if len(rows) else 0.0
    n = len(rows)
    e, rate, phase, epoch, drift = (np.empty(n, np.float32) for _ in range(5))
    columns = Columns(np.empty((n, 6), np.float32), e, rate, phase, epoch, drift, np.empty(n, np.uint8))
    for first in range(0, n, ROWS_PER_STEP):
        on_step()
        part = slice(first, first + ROWS_PER_STEP)
        _fill(columns, part, rows[part], reference)
    return Catalogue(rows, columns, reference)


def _fill(columns: Columns, part: slice, rows: Elements, reference_mjd: float) -> None:
    q, e = rows["q_au"], rows["e"]
    closed = e < OPEN_E
    a = q / np.where(closed, 1.0 - e, 1.0)
    rate = SQRT_MU / a**1.5 / (2.0 * math.pi)
    towards, beyond = apsidal_axes(rows)
    columns.axes[part, :3] = a[:, None] * towards
    columns.axes[part, 3:] = (a * np.sqrt(np.where(closed, 1.0 - e * e, 1.0)))[:, None] * beyond
    columns.e[part] = e
    columns.rate[part] = rate
    columns.phase[part] = ((reference_mjd - rows["tp_mjd_tdb"]) * rate) % 1.0
    columns.epoch[part] = rows["epoch_mjd_tdb"] - reference_mjd
    columns.drift[part] = drift_factors(q, e)
    columns.code[part] = np.minimum(rows["condition"], len(RUNOFFS) - 1)


def apsidal_axes(rows: Elements) -> tuple[Floats, Floats]:
    """Unit vectors towards perihelion and, in the plane, square to it, ICRF, both (n, 3)."""
    i, node, peri = (np.asarray(rows[name], dtype=np.float64) * DEG_RAD for name in ("i_deg", "node_deg", "peri_deg"))
    across = np.stack([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.sin(i)], axis=1)
    along = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=1)
    turn = ICRF_TO_ECLIPTIC[:3, :3]
    towards = np.cos(peri)[:, None] * along + np.sin(peri)[:, None] * across
    beyond = -np.sin(peri)[:, None] * along + np.cos(peri)[:, None] * across
    return towards @ turn, beyond @ turn
